import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantOwned } from './columns.ts';

const schema = defineEntity({
  name: 'FaqTest',
  tableName: 'faq_tests',
  properties: {
    ...tenantOwned,
    message: p.text(),
    /**
     * `answered`: by `faqId`, which is never null then. `not_answered`: not by `faqId`, though another FAQ may; where it is
     * null, by no FAQ at all.
     */
    expectation: p.text().$type<'answered' | 'not_answered'>(),
    faqId: p.uuid().nullable(),
  },
  filters: tenantFilter,
});

/** A message that a tenant's FAQs have to answer, or have to leave alone, whatever is changed about them. */
export class FaqTest extends schema.class {}
schema.setClass(FaqTest);
