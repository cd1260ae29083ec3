import { describe, expect, it } from 'vitest';
import { say } from '../../src/language/replies.ts';
import { asksForHuman, isFrustrated, readConsent } from '../../src/language/understand.ts';
import { otherLanguages } from './said-elsewhere.ts';
import { easternLanguages } from './said-in-the-east.ts';
import { westernLanguages } from './said-in-the-west.ts';
import { said } from './said.ts';

const languages = Object.entries({ ...westernLanguages, ...easternLanguages, ...otherLanguages });

describe.each(languages)('%s', (language, messages) => {
  it.each(said(messages.human))('hears that a human is asked for: %s', (text) => {
    expect(asksForHuman(text, language)).toBe(true);
  });

  it.each(said(messages.notHuman))('hears no wish for a human: %s', (text) => {
    expect(asksForHuman(text, language)).toBe(false);
  });

  it.each(said(messages.yes))('reads as yes: %s', (text) => {
    expect(readConsent(text, language)).toBe('yes');
  });

  it.each(said(messages.no))('reads as no: %s', (text) => {
    expect(readConsent(text, language)).toBe('no');
  });

  it.each(said(messages.unclear))('reads as unclear: %s', (text) => {
    expect(readConsent(text, language)).toBe('unclear');
  });

  it.each(said(messages.frustrated))('hears anger: %s', (text) => {
    expect(isFrustrated(text, language)).toBe(true);
  });

  it.each(said(messages.calm))('hears no anger: %s', (text) => {
    expect(isFrustrated(text, language)).toBe(false);
  });

  it('hears no anger in what the bot says itself', () => {
    for (const key of ['handedOver', 'continueWithBot', 'clarify', 'handedBack'] as const) {
      expect(isFrustrated(say(key, language), language), key).toBe(false);
    }
  });

  it('understands its own buttons', () => {
    expect(readConsent(say('yes', language), language)).toBe('yes');
    expect(readConsent(say('no', language), language)).toBe('no');
  });
});

describe('a message in another language than the tenant', () => {
  it.each(languages)('asks for a human in %s with a sentence', (_language, messages) => {
    const [sentence = ''] = said(messages.human);
    for (const tenant of ['en', 'es', 'ru', 'zh', 'xx']) expect(asksForHuman(sentence, tenant), tenant).toBe(true);
  });

  it.each(languages)('is not taken for a wish when it is none in %s', (_language, messages) => {
    for (const text of said(messages.notHuman)) {
      for (const tenant of ['en', 'es', 'fr', 'de', 'pt', 'ru', 'ar', 'zh'])
        expect(asksForHuman(text, tenant), `${tenant}: ${text}`).toBe(false);
    }
  });

  it('takes a sole word only in a script that the tenant does not write', () => {
    expect(asksForHuman('оператор', 'en')).toBe(true);
    expect(asksForHuman('人工', 'en')).toBe(true);
    expect(asksForHuman('chef', 'en')).toBe(false);
  });

  it('reads a whole yes or no', () => {
    expect(readConsent('sí', 'en')).toBe('yes');
    expect(readConsent('好的', 'en')).toBe('yes');
    expect(readConsent('Nein, danke', 'ru')).toBe('no');
    expect(readConsent('sí pero primero el horario', 'en')).toBe('unclear');
  });
});

describe('any input', () => {
  const odd = [
    '',
    ' ',
    '\u0000',
    '\ud800',
    '?',
    '...',
    'x'.repeat(50_000),
    'no '.repeat(20_000),
    'و'.repeat(20_000),
    '不'.repeat(20_000),
    '👍'.repeat(9_000),
  ];

  it.each(['en', '', 'xx', 'pt-BR', 'zh-Hant-TW', '__proto__', '💥'])(
    'is taken without complaint in %s',
    (language) => {
      for (const text of odd) {
        expect(typeof asksForHuman(text, language)).toBe('boolean');
        expect(['yes', 'no', 'unclear']).toContain(readConsent(text, language));
        expect(typeof isFrustrated(text, language)).toBe('boolean');
      }
    },
  );

  it('finds words only whole', () => {
    expect(readConsent('know', 'en')).toBe('unclear');
    expect(readConsent('nobody', 'en')).toBe('unclear');
    expect(asksForHuman('agents of change', 'en')).toBe(false);
    expect(isFrustrated('Scunthorpe', 'en')).toBe(false);
  });
});

describe('a yes that repeats what was offered', () => {
  it.each([
    ['yes please, a person', 'en'],
    ['sí, una persona', 'es'],
    ['ja bitte, einen Menschen', 'de'],
    ['oui, un humain', 'fr'],
  ])('%s', (text, language) => {
    expect(readConsent(text, language)).toBe('yes');
  });
});
