import type { Deps } from '../../deps.ts';
import { apiKeyOperations } from '../routes/api-keys.ts';
import { businessHoursOperations } from '../routes/business-hours.ts';
import { handoverOperations } from '../routes/handovers.ts';
import { meOperations } from '../routes/me.ts';
import { presenceOperations } from '../routes/presence.ts';
import type { Operation } from './operation.ts';

/** Every operation of the API, by what it is about. Router, document and the tests that walk them are made of this list. */
export const operationsOf = (deps: Deps): Operation[] => [
  ...meOperations(deps),
  ...apiKeyOperations(deps),
  ...handoverOperations(deps),
  ...presenceOperations(deps),
  ...businessHoursOperations(deps),
];
