/** What a contender said to one message, and whether that was right. */
export interface Result {
  /** The message is about something that one of the active FAQs answers. */
  isInScope: boolean;
  /** The FAQ that was named is the right one; never true out of scope. */
  isRight: boolean;
  /** Null: nothing at all, which is never an answer. */
  faqId: string | null;
  /** 0 to 1; 0 where no FAQ was named. */
  confidence: number;
}

/** Share of in-scope messages whose best candidate is the right FAQ, whatever the confidence; NaN without any. */
export function top1(results: readonly Result[]): number {
  const inScope = results.filter((result) => result.isInScope);
  return inScope.filter((result) => result.isRight).length / inScope.length;
}

/**
 * The probability that an in-scope message gets a higher confidence than an out-of-scope one; equal ones count half.
 * NaN where one of the two kinds is missing.
 */
export function auroc(results: readonly Result[]): number {
  const ascending = results.toSorted((one, other) => one.confidence - other.confidence);
  let rankSum = 0;
  let inScope = 0;
  let rank = 1;
  for (const tied of groupsOfEqualConfidence(ascending)) {
    const inScopeHere = tied.filter((result) => result.isInScope).length;
    rankSum += inScopeHere * (rank + (tied.length - 1) / 2);
    inScope += inScopeHere;
    rank += tied.length;
  }
  const pairs = inScope * (results.length - inScope);
  return pairs > 0 ? (rankSum - (inScope * (inScope + 1)) / 2) / pairs : NaN;
}

/**
 * At a threshold: `answerF1` has the precision over all answers and the recall over in-scope messages, and only the
 * right FAQ is right; `outOfScopeF1` is that of leaving out-of-scope messages unanswered.
 */
export function atThreshold(results: readonly Result[], threshold: number) {
  const isAnswered = (result: Result) => result.faqId !== null && result.confidence >= threshold;
  let answered = 0;
  let right = 0;
  let inScope = 0;
  let inScopeUnanswered = 0;
  let outOfScopeAnswered = 0;
  for (const result of results) {
    const isAnswer = isAnswered(result);
    if (isAnswer) answered += 1;
    if (result.isInScope) {
      inScope += 1;
      if (!isAnswer) inScopeUnanswered += 1;
      else if (result.isRight) right += 1;
    } else if (isAnswer) outOfScopeAnswered += 1;
  }
  const outOfScopeUnanswered = results.length - inScope - outOfScopeAnswered;
  return {
    answerF1: f1(right, answered - right, inScope - right),
    outOfScopeF1: f1(outOfScopeUnanswered, inScopeUnanswered, outOfScopeAnswered),
  };
}

const GRID = 400;
/** More than any confidence: nothing is answered. */
const ABOVE_ALL = 1.000_000_1;

/**
 * The confidence from which on to answer, so that the mean of the two F1 of `atThreshold` is highest; the lowest one
 * of equals. Tries the confidences that occur, 400 of them when there are more.
 */
export function chooseThreshold(results: readonly Result[]): number {
  const occurring = [...new Set(results.map((result) => result.confidence))].toSorted((one, other) => one - other);
  const tried =
    occurring.length > GRID
      ? Array.from({ length: GRID }, (_, at) => occurring[Math.floor((at * (occurring.length - 1)) / (GRID - 1))] ?? 0)
      : occurring;
  let best = { threshold: ABOVE_ALL, mean: -1 };
  for (const threshold of [...tried, ABOVE_ALL]) {
    const { answerF1, outOfScopeF1 } = atThreshold(results, threshold);
    const mean = (answerF1 + outOfScopeF1) / 2;
    if (mean > best.mean + 1e-12) best = { threshold, mean };
  }
  return best.threshold;
}

/**
 * The largest share of in-scope messages that are answered rightly while at least `precision` of all answers are
 * right, over all thresholds. 0 when no threshold gives that precision.
 */
export function recallAtPrecision(results: readonly Result[], precision: number): number {
  const descending = results
    .filter((result) => result.faqId !== null)
    .toSorted((one, other) => other.confidence - one.confidence);
  const inScope = results.filter((result) => result.isInScope).length;
  let answered = 0;
  let right = 0;
  let best = 0;
  for (const tied of groupsOfEqualConfidence(descending)) {
    answered += tied.length;
    right += tied.filter((result) => result.isRight).length;
    if (right / answered >= precision) best = right / inScope;
  }
  return best;
}

const BINS = 15;

/**
 * Expected calibration error: by how much confidence and share of right answers differ, in 15 bins of equal width,
 * each bin by its number of messages. Out-of-scope messages count as never right.
 */
export function calibrationError(results: readonly Result[]): number {
  const bins = Array.from({ length: BINS }, () => ({ confidence: 0, right: 0 }));
  for (const { confidence, isRight } of results) {
    const bin = bins[Math.min(BINS - 1, Math.floor(confidence * BINS))];
    if (!bin) continue;
    bin.confidence += confidence;
    bin.right += isRight ? 1 : 0;
  }
  return bins.reduce((sum, bin) => sum + Math.abs(bin.confidence - bin.right), 0) / results.length;
}

const f1 = (right: number, wrong: number, missed: number) =>
  right > 0 ? (2 * right) / (2 * right + wrong + missed) : 0;

function* groupsOfEqualConfidence(sorted: readonly Result[]): Generator<Result[]> {
  let group: Result[] = [];
  for (const result of sorted) {
    if (group.length > 0 && group[0]?.confidence !== result.confidence) {
      yield group;
      group = [];
    }
    group.push(result);
  }
  if (group.length > 0) yield group;
}
