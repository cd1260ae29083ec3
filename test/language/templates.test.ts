import { describe, expect, it } from 'vitest';
import { phraseBook, readPhrases } from '../../src/language/phrase-book.ts';
import { spell } from '../../src/language/spell.ts';
import { compileTemplates, takeOut } from '../../src/language/templates.ts';

const groups = { who: 'human|real {what}', what: 'person|agent' };
const find = (template: string, text: string, language = 'en') => {
  const found = compileTemplates(template, { language, groups }).find(spell(text, language));
  return found && spell(text, language).slice(found.start, found.end).join(' ');
};

describe('templates', () => {
  it.each([
    ['talk to [a] {who}', 'please talk to a real agent now', 'talk to a real agent'],
    ['talk to [a] {who}', 'talk to human', 'talk to human'],
    ['talk to [a] {who}', 'talk, to a human', null],
    ['talk to [a] {who}', 'talks to a human', null],
    ['(get me|bring) {what}', 'get me person', 'get me person'],
    ['want ... person', 'I want to see a person', 'want to see a person'],
    ['want ... person', 'I want to come and see a person', null],
    ['want ... person', 'want person', 'want person'],
    ['want ... person', 'I want it. a person', null],
    ['crash*', 'it CRASHES', 'crashes'],
    ['call me (back|,)', 'call me!', 'call me ,'],
    ['call me (back|,)', 'call me Bob', null],
    ["don't", 'don’t', 'dont'],
    ['a|a b c', 'x a b c d', 'a b c'],
  ])('%s in "%s"', (template, text, found) => {
    expect(find(template, text)).toBe(found);
  });

  it('reads Chinese by the character', () => {
    expect(find('转 [到] 人工', '请帮我转到人工吧', 'zh')).toBe('转 到 人 工');
  });

  it('knows words with particles', () => {
    const templates = compileTemplates('مع موظف', { language: 'ar', groups, particles: /^(?:و|ال|ب)/ });
    expect(templates.find(spell('ومع الموظف', 'ar'))).toEqual({ start: 0, end: 2 });
  });

  it('takes out all that fits and keeps clauses apart', () => {
    const templates = compileTemplates('no no', { language: 'en', groups });
    expect(takeOut(templates, ['a', 'no', 'no', 'b', 'no', 'no', 'no', 'no'])).toEqual(['a', ',', 'b', ',', ',']);
    expect(takeOut(templates, ['a', 'b'])).toEqual(['a', 'b']);
  });

  it('says what is wrong with a template', () => {
    expect(() => find('{nobody}', 'x')).toThrow('en has no group {nobody}');
    expect(() => find('(a|b', 'x')).toThrow(') is missing');
  });
});

describe('phrase book', () => {
  const book = phraseBook('en', [
    ['no', 'no, no problem then'],
    ['yes', 'yes, yes indeed\nno problem'],
    ['polite', 'please, indeed so'],
  ]);

  it.each([
    ['Yes please', ['yes', 'polite'], false],
    ['yess, pleeease!', ['yes', 'polite'], false],
    ['no problem', ['yes'], false],
    ['no, please', ['no', 'polite'], false],
    // "yes indeed" is the longer phrase, but then "so" is left over.
    ['yes indeed so', ['yes', 'polite'], false],
    ['yes but no', ['yes'], true],
    ['', [], false],
    ['yes '.repeat(100), ['yes'], true],
  ])('"%s"', (text, marks, rest) => {
    const reading = readPhrases(spell(text, 'en'), book);
    expect([...reading.marks].sort()).toEqual(marks.toSorted());
    expect(reading.rest).toBe(rest);
  });
});
