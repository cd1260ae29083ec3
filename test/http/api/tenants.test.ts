import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { serve } from '../../support/serve.ts';
import { buildShop, type Shop } from '../../support/tenants.ts';
import { asOwner } from '../../support/database.ts';
import { call, cutKey, hire, hireSystemAdmin, type Person } from '../../support/people.ts';
import { useWorld } from '../../support/world.ts';

const world = useWorld({ workers: false });
let shop: Shop;
let other: Shop;
let admin: Person;
let owner: Person;

beforeAll(async () => {
  shop = await buildShop(world, { name: 'Zebra' });
  other = await buildShop(world, { name: 'zoo' });
  admin = await hireSystemAdmin(world, shop.tenantId);
  owner = await hire(world, shop.tenantId, 'owner');
});

const Shown = z.looseObject({ id: z.uuid(), slug: z.string(), name: z.string(), status: z.string() });
const Page = z.object({ items: z.array(Shown), next: z.string().nullable() });

let count = 0;
const newTenant = (more: Record<string, unknown> = {}) => ({ slug: `made-${(count += 1)}`, name: 'Made', ...more });

async function make(more: Record<string, unknown> = {}) {
  const { status, body } = await call(world, admin.token, 'POST', '/tenants', { body: newTenant(more) });
  expect(status, JSON.stringify(body)).toBe(201);
  return Shown.parse(body);
}

const as = (tenantId: string) => ({ headers: { 'x-frontdesk-tenant': tenantId } });

/** What the database has of a tenant, whoever may see it. */
const rowsOf = (sql: string, values: unknown[]) =>
  asOwner(world.database, async (owner_) => (await owner_.query<Record<string, unknown>>(sql, values)).rows);

describe('making a tenant', () => {
  it('invites its first owner by a link, who has no right before it is accepted', async () => {
    const invited = { email: 'olga@owners.example', name: 'Olga' };
    const reply = await call(world, admin.token, 'POST', '/tenants', {
      body: { slug: 'with-owner', name: 'With owner', owner: invited },
    });
    const { id, ownerLink } = z.object({ id: z.string(), ownerLink: z.string() }).parse(reply.body);
    const members = () => rowsOf('select role, status from memberships where tenant_id = $1', [id]);
    expect(await members()).toEqual([{ role: 'owner', status: 'invited' }]);
    const token = ownerLink.split('#')[1] ?? '';
    expect((await call(world, null, 'GET', `/invitations/${token}`)).body).toMatchObject({ role: 'owner' });
    const body = { name: 'Olga', password: 'correct horse battery' };
    expect((await call(world, null, 'POST', `/invitations/${token}/accept`, { body })).status).toBe(200);
    expect(await members()).toEqual([{ role: 'owner', status: 'active' }]);
    const without = await call(world, admin.token, 'POST', '/tenants', {
      body: { slug: 'no-owner', name: 'No owner' },
    });
    expect(without.body).toMatchObject({ ownerLink: null });
  });

  it('makes all that it needs in one request', async () => {
    const made = await make({
      name: 'Corner Café',
      timezone: 'Europe/Berlin',
      domain: 'Desk.Corner.example',
      externalRef: 'crm-7',
      features: ['advanced_analytics', 'advanced_analytics'],
      limits: { max_faqs: 10 },
      settings: { systemMessage: 'Be kind.', language: 'de', thresholds: { faq_confidence: 0.6 } },
      faqs: [
        { question: 'When are you open?', answer: 'From 8', keywords: 'open, hours' },
        { question: 'Is there wifi?', answer: 'Yes', keywords: ['wifi'], priority: 3, language: 'en' },
      ],
      owner: { email: 'Cora@corner.example', name: 'Cora' },
    });
    expect(made).toMatchObject({
      domain: 'desk.corner.example',
      timezone: 'Europe/Berlin',
      externalRef: 'crm-7',
      status: 'active',
      features: ['advanced_analytics'],
      limits: { max_faqs: 10, max_channels: 100 },
    });
    expect(
      await rowsOf(
        `select s.system_message, s.language, s.thresholds, m.role, u.email,
           (select array_agg(keywords::text order by question) from faqs f where f.tenant_id = t.id) as keywords,
           (select array_agg(action) from audit_log a where a.tenant_id = t.id) as actions
         from tenants t join tenant_settings s on s.tenant_id = t.id join memberships m on m.tenant_id = t.id
         join users u on u.id = m.user_id where t.id = $1`,
        [made.id],
      ),
    ).toEqual([
      {
        system_message: expect.stringContaining('Be kind.'),
        language: 'de',
        thresholds: { faq_confidence: 0.6 },
        role: 'owner',
        email: 'cora@corner.example',
        keywords: ['{wifi}', '{open,hours}'],
        actions: ['tenant.create'],
      },
    ]);
  });

  it('refuses names that are taken, and leaves nothing of what it could not finish', async () => {
    const made = await make({ domain: 'taken.example' });
    const before = await rowsOf('select count(*) from tenants', []);
    for (const [body, words] of [
      [newTenant({ slug: made.slug }), 'slug'],
      [newTenant({ domain: 'TAKEN.example' }), 'domain'],
    ] as const) {
      expect(await call(world, admin.token, 'POST', '/tenants', { body })).toMatchObject({
        status: 409,
        body: { code: 'conflict', detail: expect.stringContaining(words) },
      });
    }
    const faqs = [
      { question: 'a', answer: 'a' },
      { question: 'b', answer: 'b' },
    ];
    const full = await call(world, admin.token, 'POST', '/tenants', {
      body: newTenant({ limits: { max_faqs: 1 }, faqs }),
    });
    expect(full).toMatchObject({ status: 409, body: { code: 'limit_reached' } });
    expect(await rowsOf('select count(*) from tenants', [])).toEqual(before);
  });

  it('names each field that is wrong', async () => {
    for (const [more, path] of [
      [{ slug: 'Has Spaces' }, 'body.slug'],
      [{ name: '' }, 'body.name'],
      [{ name: 'x'.repeat(201) }, 'body.name'],
      [{ timezone: 'Mars/Olympus' }, 'body.timezone'],
      [{ timezone: '+02:00' }, 'body.timezone'],
      [{ domain: 'no spaces.example' }, 'body.domain'],
      [{ domain: 'localhost' }, 'body.domain'],
      [{ features: ['flying'] }, 'body.features.0'],
      [{ limits: { max_dogs: 1 } }, 'body.limits'],
      [{ limits: { max_faqs: -1 } }, 'body.limits.max_faqs'],
      [{ settings: { thresholds: { faq_confidance: 1 } } }, 'body.settings.thresholds'],
      [{ settings: { agentId: shop.tenantId } }, 'body.settings'],
      [{ faqs: [{ question: 'q' }] }, 'body.faqs.0.answer'],
      [{ owner: { email: 'cora' } }, 'body.owner.email'],
      [{ id: shop.tenantId }, 'body'],
      [{ status: 'deleted' }, 'body'],
    ] as const) {
      expect(await call(world, admin.token, 'POST', '/tenants', { body: newTenant(more) }), path).toMatchObject({
        status: 422,
        body: { errors: [{ path }] },
      });
    }
  });

  it('is for system admins, like everything that is done to tenants', async () => {
    const { key } = await cutKey(world, shop.tenantId);
    const paths = ['', '/suspend', '/activate', '/restore'].map((end) => `/tenants/${other.tenantId}${end}`);
    const requests = [
      ['GET', '/tenants'],
      ['POST', '/tenants'],
      ...paths.slice(1).map((path) => ['POST', path] as const),
      ...['GET', 'PATCH', 'DELETE'].map((method) => [method, paths[0] ?? ''] as const),
    ] as const;
    for (const [method, path] of requests) {
      const body =
        method === 'PATCH' ? { name: 'Stolen' } : path === '/tenants' && method === 'POST' ? newTenant() : undefined;
      for (const token of [owner.token, key]) {
        expect((await call(world, token, method, path, { body })).status, `${method} ${path}`).toBe(403);
      }
      expect((await call(world, null, method, path, { body })).status, `${method} ${path}`).toBe(401);
    }
    expect(await rowsOf('select name, status from tenants where id = $1', [other.tenantId])).toEqual([
      { name: 'zoo', status: 'active' },
    ]);
  });
});

