import type { TellingWords } from './telling-words.ts';

/** Messages with the same telling words. */
export interface Node<Member> {
  /** The stems as one text. */
  key: string;
  /** In alphabetical order. */
  stems: string[];
  members: (Member & { telling: TellingWords })[];
}

export interface Leaders<Member> {
  /** What is alike to these words joins no group. */
  close(stems: string[]): void;
  /** Makes the node the first of a group of its own, unless it is alike to an earlier leader. */
  lead(node: Node<Member>): boolean;
  /** Puts the node into the group of the leader that it is most alike to. */
  follow(node: Node<Member>): void;
  /** Pieces of work that were done since this was asked last. */
  takeWork(): number;
  /** The open groups, each with its leader first. */
  groups(): Node<Member>[][];
}

/** Shared weight in the weight of both together, from which on two messages ask the same. */
const ALIKE = 0.3;
/** Groups that are compared for one word; those of the most central messages come first. */
const MOST_COMPARED = 256;

/** In a piece of work. */
const COMPARISONS = 20;

/** Groups by their first message; found through an index of its words. */
export function createLeaders<Member>(weightOf: (stem: string) => number): Leaders<Member> {
  const leaders: { weight: number; group: Node<Member>[] | null }[] = [];
  const index = new Map<string, number[]>();
  let compared = 0;
  const weightOfAll = (stems: string[]) => stems.reduce((sum, stem) => sum + weightOf(stem), 0);

  function add(stems: string[], group: Node<Member>[] | null): void {
    for (const stem of stems) {
      const known = index.get(stem);
      if (!known) index.set(stem, [leaders.length]);
      else if (known.length < MOST_COMPARED) known.push(leaders.length);
    }
    leaders.push({ weight: weightOfAll(stems), group });
  }

  /** The earliest of those that are most alike. */
  function best(stems: string[]): (typeof leaders)[number] | undefined {
    const shared = new Map<number, number>();
    for (const stem of stems) {
      const weight = weightOf(stem);
      const having = index.get(stem) ?? [];
      for (const at of having) shared.set(at, (shared.get(at) ?? 0) + weight);
      compared += having.length;
    }
    const own = weightOfAll(stems);
    let found: number | undefined;
    let highest = ALIKE;
    for (const [at, weight] of shared) {
      const likeness = weight / (own + (leaders[at]?.weight ?? 0) - weight);
      if (likeness < highest || (likeness === highest && found !== undefined && found < at)) continue;
      found = at;
      highest = likeness;
    }
    return found === undefined ? undefined : leaders[found];
  }

  return {
    close(stems) {
      if (stems.length > 0) add(stems, null);
    },
    lead(node) {
      if (best(node.stems)) return false;
      add(node.stems, [node]);
      return true;
    },
    follow(node) {
      best(node.stems)?.group?.push(node);
    },
    takeWork() {
      const work = 1 + compared / COMPARISONS;
      compared = 0;
      return work;
    },
    groups: () => leaders.flatMap(({ group }) => (group ? [group] : [])),
  };
}
