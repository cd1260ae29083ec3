import type { ServerResponse } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { query } from '../support/embedded.ts';
import { conversationOf, decisionsOf, handlerOf, writes, type Shop } from '../support/tenants.ts';
import { answering, useWorkflows, type Workflow } from '../support/workflows.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();
const { buildN8nShop, callsOf, runsOf } = useWorkflows(world);

/** Calls that a workflow has taken and not answered. */
const open: ServerResponse[] = [];
// Before the world ends: workers that stop wait for the calls that they have under way.
afterAll(() => open.forEach((response) => response.destroy()));

const never: Workflow = (response) => void open.push(response);
/** Looks alive all the time. */
const byteByByte: Workflow = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 50);
  response.once('close', () => clearInterval(timer));
  open.push(response);
};
const tooLarge = JSON.stringify({ reply: 'x'.repeat(10_000_000) });
const notActive = answering({ message: 'The requested webhook "x" is not registered.' }, 404);

const [calling, waiting, queued] = [
  { status: 'calling' },
  { status: 'waiting' },
  { status: 'queued', error: expect.stringContaining('404') },
];
const late = 'the agent did not answer within response_timeout';
const broken = `^${late}: sent, but no complete answer came`;
/** What the workflow does, where its run stands until the deadline (if it is not over), and what the decision says. */
const troubles: [what: string, workflow: Workflow, before: Record<string, unknown> | null, because: RegExp][] = [
  ['never answers', never, calling, new RegExp(`^${late}$`)],
  ['sends one byte after the other', byteByByte, calling, new RegExp(`^${late}$`)],
  ['hangs up', (response) => response.socket?.destroy(), waiting, new RegExp(`${broken}: the connection was`)],
  ['answers with 10 MB', answering(tooLarge), waiting, new RegExp(`${broken}: .* longer than 1048576 bytes`)],
  ['says only that it has begun', answering(''), waiting, new RegExp(`^${late}$`)],
  ['is not active', notActive, queued, new RegExp(`^${late}: n8n answered 404: The requested webhook`)],
  [
    'fails',
    answering({ message: 'Error in workflow' }, 500),
    null,
    /^the agent failed: n8n .* 500: Error in workflow$/,
  ],
  ['answers with half a JSON', answering('{"reply":'), null, /^the agent failed: n8n answered neither JSON nor plain/],
  ['answers with a page', answering('<html>Oh no</html>'), null, /^the agent failed: n8n answered neither JSON/],
  ['answers with what nobody knows', answering('{"foo":1}'), null, /^the agent failed: the answer was not understood/],
];

const deadlinePasses = ({ tenantId }: Shop) =>
  query(
    world.database.ownerUrl,
    `update agent_runs set deadline_at = now() - interval '1 second' where tenant_id = '${tenantId}'`,
  );

/** What came of the turn is what this tenant wants when there is no answer, and the decision says why. */
async function expectRule(shop: Shop, chat: number, rule: 'ask' | 'immediate', because: RegExp): Promise<void> {
  const [handler, outcome] = rule === 'ask' ? ['awaiting_consent', 'offer_human'] : ['queued', 'hand_over'];
  await until(async () => expect(await handlerOf(world, shop, chat)).toBe(handler));
  const { id } = await conversationOf(world, shop, chat);
  expect(await decisionsOf(world, shop, id)).toMatchObject([
    { outcome: 'ask_agent' },
    { outcome, reason: expect.stringMatching(because) },
  ]);
}

describe.concurrent('a workflow that', () => {
  const cases = troubles.map(
    ([what, ...trouble], n) => [what, n % 2 ? 'ask' : 'immediate', 300 + n, ...trouble] as const,
  );
  it.each(cases)('%s: the tenant’s own rule (%s), and why', async (_what, rule, chat, workflow, before, because) => {
    const { shop } = await buildN8nShop({ workflow, handoverMode: rule, thresholds: { response_timeout: 60 } });
    await writes(world, shop, chat, 'Is a table free tonight?');
    await until(() => expect(callsOf(shop)).not.toEqual([]));
    if (before) {
      await until(async () => expect(await runsOf(shop)).toMatchObject([before]));
      expect(await handlerOf(world, shop, chat)).toBe('bot');
      await deadlinePasses(shop);
    }
    await expectRule(shop, chat, rule, because);
    expect(await runsOf(shop)).toMatchObject([{ status: before ? 'expired' : 'failed', lateAnswers: [] }]);
    // A call that may have begun something is not repeated; one that was not taken is.
    if (before !== queued) expect(callsOf(shop)).toHaveLength(1);
    await until(() => expect(world.platform.textsTo(String(chat))).toHaveLength(1));
  });

  it('answers after the deadline is not heard any more, and what it said is kept', async () => {
    let answerNow: () => void = () => undefined;
    const slow: Workflow = (...call) => {
      answerNow = () => answering({ reply: 'Sorry, I was busy.' })(...call);
    };
    const { shop } = await buildN8nShop({ workflow: slow, handoverMode: 'immediate' });
    await writes(world, shop, 320, 'Is a table free tonight?');
    await until(async () => expect(await runsOf(shop)).toMatchObject([{ status: 'calling' }]));
    await until(() => expect(callsOf(shop)).toHaveLength(1));
    await deadlinePasses(shop);
    await expectRule(shop, 320, 'immediate', new RegExp(`^${late}$`));
    answerNow();
    await until(async () =>
      expect(await runsOf(shop)).toMatchObject([{ status: 'expired', lateAnswers: [{ text: 'Sorry, I was busy.' }] }]),
    );
    expect(world.platform.textsTo('320')).toHaveLength(1);
    expect(world.platform.textsTo('320')).not.toContain('Sorry, I was busy.');
  });

  it('hangs is given up by itself at the deadline', async () => {
    const { shop } = await buildN8nShop({ workflow: never, thresholds: { response_timeout: 1 } });
    await writes(world, shop, 321, 'Is a table free tonight?');
    // Whether the call or somebody who looks at the clock notices first.
    await expectRule(shop, 321, 'ask', new RegExp(`^${late}(: .*)?$`));
  });
});
