import { createServer, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Notification } from '../../src/entities/notification.ts';
import { listen } from '../../src/listen.ts';
import { addTarget } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { query } from '../support/embedded.ts';
import { buildShop, handlerOf, writes, type Shop } from '../support/tenants.ts';
import { answering, useWorkflows, type Workflow } from '../support/workflows.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();
const { buildN8nShop, callsOf, runsOf } = useWorkflows(world);

/** Calls that were taken and not answered. */
const open: ServerResponse[] = [];
const hanging = createServer((_request, response) => void open.push(response));
let port = 0;
beforeAll(async () => {
  port = await listen(hanging, 0, '127.0.0.1');
});
afterAll(() => {
  // Before the world ends: workers that stop wait for the calls that they have under way.
  open.forEach((response) => response.destroy());
  hanging.close();
});

const never: Workflow = (response) => void open.push(response);
const QUESTION = 'Is a table free tonight?';
/** As many calls of one tenant as a process makes at once. */
const ROOM = 32;

const statesOf = async (shop: Shop) => (await runsOf(shop)).map(({ status }) => status);

describe('a workflow that takes every call and answers none', () => {
  let slow: Shop;
  beforeAll(async () => {
    ({ shop: slow } = await buildN8nShop({ workflow: never, thresholds: { response_timeout: 600 } }));
    // One after the other, so that each is a job of its own.
    for (let n = 1; n <= ROOM; n++) {
      await writes(world, slow, 1_000 + n, QUESTION);
      await until(() => expect(callsOf(slow)).toHaveLength(n));
    }
    for (let n = 1; n <= 8; n++) await writes(world, slow, 2_000 + n, QUESTION);
    await until(async () => expect(await runsOf(slow)).toHaveLength(ROOM + 8));
  }, 60_000);

  it('keeps no other tenant from being answered in time', async () => {
    const { shop } = await buildN8nShop({ workflow: answering({ reply: 'Yes, it is.' }) });
    await writes(world, shop, 3_001, QUESTION);
    await until(() => expect(world.platform.textsTo('3001')).toEqual(['Yes, it is.']));
    expect(callsOf(slow)).toHaveLength(ROOM);
    expect((await statesOf(slow)).filter((status) => status === 'queued')).toHaveLength(8);
  });

  it('gets the next turn as soon as one of its calls ends', async () => {
    const [first] = open;
    first?.writeHead(200, { 'content-type': 'application/json' }).end('{"reply":"At last."}');
    await until(() => expect(callsOf(slow)).toHaveLength(ROOM + 1));
    await until(async () =>
      expect((await statesOf(slow)).toSorted()).toEqual([
        'answered',
        ...Array<string>(ROOM).fill('calling'),
        ...Array<string>(7).fill('queued'),
      ]),
    );
  });

  it('is not waited for beyond the deadline by those who never got a call', async () => {
    const left = (await runsOf(slow)).filter(({ status }) => status === 'queued');
    const ids = left.map(({ id }) => `'${id}'`).join();
    await query(world.database.ownerUrl, `update agent_runs set deadline_at = now() where id in (${ids})`);
    await until(async () =>
      expect((await statesOf(slow)).filter((status) => status === 'expired')).toHaveLength(left.length),
    );
    expect(callsOf(slow)).toHaveLength(ROOM + 1);
  });
});

describe('a target that takes every notice and answers none', () => {
  const secret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
  const notificationsOf = ({ tenantId }: Shop) =>
    withTenant(world.deps.orm, tenantId, (em) => em.find(Notification, { tenantId }));

  async function shopThatTells(url: string): Promise<Shop> {
    const shop = await buildShop(world, { handoverMode: 'immediate' });
    const target = { kind: 'webhook', name: 'Team', config: { url, secret } };
    await addTarget(world.deps.orm, world.deps.keys, shop.tenantId, target);
    return shop;
  }

  it('keeps no other tenant’s managers from being told', async () => {
    const before = open.length;
    // A busy machine takes longer to get them all under way than a call has.
    const { request } = world.deps;
    const patient = vi
      .spyOn(world.deps, 'request')
      .mockImplementation((url, init) => request(url, { ...init, responseTimeoutMs: 60_000, totalTimeoutMs: 60_000 }));
    onTestFinished(() => patient.mockRestore());
    const slow = await shopThatTells(`http://127.0.0.1:${port}/`);
    const other = await shopThatTells(`${world.platform.url}/told`);
    for (let n = 1; n <= 16; n++) {
      await writes(world, slow, 4_000 + n, 'I want to talk to a human');
      await until(() => expect(open).toHaveLength(before + n));
    }
    for (let n = 1; n <= 4; n++) await writes(world, slow, 5_000 + n, 'I want to talk to a human');
    await until(async () => expect(await notificationsOf(slow)).toHaveLength(20));

    await writes(world, other, 6_001, 'I want to talk to a human');
    await until(async () => expect(await notificationsOf(other)).toMatchObject([{ status: 'sent', attempts: 1 }]));
    expect(await handlerOf(world, other, 6_001)).toBe('queued');
    // None of the slow one's has ended meanwhile, so it was not for their end that the other one waited.
    expect((await notificationsOf(slow)).filter(({ error }) => error !== null)).toEqual([]);
  });
});

it('calls under way are waited for by workers that stop, and what was answered counts', async () => {
  // Those of before may have been tried again meanwhile.
  const calls: ServerResponse[] = [];
  const { shop } = await buildN8nShop({ workflow: (response) => void calls.push(response) });
  await writes(world, shop, 7_001, QUESTION);
  await until(() => expect(calls).toHaveLength(1));
  open.forEach((response) => response.destroy());
  const stopping = world.stopWorkers();
  calls[0]?.writeHead(200, { 'content-type': 'application/json' }).end('{"reply":"Just in time."}');
  await stopping;
  expect(await statesOf(shop)).toEqual(['answered']);
});
