import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Deadline } from '../src/deadline.ts';

describe('a time limit of many', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => vi.useRealTimers());

  const deadline = () => {
    const limit = new Deadline(100);
    const late: string[] = [];
    const start = (name: string) => {
      const place = limit.start(() => {
        late.push(name);
        limit.met(place);
      });
      return () => limit.met(place);
    };
    return { start, late };
  };

  it('is each one’s own, is nothing to those that meet it, and takes one timer for all', () => {
    const { start, late } = deadline();
    start('first');
    const meet = start('met');
    vi.advanceTimersByTime(60);
    start('second');
    meet();
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(39);
    expect(late).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(late).toEqual(['first']);
  });

  it('looks again for whoever came later, and stops when nobody is left', () => {
    const { start, late } = deadline();
    start('first');
    vi.advanceTimersByTime(60);
    start('second');
    vi.advanceTimersByTime(99);
    expect(late).toEqual(['first']);
    vi.advanceTimersByTime(1);
    expect(late).toEqual(['first', 'second']);
    expect(vi.getTimerCount()).toBe(0);
    start('in time')();
    vi.advanceTimersByTime(1_000);
    expect(late).toEqual(['first', 'second']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
