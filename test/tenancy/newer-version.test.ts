import { expect, it } from 'vitest';
import { Tenant } from '../../src/entities/tenant.ts';
import { TenantSettings } from '../../src/entities/tenant-settings.ts';
import { changeSettings } from '../../src/tenancy/change-settings.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { query } from '../support/embedded.ts';
import { buildShop, writes } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();

it('settings and limits that a newer version wrote stop nobody’s messages, and stay as they are', async () => {
  const shop = await buildShop(world);
  const { tenantId } = shop;
  const stored = {
    debounce_ms: 0,
    of_tomorrow: 1,
    consent_silence: 'as tomorrow',
    response_timeout: 1e9,
    max_responses: 7,
  };
  await query(
    world.database.ownerUrl,
    `update tenant_settings set thresholds = '${JSON.stringify(stored)}' where tenant_id = '${tenantId}';
     update tenants set limits = '{"max_faqs": 5, "max_of_tomorrow": 1}' where id = '${tenantId}'`,
  );
  await until(async () => {
    const { thresholds, limits } = await world.deps.settingsOf(tenantId);
    expect([thresholds.max_responses, limits.max_faqs]).toEqual([7, 5]);
    expect(thresholds).toMatchObject({ consent_silence: 'continue', response_timeout: 30 });
    expect({ ...thresholds, ...limits }).not.toHaveProperty(['of_tomorrow']);
    expect(limits).not.toHaveProperty(['max_of_tomorrow']);
  });
  await writes(world, shop, 1, 'What are your opening hours?');
  await until(() => expect(world.platform.textsTo('1')).toEqual(['We open 7am-9pm daily']));

  const change = (thresholds: object) =>
    withTenant(world.deps.orm, tenantId, async (em) =>
      changeSettings(em, await em.findOneOrFail(TenantSettings, { tenantId }), { thresholds: { ...thresholds } }),
    );
  await change({ max_responses: 8 });
  const row = await withTenant(world.deps.orm, tenantId, (em) => em.findOneOrFail(TenantSettings, { tenantId }));
  expect(row.thresholds).toEqual({ ...stored, max_responses: 8 });
  const { limits } = await withTenant(world.deps.orm, tenantId, (em) => em.findOneOrFail(Tenant, { id: tenantId }));
  expect(limits).toEqual({ max_faqs: 5, max_of_tomorrow: 1 });
});
