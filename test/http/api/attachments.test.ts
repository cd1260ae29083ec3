import { request } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AuditEntry } from '../../../src/entities/audit-entry.ts';
import { StoredFile } from '../../../src/entities/stored-file.ts';
import { Tenant } from '../../../src/entities/tenant.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { asOwner } from '../../support/database.ts';
import { call, cutKey, hire, hireSystemAdmin, type Person } from '../../support/people.ts';
import { pdf, png } from '../../support/some-files.ts';
import { buildShop, type Shop } from '../../support/tenants.ts';
import { useWorld } from '../../support/world.ts';

const world = useWorld({ workers: false });
const MOST = 10 * 1024 * 1024;
let shop: Shop;
let manager: Person;
let viewer: Person;

beforeAll(async () => {
  shop = await buildShop(world);
  manager = await hire(world, shop.tenantId, 'manager');
  viewer = await hire(world, shop.tenantId, 'viewer');
});

const Stored = z.object({ id: z.uuid() });
const upload = (body: unknown, path = '', token: string | null = manager.token) =>
  call(world, token, 'POST', `/attachments${path}`, { body });
const stored = async (body: unknown, path = '') => Stored.parse((await upload(body, path)).body).id;
const countOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.count(StoredFile, { tenantId }));

async function sendForm(files: Record<string, File | string>, path = '') {
  const form = new FormData();
  for (const [name, file] of Object.entries(files)) form.append(name, file);
  const response = await fetch(`${world.url}/api/v1/attachments${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${manager.token}` },
    body: form,
  });
  const body: unknown = await response.json();
  return { status: response.status, body };
}

/** So many bytes, with a length that is told before or not; gives the status. Whoever has more to send is not waited for. */
function sendMany(
  bytes: number,
  headers: Record<string, string | number>,
  hasMore = false,
): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const sent = request(`${world.url}/api/v1/attachments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${manager.token}`, ...headers },
  });
  sent.once('response', (response) => {
    response.resume();
    resolve(response.statusCode);
    if (hasMore) sent.destroy();
  });
  sent.on('error', reject);
  sent.write(Buffer.alloc(bytes, 'x'));
  if (!hasMore) sent.end();
  return promise;
}

