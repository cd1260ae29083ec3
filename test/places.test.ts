import { describe, expect, it } from 'vitest';
import { Places } from '../src/places.ts';

describe('places', () => {
  it('hold what came and has not left', () => {
    const places = new Places<string>();
    const first = places.take('first');
    places.take('second');
    const third = places.take('third');
    places.leave(first);
    places.leave(third);
    expect([...places]).toEqual(['second']);
  });

  it('are taken again before there are more of them', () => {
    const places = new Places<string>();
    const taken = [places.take('a'), places.take('b')];
    for (const place of taken) places.leave(place);
    const again = [places.take('c'), places.take('d'), places.take('e')];
    expect(new Set(again)).toEqual(new Set([0, 1, 2]));
    expect([...places]).toHaveLength(3);
  });
});
