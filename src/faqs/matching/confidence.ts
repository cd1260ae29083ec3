/** What part of the other candidates' probability counts for the best one, where that has next to nothing. */
const SHARED = 0.37;

/**
 * How sure one may be of the best candidate, of the probabilities of it and of none being right. A message that several
 * FAQs want has an answer more often than one that none wants, however unlikely each of them is; so an unlikely best one
 * is surer where it is others that are likely. A single candidate keeps its probability, and more evidence for the best
 * of up to eight makes it surer as long as SHARED is no more than (8/7)³/4.
 */
export const confidenceOf = (best: number, none: number): number => best + SHARED * (1 - best) ** 3 * (1 - best - none);

/** How fast it grows with each of the two. */
export function slopeOfConfidence(best: number, none: number): { best: number; none: number } {
  const rest = 1 - best;
  return { best: 1 - SHARED * (rest ** 3 + 3 * rest ** 2 * (rest - none)), none: -SHARED * rest ** 3 };
}
