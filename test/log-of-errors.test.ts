import { expect, it } from 'vitest';
import { asOwner } from './support/database.ts';
import { call } from './support/people.ts';
import { buildShop, writes } from './support/tenants.ts';
import { answering, useWorkflows } from './support/workflows.ts';
import { until, useWorld } from './support/world.ts';

const lines: string[] = [];
const world = useWorld({ onLog: (line) => lines.push(line) });
const { buildN8nShop, runsOf } = useWorkflows(world);

/** What the database says of such a row has the row in it. */
const refuse = (table: string, column: string, sql: string) =>
  asOwner(world.database, (owner) =>
    owner.query(`alter table ${table} add constraint ${table}_refused check (${column} not like '%zeppelin%' ${sql})`),
  );

it('a message that the database refuses is in no line of the log, nor is its sender’s name', async () => {
  const shop = await buildShop(world);
  await refuse('messages', 'content', '');
  await writes(world, shop, 7_001, 'Where may I moor my zeppelin tonight?');
  await until(() => expect(lines.join()).toContain('inbound.failed'));
  expect(lines.join()).toContain('messages_refused');
  expect(lines.join()).not.toMatch(/zeppelin|moor|Customer 7001/);
});

it('a FAQ that the database refuses is a failure without details, inside and outside', async () => {
  const shop = await buildShop(world);
  await refuse('faqs', 'answer', 'or length(answer) < 5');
  const faq = { question: 'Where is the mast?', answer: 'Behind the zeppelin, on the left' };
  const reply = await call(world, shop.managerToken, 'POST', '/faqs', { body: faq });
  expect(reply).toMatchObject({ status: 500, body: { code: 'internal' } });
  expect(JSON.stringify(reply.body)).not.toMatch(/zeppelin|mast|faqs/);
  expect(lines.join()).toContain('faqs_refused');
  expect(lines.join()).not.toMatch(/zeppelin|mast/);
});

it('what a workflow says when it fails is in its run, and not in the log', async () => {
  const { shop } = await buildN8nShop({ workflow: answering({ message: 'Cannot book gondola for Ana' }, 500) });
  await writes(world, shop, 7_002, 'Is a table free tonight?');
  const ended = () =>
    runsOf(shop).then(([run]) => expect(run?.error).toBe('n8n answered 500: Cannot book gondola for Ana'));
  await until(ended);
  expect(lines.join()).toContain('"error":"n8n answered 500: …"');
  expect(lines.join()).not.toContain('gondola');
});

it.each([
  ['the value that has the wrong form', `select 'the lost gondola'::uuid`],
  ['the row that breaks a rule', `insert into tenants (id, slug, name) values (null, 'x', 'the lost gondola')`],
])('an error of the database is logged without %s, which it brings along', async (_what, sql) => {
  const error: unknown = await asOwner(world.database, (owner) => owner.query(sql)).catch((caught: unknown) => caught);
  expect(JSON.stringify(error) + String(error)).toContain('gondola');
  lines.length = 0;
  world.deps.log.error({ err: error }, 'failed');
  expect(lines.join()).toMatch(/"code":"2.{4}"/);
  expect(lines.join()).not.toContain('gondola');
});
