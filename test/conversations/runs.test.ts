import { describe, expect, it, vi } from 'vitest';
import { runAgent, pauseAfter } from '../../jobs/run-agent.ts';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { NotAcceptedError } from '../../src/agents/agent.ts';
import { settleRun, type RunEnd } from '../../src/conversations/settle-run.ts';
import { withUnit } from '../../src/conversations/with-unit.ts';
import type { Deps } from '../../src/deps.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { query } from '../support/embedded.ts';
import { asManager, conversationOf, decisionsOf, messagesOf, writes, type Shop } from '../support/tenants.ts';
import { answering, useWorkflows, type Workflow } from '../support/workflows.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });
const { buildN8nShop, callsOf, runsOf } = useWorkflows(world);

const asOwner = (sql: string) => query(world.database.ownerUrl, sql);
const says = async (shop: Shop, chat: number, text: string) => {
  await writes(world, shop, chat, text);
  const subjects = [threadSubject(shop.telegram.channelId, String(chat))];
  await handleInbound.start(world.deps).process({ data: { wakes: [{ tenantId: shop.tenantId, subjects }] } });
};
/** Resolves when the call is over, however long that takes. */
async function process(deps: Deps, { tenantId }: Shop, runId: string): Promise<void> {
  const job = runAgent.start(deps);
  await job.process({ data: { wakes: [{ tenantId, subjects: [runId] }] } });
  await job.settled?.();
}

const answers = ({ tenantId }: Shop, runId: string, text: string) =>
  withUnit(world.deps, tenantId, (unit) =>
    settleRun(unit, runId, { type: 'answer', answer: { type: 'reply', text, confidence: null } }),
  );

/** A shop with a run that has not begun. */
async function shopWithRun(chat: number, wishes: Parameters<typeof buildN8nShop>[0] = {}) {
  const { shop } = await buildN8nShop({ workflow: answering({ reply: 'Yes, it is.' }), ...wishes });
  await says(shop, chat, 'Is a table free tonight?');
  const [run] = await runsOf(shop);
  if (!run) throw new Error('the turn was not given to the agent');
  return { shop, runId: run.id };
}

it('an answer that comes while the database is away is used when it is back', async () => {
  const { shop, runId } = await shopWithRun(30);
  let away = 2;
  const matcherOf: Deps['matcherOf'] = async (tenantId) => {
    away -= 1;
    if (away >= 0) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    return world.deps.matcherOf(tenantId);
  };
  await process({ ...world.deps, matcherOf }, shop, runId);
  await until(async () => expect(await runsOf(shop)).toMatchObject([{ status: 'answered' }]));
  expect(callsOf(shop)).toHaveLength(1);
  const { id } = await conversationOf(world, shop, 30);
  expect((await decisionsOf(world, shop, id)).at(-1)).toMatchObject({ path: 'agent', outcome: 'answer' });
});

describe('a run whose agent cannot be opened', () => {
  const spoil = ({ tenantId }: Shop) =>
    asOwner(
      `update agents set settings_sealed = set_byte(settings_sealed, 40, (get_byte(settings_sealed, 40) + 1) % 256)
       where tenant_id = '${tenantId}'`,
    );

  it('has failed: somebody is needed, the decision says what to do, and the next turn is answered', async () => {
    const { shop, runId } = await shopWithRun(1);
    await spoil(shop);
    await process(world.deps, shop, runId);
    expect(await runsOf(shop)).toMatchObject([{ status: 'failed' }]);
    const { id, activeRunId, handler } = await conversationOf(world, shop, 1);
    expect([activeRunId, handler]).toEqual([null, 'awaiting_consent']);
    expect((await decisionsOf(world, shop, id)).at(-1)).toMatchObject({
      outcome: 'offer_human',
      reason: expect.stringMatching(
        /^the agent failed: .*cannot be opened.*save its URL and secret again.*FRONTDESK_KEY/,
      ),
    });
    await says(shop, 1, 'What are your opening hours?');
    expect((await decisionsOf(world, shop, id)).at(-1)).toMatchObject({ outcome: 'answer' });
  });

  it('ends at its deadline, as any other', async () => {
    const { shop, runId } = await shopWithRun(2);
    await spoil(shop);
    await asOwner(`update agent_runs set deadline_at = now() - interval '1 minute' where id = '${runId}'`);
    await process(world.deps, shop, runId);
    expect(await runsOf(shop)).toMatchObject([{ status: 'expired' }]);
  });
});

