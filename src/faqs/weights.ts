/**
 * What each kind of evidence in EVIDENCE and of doubt in DOUBT counts, in logits. Fitted on the messages of many
 * businesses in `bench/faq`: `npm run fit:faq` writes this file.
 */
export const WEIGHTS: { readonly evidence: readonly number[]; readonly doubt: readonly number[] } = {
  evidence: [
    0.0615, 0.3011, 0.4879, 0.1304, 1.4165, 1.0389, 0.4954, 0.1227, 0.4218, 2.8556, 2.1343, 6, -0.5001, -0.1778,
  ],
  doubt: [0.1483, -0.6391, 0.1911, 0.7802, -0.3755, 1.6029],
};
