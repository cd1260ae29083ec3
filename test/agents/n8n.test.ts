import { createHmac } from 'node:crypto';
import nock from 'nock';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { NotAcceptedError, type AgentTurn } from '../../src/agents/agent.ts';
import { n8n, readAnswer, type N8nSettings } from '../../src/agents/n8n.ts';
import { agentKind } from '../../src/agents/registry.ts';
import { PermanentError, UncertainError } from '../../src/errors.ts';
import { createSafeRequest, type SafeRequest } from '../../src/safe-request.ts';
import { isStandardWebhookSecret, signStandardWebhook } from '../../src/standard-webhook.ts';
import { useNock } from '../support/use-nock.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const settings: N8nSettings = { workflowUrl: 'https://n8n.example/webhook/agent', secret };
const callbackUrl = 'https://frontdesk.example/callbacks/run-1';
const request = createSafeRequest({ allowNetworks: [], trustedOrigins: [] });

const turn = (deadline = new Date(Date.now() + 5_000)): AgentTurn => ({
  runId: '01990000-0000-7000-8000-000000000001',
  tenant: { id: 't-1', slug: 'acme' },
  conversation: { id: 'c-1', channel: 'telegram' },
  contact: { name: 'Søren', language: 'da' },
  systemMessage: 'Be kind.',
  language: 'da',
  message: 'Hvor er min pakke? 📦',
  attachments: [],
  history: [{ role: 'contact', text: 'Hej', attachments: [], at: '2026-01-01T00:00:00.000Z' }],
  deadline,
});

const ask = (over: Partial<N8nSettings> = {}, using: SafeRequest = request, asked = turn()) =>
  n8n.answer(asked, { ...settings, ...over }, { request: using, callbackUrl }, new AbortController().signal);

const answering = (status: number, body: string | object = '', headers: Record<string, string> = {}) =>
  nock('https://n8n.example').post('/webhook/agent').reply(status, body, headers);

/** Answers one call and gives back what a workflow would see of it. */
async function received(over: Partial<N8nSettings> = {}, asked = turn()) {
  const call = { body: '', headers: {} as Record<string, string> };
  nock('https://n8n.example')
    .post('/webhook/agent')
    .reply(async (incoming: Request) => {
      call.body = await incoming.text();
      call.headers = Object.fromEntries(incoming.headers);
      return [200, { reply: 'ok' }];
    });
  await ask(over, request, asked);
  return call;
}

const reply = (text: string, confidence: number | null = null) => ({ type: 'reply', text, confidence });

useNock();

afterEach(() => {
  nock.cleanAll();
});

afterAll(() => {
  request.close();
});

