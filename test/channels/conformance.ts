import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ChannelAdapter } from '../../src/channels/adapter.ts';
import { describeParse } from './conformance-parse.ts';
import { describeSend } from './conformance-send.ts';
import { describeVerify } from './conformance-verify.ts';
import type { Harness } from './harness.ts';

/** The contract that every adapter keeps. What is special about a platform is tested in its own file. */
export function describeConformance<Config>(adapter: ChannelAdapter<Config>, harness: Harness<Config>): void {
  describe(`${adapter.kind} keeps the contract of a channel`, () => {
    describeConfig(adapter, harness);
    describeVerify(adapter, harness);
    describeParse(adapter, harness);
    describeSend(adapter, harness);
  });
}

function describeConfig<Config>(adapter: ChannelAdapter<Config>, harness: Harness<Config>): void {
  const config = harness.config('http://127.0.0.1:1');

  it('accepts its own config and refuses an empty one', () => {
    expect(adapter.config.parse(config)).toEqual(config);
    expect(adapter.config.safeParse({}).success).toBe(false);
  });

  it('can be drawn as a form in which every secret is marked', () => {
    const form = z.object({ properties: z.record(z.string(), z.object({ secret: z.boolean().optional() })) });
    const { properties } = form.parse(z.toJSONSchema(adapter.config, { io: 'input' }));
    const looksSecret = Object.keys(properties).filter((name) => /secret|token/i.test(name));

    expect(looksSecret.length).toBeGreaterThan(0);
    for (const name of looksSecret) expect(properties[name]?.secret, name).toBe(true);
  });
}
