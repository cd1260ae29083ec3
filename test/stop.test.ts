import { describe, expect, it } from 'vitest';
import { stopInOrder } from '../src/stop.ts';

describe('stopInOrder', () => {
  it('stops one after the other, and leaves behind what hangs or breaks', async () => {
    const stopped: string[] = [];
    const left: string[] = [];
    const step = (name: string, stop: () => Promise<unknown>, limitMs = 5_000) => ({
      name,
      limitMs,
      stop: async () => {
        await stop();
        stopped.push(name);
      },
    });
    await stopInOrder(
      [
        step('slow', () => new Promise((resolve) => setTimeout(resolve, 30))),
        step('hanging', () => new Promise(() => undefined), 30),
        step('broken', () => Promise.reject(new Error('it broke'))),
        step('last', () => Promise.resolve()),
      ],
      (name, why) => left.push(`${name}: ${why}`),
    );
    expect(stopped).toEqual(['slow', 'last']);
    expect(left).toEqual(['hanging: took longer than 30 ms', 'broken: it broke']);
  });
});
