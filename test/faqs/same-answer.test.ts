import { describe, expect, it } from 'vitest';
import { createAnswerTest } from '../../src/faqs/improving/same-answer.ts';

const answer = 'We deliver to Brooklyn and Queens, Monday to Friday.';

describe('the answer of a FAQ', () => {
  it.each([
    ['itself', answer],
    ['in other case, without punctuation', 'we deliver to brooklyn and queens monday to friday'],
    ['among other words', `Hi Tom! ${answer} Shall I put you down for tomorrow at nine?`],
    ['in nearly the same words', 'We deliver to Brooklyn and to Queens, Monday till Friday!'],
  ])('is known %s', (_how, text) => expect(createAnswerTest(answer, 'en')(text)).toBe(true));

  it.each([
    ['another one', 'We do not deliver on Sunday'],
    ['a part of it', 'Brooklyn and Queens'],
    ['nothing', ''],
    ['what merely begins and ends inside of its words', 'xwe deliver to brooklyn and queens monday to fridayx'],
  ])('is not %s', (_what, text) => expect(createAnswerTest(answer, 'en')(text)).toBe(false));

  it('is known only by itself when it is short', () => {
    const isYes = createAnswerTest('Yes!', 'en');
    expect([isYes('yes'), isYes('Yes, at nine'), isYes('no')]).toEqual([true, false, false]);
    const isThumb = createAnswerTest('👍', 'en');
    expect([isThumb(' 👍 '), isThumb('ok'), isThumb('')]).toEqual([true, false, false]);
  });

  it('is read in its language', () => {
    const isIt = createAnswerTest('我们星期一到星期五送货', 'zh');
    expect([isIt('您好！我们星期一到星期五送货。'), isIt('我们不卖蛋糕')]).toEqual([true, false]);
  });
});
