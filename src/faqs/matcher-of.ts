import type { MikroORM } from '@mikro-orm/postgresql';
import { Faq } from '../entities/faq.ts';
import { TenantSettings } from '../entities/tenant-settings.ts';
import type { Changes } from '../tenancy/changes.ts';
import { remember } from '../tenancy/remember.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import { createLanguageMatcher } from './by-language.ts';
import type { Match } from './match.ts';

/** A tenant's FAQs, ready to be matched. */
export interface TenantMatcher {
  match(text: string): Match;
  /** Null for a FAQ that is not the tenant's or not active. */
  find(faqId: string): FaqText | null;
}

/** What is said of a FAQ. */
export interface FaqText {
  question: string;
  answer: string;
  /** Null for one that is for everybody, whatever language they write. */
  language: string | null;
}

export type MatcherOf = (tenantId: string) => Promise<TenantMatcher>;

/** Indexes kept at once in a process; the least recently used leave first and are built again when needed. */
const MOST_INDEXES = 1_000;

/** The tenant's index, built on first use and dropped in every process as soon as a FAQ changes. */
export function createMatcherOf(orm: MikroORM, changes: Changes): MatcherOf {
  return remember<TenantMatcher>(changes, {
    most: MOST_INDEXES,
    tenantOf: (tenantId) => tenantId,
    load: (tenantId) => build(orm, tenantId),
  });
}

async function build(orm: MikroORM, tenantId: string): Promise<TenantMatcher> {
  const { faqs, language } = await withTenant(orm, tenantId, async (em) => {
    const settings = await em.findOne(TenantSettings, { tenantId }, { disableIdentityMap: true });
    const active = await em.find(Faq, { tenantId, isActive: true }, { disableIdentityMap: true });
    return { faqs: active, language: settings?.language ?? 'en' };
  });
  const texts = new Map(
    faqs.map(({ id, question, answer, language: its }) => [id, { question, answer, language: its ?? null }]),
  );
  const matcher = createLanguageMatcher({
    language,
    faqs: faqs.map(({ id, question, answer, keywords, priority, isActive, language: its }) => ({
      id,
      question,
      answer,
      keywords,
      priority,
      isActive,
      language: its ?? null,
    })),
  });
  return { match: (text) => matcher.match(text), find: (id) => texts.get(id) ?? null };
}