describe('the list of tenants', () => {
  it('is in the order of names, page by page, by status and by how the name begins', async () => {
    for (const name of ['quilt C', 'Quilt a', 'QUILT b', 'Quilt a', 'Quiltér', 'Quill']) await make({ name });
    const read = async (query: string) => {
      const names: string[] = [];
      for (let path: string | null = `/tenants?limit=2&${query}`; path;) {
        const page = Page.parse((await call(world, admin.token, 'GET', path)).body);
        names.push(...page.items.map(({ name }) => name));
        path = page.next && `/tenants?limit=2&${query}&cursor=${page.next}`;
      }
      return names;
    };
    expect(await read('q=QUILT')).toEqual(['Quilt a', 'Quilt a', 'QUILT b', 'quilt C', 'Quiltér']);
    expect((await read('')).length).toBeGreaterThan(8);
    const gone = await make({ name: 'Quilt gone' });
    await call(world, admin.token, 'DELETE', `/tenants/${gone.id}`);
    expect(await read('q=quilt g')).toEqual([]);
    expect(await read('q=quilt g&status=deleted')).toEqual(['Quilt gone']);
    expect(await read('q=100%25')).toEqual([]);
    for (const query of ['status=lost', 'cursor=x', 'limit=0', 'sort=name']) {
      expect((await call(world, admin.token, 'GET', `/tenants?${query}`)).status, query).toBe(422);
    }
  });
});

