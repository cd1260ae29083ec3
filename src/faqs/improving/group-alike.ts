import { readConsent } from '../../language/understand.ts';
import { choose, type Group, type Settled, type Unanswered } from './choose-question.ts';
import { createCounts, type Counts } from './counts.ts';
import { createLeaders, type Node } from './leaders.ts';
import { createPauses } from './pauses.ts';
import { tellingWordsOf } from './telling-words.ts';

export type { Group, Settled, Unanswered } from './choose-question.ts';

/** What reading or describing a message costs, in pieces of work. */
const MESSAGE = 20;

/**
 * Groups messages by likeness of their words, the group that most conversations asked for first; what is alike to a
 * settled question is left out, and so is what asks nothing. The order of the messages changes nothing.
 *
 * Yields whenever others should be let run; the work grows with the number of messages, as each word of a message is
 * looked up in a bounded number of groups.
 */
export function* groupAlike(
  messages: readonly Unanswered[],
  settled: readonly Settled[] = [],
): Generator<undefined, Group[]> {
  const isPauseDue = createPauses();
  const nodes = new Map<string, Node<Unanswered>>();
  const counts = createCounts();
  for (const message of messages) {
    addTo(nodes, counts, message);
    if (isPauseDue(MESSAGE)) yield;
  }
  const closed = settled.map(({ text, language, count }) => {
    const stems = [...tellingWordsOf(text, language).keys()].toSorted();
    counts.add(stems, count);
    return stems;
  });

  const leaders = createLeaders<Unanswered>(counts.weightOf);
  for (const stems of closed) leaders.close(stems);
  // First who leads, then who follows whom: the best leader of a message may have come after it.
  const followers: Node<Unanswered>[] = [];
  for (const node of byCentrality([...nodes.values()], counts)) {
    if (!leaders.lead(node)) followers.push(node);
    if (isPauseDue(leaders.takeWork())) yield;
  }
  for (const node of followers) {
    leaders.follow(node);
    if (isPauseDue(leaders.takeWork())) yield;
  }

  const groups: Group[] = [];
  for (const group of leaders.groups()) {
    groups.push(choose(group, counts));
    if (isPauseDue(group.length * MESSAGE)) yield;
  }
  return groups.sort(
    (one, other) =>
      other.conversations - one.conversations ||
      other.members.length - one.members.length ||
      (one.messageId < other.messageId ? -1 : 1),
  );
}

function addTo(nodes: Map<string, Node<Unanswered>>, counts: Counts, message: Unanswered): void {
  const telling = tellingWordsOf(message.text, message.language);
  if (telling.size === 0 || isYesOrNo(message, telling.size)) return;
  counts.add(telling.keys(), 1);
  const stems = [...telling.keys()].toSorted();
  const key = stems.join(' ');
  const node = nodes.get(key);
  if (node) node.members.push({ ...message, telling });
  else nodes.set(key, { key, stems, members: [{ ...message, telling }] });
}

/** "Ok" and "no thanks" are words of their own, but ask nothing. Whoever says more may ask something with it. */
function isYesOrNo({ text, language }: Unanswered, size: number): boolean {
  return size <= 2 && text.length <= LONGEST_YES && readConsent(text, language) !== 'unclear';
}

const LONGEST_YES = 24;

/**
 * What was asked in the same words most often first, then what has the most common words, weighted: the middle of a
 * group goes before its edge, and leads it.
 */
function byCentrality(nodes: Node<Unanswered>[], counts: Counts): Node<Unanswered>[] {
  const centralityOf = ({ stems }: Node<Unanswered>) => {
    let whole = 0;
    let shared = 0;
    for (const stem of stems) {
      const weight = counts.weightOf(stem);
      whole += weight;
      shared += weight * Math.log(counts.of(stem));
    }
    return shared / whole;
  };
  return nodes
    .map((node) => ({ node, centrality: centralityOf(node) }))
    .toSorted(
      (one, other) =>
        other.node.members.length - one.node.members.length ||
        other.centrality - one.centrality ||
        (one.node.key < other.node.key ? -1 : 1),
    )
    .map(({ node }) => node);
}
