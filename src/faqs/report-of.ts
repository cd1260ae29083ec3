import type { MikroORM } from '@mikro-orm/postgresql';
import type { Changes } from '../tenancy/changes.ts';
import { remember } from '../tenancy/remember.ts';
import type { SettingsOf } from '../tenancy/settings.ts';
import type { Faq } from './match.ts';
import type { MatcherOf } from './matcher-of.ts';
import { reportInSlices, type QualityReport } from './quality-report.ts';
import { readActiveFaqs } from './read-faqs.ts';
import { runInSlices } from './slices.ts';

export type ReportOf = (tenantId: string) => Promise<QualityReport>;

/** Reports kept at once in a process; a full one has some hundred kilobytes. */
const MOST_REPORTS = 50;

interface Needs {
  orm: MikroORM;
  changes: Changes;
  settingsOf: SettingsOf;
  matcherOf: MatcherOf;
}

/**
 * The quality report of a tenant's FAQs as they are, made when it is asked for and remembered until they change. Who
 * asks at the same moment shares one. It is made in slices: thousands of FAQs take seconds, and hold up nobody.
 */
export function createReportOf({ orm, changes, settingsOf, matcherOf }: Needs): ReportOf {
  return remember<QualityReport>(changes, {
    most: MOST_REPORTS,
    tenantOf: (tenantId) => tenantId,
    async load(tenantId) {
      const [{ language }, matcher] = await Promise.all([settingsOf(tenantId), matcherOf(tenantId)]);
      const faqs: Faq[] = [];
      for await (const page of readActiveFaqs(orm, tenantId)) faqs.push(...page);
      return runInSlices(reportInSlices(faqs, language, (text) => matcher.match(text)));
    },
  });
}
