import type { Deps } from '../../deps.ts';
import { apiKeyOperations } from '../routes/api-keys.ts';
import { invitationOperations } from '../routes/invitations.ts';
import { meOperations } from '../routes/me.ts';
import { teamOperations } from '../routes/team.ts';
import type { Operation } from './operation.ts';

/** Every operation of the API, by what it is about. Router, document and the tests that walk them are made of this list. */
export const operationsOf = (deps: Deps): Operation[] => [
  ...meOperations(deps),
  ...apiKeyOperations(deps),
  ...teamOperations(deps),
  ...invitationOperations(deps),
];
