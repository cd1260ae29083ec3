import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { AgentRun } from '../../src/entities/agent-run.ts';
import { addAgent, addChannel } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { buildShop, conversationOf, decisionsOf, writes, type Shop } from '../support/tenants.ts';
import type { PlatformCall } from '../support/fake-platform.ts';
import { startWorld, type World } from '../support/world.ts';

const workflowSecret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const callbackSecret = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const callbackToken = 'a-static-token-for-the-header-auth-of-n8n';
let world: World;
let answerWorkflow: (call: PlatformCall) => { status: number; body: unknown };

/** An answer that is not JSON, or not for its looks. */
class Raw {
  readonly text: string | null;
  /** Null: it never comes. */
  constructor(text: string | null) {
    this.text = text;
  }
}

beforeAll(async () => {
  world = await startWorld();
  world.platform.answer = (call, response) => {
    if (!call.path.startsWith('/webhook/')) return undefined;
    const { status, body } = answerWorkflow(call);
    response.statusCode = status;
    response.setHeader('content-type', 'application/json');
    const text = body instanceof Raw ? body.text : JSON.stringify(body);
    if (text !== null) response.end(text);
    return true;
  };
});
afterAll(() => world.close());
beforeEach(() => {
  answerWorkflow = () => ({ status: 200, body: { message: 'Workflow was started' } });
});

const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 10_000, interval: 15 });
const workflowCalls = (shop: Shop) => world.platform.calls.filter((call) => call.path === `/webhook/${shop.slug}`);

async function buildN8nShop(overrides: Parameters<typeof buildShop>[1] = {}) {
  const shop = await buildShop(world, { systemMessage: 'You are kind.', language: 'en', ...overrides });
  const { orm, keys } = world.deps;
  const config = { secret: callbackSecret, callbackToken };
  const { channelId, key } = await addChannel(orm, keys, shop.tenantId, { kind: 'n8n', name: 'n8n', config });
  const settings = { workflowUrl: `${world.platform.url}/webhook/${shop.slug}`, secret: workflowSecret };
  await addAgent(orm, keys, shop.tenantId, { name: 'Workflow', kind: 'n8n', settings, channelId });
  return { shop, callbackUrl: `${world.url}/webhooks/n8n/${key}` };
}

const runsOf = (shop: Shop) =>
  withTenant(world.deps.orm, shop.tenantId, (em) => em.find(AgentRun, { tenantId: shop.tenantId }));

/** The workflow calls back, signed as n8n would with a Code or Crypto node, or with its Header Auth. */
function callBack(url: string, body: Record<string, unknown>, { bearer = false } = {}) {
  const text = JSON.stringify(body);
  const id = `msg_${String(body['runId'])}`;
  const now = new Date();
  const signed = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': new Webhook(callbackSecret).sign(id, now, text),
  };
  const headers = bearer ? { authorization: `Bearer ${callbackToken}` } : signed;
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: text });
}

