import type { Deps } from '../../deps.ts';
import { agentOperations } from '../routes/agents.ts';
import { apiKeyOperations } from '../routes/api-keys.ts';
import { attachmentOperations } from '../routes/attachments.ts';
import { auditLogOperations } from '../routes/audit-log.ts';
import { businessHoursOperations } from '../routes/business-hours.ts';
import { channelActOperations } from '../routes/channel-acts.ts';
import { channelOperations } from '../routes/channels.ts';
import { messageOperations } from '../routes/conversation-messages.ts';
import { conversationOperations } from '../routes/conversations.ts';
import { currentTenantOperations } from '../routes/current-tenant.ts';
import { failureOperations } from '../routes/failures.ts';
import { faqExchangeOperations } from '../routes/faq-exchange.ts';
import { faqInsightOperations } from '../routes/faq-insight.ts';
import { faqQuestionOperations } from '../routes/faq-questions.ts';
import { faqTestOperations } from '../routes/faq-tests.ts';
import { faqOperations } from '../routes/faqs.ts';
import { handoverOperations } from '../routes/handovers.ts';
import { invitationOperations } from '../routes/invitations.ts';
import { labelOperations } from '../routes/labels.ts';
import { meOperations } from '../routes/me.ts';
import { presenceOperations } from '../routes/presence.ts';
import { replyOperations } from '../routes/replies.ts';
import { settingsPreviewOperations } from '../routes/settings-preview.ts';
import { settingsOperations } from '../routes/settings.ts';
import { targetOperations } from '../routes/targets.ts';
import { teamOperations } from '../routes/team.ts';
import { tenantStatsOperations } from '../routes/tenant-stats.ts';
import { tenantOperations } from '../routes/tenants.ts';
import { aliased } from './alias.ts';
import type { Operation } from './operation.ts';

/** Every operation of the API, by what it is about. Router, document and the tests that walk them are made of this list. */
export function operationsOf(deps: Deps): Operation[] {
  const operations = [
    ...meOperations(deps),
    ...apiKeyOperations(deps),
    ...tenantOperations(deps),
    ...currentTenantOperations(deps),
    ...auditLogOperations(deps),
    ...settingsOperations(deps),
    ...faqOperations(deps),
    ...faqInsightOperations(deps),
    ...faqQuestionOperations(deps),
    ...faqTestOperations(deps),
    ...faqExchangeOperations(deps),
    ...channelOperations(deps),
    ...channelActOperations(deps),
    ...teamOperations(deps),
    ...invitationOperations(deps),
    ...settingsPreviewOperations(deps),
    ...tenantStatsOperations(deps),
    ...agentOperations(deps),
    ...targetOperations(deps),
    ...handoverOperations(deps),
    ...presenceOperations(deps),
    ...businessHoursOperations(deps),
    ...conversationOperations(deps),
    ...messageOperations(deps),
    ...replyOperations(deps),
    ...attachmentOperations(deps),
    ...labelOperations(deps),
    ...failureOperations(deps),
  ];
  return [...operations, ...aliased(operations, '/conversations', '/chats')];
}
