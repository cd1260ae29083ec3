import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOUBT, EVIDENCE } from '../../src/faqs/matching/features.ts';
import type { WEIGHTS } from '../../src/faqs/matching/weights.ts';
import { loadDataSet } from './data.ts';
import { readRows } from './fit-rows.ts';
import { fitWeights } from './fit-weights.ts';

/**
 * Fits the weights of the matcher to the messages of many businesses, and writes `src/faqs/matching/weights.ts`.
 * Evidence may only speak for a FAQ, so more of it never lowers a confidence.
 *
 *   npm run fit:faq [data.json]
 */
const write = ({ evidence, doubt }: typeof WEIGHTS) => `/**
 * What each kind of evidence in EVIDENCE and of doubt in DOUBT counts, in logits. Fitted on the messages of many
 * businesses in \`bench/faq\`: \`npm run fit:faq\` writes this file.
 */
export const WEIGHTS: { readonly evidence: readonly number[]; readonly doubt: readonly number[] } = {
  evidence: [${evidence.join(', ')}],
  doubt: [${doubt.join(', ')}],
};
`;

const rows = readRows(loadDataSet(process.argv[2] ?? join(import.meta.dirname, 'dev.json')));
const { weights, loss } = fitWeights(rows);
writeFileSync(join(import.meta.dirname, '../../src/faqs/matching/weights.ts'), write(weights));
for (const [at, name] of EVIDENCE.entries()) console.log(name.padEnd(26), weights.evidence[at]);
for (const [at, name] of DOUBT.entries()) console.log(name.padEnd(26), weights.doubt[at]);
console.log(`${rows.length} messages, loss ${loss.toFixed(4)}`);
