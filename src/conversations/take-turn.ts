import { hash } from 'node:crypto';
import type { Conversation, Handler } from '../entities/conversation.ts';
import { ask, type Asked } from '../faqs/ask.ts';
import { spokenLanguage } from '../language/spoken.ts';
import { asksForHuman, isFrustrated, readConsent } from '../language/understand.ts';
import { words } from '../language/words.ts';
import type { Settings } from '../tenancy/settings.ts';
import { applyVerdict } from './apply-verdict.ts';
import { repliesThisHour } from './count-reply.ts';
import { decide, type TurnFacts } from './decide.ts';
import { picksFrom } from './offer-faqs.ts';
import type { Said } from './take-in.ts';
import type { Unit } from './unit.ts';

/** What the contact said since we last answered. */
export interface Turn {
  text: string;
  language: string;
  firstSeq: number;
  lastSeq: number;
  /** When its work began, by the monotonic clock, in milliseconds. */
  startedAt: number;
}

/** Whether the contact's words must not wait for more of them: somebody who asks for a human is not kept waiting. */
export function isUrgent(unit: Unit, conversation: Conversation, text: string): boolean {
  return asksForHuman(text, languageOf(unit, conversation, text));
}

/** Decides a turn and does what was decided. Advances the conversation; the caller holds its row lock. */
export function takeTurn(unit: Unit, conversation: Conversation, said: Said[]): void {
  const startedAt = performance.now();
  const first = said[0];
  const last = said.at(-1);
  if (!first || !last) return;
  const text = said
    .map((part) => part.text)
    .filter(Boolean)
    .join('\n');
  const language = languageOf(unit, conversation, text);
  const turn: Turn = { text, language, firstSeq: first.seq, lastSeq: last.seq, startedAt };
  const asked = ask(unit.faqs, text, picksFrom(conversation, turn));
  const facts = factsOf(unit, conversation, turn, last.sentAt, asked);
  const verdict = decide(facts);
  if (verdict.outcome.type === 'wait') {
    // The turn stays open; it is decided once the agent has answered the one before, or ran out of time.
    conversation.turnStartedAt ??= unit.now;
    const pauseMs = facts.isLate ? LOOK_AT_LATE_MS : LOOK_AGAIN_MS;
    if (facts.isSuspended) conversation.turnDueAt = new Date(unit.now.getTime() + pauseMs);
    return;
  }
  closeTurn(conversation, last.seq);
  conversation.lastTurnDigest = asked.isPicked ? null : digest(text, language);
  conversation.faqOffer = null;
  applyVerdict(unit, conversation, turn, verdict, { asked, facts, agentRun: null });
}

/** Everything up to `lastSeq` has been decided. */
export function closeTurn(conversation: Conversation, lastSeq: number): void {
  conversation.turnStartedAt = null;
  conversation.turnDueAt = null;
  conversation.turnAttempts = 0;
  conversation.answeredSeq = Math.max(conversation.answeredSeq, lastSeq);
}

/** How often a suspended tenant's open turns are looked at, also when it stays so for days; the sweep does it. */
const LOOK_AGAIN_MS = 20_000;
const LOOK_AT_LATE_MS = 600_000;
/**
 * WhatsApp, the most patient platform, tries for seven days to bring a message. What is older when it comes was brought
 * in from elsewhere, and nobody waits for an answer.
 */
const OLDEST_SECONDS = 7 * 86_400;

/** Leaves a turn that was given to an agent to be decided once more, when the tenant is active again. */
export function takeTurnBack(unit: Unit, conversation: Conversation, { firstSeq }: Pick<Turn, 'firstSeq'>): void {
  conversation.answeredSeq = Math.min(conversation.answeredSeq, firstSeq - 1);
  conversation.lastTurnDigest = null;
  conversation.turnStartedAt ??= unit.now;
  conversation.turnDueAt = new Date(unit.now.getTime() + LOOK_AGAIN_MS);
}

/** The facts of a turn as the conversation stands; also asked again when an agent has come back empty-handed. */
export function factsOf(unit: Unit, conversation: Conversation, turn: Turn, saidAt: Date, asked: Asked): TurnFacts {
  const { settings, now } = unit;
  const { language } = turn;
  const text = asked.isPicked ? '' : turn.text;
  const ageSeconds = (now.getTime() - saidAt.getTime()) / 1000;
  const isLate = ageSeconds > settings.thresholds.answer_max_age;
  const isStale = ageSeconds > OLDEST_SECONDS || !conversation.isSubscribed;
  return {
    ...readFacts(settings, turn, conversation.handler, asked),
    isStale,
    isLate,
    isUntold: conversation.isUntold && !isLate && !isStale && settings.isActive,
    isSuspended: !settings.isActive,
    isRepeated: text !== '' && conversation.lastTurnDigest === digest(text, language),
    isAgentBusy: conversation.activeRunId !== null,
    repliesThisHour: repliesThisHour(conversation, now),
    botReplyCount: conversation.botReplyCount,
    missedCount: conversation.missedCount,
    consentAskedCount: conversation.consentAskedCount,
    consentQuietTurns: conversation.consentQuietTurns,
  };
}

/** Facts that the turn's words and the tenant's settings tell, whatever was before; pure. */
export function readFacts(
  settings: Pick<Settings, 'handoverMode' | 'thresholds' | 'agentId'>,
  turn: Pick<Turn, 'text' | 'language'>,
  handler: Handler,
  { match, runnerUp, parts, isPicked }: Asked,
) {
  const { language } = turn;
  // The words of a choice are ours: they do not say what the contact feels, or that the contact repeats anything.
  const text = isPicked ? '' : turn.text;
  return {
    handler,
    asksForHuman: asksForHuman(text, language),
    consent: handler === 'awaiting_consent' ? readConsent(text, language) : ('unclear' as const),
    isFrustrated: isFrustrated(text, language),
    match,
    runnerUp,
    parts,
    isPicked,
    handoverMode: settings.handoverMode,
    thresholds: settings.thresholds,
    hasAgent: settings.agentId !== null,
  };
}

/** What a contact is answered in. */
export const languageOf = (
  { settings }: { settings: Pick<Settings, 'language' | 'languages'> },
  conversation: Pick<Conversation, 'language'>,
  text: string,
) => spokenLanguage(settings, conversation.language ?? null, text);

const digest = (text: string, language: string) =>
  hash('sha256', words(text, language).join(' '), 'base64url').slice(0, 16);
