import type { Contender, Guess } from './contenders/contender.ts';
import { faqsOf, variants, type BenchMessage, type DataSet, type Tenant, type Variant } from './data.ts';
import type { Result } from './metrics.ts';

/** A result with what it is grouped by. */
export interface TenantResult extends Result {
  tenant: string;
  variant: Variant;
  messageId: string;
  /** The unperturbed message, for perturbed ones. */
  of: string | undefined;
  kind: BenchMessage['kind'];
  slice: string;
}

export interface Played {
  results: TenantResult[];
  /** Answers that named an inactive FAQ, which must not be. */
  inactive: number;
}

/** Asks a contender every message of every business, with few keywords and with many. */
export async function play(contender: Contender, data: DataSet): Promise<Played> {
  const results: TenantResult[] = [];
  let inactive = 0;
  for (const variant of variants) {
    for (const tenant of data.tenants) {
      const matcher = await contender.createMatcher({ language: tenant.language, faqs: faqsOf(tenant, variant) });
      const isInactive = new Set(tenant.faqs.filter((faq) => !faq.is_active).map((faq) => faq.id));
      for (const message of tenant.messages) {
        const asked = matcher.match(message.text);
        const guess = asked instanceof Promise ? await asked : asked;
        if (guess.faqId !== null && isInactive.has(guess.faqId)) inactive += 1;
        results.push(toResult(tenant, variant, message, guess));
      }
      await matcher.close?.();
    }
  }
  return { results, inactive };
}

function toResult(tenant: Tenant, variant: Variant, message: BenchMessage, { faqId, confidence }: Guess): TenantResult {
  const { id: messageId, of, kind, slice } = message;
  const isInScope = message.faqId !== null;
  const right = message.accept ?? [message.faqId];
  return {
    tenant: tenant.id,
    variant,
    messageId,
    of,
    kind,
    slice,
    isInScope,
    isRight: isInScope && faqId !== null && right.includes(faqId),
    faqId,
    confidence: faqId === null || !Number.isFinite(confidence) ? 0 : Math.min(1, Math.max(0, confidence)),
  };
}
