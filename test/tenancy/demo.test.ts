import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { demoTenants, seedDemo } from '../../src/tenancy/demo.ts';
import { asOwner } from '../support/database.ts';
import { hold } from '../support/hold.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld({ workers: false });
});
afterEach(() => world.close());

const seed = () => seedDemo(world.deps.orm, world.deps.keys);
const slugs = demoTenants.map(({ slug }) => slug);
const asOwnerOf = (sql: string) =>
  asOwner(world.database, async (owner) => (await owner.query<Record<string, unknown>>(sql)).rows);
/** How many there are of what a demo tenant is made of. */
const parts = () =>
  asOwnerOf(`select slug, count(distinct f.id)::int as faqs, count(distinct m.user_id)::int as managers,
      count(distinct c.id)::int as chats
    from tenants t left join faqs f on f.tenant_id = t.id left join memberships m on m.tenant_id = t.id
      left join channels c on c.tenant_id = t.id group by slug order by slug`);
const whole = slugs.map((slug) => ({ slug, faqs: 2, managers: 1, chats: 1 }));

describe('the demo tenants', () => {
  it('are made by the next start where one died in the middle of making them', async () => {
    // The last of what is written for a tenant.
    const held = await hold(world.database.ownerUrl, 'lock table channel_addresses');
    const dying = seed();
    dying.catch(() => undefined);
    await held.isWaitedFor();
    await asOwnerOf(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`);
    await expect(dying).rejects.toThrow();
    await held.release();
    expect(await parts()).toEqual([]);

    await seed();
    expect(await parts()).toEqual(whole);
    for (const slug of slugs) expect((await fetch(`${world.url}/chat/demo-${slug}`)).status).toBe(200);
  });

  it('are made once by processes that start at the same moment, and all of these go on', async () => {
    const held = await hold(world.database.ownerUrl, 'lock table tenants in exclusive mode');
    const starts = [seed(), seed()];
    await held.isWaitedFor(2);
    await held.release();
    await Promise.all(starts);
    expect(await parts()).toEqual(whole);
  });

  it('are left as they are by every later start', async () => {
    await seed();
    await asOwnerOf(`delete from faqs; delete from channel_addresses; delete from channels`);
    await seed();
    expect(await parts()).toEqual(slugs.map((slug) => ({ slug, faqs: 0, managers: 1, chats: 0 })));
  });
});
