import { AgentRun } from './agent-run.ts';
import { Agent } from './agent.ts';
import { ApiKey } from './api-key.ts';
import { AuditEntry } from './audit-entry.ts';
import { ChannelAddress } from './channel-address.ts';
import { Channel } from './channel.ts';
import { ContactIdentity } from './contact-identity.ts';
import { Contact } from './contact.ts';
import { ConversationLabel } from './conversation-label.ts';
import { Conversation } from './conversation.ts';
import { Decision } from './decision.ts';
import { FaqSuggestion } from './faq-suggestion.ts';
import { FaqTest } from './faq-test.ts';
import { Faq } from './faq.ts';
import { Handover } from './handover.ts';
import { IdempotencyKey } from './idempotency-key.ts';
import { InboundEventRow } from './inbound-event.ts';
import { Membership } from './membership.ts';
import { Message } from './message.ts';
import { NotificationTarget } from './notification-target.ts';
import { Notification } from './notification.ts';
import { OutboundMessage } from './outbound-message.ts';
import { OwnershipTransition } from './ownership-transition.ts';
import { StoredFile } from './stored-file.ts';
import { TenantSettings } from './tenant-settings.ts';
import { Tenant } from './tenant.ts';
import { User } from './user.ts';

/** Every table, in no order of meaning. The one list besides jobs/index.ts. */
export const entities = [
  AgentRun,
  Agent,
  ApiKey,
  AuditEntry,
  ChannelAddress,
  Channel,
  ContactIdentity,
  Contact,
  ConversationLabel,
  Conversation,
  Decision,
  FaqSuggestion,
  FaqTest,
  Faq,
  Handover,
  IdempotencyKey,
  InboundEventRow,
  Membership,
  Message,
  NotificationTarget,
  Notification,
  OutboundMessage,
  OwnershipTransition,
  StoredFile,
  TenantSettings,
  Tenant,
  User,
];
