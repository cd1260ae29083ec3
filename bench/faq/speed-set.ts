import { faqsOf, type BenchFaq, type DataSet } from './data.ts';

const SYLLABLES = 'ba ko ri ten mu lo sa vi der no pla ques tor fi gan hel'.split(' ');
const MESSAGES = 4_000;
/** The first FAQs have no product's name: a small business has few products. */
const NAMELESS = 20;

/**
 * A business of `count` FAQs and messages for it, recombined from the English businesses with product-like names, so
 * that the vocabulary grows with the number of FAQs. Same data and count, same set.
 */
export function speedSet(data: DataSet, count: number): { faqs: BenchFaq[]; messages: string[] } {
  const english = data.tenants.filter((tenant) => tenant.language === 'en');
  const all = english.flatMap((tenant) => faqsOf(tenant, 'rich'));
  const random = randomNumbers(42 + count);
  const nameCount = Math.max(10, Math.floor(count / 4));
  const names = Array.from({ length: nameCount }, () =>
    Array.from({ length: 2 + Math.floor(random() * 3) }, () => SYLLABLES[Math.floor(random() * SYLLABLES.length)]).join(
      '',
    ),
  );
  // Squared: a few products are asked for often and most of them seldom.
  const nameBy = (next: () => number) => names[Math.floor(next() ** 2 * nameCount)] ?? '';

  const faqs = Array.from({ length: count }, (_, n): BenchFaq => {
    const one = pick(all, random);
    const other = pick(all, random);
    const name = n < NAMELESS ? '' : nameBy(random);
    const keywords = one.keywords.split(', ').slice(0, 6);
    if (name) keywords.push(pick(other.keywords.split(', '), random), name);
    return {
      id: `s${n}`,
      question: `${one.question.replace(/[?.!]*$/, '')}${name && ` ${name}`}?`,
      answer: one.answer,
      keywords: keywords.join(', '),
      priority: n % 3,
      is_active: true,
    };
  });

  const texts = english.flatMap((tenant) => tenant.messages.map((message) => message.text));
  const next = randomNumbers(7);
  const messages = Array.from({ length: MESSAGES }, () => {
    const text = pick(texts, next);
    return next() < 0.4 ? `${text} ${nameBy(next)}` : text;
  });
  return { faqs, messages };
}

function pick<T>(list: readonly T[], random: () => number): T {
  const picked = list[Math.floor(random() * list.length)];
  if (picked === undefined) throw new Error('the data file has no English business to measure speed with');
  return picked;
}

/** Mulberry32: the same numbers in 0..1 for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
