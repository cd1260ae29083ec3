/**
 * What each kind of evidence in EVIDENCE and of doubt in DOUBT counts, in logits. Fitted on the messages of many
 * businesses in `bench/faq`: `npm run fit:faq` writes this file.
 */
export const WEIGHTS: { readonly evidence: readonly number[]; readonly doubt: readonly number[] } = {
  evidence: [0.3183, 1.8562, 0.9499, 1.0663, 2.1211, 0.4825, 0.3767, 2.7191, 2.1772, 6, -0.3048],
  doubt: [-0.227, -1.1468, 0.9947, 0.8017, 0.7123, 2],
};
