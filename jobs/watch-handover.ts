import { Conversation } from '../src/entities/conversation.ts';
import { Handover } from '../src/entities/handover.ts';
import { withUnit } from '../src/conversations/with-unit.ts';
import { watchHandover as watch } from '../src/handover/manager-acts.ts';
import { withTenant } from '../src/tenancy/with-tenant.ts';
import { defineJob } from './define-job.ts';

/** Handovers whose time has come: an offer met with silence, a queue in which nobody came. */
export const watchHandover = defineJob('watch-handover', { concurrency: () => 2 }, async (deps, tenantId, handoverIds) => {
  for (const handoverId of handoverIds) {
    const channelId = await withTenant(deps.orm, tenantId, async (em) => {
      const handover = await em.findOne(Handover, { tenantId, id: handoverId });
      const conversation = handover && (await em.findOne(Conversation, { tenantId, id: handover.conversationId }));
      return conversation?.channelId;
    });
    if (channelId) await withUnit(deps, tenantId, [channelId], (unit) => watch(unit, handoverId));
  }
});