describe('the call', () => {
  it('carries everything a workflow needs, and the names that n8n looks for', async () => {
    const { body } = await received();

    expect(JSON.parse(body)).toEqual({
      type: 'turn',
      runId: turn().runId,
      correlationId: turn().runId,
      tenant: { id: 't-1', slug: 'acme' },
      conversation: { id: 'c-1', channel: 'telegram' },
      sessionId: 'c-1',
      chatInput: 'Hvor er min pakke? 📦',
      message: 'Hvor er min pakke? 📦',
      attachments: [],
      systemMessage: 'Be kind.',
      language: 'da',
      contact: { name: 'Søren', language: 'da' },
      history: [{ role: 'contact', text: 'Hej', attachments: [], at: '2026-01-01T00:00:00.000Z' }],
      deadline: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      callback: { url: callbackUrl },
    });
  });

  it('names attachments, also in chatInput, which AI nodes refuse when it is empty', async () => {
    const image = { type: 'image' };
    const file = { type: 'file', fileName: 'bill.pdf', caption: 'My bill' };
    const inputs: unknown[] = [];
    for (const more of [
      { message: '', attachments: [image] },
      { message: 'My bill', attachments: [file, { type: 'location', label: 'Kiosk, Main St 1' }] },
    ]) {
      const sent: unknown = JSON.parse((await received({}, { ...turn(), ...more })).body);
      expect(sent).toMatchObject(more);
      inputs.push(z.object({ chatInput: z.string() }).parse(sent).chatInput);
    }
    expect(inputs).toEqual(['[image]', 'My bill\n[file] bill.pdf\n[location] Kiosk, Main St 1']);
  });

  it('is signed as Standard Webhooks says', async () => {
    const { body, headers } = await received();

    expect(headers['webhook-id']).toBe(turn().runId);
    expect(new Webhook(secret).verify(body, headers)).toMatchObject({ type: 'turn' });
    expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow('No matching signature');
  });

  it('is signed so that the Crypto node can check it by hand', async () => {
    const { body, headers } = await received();
    const hex = createHmac('sha256', secret).update(`${headers['x-frontdesk-timestamp']}.${body}`).digest('hex');

    expect(headers['x-frontdesk-signature']).toBe(`sha256=${hex}`);
    expect(Math.abs(Number(headers['x-frontdesk-timestamp']) - Date.now() / 1000)).toBeLessThan(5);
  });

  it('carries the static header, which never replaces one of ours', async () => {
    const { headers } = await received({ header: { name: 'X-Api-Key', value: 'open sesame' } });
    expect(headers).toMatchObject({ 'x-api-key': 'open sesame', 'content-type': 'application/json' });

    const replaced = await received({ header: { name: 'Webhook-Signature', value: 'v1,forged' } });
    expect(() => new Webhook(secret).verify(replaced.body, replaced.headers)).not.toThrow();
  });

  it('may take until the deadline and no longer', async () => {
    let timeout: number | undefined;
    const slow: SafeRequest = async (_url, init) => {
      timeout = Math.min(init.totalTimeoutMs ?? 0, init.responseTimeoutMs ?? 0);
      return { status: 202, headers: {}, body: Buffer.of() };
    };
    await ask({}, slow, turn(new Date(Date.now() + 40_000)));

    expect(timeout).toBeGreaterThan(39_000);
    expect(timeout).toBeLessThanOrEqual(40_000);
  });

  it('is not made after the deadline', async () => {
    await expect(ask({}, request, turn(new Date(Date.now() - 1)))).rejects.toBeInstanceOf(NotAcceptedError);
  });
});

describe('a response with an answer', () => {
  it.each<[string, string | object, object]>([
    ['an object', { reply: 'Hi' }, { type: 'reply', text: 'Hi', confidence: null }],
    ['an array with one object', [{ output: 'Hi' }], { type: 'reply', text: 'Hi' }],
    ['a JSON string', '"Hi"', { type: 'reply', text: 'Hi' }],
    ['plain text', 'Hi there', { type: 'reply', text: 'Hi there' }],
    ['digits', '42', { type: 'reply', text: '42' }],
    ['a handover', { handover: true }, { type: 'handover', text: null }],
  ])('%s', async (_case, body, expected) => {
    answering(200, body, { 'content-type': 'text/html; charset=utf-8' });

    expect(await ask()).toMatchObject(expected);
  });
});

describe('a response without an answer is pending', () => {
  it.each<[string, number, string | object]>([
    ['an empty body', 200, ''],
    ['no content', 204, ''],
    ['started', 200, { message: 'Workflow was started' }],
    ['finished silently', 200, { message: 'Workflow executed successfully but no data was returned' }],
    ['accepted', 202, { ok: true }],
  ])('%s', async (_case, status, body) => {
    answering(status, body);

    expect(await ask()).toEqual({ type: 'pending' });
  });

  it.each([
    ['a gateway that gave up waiting', 504, '<html>'],
    ['Cloudflare gave up waiting', 524, 'error code: 524'],
  ])('%s, and says so', async (_case, status, body) => {
    answering(status, body);

    expect(await ask()).toEqual({ type: 'pending', note: `a gateway answered ${status}` });
  });

  it('no answer at all after the call was sent', async () => {
    const uncertain = new UncertainError('sent, but no complete answer came');

    expect(await ask({}, () => Promise.reject(uncertain))).toEqual({ type: 'pending', note: uncertain.message });
  });
});

