import type { HandoverNotice } from '../notifier.ts';

const HEADLINE_LENGTH = 250;
const SUMMARY_LENGTH = 500;
const HINT_LENGTH = 300;
const MESSAGE_LENGTH = 1_000;

// Characters that end a line where none may end, or turn the direction of everything behind them.
const NOT_IN_A_LINE = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu;
const NOT_IN_A_TEXT = /[^\P{Cc}\n\t]|[\u202A-\u202E\u2066-\u2069]/gu;

/** A notice in words, safe to put into any medium but not escaped for it: who, what was said, where to answer. */
export interface Wording {
  /** One line that says who needs somebody, where, and why. */
  headline: string;
  summary: string;
  /** Oldest first. */
  messages: { author: string; text: string }[];
  url: string;
  howToAnswer: string;
  /** To the minute, for whoever reads it later. */
  since: string;
}

/** Customers choose their names and messages; what they wrote must not look like something that we say. */
export function wordingOf(notice: HandoverNotice, howToAnswer: string): Wording {
  const { contactName, channel } = notice.conversation;
  const who = oneLine(contactName, 80) || 'A customer';
  const where = `${oneLine(channel, 60)} (${oneLine(notice.tenant.name, 60)})`;
  return {
    headline: oneLine(`${who} on ${where} needs you: ${notice.reason}`, HEADLINE_LENGTH),
    summary: shorten(clean(notice.summary), SUMMARY_LENGTH),
    messages: notice.lastMessages.map(({ author, text }) => ({
      author: oneLine(author, 80) || 'Unknown',
      text: shorten(clean(text), MESSAGE_LENGTH),
    })),
    url: notice.url,
    howToAnswer: shorten(clean(notice.replyHint ?? howToAnswer), HINT_LENGTH),
    since: `Waiting since ${notice.createdAt.slice(0, 16).replace('T', ' ')} UTC.`,
  };
}

/** The whole notice as text of at most `limit` UTF-16 units; earlier messages go first when it is too long. */
export function plainText(wording: Wording, limit: number): string {
  const { headline, summary, messages, url, howToAnswer, since } = wording;
  const end = [`Open the conversation: ${url}`, howToAnswer, since];
  const frame = [headline, summary, 'Last messages:\n', ...end].join('\n\n');
  const said = newestThatFit(
    // Indented, so that no second line of a message can pass for a line of ours.
    messages.map(({ author, text }) => `${author}: ${text.replaceAll('\n', '\n  ')}`),
    limit - frame.length,
  );
  const parts = [headline, summary, said && `Last messages:\n${said}`, ...end];
  return shorten(parts.filter(Boolean).join('\n\n'), limit);
}

/** Lines of a talk, joined: all, or the newest that fit into `room` below a mark that something is missing. */
export function newestThatFit(lines: string[], room: number): string {
  const mark = '…';
  const kept: string[] = [];
  let left = room - mark.length - 1;
  for (const line of lines.toReversed()) {
    if (line.length + 1 > left) break;
    kept.unshift(line);
    left -= line.length + 1;
  }
  if (kept.length < lines.length) kept.unshift(mark);
  return kept.join('\n');
}

/** At most `length` UTF-16 units, cut between words unless that would cost more than half of it. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const start = text.slice(0, length - 1);
  const space = start.search(/\s\S*$/);
  const cut = space > length / 2 ? start.slice(0, space) : start;
  // Not half a character, and no joiner that waits for its other half.
  return `${cut.replace(/[\uD800-\uDBFF\u200D\s]+$/, '')}…`;
}

const oneLine = (text: string, length: number) =>
  shorten(text.toWellFormed().replace(NOT_IN_A_LINE, ' ').replace(/ {2,}/g, ' ').trim(), length);

/** Of empty lines one is enough: with many, a message would push everything else out of sight. */
const clean = (text: string) =>
  text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(NOT_IN_A_TEXT, '')
    .replace(/\n\s*\n/g, '\n\n')
    .trim();
