import pg from 'pg';
import { expect, it } from 'vitest';
import { InboundEventRow } from '../../src/entities/inbound-event.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { buildShop, writes } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();
const answer = 'We open 7am-9pm daily';

it('goes on answering new customers while another process adds columns to its tables', async () => {
  const shop = await buildShop(world);
  for (const chat of [701, 702, 703]) await writes(world, shop, chat, 'What are your opening hours?');
  await until(() => expect(world.platform.textsTo('703')).toEqual([answer]));

  const owner = new pg.Client(world.database.ownerUrl);
  await owner.connect();
  for (const table of ['conversations', 'messages', 'outbound_messages', 'contacts', 'decisions']) {
    await owner.query(`alter table ${table} add column of_the_next_version text`);
  }
  await owner.end();

  for (const chat of [704, 705, 706, 701]) await writes(world, shop, chat, 'What are your opening hours?');
  for (const chat of ['704', '705', '706']) await until(() => expect(world.platform.textsTo(chat)).toEqual([answer]));
  await until(() => expect(world.platform.textsTo('701')).toHaveLength(2));
  // None of it only at a second try.
  const events = await withTenant(world.deps.orm, shop.tenantId, (em) =>
    em.find(InboundEventRow, { tenantId: shop.tenantId }),
  );
  expect(events.map(({ attempts }) => attempts)).toEqual([0, 0, 0, 0, 0, 0, 0]);
});
