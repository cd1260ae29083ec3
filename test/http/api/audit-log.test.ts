import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AuditEntry } from '../../../src/entities/audit-entry.ts';
import { newId } from '../../../src/id.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { call, cutKey, hire, type Person } from '../../support/people.ts';
import { buildShop, type Shop } from '../../support/tenants.ts';
import { useWorld } from '../../support/world.ts';

const world = useWorld({ workers: false });
let shop: Shop;
let other: Shop;
let owner: Person;

const DAY = 86_400_000;
const DAYS_AGO = [5, 4, 3, 2, 1, 0];

beforeAll(async () => {
  [shop, other] = [await buildShop(world), await buildShop(world)];
  owner = await hire(world, shop.tenantId, 'owner');
  for (const ago of DAYS_AGO) {
    const at = new Date(Date.now() - ago * DAY);
    for (const { tenantId } of [shop, other]) {
      await withTenant(world.deps.orm, tenantId, (em) =>
        em.insert(AuditEntry, {
          tenantId,
          id: newId(at.getTime()),
          createdAt: at,
          actorKind: ago % 2 ? 'key' : 'user',
          actor: ago % 2 ? 'a-key' : 'a-person',
          action: ago < 3 ? 'faq.update' : ago === 3 ? 'faq_test.create' : 'channel.create',
          subject: `${tenantId === shop.tenantId ? 'ours' : 'theirs'}-${ago}`,
          changes: { ago },
        }),
      );
    }
  }
});

const Page = z.object({
  items: z.array(z.looseObject({ subject: z.string().nullable() })),
  next: z.string().nullable(),
});

async function subjects(query = '', token = owner.token): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  for (let path: string | null = `/audit-log?limit=2&${query}`; path;) {
    const { status, body } = await call(world, token, 'GET', path);
    expect(status, JSON.stringify(body)).toBe(200);
    const page = Page.parse(body);
    found.push(...page.items.map(({ subject }) => subject));
    path = page.next && `/audit-log?limit=2&${query}&cursor=${page.next}`;
  }
  return found;
}
const ours = (...ago: number[]) => ago.map((n) => `ours-${n}`);

describe('the audit log', () => {
  it('is read page by page, the newest first, and holds nothing of another tenant', async () => {
    expect(await subjects()).toEqual(ours(0, 1, 2, 3, 4, 5));
  });

  it('is read by action, kind of action, actor, subject and time', async () => {
    expect(await subjects('action=faq.update')).toEqual(ours(0, 1, 2));
    // An underscore is no wildcard, and the kind is the whole word.
    expect(await subjects('action=faq.*')).toEqual(ours(0, 1, 2));
    expect(await subjects('action=faq_test.*')).toEqual(ours(3));
    expect(await subjects('actor=a-key')).toEqual(ours(1, 3, 5));
    expect(await subjects('subject=ours-4')).toEqual(ours(4));
    const ago = (days: number) => new Date(Date.now() - days * DAY).toISOString();
    expect(await subjects(`since=${ago(2.5)}`)).toEqual(ours(0, 1, 2));
    expect(await subjects(`until=${ago(2.5)}`)).toEqual(ours(3, 4, 5));
    expect(await subjects(`since=${ago(4.5)}&until=${ago(1.5)}&actor=a-person`)).toEqual(ours(2, 4));
    expect(await subjects('subject=theirs-4')).toEqual([]);
  });

  it('says what a change was, and of whom', async () => {
    await call(world, owner.token, 'PATCH', '/settings', { body: { language: 'de' } });
    expect((await call(world, owner.token, 'GET', '/audit-log?limit=1')).body).toMatchObject({
      items: [
        {
          action: 'settings.change',
          actorKind: 'user',
          actor: owner.userId,
          changes: { changed: ['language'] },
          ip: expect.stringMatching(/127\.0\.0\.1$/),
          requestId: expect.any(String),
        },
      ],
    });
  });

  it('is for those who may read it, and for nobody to write', async () => {
    const manager = await hire(world, shop.tenantId, 'manager');
    const { key } = await cutKey(world, shop.tenantId, { scopes: ['audit:read'] });
    expect((await call(world, manager.token, 'GET', '/audit-log')).status).toBe(403);
    expect((await call(world, null, 'GET', '/audit-log')).status).toBe(401);
    expect((await call(world, key, 'GET', '/audit-log')).status).toBe(200);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect([404, 405], method).toContain((await call(world, owner.token, method, '/audit-log')).status);
    }
    for (const query of ['since=yesterday', 'cursor=x', 'limit=1000', 'colour=red', 'until=']) {
      expect((await call(world, owner.token, 'GET', `/audit-log?${query}`)).status, query).toBe(422);
    }
  });
});
