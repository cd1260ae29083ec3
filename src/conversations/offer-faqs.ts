import type { ChannelLimits } from '../channels/adapter.ts';
import type { Conversation } from '../entities/conversation.ts';
import type { KnownFaq } from '../faqs/ask.ts';
import { say as phrase } from '../language/replies.ts';
import { readSeveral } from '../language/several.ts';
import { splitText } from '../language/split-text.ts';
import { words } from '../language/words.ts';
import { say } from './say.ts';
import type { Turn } from './take-turn.ts';
import type { Unit } from './unit.ts';

/**
 * Asks the contact which FAQ is meant, and gives the message's id. The offer stands until the contact's next turn; it is
 * kept on the conversation, whose row lock the caller holds.
 */
export function offerFaqs(unit: Unit, conversation: Conversation, language: string, faqs: KnownFaq[]): string {
  const { text, titles, hasButtons } = wordOffer(faqs, unit.limitsOf(conversation.channelId).quickReplies, language);
  const messageId = say(unit, conversation, {
    sender: { kind: 'system', id: null },
    text,
    quickReplies: hasButtons ? titles : [],
    metadata: { offeredFaqIds: faqs.map(({ faqId }) => faqId) },
  });
  const choices = faqs.map(({ faqId, question }, at) => ({ faqId, question, title: titles[at] ?? '' }));
  conversation.faqOffer = { seq: conversation.lastSeq, choices };
  return messageId;
}

/**
 * How FAQs are offered: by buttons with the questions where they fit, otherwise by a numbered list, with buttons that
 * repeat number and gist where the channel has buttons. `language` is the contact's.
 */
export function wordOffer(faqs: KnownFaq[], limits: ChannelLimits['quickReplies'], language: string) {
  const questions = faqs.map(({ question }) => shortened(question.trim(), LONGEST_QUESTION));
  const hasButtons = limits.max >= faqs.length && limits.titleLength >= SHORTEST_TITLE;
  const spoken = languageOf(faqs) ?? language;
  if (hasButtons && questions.every((question) => question.length <= limits.titleLength)) {
    const text = phrase('clarifyBetween', spoken, questions.map(withoutMarks));
    return { text, titles: questions, hasButtons };
  }
  const numbers = questions.map((_, at) => String(at + 1));
  const text = `${phrase('clarifyBetween', spoken, numbers)}\n\n${numbered(questions).join('\n')}`;
  const length = hasButtons ? limits.titleLength : LONGEST_QUESTION;
  return { text, titles: numbered(gists(questions)).map((title) => shortened(title, length)), hasButtons };
}

/**
 * Which FAQs a line chooses, if FAQs are offered: one by the button's title, the question, or its number, and several by
 * "1 and 2" or "both". Null where none are offered, or where the turn began before they were.
 */
export function picksFrom(
  { faqOffer }: Pick<Conversation, 'faqOffer'>,
  { firstSeq, language }: Pick<Turn, 'firstSeq' | 'language'>,
): ((line: string) => string[]) | null {
  if (!faqOffer || firstSeq < faqOffer.seq) return null;
  const keyOf = (text: string) => words(text, language).join(' ');
  const byKey = new Map<string, string>();
  const add = (text: string, faqId: string) => {
    if (!byKey.has(keyOf(text))) byKey.set(keyOf(text), faqId);
  };
  const { choices } = faqOffer;
  for (const [at, { faqId }] of choices.entries()) add(String(at + 1), faqId);
  for (const { faqId, question, title } of choices) for (const text of [question, title]) add(text, faqId);
  byKey.delete('');
  return (line) => {
    const one = byKey.get(keyOf(line));
    if (one !== undefined) return [one];
    return readSeveral(line, choices.length, language).flatMap((at) => choices[at]?.faqId ?? []);
  };
}

/** UTF-16 units. */
const LONGEST_QUESTION = 300;
const SHORTEST_TITLE = 8;

/** The questions' own language, in which what stands around them is said too. Null where they have none, or two. */
function languageOf(faqs: KnownFaq[]): string | null {
  const languages = new Set(faqs.map(({ language }) => language));
  return languages.size === 1 ? (faqs[0]?.language ?? null) : null;
}

const numbered = (texts: string[]) => texts.map((text, at) => `${at + 1}. ${text}`);

/** At most `length` UTF-16 units, cut after a word where there is one, never within a character. */
function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const [beginning = ''] = splitText(text, length - 1, 'utf16');
  return `${beginning}…`;
}

/** What tells the questions apart: without the words with which all of them begin. */
function gists(questions: string[]): string[] {
  const split = questions.map((question) => question.split(/\s+/));
  const least = Math.min(...split.map(({ length }) => length));
  let same = 0;
  while (same < least - 1 && split.every((its) => its[same] === split[0]?.[same])) same += 1;
  return split.map((its) => its.slice(same).join(' '));
}

/** They are quoted within a question, which has its own mark. */
const withoutMarks = (question: string) => question.replace(/^[¿\s]+/, '').replace(/[?？؟\s]+$/, '');