describe('a run', () => {
  it.each([-2_000, 2_000])('begins at once where the clock of the process is %i ms off the database’s', async (ms) => {
    const { shop, runId } = await shopWithRun(ms > 0 ? 3 : 4);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
    try {
      await process(world.deps, shop, runId);
    } finally {
      vi.useRealTimers();
    }
    expect(await runsOf(shop)).toMatchObject([{ status: 'answered', attempts: 1 }]);
  });

  it('that somebody looks at before it is due is looked at again when it is', async () => {
    const { shop, runId } = await shopWithRun(5);
    await asOwner(`update agent_runs set due_at = now() + interval '10 seconds' where id = '${runId}'`);
    const woken: { job: string; subject: string; delayMs: number }[] = [];
    const wake: Deps['wake'] = (job, _tenantId, subject, delayMs = 0) => void woken.push({ job, subject, delayMs });
    await process({ ...world.deps, wake }, shop, runId);
    expect(woken).toEqual([{ job: 'run-agent', subject: runId, delayMs: expect.any(Number) }]);
    expect(woken[0]?.delayMs).toBeGreaterThan(8_000);
    expect(woken[0]?.delayMs).toBeLessThanOrEqual(10_000);
    expect(callsOf(shop)).toEqual([]);
  });

  it('keeps the newest twenty of the answers that came too late', async () => {
    const { shop, runId } = await shopWithRun(6);
    await process(world.deps, shop, runId);
    for (let n = 1; n <= 25; n++) expect(await answers(shop, runId, `late ${n}`)).toBe('late');
    const [run] = await runsOf(shop);
    expect(run?.lateAnswers).toMatchObject(Array.from({ length: 20 }, (_, n) => ({ text: `late ${n + 6}` })));
  });
});

it('an answer that a manager was quicker than is discarded, and the next turn neither waits for it nor ends with it', async () => {
  const { shop, runId } = await shopWithRun(9);
  const { id } = await conversationOf(world, shop, 9);
  await asManager(world, shop, `/conversations/${id}/replies`, { text: 'It is.' });
  await asManager(world, shop, `/conversations/${id}/hand-back`, {});
  await says(shop, 9, 'And tomorrow?');
  const next = (await runsOf(shop)).find((run) => run.id !== runId)?.id ?? 'none';
  expect(await answers(shop, runId, 'Yes, tonight.')).toBe('discarded');
  expect(await answers(shop, next, 'Yes, tomorrow.')).toBe('answered');
  const said = (await messagesOf(world, shop, id)).map(({ content }) => content);
  expect(said).toEqual(['Is a table free tonight?', 'It is.', 'And tomorrow?', 'Yes, tomorrow.']);
});

it.each<RunEnd>([
  { type: 'answer', answer: { type: 'reply', text: 'Yes, it is.', confidence: null } },
  { type: 'empty' },
])('what was said while a run was open is looked at as soon as it ends ($type)', async (end) => {
  const { shop, runId } = await shopWithRun(11);
  await says(shop, 11, 'And may I bring my dog?');
  const woken: string[][] = [];
  const wake: Deps['wake'] = (job, _tenantId, subject) => void woken.push([job, subject]);
  await withUnit({ ...world.deps, wake }, shop.tenantId, (unit) => settleRun(unit, runId, end));
  expect(woken).toContainEqual(['handle-inbound', threadSubject(shop.telegram.channelId, '11')]);
});

