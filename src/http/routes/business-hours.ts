import { LockMode } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { audit } from '../../audit.ts';
import type { Deps } from '../../deps.ts';
import { TenantSettings } from '../../entities/tenant-settings.ts';
import { notFound } from '../../errors.ts';
import { isOpen, nextChange } from '../../handover/business-hours.ts';
import { BusinessHours, readBusinessHours } from '../../tenancy/business-hours.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { time, timeOrNull } from '../api/fields.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';

const Body = z.strictObject({ businessHours: BusinessHours.nullable() });
const Shown = Body.meta({ id: 'BusinessHours' });
const tag = 'Business hours';

/** When people are there. Without business hours somebody always is. */
export function businessHoursOperations({ orm }: Pick<Deps, 'orm'>): Operation[] {
  const read = (tenantId: string) =>
    withTenant(orm, tenantId, async (em) => present(await em.findOne(TenantSettings, { tenantId })));

  return [
    tenantOperation({
      method: 'get',
      path: '/business-hours',
      tag,
      summary: 'The business hours; null: always open',
      permission: 'settings:read',
      response: Shown,
      hasETag: true,
      handle: ({ tenantId }) => read(tenantId),
    }),
    tenantOperation({
      method: 'put',
      path: '/business-hours',
      tag,
      summary: 'Set the business hours; null: always open',
      description:
        'Times are those of the clock on the wall in the time zone. A period that ends before it begins ends on the day ' +
        'after. A holiday has its own periods instead of its weekday’s; none: closed.',
      permission: 'settings:write',
      body: Body,
      response: Shown,
      hasETag: true,
      handle: (input) =>
        withTenant(orm, input.tenantId, async (em) => {
          const {
            tenantId,
            body: { businessHours },
          } = input;
          const settings = await em.findOne(TenantSettings, { tenantId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
          if (!settings) throw notFound('this tenant has no settings');
          input.expectUnchanged(present(settings));
          settings.businessHours = businessHours;
          settings.settingsVersion += 1;
          await em.flush();
          await audit(em, input, 'settings.business_hours', tenantId, {
            timezone: businessHours?.timezone ?? null,
          });
          return present(settings);
        }),
    }),
    tenantOperation({
      method: 'get',
      path: '/business-hours/now',
      tag,
      summary: 'Whether it is open just now, and when that changes',
      permission: 'settings:read',
      response: z.strictObject({ isOpen: z.boolean(), nextChangeAt: time.nullable() }),
      async handle({ tenantId, now }) {
        const { businessHours } = await read(tenantId);
        if (!businessHours) return { isOpen: true, nextChangeAt: null };
        return { isOpen: isOpen(businessHours, now), nextChangeAt: timeOrNull(nextChange(businessHours, now)) };
      },
    }),
  ];
}

const present = (settings: TenantSettings | null) => ({
  businessHours: readBusinessHours(settings?.businessHours ?? null),
});
