import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, type TurnFacts, type Verdict } from '../../src/conversations/decide.ts';
import { readThresholds } from '../../src/tenancy/settings.ts';

const usual: TurnFacts = {
  handler: 'bot',
  isStale: false,
  isLate: false,
  isUntold: false,
  isSuspended: false,
  asksForHuman: false,
  consent: 'unclear',
  isFrustrated: false,
  isRepeated: false,
  match: null,
  runnerUp: null,
  parts: [],
  isPicked: false,
  handoverMode: 'ask',
  thresholds: readThresholds({}),
  hasAgent: false,
  isAgentBusy: false,
  repliesThisHour: 0,
  botReplyCount: 0,
  missedCount: 0,
  consentAskedCount: 0,
  consentQuietTurns: 0,
};
const faq = (confidence: number, n = 1) => {
  const answer = n === 1 ? 'We open at 7' : `Answer ${n}`;
  return { faqId: `faq-${n}`, question: `Question ${n}?`, answer, language: null, confidence };
};
const answersWith = (...ns: number[]) => ({ type: 'answer', faqs: ns.map((n) => ({ faqId: `faq-${n}` })) });
const offers = (...ns: number[]) => ({ type: 'clarify', text: null, offered: ns.map((n) => ({ faqId: `faq-${n}` })) });
const thresholds = (given: Record<string, unknown>) => ({ thresholds: readThresholds(given) });

type Row = [name: string, facts: Partial<TurnFacts>, path: Verdict['path'], outcome: Record<string, unknown>];

