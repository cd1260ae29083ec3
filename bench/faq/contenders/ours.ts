import { createMatcher as createOurs } from '../../../src/faqs/match.ts';
import type { BenchMatcher, Business } from './contender.ts';

export const label = 'Frontdesk';

export function createMatcher({ language, faqs }: Business): BenchMatcher {
  return createOurs({ language, faqs: faqs.map(({ is_active: isActive, ...faq }) => ({ ...faq, isActive })) });
}
