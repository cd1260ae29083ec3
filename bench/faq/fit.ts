import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFaqIndex } from '../../src/faqs/matching/faq-index.ts';
import { DOUBT, EVIDENCE, readDoubt } from '../../src/faqs/matching/features.ts';
import { createFinder } from '../../src/faqs/match.ts';
import { WEIGHTS } from '../../src/faqs/matching/weights.ts';
import { loadDataSet, variants, type Tenant } from './data.ts';

/**
 * Fits the weights of the matcher: the most likely ones for the messages of many businesses, each business counting by
 * the square root of its messages. Evidence may only speak for a FAQ, so more of it never lowers a confidence.
 *
 *   npm run fit:faq [data.json]
 */

/** Not fitted: nothing goes before the very question, and the data has too few of them. */
const FIXED = new Map([['the very question', 6]]);
/** What may only speak against a FAQ. */
const AGAINST = new Set(['words not in the FAQ', 'length of the FAQ']);
const STEPS = 500;
const RATE = 0.03;
const SMALL_WEIGHTS = 1e-3;

interface Row {
  candidates: number[][];
  doubt: number[];
  /** Candidates that are right; none of them where no FAQ is, or where it was not among the candidates. */
  right: boolean[];
  counts: number;
}

/** Businesses of so few FAQs are made of the larger ones: many have no more, and the data has none. */
const FEW = [2, 4];
/** Of each larger business; each counts little, as they are many and alike. */
const MOST_PARTS = 12;
const PART = 0.15;

const readRows = (path: string): Row[] =>
  loadDataSet(path).tenants.flatMap((tenant) => [
    ...rowsOf(tenant, 1),
    ...FEW.flatMap((size) => partsOf(tenant, size)).flatMap((part) => rowsOf(part, PART)),
  ]);

/** Businesses with some of the FAQs, and half as many messages for none of them as there are for them. */
function partsOf(tenant: Tenant, size: number): Tenant[] {
  const active = tenant.faqs.filter((faq) => faq.is_active);
  const parts = Array.from({ length: Math.min(MOST_PARTS, Math.floor(active.length / size)) }, (_, part) =>
    active.slice(part * size, (part + 1) * size),
  );
  return parts.map((faqs) => {
    const ids = new Set(faqs.map(({ id }) => id));
    const has = ({ faqId, accept }: Tenant['messages'][number]) =>
      (accept ?? [faqId]).some((id) => id !== null && ids.has(id));
    const own = tenant.messages.filter(has);
    const others = tenant.messages.filter((message) => !has(message));
    const step = Math.max(1, Math.floor(others.length / Math.ceil(own.length / 2)));
    const none = others
      .filter((_, at) => at % step === 0)
      .map((message) => ({ ...message, accept: undefined, faqId: null }));
    return { ...tenant, faqs, messages: [...own, ...none] };
  });
}

/** `share` is what the business counts beside others of its size. */
function rowsOf(tenant: Tenant, share: number): Row[] {
  return variants.flatMap((variant) => {
    const index = createFaqIndex(tenant.language);
    for (const faq of tenant.faqs) index.put({ ...faq, keywords: faq[`keywords_${variant}`], isActive: faq.is_active });
    const find = createFinder(index);
    return tenant.messages.map(({ text, faqId, accept }) => {
      const { message, judged } = find(text);
      const doubt = DOUBT.map(() => 0);
      readDoubt(index, message, doubt);
      return {
        doubt,
        candidates: judged.map(({ evidence }) => evidence.slice()),
        right: judged.map(({ entry }) => (accept ?? [faqId]).includes(entry.id)),
        counts: share / Math.sqrt(tenant.messages.length),
      };
    });
  });
}

/** One over the spread of each value, so that all weights are of a size while they are fitted. */
function scalesOf(all: number[][], size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, at) => {
    const mean = all.reduce((sum, values) => sum + (values[at] ?? 0), 0) / all.length;
    const spread = all.reduce((sum, values) => sum + ((values[at] ?? 0) - mean) ** 2, 0) / all.length;
    return spread > 1e-12 ? 1 / Math.sqrt(spread) : 1;
  });
}

