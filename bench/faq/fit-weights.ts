import { confidenceOf, slopeOfConfidence } from '../../src/faqs/matching/confidence.ts';
import { DOUBT, EVIDENCE } from '../../src/faqs/matching/features.ts';
import type { WEIGHTS } from '../../src/faqs/matching/weights.ts';
import type { Row } from './fit-rows.ts';

/**
 * Not fitted, as the data has too few of them: nothing goes before the very question, and "do you have" asks nothing
 * unless it is the very question. Messages such as the latter are left out: other weights would make up for this one.
 */
const FIXED = new Map([
  ['the very question', 6],
  ['nothing that tells', 2],
]);
/** What may only speak against a FAQ. All other evidence may only speak for it. */
const AGAINST = new Set(['length of the FAQ']);
/**
 * What is wanted of the weights, and how much: that the right FAQ is the likeliest candidate, that the confidence is the
 * probability that the best candidate is right, and that it tells messages with a FAQ from those without one.
 */
const WANTED = { right: 1, calibrated: 1, inScope: 3 };
/** In the last of these a message from far outside counts so much: nobody forgives an answer to that. */
const FAR = 3;
const STEPS = 500;
const RATE = 0.03;
const SMALL_WEIGHTS = 1e-3;

/** The weights that fit best, and how much is amiss with them. */
export function fitWeights(rows: Row[]): { weights: typeof WEIGHTS; loss: number } {
  const telling = rows.filter(({ doubt }) => doubt[DOUBT.indexOf('nothing that tells')] === 0);
  const scales = scalesOf(telling);
  const businesses = rows.reduce((most, { business }) => Math.max(most, business + 1), 0);
  // Weights, then how steeply being in scope goes with the confidence, then where it does at each business.
  const values = new Float64Array(EVIDENCE.length + DOUBT.length + 1 + businesses);
  values[scales.length] = 1;
  const slope = new Float64Array(values.length);
  const [first, second] = [slope.slice(), slope.slice()];
  const all = telling.reduce((sum, { counts }) => sum + counts, 0);
  const scaled = telling.map((row) => scale(row, scales));
  let loss = 0;
  limit(values, scales);
  for (let step = 1; step <= STEPS; step++) {
    slope.fill(0);
    loss = scaled.reduce((sum, row) => sum + judge(row, row.counts / all, values, slope), 0);
    for (const at of values.keys())
      slope[at] = (slope[at] ?? 0) + 2 * SMALL_WEIGHTS * stiffness(at) * (values[at] ?? 0);
    const rate = RATE * (1 - step / STEPS) + 1e-4;
    for (let at = 0; at < values.length; at++) {
      const g = slope[at] ?? 0;
      const m = (first[at] = 0.9 * (first[at] ?? 0) + 0.1 * g);
      const v = (second[at] = 0.999 * (second[at] ?? 0) + 0.001 * g * g);
      values[at] = (values[at] ?? 0) - (rate * (m / (1 - 0.9 ** step))) / (Math.sqrt(v / (1 - 0.999 ** step)) + 1e-8);
    }
    limit(values, scales);
  }
  const plain = scales.map((one, at) => Number((one * (values[at] ?? 0)).toFixed(4)));
  return { weights: { evidence: plain.slice(0, EVIDENCE.length), doubt: plain.slice(EVIDENCE.length) }, loss };
}

/** Weights are kept small so that they do not follow chance; what is only there to fit them hardly is. */
const stiffness = (at: number) =>
  at < EVIDENCE.length + DOUBT.length ? 1 : at === EVIDENCE.length + DOUBT.length ? 0 : 0.1;

function limit(values: Float64Array, scales: number[]): void {
  for (const [at, name] of [...EVIDENCE, ...DOUBT].entries()) {
    const fixed = FIXED.get(name);
    const value = values[at] ?? 0;
    if (fixed !== undefined) values[at] = fixed / (scales[at] ?? 1);
    else if (at < EVIDENCE.length) values[at] = AGAINST.has(name) ? Math.min(0, value) : Math.max(0, value);
  }
}

/** One over the spread of each value, so that all weights are of a size while they are fitted. */
function scalesOf(rows: Row[]): number[] {
  const candidates = rows.flatMap((row) => row.candidates);
  const doubts = rows.map((row) => row.doubt);
  return [...EVIDENCE.map((_, at) => scaleOf(candidates, at)), ...DOUBT.map((_, at) => scaleOf(doubts, at))];
}