describe('changing a tenant', () => {
  it('changes what is named, says so in its log, and minds what others have changed', async () => {
    const made = await make();
    const path = `/tenants/${made.id}`;
    const seen = await call(world, admin.token, 'GET', path);
    const etag = seen.headers.get('etag') ?? '';
    const patch = (body: unknown, ifMatch?: string) =>
      call(world, admin.token, 'PATCH', path, { body, headers: ifMatch ? { 'if-match': ifMatch } : {} });
    const body = {
      features: ['custom_agents'],
      limits: { max_faqs: 5, max_agents: 2 },
      domain: 'patched.example',
      externalRef: 'x',
    };
    expect(await patch(body, etag)).toMatchObject({
      status: 200,
      body: { name: 'Made', ...body, limits: { max_faqs: 5, max_agents: 2, max_channels: 100 } },
    });
    expect(await patch({ name: 'Late' }, etag)).toMatchObject({ status: 412 });
    expect(await patch({ limits: { max_faqs: null }, domain: null })).toMatchObject({
      body: { name: 'Made', domain: null, limits: { max_faqs: 100_000, max_agents: 2 } },
    });
    // What changes nothing is no change.
    expect((await patch({ name: 'Made' })).status).toBe(200);
    const log = await rowsOf(
      `select action, changes -> 'changed' as changed from audit_log where tenant_id = $1 order by id`,
      [made.id],
    );
    expect(log).toEqual([
      { action: 'tenant.create', changed: null },
      { action: 'tenant.change', changed: ['domain', 'externalRef', 'features', 'limits'] },
      { action: 'tenant.change', changed: ['domain', 'limits'] },
    ]);
    expect(await patch({ slug: 'new' })).toMatchObject({ status: 422, body: { errors: [{ path: 'body' }] } });
    expect(await patch({ name: 7 })).toMatchObject({ status: 422, body: { errors: [{ path: 'body.name' }] } });
  });

  it('refuses the domain of another tenant, and the host of the service itself', async () => {
    const [one, two] = [await make({ domain: 'one.example' }), await make()];
    const patch = (domain: string) => call(world, admin.token, 'PATCH', `/tenants/${two.id}`, { body: { domain } });
    expect(await patch('one.example')).toMatchObject({ status: 409 });
    expect((await call(world, admin.token, 'GET', `/tenants/${two.id}`)).body).toMatchObject({ domain: null });
    expect((await call(world, admin.token, 'GET', `/tenants/${one.id}`)).body).toMatchObject({ domain: 'one.example' });
    const served = await serve({ ...world.deps, publicUrl: 'https://desk.service.example' });
    const own = { body: { domain: 'desk.service.example' } };
    expect(await call(served, admin.token, 'PATCH', `/tenants/${two.id}`, own)).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'body.domain' }] },
    });
    served.close();
  });

  it('knows no tenant that there is not', async () => {
    const nobody = '0190a3c8-0000-7000-8000-000000000000';
    for (const [method, end] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/suspend'],
    ] as const) {
      for (const id of [nobody, 'no-id']) {
        const reply = await call(world, admin.token, method, `/tenants/${id}${end}`, {
          ...(method === 'PATCH' && { body: { name: 'x' } }),
        });
        expect(reply.status, `${method} ${id}`).toBe(404);
      }
    }
  });
});

describe('the tenant that one acts for', () => {
  it('is read by all of its people, and named by those who may', async () => {
    const viewer = await hire(world, other.tenantId, 'viewer');
    const boss = await hire(world, other.tenantId, 'admin');
    const seen = await call(world, viewer.token, 'GET', '/tenants/current');
    expect(seen).toMatchObject({ status: 200, body: { id: other.tenantId, name: 'zoo', timezone: 'UTC' } });
    expect(seen.body).not.toHaveProperty('externalRef');
    const body = { name: 'Zoo', timezone: 'America/Lima' };
    expect((await call(world, viewer.token, 'PUT', '/tenants/current', { body })).status).toBe(403);
    expect((await call(world, null, 'PUT', '/tenants/current', { body })).status).toBe(401);
    const headers = { 'if-match': seen.headers.get('etag') ?? '' };
    const put = await call(world, boss.token, 'PUT', '/tenants/current', { body, headers });
    expect(put).toMatchObject({ status: 200, body });
    expect(await call(world, boss.token, 'PUT', '/tenants/current', { body, headers })).toMatchObject({ status: 412 });
    expect((await call(world, boss.token, 'GET', '/tenants/current')).headers.get('etag')).toBe(
      put.headers.get('etag'),
    );
    // Ours is another one.
    expect((await call(world, owner.token, 'GET', '/tenants/current')).body).toMatchObject({ name: 'Zebra' });
  });

  it('does not get features, limits or a domain from its own people', async () => {
    for (const more of [
      { features: ['custom_agents'] },
      { limits: { max_faqs: 1 } },
      { domain: 'x.example' },
      { slug: 'x' },
    ]) {
      const body = { name: 'Zebra', timezone: 'UTC', ...more };
      expect(await call(world, owner.token, 'PUT', '/tenants/current', { body })).toMatchObject({
        status: 422,
        body: { errors: [{ path: 'body' }] },
      });
    }
    expect((await call(world, owner.token, 'PUT', '/tenants/current', { body: { name: 'x' } })).status).toBe(422);
  });

  it('is any tenant for a system admin, who says which one', async () => {
    const { body } = await call(world, admin.token, 'GET', '/tenants/current', as(shop.tenantId));
    expect(body).toMatchObject({ id: shop.tenantId });
  });
});
