import { atThreshold, auroc, calibrationError, recallAtPrecision, top1, type Result } from './metrics.ts';
import type { TenantResult } from './run.ts';

export interface Quality {
  top1: number;
  /** Mean over businesses, each with few and with many keywords. */
  top1Mean: number;
  auroc: number;
  /** Means over businesses, against out-of-scope messages near to what the business answers and far from it. */
  aurocNear: number;
  aurocFar: number;
  answerF1: number;
  recallAt80: number;
  recallAt90: number;
  calibrationError: number;
  typoTop1: number;
  /** How much higher it is on the same messages without typos. */
  typoLoss: number;
}

/** The quality rows of the table. All but the typos are of unperturbed messages, both keyword variants together. */
export function quality(results: readonly TenantResult[], threshold: number): Quality {
  const clean = cleanOf(results);
  const against = (kind: TenantResult['kind']) => clean.filter((result) => result.isInScope || result.kind === kind);
  const typos = results.filter((result) => result.slice === 'typo');
  const spoilt = new Set(typos.map((result) => result.of));
  const typoTop1 = top1(typos);
  return {
    top1: top1(clean),
    top1Mean: meanOverBusinesses(clean, top1),
    auroc: auroc(clean),
    aurocNear: meanOverBusinesses(against('oos_near'), auroc),
    aurocFar: meanOverBusinesses(against('oos_far'), auroc),
    answerF1: atThreshold(clean, threshold).answerF1,
    recallAt80: recallAtPrecision(clean, 0.8),
    recallAt90: recallAtPrecision(clean, 0.9),
    calibrationError: calibrationError(clean),
    typoTop1,
    typoLoss: top1(clean.filter((result) => spoilt.has(result.messageId))) - typoTop1,
  };
}

export const cleanOf = (results: readonly TenantResult[]) => results.filter((result) => result.slice === 'clean');

/** Businesses where the metric has no value (no message of a kind) are left out. */
function meanOverBusinesses(results: readonly TenantResult[], metric: (results: readonly Result[]) => number): number {
  const groups = Map.groupBy(results, ({ variant, tenant }) => `${variant} ${tenant}`);
  const values = [...groups.values()].map(metric).filter((value) => !Number.isNaN(value));
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
