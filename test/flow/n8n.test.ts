import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { withoutCanaries } from '../support/canaries.ts';
import { query } from '../support/embedded.ts';
import {
  conversationOf,
  decisionsOf,
  handlerOf,
  postTelegram,
  telegramUpdate,
  writes,
  type Shop,
} from '../support/tenants.ts';
import { answering, callBack, useWorkflows, workflowSecret } from '../support/workflows.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();
const { buildN8nShop, callsOf, runsOf } = useWorkflows(world);

/** Texts of all that was ever put into the outbox. What is sent is written there with what was decided. */
const outboxOf = async ({ tenantId }: Shop) =>
  (await query(world.database.ownerUrl, `select text from outbound_messages where tenant_id = '${tenantId}'`)).map(
    ({ text }) => withoutCanaries(String(text)),
  );

describe('a turn that no FAQ answers goes to the n8n workflow', () => {
  it('sends the workflow what it needs, signed, and its answer to the customer', async () => {
    const { shop, callbackUrl } = await buildN8nShop({
      workflow: answering({ reply: 'A table for two is free at 8.', confidence: 0.9 }),
    });
    await writes(world, shop, 21, 'What are your opening hours?');
    await until(() => expect(world.platform.textsTo('21')).toHaveLength(1));
    await writes(world, shop, 21, 'Is a table free tonight?');
    await until(() => expect(world.platform.textsTo('21').at(-1)).toBe('A table for two is free at 8.'));

    const [call, second] = callsOf(shop);
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
    expect(() => new Webhook(workflowSecret).verify(call?.raw ?? '', headers)).not.toThrow();
    const { id } = await conversationOf(world, shop, 21);
    expect((await decisionsOf(world, shop, id)).map(({ path, outcome }) => [path, outcome])).toEqual([
      ['faq', 'answer'],
      ['agent', 'ask_agent'],
      ['agent', 'answer'],
    ]);
  });

  it('tells the workflow what came along, now and before, and not where it can be fetched', async () => {
    const { shop } = await buildN8nShop({ workflow: answering({ reply: 'Thank you.' }) });
    const photo = [{ file_id: 'photo-1', width: 9, height: 9 }];
    const sends = (more: object) => postTelegram(world, shop, telegramUpdate(221, '', { text: undefined, ...more }));
    await sends({ photo });
    await until(() => expect(world.platform.textsTo('221')).toHaveLength(1));
    await sends({ photo, caption: 'It is broken' });
    await until(() => expect(world.platform.textsTo('221')).toHaveLength(2));
    await sends({ document: { file_id: 'file-1', file_name: 'bill.pdf' } });
    await until(() => expect(callsOf(shop)).toHaveLength(3));

    const [alone, withWords, last] = callsOf(shop).map(({ body }) => body);
    expect(alone).toMatchObject({ message: '', chatInput: '[image]', attachments: [{ type: 'image' }], history: [] });
    const captioned = { type: 'image', caption: 'It is broken' };
    expect(withWords).toMatchObject({ message: 'It is broken', attachments: [captioned] });
    expect(last).toMatchObject({
      message: '',
      chatInput: '[file] bill.pdf',
      attachments: [{ type: 'file', fileName: 'bill.pdf' }],
      history: [
        { role: 'contact', text: '[image]', attachments: [{ type: 'image' }] },
        { role: 'agent', text: 'Thank you.', attachments: [] },
        { role: 'contact', text: 'It is broken', attachments: [captioned] },
        { role: 'agent', text: 'Thank you.' },
      ],
    });
    expect(
      callsOf(shop)
        .map(({ raw }) => raw)
        .join(),
    ).not.toMatch(/photo-1|file-1/);
  });

  it('asks the workflow nothing where nothing was said, and goes on with what is said next', async () => {
    const { shop } = await buildN8nShop({ workflow: answering({ reply: 'At 8.' }) });
    await postTelegram(world, shop, telegramUpdate(222, ''));
    await until(async () => expect((await runsOf(shop))[0]).toMatchObject({ status: 'discarded' }));
    expect(callsOf(shop)).toEqual([]);
    await writes(world, shop, 222, 'Is a table free tonight?');
    await until(() => expect(world.platform.textsTo('222')).toEqual(['At 8.']));
    expect(callsOf(shop)).toHaveLength(1);
    const { id } = await conversationOf(world, shop, 222);
    expect((await decisionsOf(world, shop, id))[0]).toMatchObject({
      outcome: 'ask_agent',
      withheldReason: expect.stringContaining('neither words nor attachments'),
    });
  });

  it.each([false, true])('takes an answer that comes later through the callback (bearer: %s), once', async (bearer) => {
    const { shop, callbackUrl } = await buildN8nShop();
    const chat = bearer ? 23 : 22;
    await writes(world, shop, chat, 'Is a table free tonight?');
    await until(() => expect(callsOf(shop)).toHaveLength(1));
    await until(async () => expect((await runsOf(shop))[0]?.status).toBe('waiting'));
    const { runId } = callsOf(shop)[0]?.body ?? {};

    expect((await callBack(callbackUrl, { runId, reply: 'Yes, at 8.' }, { bearer })).status).toBe(200);
    await until(() => expect(world.platform.textsTo(String(chat))).toEqual(['Yes, at 8.']));
    expect((await callBack(callbackUrl, { runId, reply: 'And at 9.' }, { bearer })).status).toBe(200);
    await until(async () => expect((await runsOf(shop))[0]?.lateAnswers).toMatchObject([{ text: 'And at 9.' }]));
    expect(await outboxOf(shop)).toEqual(['Yes, at 8.']);
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
    await until(() => expect(callsOf(mine.shop)).toHaveLength(1));
    const { runId } = callsOf(mine.shop)[0]?.body ?? {};
    expect((await callBack(theirs.callbackUrl, { runId, reply: 'stolen' })).status).toBe(200);
    await callBack(mine.callbackUrl, { runId, reply: 'mine' });
    await until(() => expect(world.platform.textsTo('24')).toEqual(['mine']));
  });

  it('asks for a human when nothing comes within response_timeout, and does not send what comes later', async () => {
    const { shop, callbackUrl } = await buildN8nShop({ handoverMode: 'immediate' });
    await writes(world, shop, 25, 'Is a table free tonight?');
    await until(async () => expect(await runsOf(shop)).toMatchObject([{ status: 'waiting' }]));
    const past = `now() - interval '1 minute' where tenant_id = '${shop.tenantId}'`;
    await query(world.database.ownerUrl, `update agent_runs set deadline_at = ${past}`);
    await until(async () => expect(await handlerOf(world, shop, 25)).toBe('queued'));
    const { id } = await conversationOf(world, shop, 25);
    expect((await decisionsOf(world, shop, id)).at(-1)).toMatchObject({
      outcome: 'hand_over',
      reason: expect.stringMatching(/response_timeout/),
    });
    expect(callsOf(shop)).toHaveLength(1);
    await until(() => expect(world.platform.textsTo('25')).toHaveLength(1));
    await callBack(callbackUrl, { runId: callsOf(shop)[0]?.body['runId'], reply: 'too late' });
    await until(async () =>
      expect((await runsOf(shop))[0]).toMatchObject({ status: 'expired', lateAnswers: [{ text: 'too late' }] }),
    );
    expect(await outboxOf(shop)).toEqual(world.platform.textsTo('25'));
  });

  it('discards the answer when a human has taken over meanwhile', async () => {
    const { shop, callbackUrl } = await buildN8nShop();
    await writes(world, shop, 26, 'Is a table free tonight?');
    await until(() => expect(callsOf(shop)).toHaveLength(1));
    await writes(world, shop, 26, 'I want to talk to a human');
    await until(async () => expect(await handlerOf(world, shop, 26)).toBe('queued'));
    await callBack(callbackUrl, { runId: callsOf(shop)[0]?.body['runId'], reply: 'Yes, at 8.' });
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
    const { shop } = await buildN8nShop({
      workflow: answering({ handover: { reason: 'wants a refund', message: 'One moment please.' } }),
    });
    await writes(world, shop, 27, 'I was charged twice');
    await until(async () => expect(await handlerOf(world, shop, 27)).toBe('queued'));
    await until(() => expect(world.platform.textsTo('27')).toEqual(['One moment please.']));
  });

  it('does not send an answer that the workflow is not sure enough of (agent_confidence)', async () => {
    const { shop } = await buildN8nShop({
      thresholds: { agent_confidence: 0.8 },
      workflow: answering({ reply: 'Perhaps.', confidence: 0.7 }),
    });
    await writes(world, shop, 28, 'Is a table free tonight?');
    await until(() => expect(world.platform.textsTo('28')).toHaveLength(1));
    expect(world.platform.textsTo('28')).not.toContain('Perhaps.');
    const { id } = await conversationOf(world, shop, 28);
    expect((await decisionsOf(world, shop, id)).at(-1)).toMatchObject({
      outcome: 'clarify',
      reason: expect.stringMatching(/agent_confidence 0.8/),
    });
  });

  it('tries again when the workflow was not there to begin, within the deadline', async () => {
    const notThere = answering({ code: 404, message: 'The requested webhook "POST x" is not registered.' }, 404);
    const there = answering({ output: 'Here I am.' });
    let tries = 0;
    const { shop } = await buildN8nShop({ workflow: (...call) => (++tries < 2 ? notThere : there)(...call) });
    await writes(world, shop, 30, 'Is a table free tonight?');
    await until(() => expect(world.platform.textsTo('30')).toEqual(['Here I am.']));
    expect(tries).toBe(2);
  });
});
