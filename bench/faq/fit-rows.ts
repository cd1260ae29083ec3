import { createFaqIndex } from '../../src/faqs/matching/faq-index.ts';
import { DOUBT, readDoubt } from '../../src/faqs/matching/features.ts';
import { createFinder } from '../../src/faqs/match.ts';
import { variants, type DataSet, type Tenant } from './data.ts';

/** A message, as the matcher sees it before anything is weighed. */
export interface Row {
  candidates: number[][];
  doubt: number[];
  /** Candidates that are right; none of them where no FAQ is, or where it was not among the candidates. */
  right: boolean[];
  isInScope: boolean;
  /** About nothing that the business has to do with. */
  isFar: boolean;
  /** Number of the business, counted from 0; its parts of one size are one business of their own. */
  business: number;
  counts: number;
}

/** Businesses of so few FAQs are made of the larger ones: many have no more, and the data has none. */
const FEW = [2, 4];
/** Of each larger business; each counts little, as they are many and alike. */
const MOST_PARTS = 12;
const PART = 0.15;

/** The messages of all businesses, each business counting by the square root of its messages. */
export function readRows({ tenants }: Pick<DataSet, 'tenants'>): Row[] {
  let business = -1;
  return tenants.flatMap((tenant) => [
    ...rowsOf(tenant, ++business, 1),
    ...FEW.flatMap((size) => {
      business += 1;
      return partsOf(tenant, size).flatMap((part) => rowsOf(part, business, PART));
    }),
  ]);
}

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
function rowsOf(tenant: Tenant, business: number, share: number): Row[] {
  return variants.flatMap((variant) => {
    const index = createFaqIndex(tenant.language);
    for (const faq of tenant.faqs) index.put({ ...faq, keywords: faq[`keywords_${variant}`], isActive: faq.is_active });
    const find = createFinder(index);
    return tenant.messages.map(({ text, faqId, accept, kind }) => {
      const found = find(text);
      const { message } = found;
      // In an order that does not come from the weights of now: the fit gives the same weights wherever it starts.
      const judged = found.judged.toSorted((one, other) => (one.entry.id < other.entry.id ? -1 : 1));
      const doubt = DOUBT.map(() => 0);
      readDoubt(index, message, judged, doubt);
      return {
        doubt,
        candidates: judged.map(({ evidence }) => evidence.slice()),
        right: judged.map(({ entry }) => (accept ?? [faqId]).includes(entry.id)),
        isInScope: faqId !== null,
        isFar: kind === 'oos_far',
        business,
        counts: share / Math.sqrt(tenant.messages.length),
      };
    });
  });
}
