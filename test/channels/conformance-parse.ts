import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ChannelAdapter, InboundEvent } from '../../src/channels/adapter.ts';
import { type Harness, loadFixtures } from './harness.ts';
import { anyJson, isObject, mutated, pathsOf, without } from './mutate.ts';

/** What is stored of an event gives that event again, and nothing in a body can take its neighbours with it. */
export function describeParse<Config>(adapter: ChannelAdapter<Config>, harness: Harness<Config>): void {
  const fixtures = loadFixtures(adapter.kind);

  it.each(Object.entries(fixtures))('parses %s into events that parse again from what is stored', (_, body) => {
    const events = adapter.parse(body);

    expect(events.length).toBeGreaterThan(0);
    expectStorable(events);
    for (const event of events) expect(adapter.parse(stored(event.payload))).toStrictEqual([event]);
  });

  it('leaves the body that it is given as it is', () => {
    for (const body of Object.values(fixtures)) {
      const before = structuredClone(body);
      adapter.parse(body);
      expect(body).toStrictEqual(before);
    }
  });

  it.each(harness.unknown.map((body) => [JSON.stringify(body), body]))('does not throw at %s', (_, body) => {
    expect(() => adapter.parse(body)).not.toThrow();
  });

  it('throws nothing but ZodError, whatever JSON it is given', () => {
    fc.assert(
      fc.property(anyJson, (body) => void eventsOrNothing(adapter, body)),
      { numRuns: 300 },
    );
  });

  it('survives fixtures with any one place changed, and can store what it then says', () => {
    const bodies = fc.constantFrom(...Object.values(fixtures).filter(isObject));
    fc.assert(
      fc.property(mutated(bodies), (body) => {
        const events = eventsOrNothing(adapter, body);
        expectStorable(events);
        for (const event of events) expect(adapter.parse(stored(event.payload))).toStrictEqual([event]);
      }),
      { numRuns: 1500 },
    );
  });

  describe.each(harness.batches ?? [])('batch $fixture', ({ fixture, elements }) => {
    it('loses no neighbour of an element that is malformed', () => {
      const body = fixtures[fixture];
      const cases = fc.constantFrom(...elements).chain((element) => {
        const inside = pathsOf(body).filter((path) => element.every((key, index) => path[index] === key));
        return mutated(fc.constant(body), inside).map((changed) => ({ element, changed }));
      });
      fc.assert(
        fc.property(cases, ({ element, changed }) => {
          const neighbours = adapter.parse(without(body, element)).filter(({ content }) => content.type !== 'ignored');
          expect(neighbours.length).toBe(elements.length - 1);
          expect(adapter.parse(changed)).toEqual(expect.arrayContaining(neighbours));
        }),
        { numRuns: 500 },
      );
    });

    it('says where a malformed element is wrong', () => {
      for (const element of elements) {
        const events = adapter.parse(without(fixtures[fixture], element, {}));
        const faults = events.filter(({ content }) => content.type === 'unreadable');
        expect(faults).toMatchObject([{ content: { reason: expect.stringMatching(/^\w+\.\w+: /) } }]);
      }
    });
  });
}

function expectStorable(events: InboundEvent[]): void {
  const ids = events.map(({ account, externalId }) => JSON.stringify([account, externalId]));
  expect(new Set(ids).size).toBe(ids.length);
  for (const { externalId, thread } of events) {
    expect(externalId.length).toBeGreaterThan(0);
    expect(Buffer.byteLength(externalId)).toBeLessThan(2000);
    expect(thread.length).toBeGreaterThan(0);
  }
  // Half a surrogate pair is written as an escape, and PostgreSQL refuses it.
  expect(JSON.stringify(events)).not.toMatch(/\\ud[89a-f]/);
}

/** As the database gives it back. */
const stored = (payload: unknown): unknown => JSON.parse(JSON.stringify(payload));

function eventsOrNothing(adapter: ChannelAdapter, body: unknown): InboundEvent[] {
  try {
    return adapter.parse(body);
  } catch (error) {
    if (error instanceof z.ZodError) return [];
    throw error;
  }
}