function fit(rows: Row[]): { weights: typeof WEIGHTS; loss: number } {
  const [nEvidence, nDoubt] = [EVIDENCE.length, DOUBT.length];
  const scales = [
    ...scalesOf(
      rows.flatMap((row) => row.candidates),
      nEvidence,
    ),
    ...scalesOf(
      rows.map((row) => row.doubt),
      nDoubt,
    ),
  ];
  const scale = (at: number) => scales[at] ?? 1;
  const all = rows.reduce((sum, row) => sum + row.counts, 0);
  const weights = new Float64Array(nEvidence + nDoubt);
  const first = new Float64Array(weights.length);
  const second = new Float64Array(weights.length);
  const project = () => {
    for (const [at, name] of EVIDENCE.entries()) {
      const fixed = FIXED.get(name);
      const weight = weights[at] ?? 0;
      if (fixed !== undefined) weights[at] = fixed / scale(at);
      else weights[at] = AGAINST.has(name) ? Math.min(0, weight) : Math.max(0, weight);
    }
  };
  let loss = 0;
  project();
  for (let step = 1; step <= STEPS; step++) {
    const slope = Float64Array.from(weights, (weight) => 2 * SMALL_WEIGHTS * weight);
    loss = 0;
    for (const { candidates, doubt, right, counts } of rows) {
      const score = (values: number[], from: number) =>
        values.reduce((sum, value, at) => sum + value * scale(from + at) * (weights[from + at] ?? 0), 0);
      const scores = [...candidates.map((values) => score(values, 0)), score(doubt, nEvidence)];
      const highest = Math.max(...scores);
      const odds = scores.map((one) => Math.exp(one - highest));
      const sum = odds.reduce((one, other) => one + other, 0);
      const isNone = !right.includes(true);
      const good = [...right, isNone];
      const likely = odds.reduce((one, odd, at) => one + (good[at] ? odd : 0), 0) / sum;
      loss -= (counts / all) * Math.log(likely + 1e-12);
      for (const [at, odd] of odds.entries()) {
        const p = odd / sum;
        const g = (counts / all) * (p - (good[at] ? p / (likely + 1e-12) : 0));
        const values = candidates[at] ?? doubt;
        const from = at < candidates.length ? 0 : nEvidence;
        for (let k = 0; k < values.length; k++) {
          slope[from + k] = (slope[from + k] ?? 0) + g * (values[k] ?? 0) * scale(from + k);
        }
      }
    }
    const rate = RATE * (1 - step / STEPS) + 1e-4;
    for (let at = 0; at < weights.length; at++) {
      const g = slope[at] ?? 0;
      const m = (first[at] = 0.9 * (first[at] ?? 0) + 0.1 * g);
      const v = (second[at] = 0.999 * (second[at] ?? 0) + 0.001 * g * g);
      weights[at] = (weights[at] ?? 0) - (rate * (m / (1 - 0.9 ** step))) / (Math.sqrt(v / (1 - 0.999 ** step)) + 1e-8);
    }
    project();
  }
  const plain = Array.from(weights, (weight, at) => Number((weight * scale(at)).toFixed(4)));
  return { weights: { evidence: plain.slice(0, nEvidence), doubt: plain.slice(nEvidence) }, loss };
}

const write = ({ evidence, doubt }: typeof WEIGHTS) => `/**
 * What each kind of evidence in EVIDENCE and of doubt in DOUBT counts, in logits. Fitted on the messages of many
 * businesses in \`bench/faq\`: \`npm run fit:faq\` writes this file.
 */
export const WEIGHTS: { readonly evidence: readonly number[]; readonly doubt: readonly number[] } = {
  evidence: [${evidence.join(', ')}],
  doubt: [${doubt.join(', ')}],
};
`;

const rows = readRows(process.argv[2] ?? join(import.meta.dirname, 'dev.json'));
const { weights, loss } = fit(rows);
writeFileSync(join(import.meta.dirname, '../../src/faqs/matching/weights.ts'), write(weights));
for (const [at, name] of EVIDENCE.entries()) console.log(name.padEnd(26), weights.evidence[at]);
for (const [at, name] of DOUBT.entries()) console.log(name.padEnd(26), weights.doubt[at]);
console.log(`${rows.length} messages, loss ${loss.toFixed(4)}`);
