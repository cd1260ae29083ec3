import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ChannelAdapter, OutgoingMessage } from '../../src/channels/adapter.ts';
import { PermanentError, RetryAfterError, UncertainError } from '../../src/errors.ts';
import { type Harness, ioTo, outgoing, outgoingFile, type SendCase } from './harness.ts';
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
    expectOutcome(await send(outgoing(message)).catch((error: unknown) => error), gives);
  });

  describeFiles(harness, () => platform, send);

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

/** What holds for words holds for files; what is uploaded first and not taken was not sent at all. */
function describeFiles<Config>(
  { sends, upload }: Harness<Config>,
  platform: () => ScriptedPlatform,
  send: (message: OutgoingMessage) => Promise<unknown>,
): void {
  const before = upload ? [upload] : [];
  const sendFile = (message: Partial<OutgoingMessage> = {}, file = outgoingFile()) =>
    send(outgoing({ ...message, text: '', quickReplies: [], file })).catch((error: unknown) => error);

  it.each(sends)('send a file: $name', async ({ replies, message, gives }) => {
    platform().willReply(...before, ...replies);
    expectOutcome(await sendFile(message), gives);
    expect(
      platform()
        .calls.map(({ body }) => body)
        .join('\n'),
    ).toMatch(/the picture|desk\.example.*menu\.png/s);
  });

  it('send a file: an answer that never comes is uncertain', async () => {
    platform().willReply(...before, 'hang up');
    expect(await sendFile()).toBeInstanceOf(UncertainError);
  });

  it('send a file: one that cannot be read ends the send as it says, and nothing was sent', async () => {
    const failure = new PermanentError('the file is gone', { code: 'file_gone' });
    platform().willReply(...before, { status: 500 });
    const outcome = await sendFile({}, outgoingFile({ read: () => Promise.reject(failure) }));
    // Who gives a link reads nothing.
    if (platform().calls.length === 0) expect(outcome).toBe(failure);
    else expect(platform().calls[0]?.body).toContain(outgoingFile().url);
  });

  if (!upload) return;
  it.each(sends.filter(({ gives }) => typeof gives === 'string' || !('externalId' in gives)))(
    'upload a file: $name',
    async ({ replies, gives }) => {
      platform().willReply(...replies);
      expectOutcome(await sendFile(), gives === 'uncertain' ? 'not sent' : gives);
      expect(platform().calls).toHaveLength(1);
    },
  );

  it('upload a file: without an answer nothing was sent', async () => {
    platform().willReply('hang up');
    expectNotSent(await sendFile());
  });
}

function expectOutcome(outcome: unknown, gives: SendCase['gives']): void {
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
}

function expectNotSent(outcome: unknown): void {
  expect(outcome).toBeInstanceOf(Error);
  for (const kind of [PermanentError, RetryAfterError, UncertainError]) expect(outcome).not.toBeInstanceOf(kind);
}
