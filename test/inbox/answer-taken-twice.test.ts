import { expect, it } from 'vitest';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { runAgent } from '../../jobs/run-agent.ts';
import { InboundEventRow } from '../../src/entities/inbound-event.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { hold } from '../support/hold.ts';
import { conversationOf, messagesOf, writes, type Shop } from '../support/tenants.ts';
import { callBack, useWorkflows } from '../support/workflows.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });
const { buildN8nShop, runsOf } = useWorkflows(world);
const CHAT = 1;

/** A worker of its own looks at a thread. */
function handle({ tenantId }: Shop, channelId: string, thread: string): Promise<void> {
  const subjects = [threadSubject(channelId, thread)];
  return handleInbound.start(world.deps).process({ data: { wakes: [{ tenantId, subjects }] } });
}

/** Two workers look at it, and both have to wait for each other or for us. */
async function handleTwice(shop: Shop, channelId: string, thread: string, conversationId: string): Promise<void> {
  const held = await hold(
    world.database.ownerUrl,
    `select from conversations where id = '${conversationId}' for update`,
  );
  const both = Promise.all([1, 2].map(() => handle(shop, channelId, thread)));
  await held.isWaitedFor(2);
  await held.release();
  await both;
}

const eventsOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.find(InboundEventRow, { tenantId }, { orderBy: { seq: 'asc' } }));

const handled = { status: 'handled', attempts: 0, error: null };

it('two workers that look at an agent’s answer at the same moment use it once, and take it for no second one', async () => {
  const { shop, callbackUrl } = await buildN8nShop();
  await writes(world, shop, CHAT, 'Is a table free tonight?');
  await handle(shop, shop.telegram.channelId, String(CHAT));
  const [run] = await runsOf(shop);
  const runId = run?.id ?? '';
  await runAgent.start(world.deps).process({ data: { wakes: [{ tenantId: shop.tenantId, subjects: [runId] }] } });
  await callBack(callbackUrl, { runId, reply: 'Yes, at 8.' });
  const answer = (await eventsOf(shop)).at(-1);
  const { id } = await conversationOf(world, shop, CHAT);
  await handleTwice(shop, answer?.channelId ?? '', runId, id);
  expect(await eventsOf(shop)).toMatchObject([handled, handled]);
  expect(await runsOf(shop)).toMatchObject([{ status: 'answered', lateAnswers: [] }]);
  expect((await messagesOf(world, shop, id)).map(({ content }) => content).slice(1)).toEqual(['Yes, at 8.']);
});
