import { z } from 'zod';
import { features, type Feature } from '../../entities/tenant.ts';
import { Limits, readLimits } from '../../tenancy/limits.ts';
import { id, text, time, timeOf, timeOrNull } from './fields.ts';

/** What is said of a tenant, and what may be set. */
export const name = text(200);
/** With the rules of summer time of a place, so an offset such as +02:00 is none. */
export const timezone = z
  .string()
  .max(64)
  .refine(isZone, 'must be a time zone such as Europe/Berlin')
  .meta({ examples: ['Europe/Berlin'] });
export const featureList = z
  .array(z.enum(features))
  .max(features.length)
  .transform((list) => [...new Set(list)]);
export const domain = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(
    /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/,
    'must be a host such as desk.example.com',
  );
export const externalRef = text(200);
/** Of new limits only those that differ from the defaults. */
export const limitValue = z.int().min(0).max(100_000_000);

export const ShownOwnTenant = z
  .strictObject({
    id,
    slug: z.string(),
    name: z.string(),
    status: z.enum(['active', 'suspended', 'deleted']),
    timezone: z.string(),
    domain: z.string().nullable(),
    features: z.array(z.enum(features)),
    limits: Limits.meta({ description: 'In force, with the defaults of what was not set.' }),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'OwnTenant' });

export const ShownTenant = ShownOwnTenant.extend({
  externalRef: z.string().nullable(),
  suspendedAt: time.nullable(),
  deletedAt: time.nullable(),
}).meta({ id: 'Tenant' });

interface TenantRow {
  id: string;
  slug: string;
  name: string;
  status: 'active' | 'suspended' | 'deleted';
  timezone: string;
  domain?: string | null;
  externalRef?: string | null;
  features: Feature[];
  limits: Record<string, number>;
  createdAt: Date;
  updatedAt: Date;
  suspendedAt?: Date | null;
  deletedAt?: Date | null;
}

/** For the tenant itself. */
export const presentOwnTenant = (tenant: TenantRow) => ({
  id: tenant.id,
  slug: tenant.slug,
  name: tenant.name,
  status: tenant.status,
  timezone: tenant.timezone,
  domain: tenant.domain ?? null,
  features: tenant.features,
  limits: readLimits(tenant.limits),
  createdAt: timeOf(tenant.createdAt),
  updatedAt: timeOf(tenant.updatedAt),
});

/** For whoever runs the service. */
export const presentTenant = (tenant: TenantRow) => ({
  ...presentOwnTenant(tenant),
  externalRef: tenant.externalRef ?? null,
  suspendedAt: timeOrNull(tenant.suspendedAt),
  deletedAt: timeOrNull(tenant.deletedAt),
});

function isZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