describe('a workflow that certainly did not start', () => {
  const notRegistered = {
    code: 404,
    message: 'The requested webhook "POST agent" is not registered.',
    hint: 'Click the Execute workflow button',
  };

  it('may be tried again when it is not registered, in the words of n8n', async () => {
    answering(404, notRegistered);
    const error = await failure(ask());

    expect(error).toBeInstanceOf(NotAcceptedError);
    expect(error.message).toBe(
      'n8n answered 404: The requested webhook "POST agent" is not registered. Click the Execute workflow button',
    );
  });

  it('says so when the test URL was configured', async () => {
    nock('https://n8n.example').post('/webhook-test/agent').reply(404, notRegistered);
    const error = await failure(ask({ workflowUrl: 'https://n8n.example/webhook-test/agent' }));

    expect(error).toBeInstanceOf(NotAcceptedError);
    expect(error.message).toContain('this is the test URL');
  });

  it.each<[number, Record<string, string>]>([
    [429, {}],
    [503, { 'retry-after': '5' }],
  ])('may be tried again after %i', async (status, headers) => {
    answering(status, { message: 'busy' }, headers);

    expect(await failure(ask())).toBeInstanceOf(NotAcceptedError);
  });

  it('may be tried again when it was not reached', async () => {
    nock('https://n8n.example')
      .post('/webhook/agent')
      .replyWithError(Object.assign(new Error(), { code: 'ENOTFOUND' }));
    const error = await failure(ask());

    expect(error).toBeInstanceOf(NotAcceptedError);
    expect(error.message).toBe('n8n was not reached; not sent: the host name was not found');
  });

  it('is not tried again at an address that is not allowed', async () => {
    expect(await failure(ask({ workflowUrl: 'http://127.0.0.1:5678/webhook/x' }))).toBeInstanceOf(PermanentError);
  });
});

describe('a failed workflow', () => {
  it.each<[string, number, string | object, string]>([
    ['wrong header', 403, 'Authorization data is wrong!', "Authorization data is wrong! (check the agent's header"],
    ['no header', 401, '', "no explanation (check the agent's header"],
    ['a workflow that threw', 500, { message: 'Error in workflow' }, 'n8n answered 500: Error in workflow'],
    ['no time given', 503, { message: 'Database is not ready!' }, 'n8n answered 503: Database is not ready!'],
    ['a gateway', 502, '<html><h1>Bad Gateway</h1>', 'n8n answered 502: no explanation'],
    ['another 404', 404, 'nginx', 'n8n answered 404: nginx'],
    ['a redirect', 301, '', 'redirects are not followed'],
    ['a page', 200, '<!doctype html><p>Log in', 'neither JSON nor plain text'],
    ['broken JSON', 200, '{"reply": "Hi', 'neither JSON nor plain text'],
    ['foreign JSON', 200, { ok: true }, 'the answer was not understood'],
  ])('%s is an error that is not tried again', async (_case, status, body, message) => {
    answering(status, body);
    const error = await failure(ask());

    expect(error).not.toBeInstanceOf(NotAcceptedError);
    expect(error.message).toContain(message);
  });
});

