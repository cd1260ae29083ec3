import type { MikroORM } from '@mikro-orm/postgresql';
import { ask } from '../faqs/ask.ts';
import type { SpokenFaq } from '../faqs/by-language.ts';
import { faqAfter, type Change } from '../faqs/improving/regression.ts';
import { readTenantFaqs, type MatcherOf } from '../faqs/matcher-of.ts';
import { readFaqs } from '../faqs/read-faqs.ts';
import { runInSlices } from '../faqs/slices.ts';
import type { TenantFaqs } from '../faqs/tenant-faqs.ts';
import { notFound } from '../errors.ts';
import { baseLanguage } from '../language/base.ts';
import { mergeThresholds, type SettingsPatch } from '../tenancy/change-settings.ts';
import { readThresholds, type Settings, type SettingsOf } from '../tenancy/settings.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import { decide, type Outcome, type ReasonCategory, type Verdict } from './decide.ts';
import { readDecidedTurns, type DecidedTurn } from './decided-turns.ts';
import { languageOf, readFacts } from './take-turn.ts';

export interface Proposal {
  settings: SettingsPatch;
  /** In their order. */
  faqs: Change[];
  /** How many of the last turns are decided again. */
  turns: number;
}

/** A verdict, as far as it can be compared. */
export interface Told {
  path: string;
  outcome: string;
  reason: string;
  /** 0..1; null where no FAQ came into question. */
  confidence: number | null;
  /** FAQs that answer or are offered. */
  faqs: { faqId: string; confidence: number }[];
  category: ReasonCategory | null;
  /** The FAQs' answer. */
  text: string | null;
}

export interface TurnPreview {
  turn: DecidedTurn;
  /** Under the settings and FAQs of now, which may be others than when it was decided. */
  before: Told;
  after: Told;
  differs: boolean;
}

interface Deps {
  orm: MikroORM;
  settingsOf: SettingsOf;
  matcherOf: MatcherOf;
}

interface Rules {
  settings: Settings;
  faqs: TenantFaqs;
}

/**
 * Decides the tenant's last turns again, under the settings and FAQs of now and under proposed ones, the newest first.
 * Each turn by itself, as the conversation stood: what another answer would have led to is not followed. Changes nothing.
 * Throws 404 for a FAQ that the tenant does not have.
 */
export async function previewTurns(deps: Deps, tenantId: string, proposal: Proposal): Promise<TurnPreview[]> {
  const [settings, faqs] = await Promise.all([deps.settingsOf(tenantId), deps.matcherOf(tenantId)]);
  const now = { settings, faqs };
  const proposed = await propose(deps, tenantId, now, proposal);
  const turns = await withTenant(deps.orm, tenantId, (em) => readDecidedTurns(em, tenantId, proposal.turns));
  return runInSlices(compareAll(turns, now, proposed));
}

function* compareAll(turns: DecidedTurn[], now: Rules, proposed: Rules): Generator<undefined, TurnPreview[]> {
  const compared: TurnPreview[] = [];
  for (const turn of turns) {
    const before = tell(turn, now);
    yield;
    const after = tell(turn, proposed);
    yield;
    compared.push({ turn, before, after, differs: essence(before) !== essence(after) });
  }
  return compared;
}

async function propose(deps: Deps, tenantId: string, now: Rules, { settings: given, faqs: changes }: Proposal) {
  const { thresholds, ...plain } = given;
  const set = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
  const settings: Settings = {
    ...now.settings,
    ...set,
    thresholds: readThresholds(mergeThresholds(now.settings.thresholds, thresholds ?? {})),
  };
  const speaksAnother = baseLanguage(settings.language) !== baseLanguage(now.settings.language);
  if (changes.length === 0 && !speaksAnother) return { settings, faqs: now.faqs };
  // An index of its own: nobody is answered out of it.
  const faqs = await readTenantFaqs(deps.orm, tenantId, settings.language);
  for (const faq of await changedFaqs(deps.orm, tenantId, changes)) faqs.put(faq);
  return { settings, faqs };
}

/** The FAQs as the changes would leave them. New ones are called `new-1`, `new-2` and so on, by their places in the list. */
async function changedFaqs(orm: MikroORM, tenantId: string, changes: Change[]): Promise<Iterable<SpokenFaq>> {
  const ids = changes.flatMap((change) => (change.type === 'create' ? [] : [change.faqId]));
  const present = new Map((await readFaqs(orm, tenantId, ids)).map((faq) => [faq.id, faq]));
  for (const [at, change] of changes.entries()) {
    const id = change.type === 'create' ? `new-${at + 1}` : change.faqId;
    const after = faqAfter(change, present.get(id) ?? null);
    if (!after) throw notFound(`there is no FAQ ${id}`);
    present.set(id, { ...after, id });
  }
  return present.values();
}

function tell(turn: DecidedTurn, { settings, faqs }: Rules): Told {
  const { text, before, handler, pickedFaqId } = turn;
  const language = languageOf({ settings }, { language: turn.contactLanguage }, text);
  const asked = ask(faqs, text, pickedFaqId === null ? null : () => [pickedFaqId]);
  const facts = { ...readFacts(settings, { text, language }, handler, asked), ...before };
  return toldBy(
    decide({ ...facts, isStale: false, isLate: false, isUntold: false, isSuspended: false, repliesThisHour: 0 }),
    asked.match?.confidence ?? null,
  );
}

function toldBy({ path, outcome, reason }: Verdict, bestConfidence: number | null): Told {
  const faqs = faqsOf(outcome);
  const answered = outcome.type === 'answer' ? Math.min(...faqs.map(({ confidence }) => confidence)) : null;
  return {
    path,
    outcome: outcome.type,
    reason,
    confidence: answered ?? bestConfidence,
    faqs,
    category: 'category' in outcome ? outcome.category : null,
    text: outcome.type === 'answer' ? outcome.text : null,
  };
}

function faqsOf(outcome: Outcome) {
  const faqs = outcome.type === 'answer' ? outcome.faqs : outcome.type === 'clarify' ? outcome.offered : [];
  return faqs.map(({ faqId, confidence }) => ({ faqId, confidence }));
}

/** What the contact would notice, and which rule it came from; not how sure it was. */
const essence = ({ path, outcome, faqs, text, category }: Told) =>
  JSON.stringify([path, outcome, category, faqs.map(({ faqId }) => faqId), text]);
