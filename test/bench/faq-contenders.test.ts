import { describe, expect, it } from 'vitest';
import { contender, contenderNames } from '../../bench/faq/contenders/registry.ts';
import type { BenchFaq } from '../../bench/faq/data.ts';

const faq = (id: string, question: string, keywords: string, is_active = true): BenchFaq => ({
  id,
  question,
  answer: 'Please ask at the desk.',
  keywords,
  priority: 0,
  is_active,
});
const faqs = [
  faq('hours', 'When are you open?', 'opening hours, open, closing time'),
  faq('price', 'How much does a haircut cost?', 'price, cost, haircut'),
  faq('parking', 'Where can I park my car?', 'parking, garage, car'),
  faq('pets', 'May I bring my dog?', 'dog, cat, pets'),
  faq('gone', 'Do you sell vouchers?', 'voucher, gift card', false),
];

// PostgreSQL brings a server of its own, which is too much for a test of five FAQs.
describe.each(contenderNames.filter((name) => name !== 'postgres'))('contender %s', (name) => {
  it('names the FAQ that is asked for, surer than for something else, and never an inactive one', async () => {
    const matcher = await contender(name).createMatcher({ language: 'en', faqs });
    const asked = await matcher.match('How much does a haircut cost?');
    const foreign = await matcher.match('the moon over my car tonight');
    const inactive = await matcher.match('Do you sell vouchers?');
    const empty = await matcher.match('');

    expect(asked.faqId).toBe('price');
    expect(asked.confidence).toBeGreaterThan(foreign.confidence);
    expect(asked.confidence).toBeLessThanOrEqual(1);
    expect(inactive.faqId).not.toBe('gone');
    expect(empty.confidence).toBe(0);
  });
});

it('says which contenders there are when it is asked for another', () => {
  expect(() => contender('lucene')).toThrow(/ours, minisearch, wink/);
});