describe('a run that has begun is not begun again', () => {
  it('while its call is open, whoever looks at it', async () => {
    const open: (() => void)[] = [];
    const answer = answering({ reply: 'Yes, it is.' });
    const { shop, runId } = await shopWithRun(7, { workflow: (...call) => void open.push(() => answer(...call)) });
    const first = process(world.deps, shop, runId);
    await until(() => expect(open).toHaveLength(1));
    expect(await runsOf(shop)).toMatchObject([{ status: 'calling', attempts: 1 }]);
    // Another process, to which the same job came again.
    await process(world.deps, shop, runId);
    for (const end of open) end();
    await first;
    await until(async () => expect(await runsOf(shop)).toMatchObject([{ status: 'answered', attempts: 1 }]));
    expect(callsOf(shop)).toHaveLength(1);
  });

  it('while its answer is still to come', async () => {
    const { shop, runId } = await shopWithRun(8, { workflow: answering({ message: 'Workflow was started' }) });
    await process(world.deps, shop, runId);
    expect(await runsOf(shop)).toMatchObject([{ status: 'waiting', attempts: 1 }]);
    await process(world.deps, shop, runId);
    expect(await runsOf(shop)).toMatchObject([{ status: 'waiting', attempts: 1 }]);
    expect(callsOf(shop)).toHaveLength(1);
  });
});

describe('an agent that refuses before it begins is asked again', () => {
  const pauses = (error: NotAcceptedError, random: number) =>
    [1, 2, 3, 4, 5, 9].map((attempts) => pauseAfter(error, attempts, random));

  it('after pauses that grow, up to ten seconds, and differ from run to run', () => {
    const refused = new NotAcceptedError('n8n answered 429');
    expect(pauses(refused, 0.5)).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    expect(pauseAfter(refused, 1, 0)).toBe(700);
    expect(pauseAfter(refused, 1, 1)).toBeCloseTo(1_300);
  });

  it('never before the time for which it asked', () => {
    const busy = new NotAcceptedError('n8n answered 429', 5_000);
    expect(pauses(busy, 0)).toEqual([5_000, 5_000, 5_000, 5_600, 7_000, 7_000]);
    expect(pauseAfter(busy, 1, 1)).toBe(6_250);
  });

  it.each([
    [429, '20', 20, 25],
    // Longer than anybody waits: until the deadline.
    [503, '3600', 55, 60],
  ])('(%i, Retry-After: %s)', async (status, retryAfter, least, most) => {
    const { shop, runId } = await shopWithRun(status, {
      workflow: (response) => response.writeHead(status, { 'retry-after': retryAfter }).end(),
      thresholds: { response_timeout: 60 },
    });
    const woken: number[] = [];
    const wake: Deps['wake'] = (_job, _tenantId, _subject, delayMs = 0) => void woken.push(delayMs / 1000);
    await process({ ...world.deps, wake }, shop, runId);
    const [row] = await asOwner(
      `select status, error, extract(epoch from due_at - now())::float8 as wait from agent_runs where id = '${runId}'`,
    );
    expect(row).toMatchObject({ status: 'queued', error: expect.stringContaining(String(status)) });
    for (const wait of [row?.['wait'], ...woken]) {
      expect(wait).toBeGreaterThan(least - 1);
      expect(wait).toBeLessThan(most + 1);
    }
    expect([woken.length, callsOf(shop).length]).toEqual([1, 1]);
  });

  it('not where its run has ended before it refused', async () => {
    const open: (() => void)[] = [];
    const workflow: Workflow = (response) => void open.push(() => response.writeHead(429).end());
    const { shop, runId } = await shopWithRun(10, { workflow });
    const first = process(world.deps, shop, runId);
    await until(() => expect(open).toHaveLength(1));
    await asOwner(`update agent_runs set deadline_at = now() where id = '${runId}'`);
    await process(world.deps, shop, runId);
    for (const end of open) end();
    await first;
    expect(await runsOf(shop)).toMatchObject([{ status: 'expired', attempts: 1 }]);
  });
});
