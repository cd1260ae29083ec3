/**
 * What each kind of evidence in EVIDENCE and of doubt in DOUBT counts, in logits. Fitted on the messages of many
 * businesses in `bench/faq`: `npm run fit:faq` writes this file.
 */
export const WEIGHTS: { readonly evidence: readonly number[]; readonly doubt: readonly number[] } = {
  evidence: [
    0.0617, 0.2919, 0.5488, 0.047, 1.3074, 1.3784, 0.4925, 0.0793, 0.4774, 3.0339, 2.3691, 6, -0.6826, -0.3265,
  ],
  doubt: [-0.2169, -0.7684, 0.1338, 0.8601, -0.6823, 1.5253],
};
