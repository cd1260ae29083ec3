import { z } from 'zod';
import { can, type TenantActor } from '../../auth/actor.ts';
import { previewTurns, type Told, type TurnPreview } from '../../conversations/preview.ts';
import type { Deps } from '../../deps.ts';
import { parseKeywords } from '../../language/keywords.ts';
import { id, text, time, timeOf } from '../api/fields.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';
import { SomeSettings } from '../api/settings-fields.ts';

const faqFields = {
  question: text(1_000),
  answer: text(10_000),
  keywords: z
    .union([z.array(text(100)).max(100), z.string().max(10_000).transform(parseKeywords)])
    .meta({ description: 'A list, or words with commas between them.' }),
  priority: z.int().min(-1_000).max(1_000),
};

const FaqChange = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('create'),
    faq: z.strictObject({
      ...faqFields,
      keywords: faqFields.keywords.default([]),
      priority: faqFields.priority.default(1),
    }),
  }),
  z.strictObject({
    type: z.literal('change'),
    faqId: id,
    set: z.strictObject({ ...faqFields, isActive: z.boolean() }).partial(),
  }),
  z.strictObject({ type: z.literal('deactivate'), faqId: id }),
]);

const faqId = z.string().meta({ description: '`new-1` is the one that the first change would create.' });
const confidence = z.number().min(0).max(1);

const ShownVerdict = z
  .strictObject({
    path: z.string().meta({ description: 'The rule that decides.' }),
    outcome: z.string(),
    reason: z.string(),
    confidence: confidence.nullable(),
    faqs: z.array(z.strictObject({ faqId, confidence })),
    category: z.string().nullable(),
    text: z.string().nullable().meta({ description: 'The FAQs’ answer.' }),
  })
  .meta({ id: 'PreviewedVerdict' });

const ShownPreview = z.strictObject({
  turns: z.int().meta({ description: 'Turns that were decided again.' }),
  differing: z.int(),
  /** By what becomes of them. */
  before: z.record(z.string(), z.int()),
  after: z.record(z.string(), z.int()),
  items: z.array(
    z.strictObject({
      decisionId: id,
      conversationId: id,
      decidedAt: time,
      text: z.string().nullable().meta({ description: 'What the contact said; null for who may not read it.' }),
      recorded: z.strictObject({
        path: z.string(),
        outcome: z.string(),
        faqId: id.nullable(),
        confidence: confidence.nullable(),
      }),
      before: ShownVerdict,
      after: ShownVerdict,
    }),
  ),
});

/** What would settings do? */
export const settingsPreviewOperations = (deps: Pick<Deps, 'orm' | 'settingsOf' | 'matcherOf'>): Operation[] => [
  tenantOperation({
    method: 'post',
    path: '/settings/preview',
    tag: 'Settings',
    summary: 'Try settings and changes of FAQs on the last turns, and change nothing',
    description:
      'Decides the last turns again, as they are decided now and as they would be. `items` are those that differ, the newest ' +
      'first; `recorded` is what was decided at the time. Each turn stands for itself: what another answer would have led to ' +
      'is not followed, and an agent is not asked.',
    permission: 'settings:read',
    body: z.strictObject({
      settings: SomeSettings.default({}),
      faqs: z.array(FaqChange).max(100).default([]),
      turns: z.int().min(1).max(200).default(50),
    }),
    response: ShownPreview,
    maxBytes: 2 * 1024 * 1024,
    async handle({ tenantId, actor, body }) {
      const all = await previewTurns(deps, tenantId, body);
      const differing = all.filter(({ differs }) => differs);
      return {
        turns: all.length,
        differing: differing.length,
        before: countOutcomes(all.map(({ before }) => before)),
        after: countOutcomes(all.map(({ after }) => after)),
        items: differing.map((preview) => present(preview, actor)),
      };
    },
  }),
];

const present = ({ turn, before, after }: TurnPreview, actor: TenantActor) => ({
  decisionId: turn.decisionId,
  conversationId: turn.conversationId,
  decidedAt: timeOf(turn.decidedAt),
  text: can(actor, 'conversations:read') ? turn.text : null,
  recorded: turn.recorded,
  before,
  after,
});

function countOutcomes(told: Told[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of told) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
