import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Faq } from '../../../src/entities/faq.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { hire, type Person } from '../../support/people.ts';
import { buildShop, type Shop } from '../../support/tenants.ts';
import { useWorld } from '../../support/world.ts';

const world = useWorld({ workers: false });
const before = process.env['TMPDIR'];
let folder: string;
let shop: Shop;
let manager: Person;

beforeAll(async () => {
  // Files are kept where nobody else keeps any.
  folder = await mkdtemp(join(tmpdir(), 'frontdesk-form-'));
  process.env['TMPDIR'] = folder;
  shop = await buildShop(world, { faqs: [] });
  manager = await hire(world, shop.tenantId, 'manager');
});

afterAll(async () => {
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
  await rm(folder, { recursive: true });
});

async function send(form: FormData, token = manager.token) {
  const response = await fetch(`${world.url}/api/v1/faqs/import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: form,
  });
  const body: unknown = await response.json();
  return { status: response.status, body };
}

function formOf(files: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, text] of Object.entries(files))
    form.append(name, new File([text], '../faqs.csv', { type: 'text/csv' }));
  return form;
}

const questions = () =>
  withTenant(world.deps.orm, shop.tenantId, async (em) =>
    (await em.find(Faq, { tenantId: shop.tenantId })).map(({ question }) => question),
  );

it('takes the file of a form, as a browser sends it, and keeps nothing of it', async () => {
  const file = 'question,answer\nWhen?,At ten\n';
  expect(await send(formOf({ file }))).toMatchObject({ status: 200, body: { created: 1, isWritten: true } });
  expect(await questions()).toEqual(['When?']);
  expect(await readdir(folder)).toEqual([]);
});

it('says what is wrong with a form, imports nothing of it, and keeps nothing of it', async () => {
  const file = 'question,answer\nWhere?,There\n';
  const plain = new FormData();
  plain.append('file', file);
  for (const form of [formOf({ list: file }), formOf({ file, other: file }), new FormData(), plain]) {
    const { status, body } = await send(form);
    expect([400, 413, 422], JSON.stringify(body)).toContain(status);
    expect(body).toMatchObject({ code: expect.any(String), detail: expect.stringMatching(/.../) });
  }
  expect(await send(formOf({ file: 'question,answer\nWhere?,\n' }))).toMatchObject({
    status: 422,
    body: { code: 'rows_invalid', errors: [{ path: 'rows.2.answer' }] },
  });
  const viewer = await hire(world, shop.tenantId, 'viewer');
  expect((await send(formOf({ file }), viewer.token)).status).toBe(403);
  expect(await questions()).toEqual(['When?']);
  expect(await readdir(folder)).toEqual([]);
});
