import { issueManagerToken } from '../../../src/auth/manager-token.ts';
import { addAgent, addChannel, addManager, addTarget, createTenant } from '../../../src/tenancy/provision.ts';
import { addBot, migrateAs, withDatabase, type FaultTenant } from './tenants.ts';
import { callbackConfig, workflowSecret } from '../workflows.ts';

/** One whose turns go to a workflow, and whose manager is told of handovers. */
export interface AgentTenant extends FaultTenant {
  /** Where the workflow calls back. */
  n8nChannelId: string;
  managerToken: string;
}

/** Long enough for a run that no kill meets, also where processes take seconds to start; short enough to be waited for. */
export const RESPONSE_TIMEOUT_MS = 8_000;
export const noticeSecret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
export const handoverText = (slug: string) => `${slug} hands over`;

interface Others {
  workflowUrl: string;
  noticeUrl: string;
}

/** Migrates the database and makes tenants without FAQs. The chats of the last one ask for a human now and then. */
export async function fillWithAgentTenants(
  ownerUrl: string,
  key: string,
  { workflowUrl, noticeUrl }: Others,
  count: number,
): Promise<AgentTenant[]> {
  await migrateAs(ownerUrl, key);
  return withDatabase(ownerUrl, key, async (orm, keys) => {
    const made: AgentTenant[] = [];
    for (let n = 0; n < count; n++) {
      const slug = `agents-${n}`;
      const id = await createTenant(orm, {
        slug,
        name: slug,
        handoverMode: 'immediate',
        handoverMessage: handoverText(slug),
        // Nothing but a wish or a run without an answer leads to a human, and no reminder falls due.
        thresholds: {
          debounce_ms: 0,
          max_responses: 1000,
          escalation_threshold: 1,
          response_timeout: RESPONSE_TIMEOUT_MS / 1000,
          queue_timeout: 86_400,
          notify_again_after: 86_400,
        },
      });
      const bot = await addBot(orm, keys, id, n);
      const n8n = await addChannel(orm, keys, id, { kind: 'n8n', name: 'n8n', config: callbackConfig });
      const settings = { workflowUrl: `${workflowUrl}/webhook/${slug}`, secret: workflowSecret };
      await addAgent(orm, keys, id, { name: 'Workflow', kind: 'n8n', settings, channelId: n8n.channelId });
      const config = { url: `${noticeUrl}/told/${slug}`, secret: noticeSecret };
      await addTarget(orm, keys, id, { kind: 'webhook', name: 'Team', config });
      const userId = await addManager(orm, id, { email: `manager@${slug}.example`, name: 'Mia' });
      const managerToken = await issueManagerToken(keys, { tenantId: id, userId }, 1);
      const asksEvery = n === count - 1 ? 8 : 0;
      made.push({ id, slug, waitsForMore: false, asksEvery, n8nChannelId: n8n.channelId, managerToken, ...bot });
    }
    return made;
  });
}
