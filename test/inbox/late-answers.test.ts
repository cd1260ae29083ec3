import { expect, it } from 'vitest';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { runAgent } from '../../jobs/run-agent.ts';
import type { Deps } from '../../src/deps.ts';
import { InboundEventRow } from '../../src/entities/inbound-event.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { query } from '../support/embedded.ts';
import { conversationOf, decisionsOf, messagesOf, writes, type Shop } from '../support/tenants.ts';
import { callBack, useWorkflows } from '../support/workflows.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });
const { buildN8nShop, callsOf, runsOf } = useWorkflows(world);

const eventOf = async ({ tenantId }: Shop, thread: string) => {
  const [event] = await withTenant(world.deps.orm, tenantId, (em) => em.find(InboundEventRow, { tenantId, thread }));
  if (!event) throw new Error('no such event came');
  return event;
};
async function process(deps: Deps, shop: Shop, thread: string): Promise<void> {
  const { channelId } = await eventOf(shop, thread);
  const subjects = [threadSubject(channelId, thread)];
  await handleInbound.start(deps).process({ data: { wakes: [{ tenantId: shop.tenantId, subjects }] } });
}

/** A shop whose workflow has taken a turn and will call back. */
async function shopThatWaits(chat: number) {
  const { shop, callbackUrl } = await buildN8nShop();
  await writes(world, shop, chat, 'Is a table free tonight?');
  await process(world.deps, shop, String(chat));
  const [run] = await runsOf(shop);
  const runId = run?.id ?? '';
  await look(shop, runId);
  expect(await runsOf(shop)).toMatchObject([{ status: 'waiting' }]);
  return { shop, callbackUrl, runId };
}

const look = (shop: Shop, runId: string) =>
  runAgent.start(world.deps).process({ data: { wakes: [{ tenantId: shop.tenantId, subjects: [runId] }] } });
const deadlinePasses = (runId: string) =>
  query(world.database.ownerUrl, `update agent_runs set deadline_at = now() where id = '${runId}'`);

const broken = (deps: Deps): Deps => ({
  ...deps,
  limitsOf: () => {
    throw new Error('nothing can be said');
  },
});
const outcomesOf = async (shop: Shop, chat: number) => {
  const { id, activeRunId } = await conversationOf(world, shop, chat);
  const said = (await messagesOf(world, shop, id)).filter(({ direction }) => direction === 'out');
  return [activeRunId !== null, said.map(({ content }) => content), (await decisionsOf(world, shop, id)).length];
};

it('an answer that cannot be applied changes nothing, and is applied as a whole by the next try', async () => {
  const { shop, callbackUrl, runId } = await shopThatWaits(1);
  await callBack(callbackUrl, { runId, reply: 'Yes, at 8.' });
  await process(broken(world.deps), shop, runId);
  expect(await eventOf(shop, runId)).toMatchObject({ status: 'pending', attempts: 1, error: 'nothing can be said' });
  expect(await runsOf(shop)).toMatchObject([{ status: 'waiting', answer: null, endedAt: null }]);
  expect(await outcomesOf(shop, 1)).toEqual([true, [], 1]);

  await process(world.deps, shop, runId);
  expect(await eventOf(shop, runId)).toMatchObject({ status: 'handled' });
  expect(await runsOf(shop)).toMatchObject([{ status: 'answered' }]);
  expect(await outcomesOf(shop, 1)).toEqual([false, ['Yes, at 8.'], 2]);
});

it('an answer that never can be is failed after three tries; the run ends at its deadline', async () => {
  const { shop, callbackUrl, runId } = await shopThatWaits(2);
  await callBack(callbackUrl, { runId, reply: 'Yes, at 8.' });
  for (let tries = 0; tries < 3; tries++) await process(broken(world.deps), shop, runId);
  expect(await eventOf(shop, runId)).toMatchObject({ status: 'failed', attempts: 3, error: 'nothing can be said' });
  await deadlinePasses(runId);
  await look(shop, runId);
  expect(await runsOf(shop)).toMatchObject([{ status: 'expired' }]);
  const [isOpen, said] = await outcomesOf(shop, 2);
  expect([isOpen, said]).toEqual([false, [expect.any(String)]]);
});

it.each([
  ['an answer that is not understood', (runId: string) => ({ runId, foo: 1 }), 'failed', /was not understood/],
  ['an answer to a run that nobody knows', () => ({ runId: 'x', reply: 'Yes.' }), 'ignored', /no such run/],
])('%s ends at once', async (_what, body, status, error) => {
  const { shop, callbackUrl, runId } = await shopThatWaits(3);
  const sent = body(runId);
  await callBack(callbackUrl, sent);
  await process(world.deps, shop, sent.runId);
  expect(await eventOf(shop, sent.runId)).toMatchObject({ status, attempts: 0, error: expect.stringMatching(error) });
  expect(await runsOf(shop)).toMatchObject([{ status: 'waiting' }]);
});

it('an answer after the deadline is too late, whether anybody has looked at the clock or not', async () => {
  const { shop, callbackUrl, runId } = await shopThatWaits(4);
  await deadlinePasses(runId);
  await callBack(callbackUrl, { runId, reply: 'Yes, at 8.' });
  await process(world.deps, shop, runId);
  expect(await eventOf(shop, runId)).toMatchObject({ status: 'ignored', error: expect.stringMatching(/too late/) });
  expect(await runsOf(shop)).toMatchObject([{ status: 'waiting', lateAnswers: [{ text: 'Yes, at 8.' }] }]);
  await look(shop, runId);
  expect(await runsOf(shop)).toMatchObject([{ status: 'expired', answer: null }]);
  const [, said] = await outcomesOf(shop, 4);
  expect(said).not.toContain('Yes, at 8.');
});

it('a workflow that was called is not called again, however often somebody looks at the run', async () => {
  const { shop, runId } = await shopThatWaits(5);
  await look(shop, runId);
  await query(world.database.ownerUrl, `update agent_runs set status = 'calling' where id = '${runId}'`);
  await Promise.all([look(shop, runId), look(shop, runId)]);
  expect(callsOf(shop)).toHaveLength(1);
});
