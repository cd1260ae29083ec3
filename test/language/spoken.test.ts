import { describe, expect, it } from 'vitest';
import { spokenLanguage } from '../../src/language/spoken.ts';

const speak = (languages: string[], text: string, contact: string | null = null) =>
  spokenLanguage({ language: 'en', languages }, contact, text);

describe('the language that a contact is answered in', () => {
  it.each([
    [['es', 'de'], '¿Cuáles son los horarios de la tienda?', 'es'],
    [['es', 'de'], 'Wann ist das Geschäft am Sonntag geöffnet und was kostet es?', 'de'],
    [['pt-BR'], 'Qual é o horário de vocês e onde fica a loja?', 'pt'],
    [['es', 'de'], 'What are your opening hours and where are you?', 'en'],
    // Too little to tell.
    [['es', 'de'], 'wifi', 'en'],
    [['es', 'de'], '👍', 'en'],
    [['es', 'de'], '', 'en'],
    // Not one that the business answers in.
    [[], '¿Cuáles son los horarios de la tienda?', 'en'],
    [['de'], 'Quelle est votre adresse et quels sont vos horaires ?', 'en'],
    // A script that none of them has: as it always was.
    [['es'], 'Когда вы открыты?', 'ru'],
    [['ru'], 'Когда вы открыты и где вы находитесь?', 'ru'],
  ])('of %j for %j is %s', (languages, text, spoken) => {
    expect(speak(languages, text)).toBe(spoken);
  });

  it('is the business’s own where nothing else is clear, whatever the contact’s phone says', () => {
    expect(speak(['es'], 'ok', 'es')).toBe('en');
  });
});
