/**
 * What each kind of evidence in EVIDENCE and of doubt in DOUBT counts, in logits. Fitted on the messages of many
 * businesses in `bench/faq`: `npm run fit:faq` writes this file.
 */
export const WEIGHTS: { readonly evidence: readonly number[]; readonly doubt: readonly number[] } = {
  evidence: [0.3158, 1.9039, 0.932, 1.0846, 2.1294, 0.4759, 0.3819, 2.6993, 2.1649, 6, -0.2951],
  doubt: [-0.2044, -1.1092, 0.991, 0.8045, 0.687, 2],
};