describe('readAnswer', () => {
  it.each<[unknown, object]>([
    ['Hi', reply('Hi')],
    [['Hi'], reply('Hi')],
    [[{ text: 'Hi' }], reply('Hi')],
    [[{ reply: 'a' }, { reply: 'b' }], reply('a')],
    [['Hi', { handover: true }], reply('Hi')],
    [[{ handover: 'angry' }, 'Hi'], { type: 'handover', reason: 'angry', text: null }],
    [{ reply: '1', output: '2', text: '3', answer: '4', response: '5', message: '6' }, reply('1')],
    [{ message: '6', response: '5', answer: '4', text: '3', output: '2' }, reply('2')],
    [{ message: '6', response: '5', answer: '4', text: '3' }, reply('3')],
    [{ message: '6', response: '5', answer: '4' }, reply('4')],
    [{ message: '6', response: '5' }, reply('5')],
    [{ message: '6' }, reply('6')],
    [{ reply: ' ', text: 'Hi' }, reply('Hi')],
    [{ json: { reply: 'Hi' } }, reply('Hi')],
    [[{ json: { reply: 'Hi' }, pairedItem: 0 }], reply('Hi')],
    [{ data: { output: 'Hi' } }, reply('Hi')],
    [{ output: { reply: 'Hi', confidence: 0.4 } }, reply('Hi', 0.4)],
    [{ reply: 'Hi', confidence: 1 }, reply('Hi', 1)],
    [{ reply: 'Hi', confidence: '0.8' }, reply('Hi', 0.8)],
    [{ reply: 'Hi', confidence: null }, reply('Hi')],
    [{ reply: 'Hi', confidence: '' }, reply('Hi')],
    [{ reply: 'Hi', handover: false, clarify: '' }, reply('Hi')],
    [{ reply: 'Hi', handover: 'false' }, reply('Hi')],
    [{ reply: 'a\0b\uD83Dc' }, reply('a\uFFFDb\uFFFDc')],
    [
      { clarify: 'Which one?', reply: 'x' },
      { type: 'clarify', text: 'Which one?' },
    ],
    [{ handover: true }, { type: 'handover', reason: 'the workflow asked for a person', text: null }],
    [{ handover: 'true' }, { type: 'handover', reason: 'the workflow asked for a person', text: null }],
    [
      { handover: 'angry', reply: 'One moment' },
      { type: 'handover', reason: 'angry', text: 'One moment' },
    ],
    [
      { handover: { reason: 'angry', message: 'One moment' }, reply: 'x' },
      { type: 'handover', reason: 'angry', text: 'One moment' },
    ],
    [{ handover: {} }, { type: 'handover', reason: 'the workflow asked for a person', text: null }],
  ])('%j', (body, expected) => {
    expect(readAnswer(body)).toEqual(expected);
  });

  it.each<[unknown]>([
    [null],
    [undefined],
    [''],
    [' \n'],
    [7],
    [{}],
    [[]],
    [[{}, { reply: 'b' }]],
    [{ reply: 7 }],
    [{ json: { json: { reply: 'too deep' } } }],
    [JSON.parse('{"__proto__": {"reply": "inherited"}}')],
  ])('%j says which keys are understood', (body) => {
    expect(() => readAnswer(body)).toThrow('reply, output, text, answer, response, message');
  });

  it.each([-0.1, 1.1, '2', 'high', Number.NaN, true])('refuses the confidence %j', (confidence) => {
    expect(() => readAnswer({ reply: 'Hi', confidence })).toThrow('confidence must be a number from 0 to 1');
  });

  it('refuses a handover it cannot read', () => {
    expect(() => readAnswer({ reply: 'Hi', handover: 1 })).toThrow('handover must be');
  });

  it('cuts at 20,000 characters, never through one', () => {
    expect(readAnswer('x'.repeat(30_000))).toMatchObject({ text: 'x'.repeat(20_000) });
    expect(readAnswer('x'.repeat(19_999) + '📦')).toMatchObject({ text: 'x'.repeat(19_999) });
  });
});

describe('settings', () => {
  it.each<[object]>([
    [{ workflowUrl: 'n8n.example/webhook/x' }],
    [{ workflowUrl: 'ftp://n8n.example/webhook/x' }],
    [{ secret: 'whsec_c2hvcnQ=' }],
    [{ header: { name: 'x api', value: 'v' } }],
    [{ header: { name: 'x-api', value: 'a\nb' } }],
    [{ header: { name: 'Webhook-Id', value: 'v' } }],
    [{ header: { name: 'host', value: 'v' } }],
  ])('%j is refused', (over) => {
    expect(n8n.settings.safeParse({ ...settings, ...over }).success).toBe(false);
  });

  it('accepts what the dashboard saves and marks its secrets', () => {
    const saved = { ...settings, header: { name: 'Authorization', value: 'Bearer x' } };

    expect(agentKind('n8n').settings.parse(saved)).toEqual(saved);
    expect(z.toJSONSchema(n8n.settings)).toMatchObject({
      properties: { secret: { secret: true }, header: { properties: { value: { secret: true } } } },
    });
  });

  it('knows the kinds there are', () => {
    expect(() => agentKind('__proto__')).toThrow('use one of: n8n');
  });
});

describe('signStandardWebhook', () => {
  it("agrees with the standard's own vector", () => {
    const timestamp = new Date(1_614_265_330_000);

    expect(
      signStandardWebhook({ id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp, body: '{"test": 2432232314}', secret }),
    ).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it.each([
    [24, true],
    [64, true],
    [23, false],
    [65, false],
  ])('a secret of %i bytes: %s', (length, expected) => {
    expect(isStandardWebhookSecret(`whsec_${Buffer.alloc(length, 1).toString('base64')}`)).toBe(expected);
  });
});

const failure = (call: Promise<unknown>): Promise<Error> =>
  call.then(
    () => {
      throw new Error('the call did not fail');
    },
    (error: Error) => error,
  );