describe('uploading a file', () => {
  it('keeps it as it came, told by its content and not by what its sender says', async () => {
    const bytes = png('<html>');
    const reply = await call(world, manager.token, 'POST', '/attachments?fileName=menu.html', {
      body: bytes,
      headers: { 'content-type': 'text/html' },
    });
    expect(reply).toMatchObject({
      status: 201,
      body: {
        id: expect.any(String),
        type: 'image',
        fileName: 'menu.html',
        mimeType: 'image/png',
        sizeBytes: bytes.length,
      },
    });
    const { id } = Stored.parse(reply.body);
    const row = await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.findOneOrFail(StoredFile, { tenantId: shop.tenantId, id }, { populate: ['bytes'] }),
    );
    expect(row).toMatchObject({ uploadedBy: manager.userId, messageId: null });
    expect(Buffer.from(row.bytes ?? '').equals(bytes)).toBe(true);
    const entries = await withTenant(world.deps.orm, shop.tenantId, (em) => em.find(AuditEntry, { subject: id }));
    expect(entries).toMatchObject([
      { action: 'attachment.upload', actor: manager.userId, changes: { type: 'image', sizeBytes: bytes.length } },
    ]);
  });

  it('takes it out of a form, under the name that the form gives it or another', async () => {
    const file = new File([new Uint8Array(pdf())], '../../Menü.pdf', { type: 'image/png' });
    expect(await sendForm({ file })).toMatchObject({
      status: 201,
      body: { type: 'file', fileName: 'Menü.pdf', mimeType: 'application/pdf', sizeBytes: pdf().length },
    });
    expect(await sendForm({ file }, '?fileName=other.pdf')).toMatchObject({ body: { fileName: 'other.pdf' } });
  });

  it('takes a name for a name', async () => {
    const named = async (name: string) =>
      z.object({ fileName: z.string() }).parse((await upload(pdf(), `?fileName=${encodeURIComponent(name)}`)).body)
        .fileName;
    expect(await named('../../etc/passwd')).toBe('passwd');
    expect(await named('a\r\nSet-Cookie: x\u0000.pdf')).toBe('aSet-Cookie: x.pdf');
    expect(await named('..')).toBe('file');
    expect(await upload(pdf())).toMatchObject({ body: { fileName: 'file' } });
  });

  it('of a program belongs to nobody', async () => {
    const { key } = await cutKey(world, shop.tenantId, { scopes: ['conversations:write'] });
    const { id } = Stored.parse((await upload(pdf(), '', key)).body);
    const row = await withTenant(world.deps.orm, shop.tenantId, (em) => em.findOneOrFail(StoredFile, { id }));
    expect(row.uploadedBy).toBeNull();
  });

  it('is refused where it is none, too large, or not wanted from this person, and nothing is kept', async () => {
    const before = await countOf(shop);
    const fault = (path: string) => ({ status: 422, body: { errors: [{ path }] } });
    expect(await upload(Buffer.alloc(0))).toMatchObject(fault('body'));
    expect(await sendForm({ file: new File([], 'empty.txt') })).toMatchObject(fault('body.file'));
    expect(await sendForm({ picture: new File(['x'], 'x.txt') })).toMatchObject(fault('body.file'));
    expect((await sendForm({ file: 'no file' })).status).toBe(422);
    expect(await upload(pdf(), '?name=x')).toMatchObject(fault('query'));
    expect(await upload(pdf(), `?fileName=${'x'.repeat(1_001)}`)).toMatchObject(fault('query.fileName'));
    expect((await upload(pdf(), '', null)).status).toBe(401);
    expect((await upload(pdf(), '', viewer.token)).status).toBe(403);
    expect((await upload(pdf(), '', (await hireSystemAdmin(world, shop.tenantId)).token)).status).toBe(403);
    const { key } = await cutKey(world, shop.tenantId, { scopes: ['conversations:read'] });
    expect((await upload(pdf(), '', key)).status).toBe(403);
    expect(await countOf(shop)).toBe(before);
  });

  it('ends at 10 MiB, whether the length was told before or not, bare or in a form', async () => {
    const roomy = await countOf(shop);
    expect(await sendMany(MOST, { 'content-length': MOST })).toBe(201);
    expect(await sendMany(MOST, { 'transfer-encoding': 'chunked' })).toBe(201);
    expect(await sendMany(1, { 'content-length': MOST + 1 }, true)).toBe(413);
    expect(await sendMany(MOST + 1, { 'transfer-encoding': 'chunked' }, true)).toBe(413);
    expect((await sendForm({ file: new File([Buffer.alloc(MOST + 1)], 'x') })).status).toBe(413);
    expect((await sendForm({ file: new File([Buffer.alloc(MOST, 'x')], 'x') })).status).toBe(201);
    expect(await countOf(shop)).toBe(roomy + 3);
  });

  it('drops what was not sent within a day, of this tenant and no other', async () => {
    const [one, other] = [await buildShop(world), await buildShop(world)];
    const { tenantId } = one;
    const asOne = (await hire(world, tenantId, 'manager')).token;
    const old = Stored.parse((await upload(pdf(), '', asOne)).body).id;
    const young = Stored.parse((await upload(pdf(), '', asOne)).body).id;
    await upload(pdf(), '', (await hire(world, other.tenantId, 'manager')).token);
    await asOwner(world.database, async (owner) => {
      const past = `update attachments set created_at = now() - interval '25 hours'`;
      await owner.query(`${past} where id = $1 or tenant_id = $2`, [old, other.tenantId]);
    });
    const last = Stored.parse((await upload(pdf(), '', asOne)).body).id;
    const left = await withTenant(world.deps.orm, tenantId, (em) => em.find(StoredFile, { tenantId }));
    expect(left.map(({ id }) => id).toSorted()).toEqual([young, last].toSorted());
    expect(await countOf(other)).toBe(1);
  });

  it('is refused when the tenant’s files are larger than its plan allows, by who and how much', async () => {
    const full = await buildShop(world);
    const { tenantId } = full;
    const { token } = await hire(world, tenantId, 'manager');
    const limit = (most: number) =>
      withTenant(world.deps.orm, tenantId, (em) =>
        em.nativeUpdate(Tenant, { id: tenantId }, { limits: { max_attachment_mb: most } }),
      );
    await limit(1);
    expect((await upload(Buffer.alloc(1024 * 1024 - 1, 'x'), '', token)).status).toBe(201);
    expect((await upload(Buffer.alloc(1, 'x'), '', token)).status).toBe(201);
    expect(await upload(Buffer.alloc(1, 'x'), '', token)).toMatchObject({
      status: 409,
      body: { code: 'limit_reached', detail: expect.stringMatching(/max_attachment_mb is 1 .* would have 2; /) },
    });
    expect(await countOf(full)).toBe(2);
    await limit(2);
    expect((await upload(Buffer.alloc(1, 'x'), '', token)).status).toBe(201);
    // What makes room is kept, although the upload itself is refused.
    await asOwner(world.database, async (owner) => {
      await owner.query(`update attachments set created_at = now() - interval '25 hours' where tenant_id = $1`, [
        tenantId,
      ]);
    });
    expect((await upload(Buffer.alloc(2 * 1024 * 1024 + 1, 'x'), '', token)).status).toBe(409);
    expect(await countOf(full)).toBe(0);
  });
});

describe('downloading a file', () => {
  const get = (id: string, token: string | null = viewer.token) => call(world, token, 'GET', `/attachments/${id}`);

  it('gives it to whoever may read conversations, as something to save and never to run', async () => {
    const bytes = Buffer.from('<script>alert(1)</script>');
    const id = await stored(bytes, `?fileName=${encodeURIComponent('名 "menu".html')}`);
    const reply = await get(id);
    expect(reply).toMatchObject({ status: 200, body: bytes.toString() });
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(bytes.length),
      'content-disposition': `attachment; filename="? \\"menu\\".html"; filename*=UTF-8''%E5%90%8D%20%22menu%22.html`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cache-control': 'private, no-store',
    });
  });

  it('gives every byte of a large one', async () => {
    const bytes = Buffer.alloc(3 * 1024 * 1024 + 17, Buffer.from([0, 1, 2, 0xff, 0x80, 7, 11]));
    const id = await stored(bytes);
    const response = await fetch(`${world.url}/api/v1/attachments/${id}`, {
      headers: { authorization: `Bearer ${viewer.token}` },
    });
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
  });

  it('is refused to everybody else, and another tenant’s is not there', async () => {
    const id = await stored(pdf());
    expect((await get(id, null)).status).toBe(401);
    expect((await get(id, (await hireSystemAdmin(world, shop.tenantId)).token)).status).toBe(403);
    expect((await get(id, (await cutKey(world, shop.tenantId, { scopes: ['faqs:read'] })).key)).status).toBe(403);
    const elsewhere = await hire(world, (await buildShop(world)).tenantId, 'owner');
    expect((await get(id, elsewhere.token)).status).toBe(404);
    expect((await get(crypto.randomUUID())).status).toBe(404);
    expect((await get('no-id')).status).toBe(404);
  });
});