const rows: Row[] = [
  ['a manager has it', { handler: 'human', match: faq(1), asksForHuman: true }, 'human', { type: 'silent' }],
  ['it waits for a manager', { handler: 'queued', match: faq(1) }, 'human', { type: 'silent' }],
  ['it is told to nobody that it waits', { handler: 'queued', isUntold: true }, 'human', { type: 'tell_waiting' }],
  ['nobody is to answer', { isStale: true, isLate: true, match: faq(1) }, 'stale', { type: 'silent' }],
  ['it came late', { isLate: true, match: faq(1) }, 'stale', { type: 'hand_over', category: 'too_old', text: null }],
  [
    'it came late, and answers an offer with a yes',
    { handler: 'awaiting_consent', consent: 'yes', consentAskedCount: 1, isLate: true },
    'stale',
    { type: 'hand_over', category: 'too_old' },
  ],
  [
    'it came late, and answers an offer with a no',
    { handler: 'awaiting_consent', consent: 'no', consentAskedCount: 1, isLate: true },
    'stale',
    { type: 'silent' },
  ],
  ['it came late, to a manager', { handler: 'human', isLate: true }, 'human', { type: 'silent' }],
  ['it came late, and the tenant is suspended', { isLate: true, isSuspended: true }, 'suspended', { type: 'wait' }],
  ['the tenant is suspended', { isSuspended: true, match: faq(1), asksForHuman: true }, 'suspended', { type: 'wait' }],
  ['a manager has it, suspended or not', { isSuspended: true, handler: 'human' }, 'human', { type: 'silent' }],
  ['nobody is to answer, suspended or not', { isSuspended: true, isStale: true }, 'stale', { type: 'silent' }],
  ['a FAQ is sure', { match: faq(0.5) }, 'faq', { ...answersWith(1), text: 'We open at 7' }],
  ['a FAQ is not quite sure', { match: faq(0.49) }, 'miss', { type: 'clarify' }],
  [
    'the tenant wants surer FAQs',
    { match: faq(0.8), ...thresholds({ faq_confidence: 0.9 }) },
    'miss',
    { type: 'clarify' },
  ],
  [
    'a human is asked for',
    { asksForHuman: true, match: faq(1) },
    'request',
    { type: 'hand_over', category: 'customer_request' },
  ],
  [
    'a human is asked for after too many automatic replies',
    { asksForHuman: true, botReplyCount: 10 },
    'request',
    { type: 'hand_over', category: 'customer_request' },
  ],
  ['a first miss', {}, 'miss', { type: 'clarify' }],
  [
    'a second miss, ask',
    { missedCount: 1 },
    'miss',
    { type: 'offer_human', isAgain: false, category: 'missing_knowledge' },
  ],
  ['a second miss, immediate', { missedCount: 1, handoverMode: 'immediate' }, 'miss', { type: 'hand_over' }],
  [
    'a second miss near a FAQ',
    { missedCount: 1, match: faq(0.3) },
    'miss',
    { type: 'offer_human', category: 'low_confidence' },
  ],
  [
    'a tenant who hands over at the first miss',
    thresholds({ escalation_threshold: 0.5 }),
    'miss',
    { type: 'offer_human' },
  ],
  [
    'a tenant who is patient',
    { missedCount: 1, ...thresholds({ escalation_threshold: 0.9 }) },
    'miss',
    { type: 'clarify' },
  ],
  ['a miss that is just enough', thresholds({ escalation_threshold: 0.6 }), 'miss', { type: 'offer_human' }],
  [
    'asking again, and that is just enough',
    { isRepeated: true, match: faq(1), ...thresholds({ escalation_threshold: 0.5 }) },
    'escalation',
    { type: 'offer_human', category: 'sentiment' },
  ],
  ['upset over a known answer, once', { isFrustrated: true, match: faq(1) }, 'faq', { type: 'answer' }],
  [
    'upset and asking again',
    { isFrustrated: true, isRepeated: true, match: faq(1) },
    'escalation',
    { type: 'offer_human', category: 'sentiment' },
  ],
  [
    'too many automatic replies',
    { botReplyCount: 10, match: faq(1) },
    'limit',
    { type: 'offer_human', category: 'max_responses' },
  ],
  [
    'the tenant allows fewer',
    { botReplyCount: 2, match: faq(1), ...thresholds({ max_responses: 2 }) },
    'limit',
    { type: 'offer_human' },
  ],
  ['two machines', { handler: 'awaiting_consent', repliesThisHour: 60, match: faq(1) }, 'limit', { type: 'hand_over' }],
  ['two machines, and nobody there', { repliesThisHour: 61, match: faq(1) }, 'limit', { type: 'silent' }],
  [
    'a tenant who allows more',
    { repliesThisHour: 60, match: faq(1), ...thresholds({ max_responses: 100 }) },
    'faq',
    { type: 'answer' },
  ],
  [
    'the limit, although the contact said no',
    { botReplyCount: 10, consentQuietTurns: 2 },
    'limit',
    { type: 'offer_human' },
  ],
  ['an agent is there', { hasAgent: true, match: faq(0.2) }, 'agent', { type: 'ask_agent' }],
  ['an agent is there, and a sure FAQ', { hasAgent: true, match: faq(0.9) }, 'faq', { type: 'answer' }],
  ['the agent is still busy', { hasAgent: true, isAgentBusy: true }, 'agent', { type: 'wait' }],
  [
    'a human is asked for while the agent is busy',
    { hasAgent: true, isAgentBusy: true, asksForHuman: true },
    'request',
    { type: 'hand_over' },
  ],
  [
    'yes to a human',
    { handler: 'awaiting_consent', consent: 'yes', consentAskedCount: 1 },
    'consent',
    { type: 'hand_over' },
  ],
  [
    'no to a human',
    { handler: 'awaiting_consent', consent: 'no', consentAskedCount: 1 },
    'consent',
    { type: 'decline_human' },
  ],
  [
    'neither yes nor no',
    { handler: 'awaiting_consent', consentAskedCount: 1 },
    'consent',
    { type: 'offer_human', isAgain: true },
  ],
  ['neither, twice', { handler: 'awaiting_consent', consentAskedCount: 2 }, 'consent', { type: 'decline_human' }],
  [
    'neither, twice, and the tenant hands over',
    { handler: 'awaiting_consent', consentAskedCount: 2, ...thresholds({ consent_silence: 'handover' }) },
    'consent',
    { type: 'hand_over' },
  ],
  [
    'a question instead of a yes',
    { handler: 'awaiting_consent', consentAskedCount: 1, match: faq(0.9) },
    'faq',
    { type: 'answer' },
  ],
  [
    'a question instead of a yes, after too many automatic replies',
    { handler: 'awaiting_consent', consentAskedCount: 1, botReplyCount: 10, match: faq(0.9) },
    'consent',
    { type: 'offer_human', isAgain: true },
  ],
  [
    'an upset question asked again instead of a yes',
    { handler: 'awaiting_consent', consentAskedCount: 1, isFrustrated: true, isRepeated: true, match: faq(0.9) },
    'consent',
    { type: 'offer_human', isAgain: true },
  ],
  ['a miss soon after a no', { missedCount: 1, consentQuietTurns: 2 }, 'miss', offers()],

  ['two FAQs that are sure together', { match: faq(0.3), runnerUp: faq(0.2, 2) }, 'miss', offers(1, 2)],
  ['two that are not sure together', { match: faq(0.3), runnerUp: faq(0.19, 2) }, 'miss', offers()],
  ['a runner-up half as likely', { match: faq(0.4), runnerUp: faq(0.2, 2) }, 'miss', offers(1, 2)],
  ['a runner-up far behind', { match: faq(0.45), runnerUp: faq(0.2, 2) }, 'miss', offers()],
  ['a sure FAQ with one close behind', { match: faq(0.5), runnerUp: faq(0.49, 2) }, 'faq', answersWith(1)],
  ['the same question twice', { match: faq(0.3), runnerUp: { ...faq(0.3), faqId: 'faq-2' } }, 'miss', offers()],
  [
    'two that are sure together for this tenant',
    { match: faq(0.4), runnerUp: faq(0.3, 2), ...thresholds({ faq_confidence: 0.7 }) },
    'miss',
    offers(1, 2),
  ],
  [
    'two FAQs, and an agent who may know better',
    { match: faq(0.3), runnerUp: faq(0.3, 2), hasAgent: true },
    'agent',
    { type: 'ask_agent' },
  ],
  [
    'a second miss, whatever could be offered',
    { missedCount: 1, match: faq(0.3), runnerUp: faq(0.3, 2) },
    'miss',
    { type: 'offer_human' },
  ],
  [
    'two FAQs soon after a no to a human',
    { missedCount: 1, consentQuietTurns: 2, match: faq(0.3), runnerUp: faq(0.3, 2) },
    'miss',
    offers(1, 2),
  ],
  ['one of two was chosen', { match: faq(1, 2), parts: [faq(1, 2)], isPicked: true }, 'faq', answersWith(2)],

  [
    'two questions, both sure',
    { match: faq(0.6), parts: [faq(0.9, 2), faq(0.5)] },
    'faq',
    { ...answersWith(2, 1), text: 'Answer 2\n\nWe open at 7' },
  ],
  ['two questions, the whole unsure', { match: faq(0.2), parts: [faq(0.9), faq(0.8, 2)] }, 'faq', answersWith(1, 2)],
  ['two questions, one unsure', { match: faq(0.6), parts: [faq(0.9), faq(0.49, 2)] }, 'faq', answersWith(1)],
  ['one of two sure, the whole not', { match: faq(0.3), parts: [faq(0.9), faq(0.2, 2)] }, 'miss', { type: 'clarify' }],
  ['one question in two sentences', { match: faq(0.6), parts: [faq(0.9), faq(0.8)] }, 'faq', answersWith(1)],
  ['the whole is another question', { match: faq(1, 3), parts: [faq(0.9), faq(0.8, 2)] }, 'faq', answersWith(3)],
  [
    'four questions',
    { match: faq(0.9), parts: [faq(0.9), faq(0.9, 2), faq(0.9), faq(0.9, 3), faq(0.9, 4)] },
    'faq',
    { ...answersWith(1, 2, 3), isCut: true },
  ],
  [
    'four questions, the first of them the least sure',
    { match: faq(0.9), parts: [faq(0.6, 4), faq(0.7, 3), faq(0.8, 2), faq(0.9)] },
    'faq',
    { ...answersWith(3, 2, 1), isCut: true },
  ],
  [
    'three questions',
    { match: faq(0.9), parts: [faq(0.9), faq(0.9, 2), faq(0.9, 3)] },
    'faq',
    { ...answersWith(1, 2, 3), isCut: false },
  ],
  [
    'both of two were chosen',
    { match: faq(1), parts: [faq(1), faq(1, 2)], isPicked: true },
    'faq',
    { ...answersWith(1, 2), isCut: false },
  ],
  [
    'two questions, and a human is asked for',
    { match: faq(0.9), parts: [faq(0.9), faq(0.9, 2)], asksForHuman: true },
    'request',
    { type: 'hand_over' },
  ],
  [
    'two questions instead of a yes',
    { handler: 'awaiting_consent', consentAskedCount: 1, match: faq(0.2), parts: [faq(0.9), faq(0.9, 2)] },
    'faq',
    answersWith(1, 2),
  ],
];

