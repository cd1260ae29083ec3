import type { Deps } from '../../deps.ts';
import { apiKeyOperations } from '../routes/api-keys.ts';
import { messageOperations } from '../routes/conversation-messages.ts';
import { conversationOperations } from '../routes/conversations.ts';
import { failureOperations } from '../routes/failures.ts';
import { labelOperations } from '../routes/labels.ts';
import { meOperations } from '../routes/me.ts';
import { replyOperations } from '../routes/replies.ts';
import { aliased } from './alias.ts';
import type { Operation } from './operation.ts';

/** Every operation of the API, by what it is about. Router, document and the tests that walk them are made of this list. */
export function operationsOf(deps: Deps): Operation[] {
  const operations = [
    ...meOperations(deps),
    ...apiKeyOperations(deps),
    ...conversationOperations(deps),
    ...messageOperations(deps),
    ...replyOperations(deps),
    ...labelOperations(deps),
    ...failureOperations(deps),
  ];
  return [...operations, ...aliased(operations, '/conversations', '/chats')];
}
