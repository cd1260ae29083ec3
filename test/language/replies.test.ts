import { describe, expect, it } from 'vitest';
import { phrases } from '../../src/language/phrases/index.ts';
import { say, sayWhen, type ReplyKey } from '../../src/language/replies.ts';

const keys: ReplyKey[] = [
  ...(['askHandover', 'askHandoverAgain', 'handedOver', 'nobodyAvailable', 'continueWithBot', 'clarify'] as const),
  ...(['clarifyBetween', 'handedBack', 'yes', 'no', 'sorryFailed', 'askHandoverAway'] as const),
];

describe('say', () => {
  it.each([...phrases.keys()])('has words of its own for everything in %s', (language) => {
    for (const key of keys) {
      const text = say(key, language, ['A', 'B']);
      expect(text.trim(), key).not.toBe('');
      expect(text, key).not.toContain('{');
      // The text has to fit into one message of any channel, even with titles.
      expect(text.length, key).toBeLessThan(200);
      if (language !== 'en' && !(language === 'es' && key === 'no'))
        expect(text, key).not.toBe(say(key, 'en', ['A', 'B']));
    }
  });

  it.each([...phrases.keys()])(
    'says in %s from when on a person is there, by the clock of the business',
    (language) => {
      // A Wednesday with a long name, at half past nine in the evening.
      const at = new Date('2026-09-30T19:30:00Z');
      for (const key of ['askHandoverLater', 'handedOverLater'] as const) {
        const text = sayWhen(key, language, at, 'Europe/Berlin');
        expect(text).toMatch(/(21|9)[:.]30/);
        expect(text).toContain('30');
        expect(text).not.toContain('{');
        expect(text.length).toBeLessThan(200);
        if (language !== 'en') expect(text).not.toMatch(/Wednesday|team isn/);
      }
      expect(sayWhen('handedOverLater', 'xx', at, 'Europe/Berlin')).toBe(
        sayWhen('handedOverLater', 'en', at, 'Europe/Berlin'),
      );
    },
  );

  it.each([...phrases.keys()])('keeps the buttons short in %s', (language) => {
    for (const key of ['yes', 'no'] as const) expect(Array.from(say(key, language)).length).toBeLessThanOrEqual(20);
    expect(say('yes', language)).not.toBe(say('no', language));
  });

  it('takes tags, and speaks English where it knows no better', () => {
    expect(say('yes', 'pt-BR')).toBe('Sim, por favor');
    expect(say('yes', 'ZH_hant')).toBe('好的');
    for (const unknown of ['xx', '', '__proto__', 'toString']) expect(say('yes', unknown)).toBe('Yes, please');
  });

  it('puts the titles in as they are', () => {
    expect(say('clarifyBetween', 'en', ['Hours', 'Prices', "$& $' {options}"])).toBe(
      "Which one do you mean: “Hours”, “Prices”, or “$& $' {options}”?",
    );
    expect(say('clarifyBetween', 'de', ['Preise', 'Zeiten'])).toBe('Was meinen Sie: „Preise“ oder „Zeiten“?');
    expect(say('clarifyBetween', 'en')).toBe(say('clarify', 'en'));
  });
});
