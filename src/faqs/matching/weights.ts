/**
 * What each kind of evidence in EVIDENCE and of doubt in DOUBT counts, in logits. Fitted on the messages of many
 * businesses in `bench/faq`: `npm run fit:faq` writes this file.
 */
export const WEIGHTS: { readonly evidence: readonly number[]; readonly doubt: readonly number[] } = {
  evidence: [0.3122, 1.9041, 0.9433, 1.0459, 2.0354, 0.4875, 0.404, 2.8072, 2.3654, 6, -0.335],
  doubt: [-0.132, -1.2661, 0.9722, 0.8393, 0.6263, 2],
};
