import { z } from 'zod';
import type { Deps } from '../../deps.ts';
import { requireFeature } from '../../tenancy/features.ts';
import { countAllUsed, countedOfTenant, limitNames, readLimits } from '../../tenancy/limits.ts';
import { readDays, readFaqNumbers, readStats, STATS_DAYS, type Stats } from '../../tenancy/stats.ts';
import { findTenant } from '../../tenancy/tenants.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { ById, id, include, time, timeOrNull } from '../api/fields.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';

const count = z.int().min(0);

const ShownDay = z.strictObject({
  day: z.iso.date(),
  messagesIn: count,
  messagesOut: count,
  conversations: count,
  turns: count,
  faqAnswers: count,
  handovers: count,
});

const ShownStats = z
  .strictObject({
    tenantId: id,
    totalChats: count,
    totalMessages: count,
    totalFaqs: count.meta({ description: 'Active ones.' }),
    lastUpdated: time.nullable(),
    lastActivity: time.nullable(),
    openConversations: z.strictObject({ all: count, bot: count, awaitingConsent: count, queued: count, human: count }),
    lastDays: z.strictObject({
      days: count,
      messagesIn: count,
      messagesOut: count,
      conversations: count,
      turns: count.meta({ description: 'Turns that were automation’s to decide.' }),
      faqAnswers: count,
      faqHitRate: z.number().min(0).max(1).nullable().meta({ description: 'faqAnswers in turns; null without turns.' }),
      handovers: count,
      handoversTaken: count,
      medianFirstResponseSeconds: z.number().min(0).nullable(),
    }),
    limits: z
      .array(z.strictObject({ name: z.enum(limitNames), limit: count, used: count }))
      .meta({ description: '`used` may be above `limit`: customers’ messages are never refused.' }),
    daily: z.array(ShownDay).optional(),
    faqs: z
      .array(
        z.strictObject({ faqId: id, question: z.string(), isActive: z.boolean(), answers: count, handedOver: count }),
      )
      .optional(),
  })
  .meta({ id: 'TenantStats' });

/** FAQs that are listed by their numbers. */
const MOST_FAQS = 100;

export const tenantStatsOperations = ({ orm }: Pick<Deps, 'orm'>): Operation[] => [
  tenantOperation({
    method: 'get',
    path: '/tenants/{id}/stats',
    tag: 'Tenants',
    summary: 'Numbers of a tenant',
    description:
      'Of one’s own tenant; of any for a system admin. `include=daily` adds the numbers day by day, in the tenant’s time ' +
      'zone, and `include=faqs` those of each FAQ: both need the feature `advanced_analytics`.',
    permission: 'tenant:read',
    isTenantInPath: true,
    params: ById,
    query: z.strictObject({ include: include(['daily', 'faqs']) }),
    response: ShownStats,
    handle: ({ tenantId, query, now }) =>
      withTenant(orm, tenantId, async (em) => {
        if (query.include.length > 0) await requireFeature(em, tenantId, 'advanced_analytics');
        const tenant = await findTenant(em, tenantId);
        const allowed = readLimits(tenant.limits);
        const used = await countAllUsed(em, tenantId);
        return {
          ...presentStats(tenantId, await readStats(em, tenantId, now)),
          limits: countedOfTenant.map((name) => ({ name, limit: allowed[name], used: used[name] })),
          ...(query.include.includes('daily') && { daily: await readDays(em, tenantId, tenant.timezone, now) }),
          ...(query.include.includes('faqs') && { faqs: await readFaqNumbers(em, tenantId, now, MOST_FAQS) }),
        };
      }),
  }),
];

function presentStats(tenantId: string, stats: Stats) {
  const { totalChats, totalMessages, totalFaqs, bot, awaitingConsent, queued, human } = stats;
  const { messagesIn, messagesOut, conversations, turns, faqAnswers, handovers, handoversTaken } = stats;
  return {
    tenantId,
    totalChats,
    totalMessages,
    totalFaqs,
    lastUpdated: timeOrNull(stats.lastUpdated),
    lastActivity: timeOrNull(stats.lastActivity),
    openConversations: { all: bot + awaitingConsent + queued + human, bot, awaitingConsent, queued, human },
    lastDays: {
      days: STATS_DAYS,
      messagesIn,
      messagesOut,
      conversations,
      turns,
      faqAnswers,
      faqHitRate: turns > 0 ? faqAnswers / turns : null,
      handovers,
      handoversTaken,
      medianFirstResponseSeconds: stats.medianFirstResponseSeconds,
    },
  };
}
