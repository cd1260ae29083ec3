import type { Deps } from '../../deps.ts';
import { agentOperations } from '../routes/agents.ts';
import { apiKeyOperations } from '../routes/api-keys.ts';
import { channelActOperations } from '../routes/channel-acts.ts';
import { channelOperations } from '../routes/channels.ts';
import { meOperations } from '../routes/me.ts';
import { targetOperations } from '../routes/targets.ts';
import type { Operation } from './operation.ts';

/** Every operation of the API, by what it is about. Router, document and the tests that walk them are made of this list. */
export const operationsOf = (deps: Deps): Operation[] => [
  ...meOperations(deps),
  ...apiKeyOperations(deps),
  ...channelOperations(deps),
  ...channelActOperations(deps),
  ...agentOperations(deps),
  ...targetOperations(deps),
];
