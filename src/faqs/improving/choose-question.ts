import type { Counts } from './counts.ts';
import type { Node } from './leaders.ts';
import { rankKeywords } from './rank-keywords.ts';

/** A turn that no FAQ was sure to answer. */
export interface Unanswered {
  /** In the order in which they were said, at least one. */
  messageIds: readonly string[];
  conversationId: string;
  text: string;
  /** ISO 639-1, of the turn. */
  language: string;
  at: Date;
}

/** A question that a manager does not want to see again. */
export interface Settled {
  text: string;
  language: string;
  /** Messages that it stood for. */
  count: number;
}

export interface Group {
  /** Text of the most central message, at most 300 characters. */
  question: string;
  /** First message of the most central turn; names the group. */
  messageId: string;
  /** Best first, at most 5. */
  keywords: string[];
  /** Different conversations that asked. */
  conversations: number;
  /** Oldest first. */
  members: Unanswered[];
}

const LONGEST_QUESTION = 300;
const MOST_KEYWORDS = 5;

/** What a group asks, in the words of one of its messages, and the words that tell it from all other messages. */
export function choose(nodes: readonly Node<Unanswered>[], counts: Counts): Group {
  const inGroup = new Map<string, number>();
  for (const { stems, members } of nodes) {
    for (const stem of stems) inGroup.set(stem, (inGroup.get(stem) ?? 0) + members.length);
  }
  const members = nodes.flatMap((node) => node.members).toSorted(byAge);
  const [first] = mostCentral(nodes, inGroup, counts).members.toSorted(
    (one, other) => one.text.length - other.text.length || byAge(one, other),
  );
  const messageId = first?.messageIds[0];
  if (!first || messageId === undefined) throw new Error('a group has at least one message');
  const keywords = rankKeywords(
    members.map(({ telling }) => telling),
    {
      othersOf: (stem) => counts.of(stem) - (inGroup.get(stem) ?? 0),
      total: counts.total() - members.length,
      leastShare: 0.2,
    },
  );
  return {
    question: cut(first.text.replace(/\s+/g, ' ').trim()),
    messageId,
    keywords: keywords.slice(0, MOST_KEYWORDS).map(({ keyword }) => keyword),
    conversations: new Set(members.map(({ conversationId }) => conversationId)).size,
    members: members.map(({ telling: _telling, ...member }) => member),
  };
}

/** Whose words say most of what the group says, in the fewest words; names that nobody else wrote count against it. */
function mostCentral(
  nodes: readonly Node<Unanswered>[],
  inGroup: ReadonlyMap<string, number>,
  { weightOf, rarityOf }: Counts,
): Node<Unanswered> {
  const centralityOf = ({ stems }: Node<Unanswered>) => {
    let product = 0;
    let square = 0;
    for (const stem of stems) {
      product += weightOf(stem) * rarityOf(stem) * (inGroup.get(stem) ?? 0);
      square += rarityOf(stem) ** 2;
    }
    return product / Math.sqrt(square);
  };
  const [best] = nodes
    .map((node) => ({ node, centrality: centralityOf(node) }))
    .toSorted((one, other) => other.centrality - one.centrality || (one.node.key < other.node.key ? -1 : 1));
  if (!best) throw new Error('a group has at least one message');
  return best.node;
}

const byAge = (one: Unanswered, other: Unanswered) =>
  one.at.getTime() - other.at.getTime() || ((one.messageIds[0] ?? '') < (other.messageIds[0] ?? '') ? -1 : 1);

/** Never through the middle of a character. */
function cut(text: string): string {
  if (text.length <= LONGEST_QUESTION) return text;
  return `${text.slice(0, LONGEST_QUESTION - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