describe('a turn that no FAQ answers goes to the n8n workflow', () => {
  it('sends the workflow what it needs, signed, and its answer to the customer', async () => {
    const { shop, callbackUrl } = await buildN8nShop();
    answerWorkflow = () => ({ status: 200, body: { reply: 'A table for two is free at 8.', confidence: 0.9 } });
    await writes(world, shop, 21, 'What are your opening hours?');
    await until(() => expect(world.platform.textsTo('21')).toHaveLength(1));
    await writes(world, shop, 21, 'Is a table free tonight?');
    await until(() => expect(world.platform.textsTo('21').at(-1)).toBe('A table for two is free at 8.'));

    const [call, second] = workflowCalls(shop);
    expect(second).toBeUndefined();
    expect(call?.body).toMatchObject({
      systemMessage: 'You are kind.',
      language: 'en',
      message: 'Is a table free tonight?',
      chatInput: 'Is a table free tonight?',
      contact: { name: 'Customer 21' },
      callback: { url: callbackUrl },
      history: [
        { role: 'contact', text: 'What are your opening hours?' },
        { role: 'agent', text: 'We open 7am-9pm daily' },
      ],
    });
    const headers = Object.fromEntries(
      Object.entries(call?.headers ?? {}).map(([name, value]) => [name, String(value)]),
    );
    expect(() => new Webhook(workflowSecret).verify(JSON.stringify(call?.body), headers)).not.toThrow();
    const { id } = await conversationOf(world, shop, 21);
    expect((await decisionsOf(world, shop, id)).map(({ path, outcome }) => [path, outcome])).toEqual([
      ['faq', 'answer'],
      ['agent', 'ask_agent'],
      ['agent', 'answer'],
    ]);
  });

  it.each([false, true])('takes an answer that comes later through the callback (bearer: %s), once', async (bearer) => {
    const { shop, callbackUrl } = await buildN8nShop();
    const chat = bearer ? 23 : 22;
    await writes(world, shop, chat, 'Is a table free tonight?');
    await until(() => expect(workflowCalls(shop)).toHaveLength(1));
    await until(async () => expect((await runsOf(shop))[0]?.status).toBe('waiting'));
    const { runId } = workflowCalls(shop)[0]?.body ?? {};

    expect((await callBack(callbackUrl, { runId, reply: 'Yes, at 8.' }, { bearer })).status).toBe(200);
    await until(() => expect(world.platform.textsTo(String(chat))).toEqual(['Yes, at 8.']));
    expect((await callBack(callbackUrl, { runId, reply: 'And at 9.' }, { bearer })).status).toBe(200);
    await until(async () => expect((await runsOf(shop))[0]?.lateAnswers).toHaveLength(1));
    expect(world.platform.textsTo(String(chat))).toEqual(['Yes, at 8.']);
  });

  it('refuses a callback that is not signed, or signed by another tenant’s secret', async () => {
    const { callbackUrl } = await buildN8nShop();
    const body = JSON.stringify({ runId: 'x', reply: 'x' });
    expect((await fetch(callbackUrl, { method: 'POST', body })).status).toBe(401);
    const headers = { authorization: 'Bearer somebody-elses-token' };
    expect((await fetch(callbackUrl, { method: 'POST', body, headers })).status).toBe(401);
  });

  it('lets no tenant answer another tenant’s run', async () => {
    const mine = await buildN8nShop();
    const theirs = await buildN8nShop();
    await writes(world, mine.shop, 24, 'Is a table free tonight?');
    await until(() => expect(workflowCalls(mine.shop)).toHaveLength(1));
    const { runId } = workflowCalls(mine.shop)[0]?.body ?? {};
    expect((await callBack(theirs.callbackUrl, { runId, reply: 'stolen' })).status).toBe(200);
    await callBack(mine.callbackUrl, { runId, reply: 'mine' });
    await until(() => expect(world.platform.textsTo('24')).toEqual(['mine']));
  });

  it('asks for a human when nothing comes within response_timeout, and does not send what comes later', async () => {
    const { shop, callbackUrl } = await buildN8nShop({
      thresholds: { response_timeout: 1 },
      handoverMode: 'immediate',
    });
    await writes(world, shop, 25, 'Is a table free tonight?');
    await until(async () => expect((await conversationOf(world, shop, 25)).handler).toBe('queued'));
    const { id } = await conversationOf(world, shop, 25);
    expect((await decisionsOf(world, shop, id)).at(-1)).toMatchObject({
      outcome: 'hand_over',
      reason: expect.stringMatching(/response_timeout/),
    });
    expect(workflowCalls(shop)).toHaveLength(1);
    await until(() => expect(world.platform.textsTo('25')).toHaveLength(1));
    await callBack(callbackUrl, { runId: workflowCalls(shop)[0]?.body['runId'], reply: 'too late' });
    await until(async () =>
      expect((await runsOf(shop))[0]).toMatchObject({ status: 'expired', lateAnswers: [{ text: 'too late' }] }),
    );
    expect(world.platform.textsTo('25')).toHaveLength(1);
  });

  it('discards the answer when a human has taken over meanwhile', async () => {
    const { shop, callbackUrl } = await buildN8nShop();
    await writes(world, shop, 26, 'Is a table free tonight?');
    await until(() => expect(workflowCalls(shop)).toHaveLength(1));
    await writes(world, shop, 26, 'I want to talk to a human');
    await until(async () => expect((await conversationOf(world, shop, 26)).handler).toBe('queued'));
    await callBack(callbackUrl, { runId: workflowCalls(shop)[0]?.body['runId'], reply: 'Yes, at 8.' });
    await until(async () => expect((await runsOf(shop))[0]?.status).toBe('discarded'));
    expect(world.platform.textsTo('26')).not.toContain('Yes, at 8.');
    const { id } = await conversationOf(world, shop, 26);
    expect(
      (await decisionsOf(world, shop, id)).map(({ outcome, withheldReason }) => [outcome, withheldReason]),
    ).toEqual([
      ['ask_agent', 'the conversation changed hands while the agent was answering'],
      ['hand_over', null],
    ]);
  });

  it('hands over when the workflow says so', async () => {
    const { shop } = await buildN8nShop();
    answerWorkflow = () => ({
      status: 200,
      body: { handover: { reason: 'wants a refund', message: 'One moment please.' } },
    });
    await writes(world, shop, 27, 'I was charged twice');
    await until(async () => expect((await conversationOf(world, shop, 27)).handler).toBe('queued'));
    await until(() => expect(world.platform.textsTo('27')).toEqual(['One moment please.']));
  });

  it('does not send an answer that the workflow is not sure enough of (agent_confidence)', async () => {
    const { shop } = await buildN8nShop({ thresholds: { agent_confidence: 0.8 } });
    answerWorkflow = () => ({ status: 200, body: { reply: 'Perhaps.', confidence: 0.7 } });
    await writes(world, shop, 28, 'Is a table free tonight?');
    await until(() => expect(world.platform.textsTo('28')).toHaveLength(1));
    expect(world.platform.textsTo('28')).not.toContain('Perhaps.');
    const { id } = await conversationOf(world, shop, 28);
    expect((await decisionsOf(world, shop, id)).at(-1)).toMatchObject({
      outcome: 'clarify',
      reason: expect.stringMatching(/agent_confidence 0.8/),
    });
  });

  it('calls a workflow that failed only once, and says what n8n said', async () => {
    const { shop } = await buildN8nShop({ handoverMode: 'immediate' });
    answerWorkflow = () => ({ status: 500, body: { message: 'Error in workflow' } });
    await writes(world, shop, 29, 'Is a table free tonight?');
    await until(async () => expect((await conversationOf(world, shop, 29)).handler).toBe('queued'));
    expect(workflowCalls(shop)).toHaveLength(1);
    expect((await runsOf(shop))[0]).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/Error in workflow/),
    });
  });

  it.each([
    ['is larger than may be', 31, 'x'.repeat(2_000_000), /did not answer within response_timeout: .*1048576/],
    ['is garbage', 32, '{"reply":', /the agent failed: n8n answered neither JSON nor plain text/],
    ['says nothing that is known', 33, '{"foo":1}', /the agent failed: the answer was not understood/],
    ['never comes', 34, null, /did not answer within response_timeout: sent, but no complete answer came/],
  ])('says in the decision what was wrong with an answer that %s', async (_name, chat, answer, reason) => {
    const { shop } = await buildN8nShop({ handoverMode: 'immediate', thresholds: { response_timeout: 1 } });
    answerWorkflow = () => ({ status: 200, body: new Raw(answer) });
    await writes(world, shop, chat, 'Is a table free tonight?');
    await until(async () => expect((await conversationOf(world, shop, chat)).handler).toBe('queued'));
    const { id } = await conversationOf(world, shop, chat);
    expect((await decisionsOf(world, shop, id)).at(-1)).toMatchObject({
      outcome: 'hand_over',
      reason: expect.stringMatching(reason),
    });
    expect(workflowCalls(shop)).toHaveLength(1);
    expect((await runsOf(shop))[0]?.lateAnswers).toEqual([]);
  });

  it('tries again when the workflow was not there to begin, within the deadline', async () => {
    const { shop } = await buildN8nShop();
    let tries = 0;
    answerWorkflow = () =>
      ++tries < 2
        ? { status: 404, body: { code: 404, message: 'The requested webhook "POST x" is not registered.' } }
        : { status: 200, body: { output: 'Here I am.' } };
    await writes(world, shop, 30, 'Is a table free tonight?');
    await until(() => expect(world.platform.textsTo('30')).toEqual(['Here I am.']));
    expect(tries).toBe(2);
  });
});