function scaleOf(all: number[][], at: number): number {
  const mean = all.reduce((sum, values) => sum + (values[at] ?? 0), 0) / all.length;
  const spread = all.reduce((sum, values) => sum + ((values[at] ?? 0) - mean) ** 2, 0) / all.length;
  return spread > 1e-12 ? 1 / Math.sqrt(spread) : 1;
}

const scale = (row: Row, scales: number[]): Row => ({
  ...row,
  candidates: row.candidates.map((values) => values.map((value, at) => value * (scales[at] ?? 1))),
  doubt: row.doubt.map((value, at) => value * (scales[EVIDENCE.length + at] ?? 1)),
});

/** What is amiss with the weights for one message that counts so much; adds to `slope` how fast that grows with each. */
function judge(row: Row, counts: number, values: Float64Array, slope: Float64Array): number {
  const { candidates, doubt, right } = row;
  const scores = [...candidates.map((evidence) => weigh(evidence, values, 0)), weigh(doubt, values, EVIDENCE.length)];
  const highest = Math.max(...scores);
  const odds = scores.map((score) => Math.exp(score - highest));
  const sum = odds.reduce((one, other) => one + other, 0);
  const chances = odds.map((odd) => odd / sum);
  const isGood = [...right, !right.includes(true)];
  const good = chances.reduce((one, chance, at) => one + (isGood[at] ? chance : 0), 0) + 1e-12;

  const none = chances.length - 1;
  let best = 0;
  for (let at = 1; at < none; at++) if ((chances[at] ?? 0) > (chances[best] ?? 0)) best = at;
  const [chance = 0, chanceOfNone = 0] = [chances[best], chances[none]];
  const { loss, growth } =
    none > 0
      ? judgeConfidence(row, counts, confidenceOf(chance, chanceOfNone), right[best] ?? false, values, slope)
      : { loss: 0, growth: 0 };
  const by = slopeOfConfidence(chance, chanceOfNone);
  const [ofBest, ofNone] = [growth * by.best * chance, growth * by.none * chanceOfNone];
  for (const [at, p] of chances.entries()) {
    let g = counts * WANTED.right * (p - (isGood[at] ? p / good : 0)) - (ofBest + ofNone) * p;
    if (at === best) g += ofBest;
    if (at === none) g += ofNone;
    const from = at < none ? 0 : EVIDENCE.length;
    const read = candidates[at] ?? doubt;
    for (let k = 0; k < read.length; k++) slope[from + k] = (slope[from + k] ?? 0) + g * (read[k] ?? 0);
  }
  return loss - counts * WANTED.right * Math.log(good);
}

/** The same for its confidence; `growth` is how fast it grows with that. */
function judgeConfidence(
  { business, isInScope, isFar }: Row,
  counts: number,
  confidence: number,
  isRight: boolean,
  values: Float64Array,
  slope: Float64Array,
): { loss: number; growth: number } {
  const p = Math.min(Math.max(confidence, 1e-6), 1 - 1e-6);
  const steepAt = EVIDENCE.length + DOUBT.length;
  const whereAt = steepAt + 1 + business;
  const steep = values[steepAt] ?? 0;
  const logit = Math.log(p / (1 - p));
  const inScope = 1 / (1 + Math.exp(-steep * logit - (values[whereAt] ?? 0)));
  const wanted = WANTED.inScope * (isFar ? FAR : 1);
  const off = counts * wanted * (inScope - (isInScope ? 1 : 0));
  slope[steepAt] = (slope[steepAt] ?? 0) + off * logit;
  slope[whereAt] = (slope[whereAt] ?? 0) + off;
  const loss =
    WANTED.calibrated * Math.log(isRight ? p : 1 - p) + wanted * Math.log((isInScope ? inScope : 1 - inScope) + 1e-12);
  const growth = counts * WANTED.calibrated * (isRight ? -1 / p : 1 / (1 - p)) + (off * steep) / (p * (1 - p));
  return { loss: -counts * loss, growth };
}

function weigh(read: number[], values: Float64Array, from: number): number {
  let sum = 0;
  for (let at = 0; at < read.length; at++) sum += (read[at] ?? 0) * (values[from + at] ?? 0);
  return sum;
}
