import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantOwned, updatedAt } from './columns.ts';

/** Where FAQs come from: a manager, a file, or a manager out of what was asked. */
export const faqSources = ['manual', 'import', 'suggested'] as const;

const schema = defineEntity({
  name: 'Faq',
  tableName: 'faqs',
  properties: {
    ...tenantOwned,
    ...updatedAt,
    question: p.text(),
    answer: p.text(),
    keywords: p.array<string>(),
    language: p.text().nullable(),
    priority: p.integer().default(1),
    isActive: p.boolean().default(true),
    source: p.text().$type<(typeof faqSources)[number]>().default('manual'),
    hitCount: p.integer().default(0),
    lastHitAt: p.datetime().nullable(),
  },
  filters: tenantFilter,
});

/** A question a tenant's customers ask, with the tenant's own answer. Inactive ones never match. */
export class Faq extends schema.class {}
schema.setClass(Faq);
