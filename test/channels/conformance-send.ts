import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ChannelAdapter, OutgoingMessage } from '../../src/channels/adapter.ts';
import { PermanentError, RetryAfterError, UncertainError } from '../../src/errors.ts';
import { type Harness, ioTo, outgoing } from './harness.ts';
import { type ScriptedPlatform, startScriptedPlatform } from './scripted-platform.ts';

/** Whatever the platform answers, the error says whether, when and for whom another try makes sense. */
export function describeSend<Config>(adapter: ChannelAdapter<Config>, harness: Harness<Config>): void {
  if (harness.sends.length === 0) return;
  let platform: ScriptedPlatform;
  beforeAll(async () => {
    platform = await startScriptedPlatform();
  });
  afterAll(() => platform.close());
  const send = (message: OutgoingMessage, signal?: AbortSignal) =>
    adapter.send(message, harness.config(platform.url), ioTo(platform, signal));

  it.each(harness.sends)('send: $name', async ({ replies, message, gives }) => {
    platform.willReply(...replies);
    const outcome = await send(outgoing(message)).catch((error: unknown) => error);

    if (gives === 'uncertain') return expect(outcome).toBeInstanceOf(UncertainError);
    if (gives === 'not sent') return expectNotSent(outcome);
    if ('externalId' in gives) return expect(outcome).toEqual(gives);
    if ('permanent' in gives) {
      expect(outcome).toBeInstanceOf(PermanentError);
      expect(outcome).toMatchObject({ scope: gives.permanent, ...(gives.code && { code: gives.code }) });
      return expect(outcome).toHaveProperty('message', expect.stringMatching(gives.says ?? /./));
    }
    expect(outcome).toBeInstanceOf(RetryAfterError);
    expect(outcome).toMatchObject({ delayMs: gives.retryAfterMs, scope: gives.scope });
  });

  it('send: an answer that never comes is uncertain, not refused', async () => {
    platform.willReply('hang up');
    expect(await send(outgoing()).catch((error: unknown) => error)).toBeInstanceOf(UncertainError);
  });

  it('send: nobody listens, so nothing was sent', async () => {
    const nobody = { url: 'http://127.0.0.1:1' };
    const attempt = adapter.send(outgoing(), harness.config(nobody.url), ioTo(nobody));
    expectNotSent(await attempt.catch((error: unknown) => error));
  });

  it('send: hands the signal on', async () => {
    platform.willReply({ status: 200 });
    await expect(send(outgoing(), AbortSignal.abort())).rejects.toThrow();
    expect(platform.calls).toEqual([]);
  });

  it('send: no error tells a secret', async () => {
    const secrets = Object.values(harness.config(platform.url) ?? {}).filter(
      (value) => typeof value === 'string' && value.length > 24,
    );
    for (const status of [302, 400, 401, 403, 404, 410, 429, 500]) {
      platform.willReply({ status });
      const error: unknown = await send(outgoing()).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Error);
      for (const secret of secrets) expect(String(error)).not.toContain(secret);
    }
  });
}

function expectNotSent(outcome: unknown): void {
  expect(outcome).toBeInstanceOf(Error);
  for (const kind of [PermanentError, RetryAfterError, UncertainError]) expect(outcome).not.toBeInstanceOf(kind);
}
