import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantOwned } from './columns.ts';

const schema = defineEntity({
  name: 'FaqSuggestion',
  tableName: 'faq_suggestions',
  properties: {
    ...tenantOwned,
    question: p.text(),
    answer: p.text().nullable(),
    /** ISO 639-1, of the messages. */
    language: p.text(),
    /** All messages that were grouped; some may be gone by now. */
    evidenceMessageIds: p.array<string>().columnType('uuid[]'),
    /** Turns that asked. */
    sourceCount: p.integer(),
    status: p.text().$type<'open' | 'approved' | 'dismissed'>().default('open'),
    /** What it was made; null when dismissed, or when that FAQ is gone. */
    faqId: p.uuid().nullable(),
    decidedBy: p.uuid().nullable(),
  },
  filters: tenantFilter,
});

/** A question that no FAQ was sure to answer, and what a manager made of it. */
export class FaqSuggestion extends schema.class {}
schema.setClass(FaqSuggestion);
