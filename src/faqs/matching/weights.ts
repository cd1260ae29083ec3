/**
 * What each kind of evidence in EVIDENCE and of doubt in DOUBT counts, in logits. Fitted on the messages of many
 * businesses in `bench/faq`: `npm run fit:faq` writes this file.
 */
export const WEIGHTS: { readonly evidence: readonly number[]; readonly doubt: readonly number[] } = {
  evidence: [0.0844, 0.2969, 0.4869, 0, 1.1888, 0.8303, 0.5195, 0.0984, 0.4436, 3.0133, 1.9248, 6, -0.5391, -0.2442],
  doubt: [0.1828, -0.6333, 0.1702, 0.7598, -0.6727, 1.7679],
};
