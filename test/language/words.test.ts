import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baseLanguage } from '../../src/language/base.ts';
import { stemmer } from '../../src/language/stems.ts';
import { fold, words } from '../../src/language/words.ts';

describe('baseLanguage', () => {
  it.each([
    ['pt-BR', 'pt'],
    ['PT_br', 'pt'],
    ['zh-Hant-TW', 'zh'],
    [' en ', 'en'],
    ['en_US.UTF-8', 'en'],
    ['iw', 'he'],
    ['in-ID', 'id'],
    ['', ''],
    ['constructor', 'constructor'],
  ])('%s is %s', (tag, base) => {
    expect(baseLanguage(tag)).toBe(base);
  });
});

describe('fold', () => {
  it.each([
    ['Café', 'cafe'],
    ['cafe\u0301', 'cafe'],
    ['Ёлка', 'елка'],
    ['Йод', 'йод'],
    ['STRASSE', 'strasse'],
    ['Straße', 'strasse'],
    ['İSTANBUL ısı', 'istanbul isi'],
    ['Łódź', 'lodz'],
    ['ΟΔΥΣΣΕΎΣ', 'οδυσσευσ'],
    ['أُحِبُّ إلى آخر', 'احب الي اخر'],
    ['مـــرحبا', 'مرحبا'],
    ['مدرسة', 'مدرسه'],
    ['٢٤ ۲۴', '24 24'],
    ['שָׁלוֹם', 'שלום'],
    ['ｆｕｌｌ　ｗｉｄｔｈ', 'full width'],
    ['ﾊﾝｶｸ', 'ハンカク'],
    ['がぎ', 'がぎ'],
    ['\u200bzero\u200d \u202ewidth\u202c', 'zero width'],
    ['don’t don´t', "don't don't"],
    ['👍🏽', '👍'],
  ])('%s is %s', (text, folded) => {
    expect(fold(text)).toBe(folded);
  });

  it('changes nothing the second time', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => fold(fold(text)) === fold(text)));
  });

  it('does not care how accents are encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(fold(text.normalize('NFD'))).toBe(fold(text.normalize('NFC')));
      }),
    );
  });
});

describe('words', () => {
  it.each([
    ['What’s your e-mail?', 'en', ['whats', 'your', 'e', 'mail']],
    ["L'heure d'ouverture", 'fr', ['l', 'heure', 'd', 'ouverture']],
    ["İstanbul'da", 'tr', ['istanbul', 'da']],
    ['24/7 COVID-19', 'en', ['24', '7', 'covid', '19']],
    ['营业时间', 'zh', ['营业', '时间']],
    ['iPhone手机', 'en', ['iphone', '手机']],
    ['สวัสดีครับ', 'th', ['สวัสดี', 'ครับ']],
    ['नमस्ते दुनिया', 'hi', ['नमस्ते', 'दुनिया']],
    ['مرحبا، كيف الحال؟', 'ar', ['مرحبا', 'كيف', 'الحال']],
    ['👍 !!! …', 'en', []],
    // Signs of a script that are no letters: a radical, and the mark of a Thai paragraph.
    ['𠀀⺀业 ๏สวัสดี', 'zh', ['𠀀', '业', 'สวัสดี']],
    ['', 'en', []],
  ])('%s (%s)', (text, language, expected) => {
    expect(words(text, language)).toEqual(expected);
  });

  it('takes any text in any language, known or not', () => {
    const anything = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(anything, anything, (text, language) => {
        for (const word of words(text, language)) expect(word).toMatch(/^[\p{L}\p{M}\p{N}]+$/u);
      }),
    );
  });

  it('reads the first 10,000 code units', () => {
    expect(words('a '.repeat(9_000))).toHaveLength(5_000);
  });

  it.each(['x', 'e\u0301\u0323', '的', "a'", 'สวัสดี'])('is quick on a very long text of %s', (piece) => {
    const text = piece.repeat(1_000_000 / piece.length);
    words(text);
    // Not by the clock: on a busy machine, others may have the processor for a while.
    const { user } = process.threadCpuUsage();
    words(text);
    expect((process.threadCpuUsage().user - user) / 1_000).toBeLessThan(500);
  });
});

describe('stemmer', () => {
  it.each([
    ['en', ['open', 'opens', 'opened', 'opening']],
    ['en', ['crash', 'crashes', 'crashed', 'crashing']],
    ['en', ['delivery', 'deliveries', 'deliver', 'delivering']],
    ['es', ['reserva', 'reservas', 'reservar']],
    ['fr', ['livrer', 'livre', 'livrez']],
    ['de', ['lieferung', 'lieferungen', 'liefern']],
    ['ru', ['доставка', 'доставки', 'доставку', 'доставкой']],
    ['ar', ['الموعد', 'موعد', 'والموعد']],
    ['he', ['החנות', 'חנות', 'בחנות']],
    ['xx', ['unchanged']],
  ])('%s: one stem for %j', (language, forms) => {
    const stem = stemmer(language);
    expect(new Set(forms.map((form) => stem(fold(form)))).size).toBe(1);
  });

  it('leaves something of every word', () => {
    for (const language of ['en', 'de', 'ru', 'ar', 'he', 'tr', 'hi']) {
      const stem = stemmer(language);
      fc.assert(fc.property(fc.string({ unit: 'binary', minLength: 1 }), (word) => stem(word) !== ''));
    }
  });
});