describe('what is done with a turn', () => {
  it.each(rows)('%s', (_name, facts, path, outcome) => {
    const verdict = decide({ ...usual, ...facts });
    expect(verdict).toMatchObject({ path, outcome });
    expect(verdict.reason).not.toBe('');
  });

  it('says nothing over a human, whatever else is true', () => {
    for (const handler of ['human', 'queued', 'closed'] as const) {
      for (const [, facts] of rows) {
        expect(decide({ ...usual, ...facts, handler, isUntold: false }).outcome).toEqual({ type: 'silent' });
      }
    }
  });

  it('is always a step that the conversation may take, and never two of the same offer', () => {
    const sometimes = <T>(value: T) => fc.constantFrom(null, value);
    const count = fc.integer({ min: 0, max: 12 });
    const any: fc.Arbitrary<TurnFacts> = fc.record({
      isStale: fc.boolean(),
      isLate: fc.boolean(),
      isUntold: fc.boolean(),
      isSuspended: fc.boolean(),
      asksForHuman: fc.boolean(),
      isFrustrated: fc.boolean(),
      isRepeated: fc.boolean(),
      isPicked: fc.boolean(),
      hasAgent: fc.boolean(),
      isAgentBusy: fc.boolean(),
      repliesThisHour: fc.integer({ min: 0, max: 70 }),
      handler: fc.constantFrom('bot', 'awaiting_consent'),
      consent: fc.constantFrom('yes', 'no', 'unclear'),
      match: sometimes(faq(0.9)),
      runnerUp: sometimes(faq(0.3, 2)),
      parts: fc.constantFrom([], [faq(0.9), faq(0.9, 2)]),
      handoverMode: fc.constantFrom('ask', 'immediate'),
      thresholds: fc
        .record({
          max_responses: fc.integer({ min: 1, max: 10 }),
          escalation_threshold: fc.constantFrom(0.3, 0.5, 0.8, 1),
          consent_silence: fc.constantFrom('continue', 'handover'),
        })
        .map((given) => readThresholds(given)),
      botReplyCount: count,
      missedCount: count,
      consentAskedCount: count,
      consentQuietTurns: count,
    });
    fc.assert(
      fc.property(any, (facts) => {
        const { outcome } = decide(facts);
        const isOpen = facts.handler === 'awaiting_consent';
        if (outcome.type === 'offer_human') expect(outcome.isAgain).toBe(isOpen);
        if (outcome.type === 'decline_human') expect(isOpen).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('says in its reason what was offered, chosen, or answered together', () => {
    const reasonOf = (facts: Partial<TurnFacts>) => decide({ ...usual, ...facts }).reason;
    expect(reasonOf({ match: faq(0.3), runnerUp: faq(0.2, 2) })).toMatch(/0\.30 and the next one 0\.20/);
    expect(reasonOf({ match: faq(1), isPicked: true })).toMatch(/chose/);
    expect(reasonOf({ match: faq(0.6), parts: [faq(0.9), faq(0.7, 2)] })).toMatch(/several questions.*0\.90, 0\.70/);
  });

  it('gives the same verdict for the same facts', () => {
    for (const [, facts] of rows) {
      expect(decide({ ...usual, ...facts })).toEqual(decide({ ...usual, ...facts }));
    }
  });
});

describe('thresholds', () => {
  it('refuses unknown keys by name, and says which are known', () => {
    expect(() => readThresholds({ responce_timeout: 5, max_responses: 3 })).toThrow(
      /unknown: responce_timeout \(known: .*response_timeout/,
    );
  });

  it('refuses wrong values by name', () => {
    expect(() => readThresholds({ faq_confidence: 2 })).toThrow(/faq_confidence/);
    expect(() => readThresholds({ max_responses: 'many' })).toThrow(/max_responses/);
  });
});
