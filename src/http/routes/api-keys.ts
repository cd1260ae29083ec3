import { isIP } from 'node:net';
import { z } from 'zod';
import { audit } from '../../audit.ts';
import { permissionsOfActor } from '../../auth/actor.ts';
import { isAllowed } from '../../auth/api-key.ts';
import { createApiKey, listApiKeys, revokeApiKey } from '../../auth/manage-keys.ts';
import { permissions } from '../../auth/permissions.ts';
import type { Deps } from '../../deps.ts';
import type { ApiKey } from '../../entities/api-key.ts';
import { forbidden } from '../../errors.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { ById, Done, done, id, text, time, timeOf, timeOrNull } from '../api/fields.ts';
import { pageOf, paging, readCursor, toPage } from '../api/page.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';

const network = z
  .string()
  .max(50)
  .refine(isNetwork, 'must be an address or a network, as in 203.0.113.7 or 10.0.0.0/8');

const ShownKey = z
  .strictObject({
    id,
    name: z.string(),
    scopes: z.array(z.enum(permissions)),
    allowedIps: z.array(z.string()),
    createdBy: id.nullable(),
    createdAt: time,
    expiresAt: time.nullable(),
    revokedAt: time.nullable(),
    lastUsedAt: time.nullable(),
  })
  .meta({ id: 'ApiKey' });

const NewKey = z.strictObject({
  name: text(100),
  scopes: z.array(z.enum(permissions)).min(1).max(permissions.length),
  allowedIps: z.array(network).max(100).default([]),
  expiresAt: time.nullable().default(null),
});

const tag = 'API keys';

/** Keys with which programs act for a tenant. */
export function apiKeyOperations({ orm }: Pick<Deps, 'orm'>): Operation[] {
  return [
    tenantOperation({
      method: 'get',
      path: '/api-keys',
      tag,
      summary: 'Keys of the tenant, the newest first',
      permission: 'keys:read',
      query: z.strictObject(paging),
      response: pageOf(ShownKey),
      async handle({ tenantId, query: { limit, cursor } }) {
        const after = readCursor(cursor, z.tuple([id]));
        const keys = await withTenant(orm, tenantId, (em) => listApiKeys(em, tenantId, limit + 1, after?.[0]));
        return toPage(keys, limit, presentKey, (key) => [key.id]);
      },
    }),
    tenantOperation({
      method: 'post',
      path: '/api-keys',
      tag,
      summary: 'Make a key',
      description:
        'The key itself is in this answer and nowhere else. Nobody can give away more than he may do himself.',
      permission: 'keys:write',
      body: NewKey,
      response: z.strictObject({ apiKey: ShownKey, key: z.string() }),
      status: 201,
      async handle({ tenantId, actor, body, ip, requestId, keep }) {
        const own = permissionsOfActor(actor);
        const beyond = body.scopes.filter((scope) => !own.includes(scope));
        if (beyond.length > 0)
          throw forbidden(`you may not do this yourself, so no key of yours may: ${beyond.join(', ')}`);
        return withTenant(orm, tenantId, async (em) => {
          const { apiKey, key } = await createApiKey(em, tenantId, {
            ...body,
            createdBy: actor.kind === 'user' && actor.role !== 'system_admin' ? actor.userId : null,
            expiresAt: body.expiresAt === null ? null : new Date(body.expiresAt),
          });
          const { name, scopes } = body;
          await audit(em, { actor, ip, requestId }, 'api_key.create', apiKey.id, { name, scopes });
          return keep(em, { apiKey: presentKey(apiKey), key });
        });
      },
    }),
    tenantOperation({
      method: 'delete',
      path: '/api-keys/{id}',
      tag,
      summary: 'Revoke a key, in every process within a second',
      permission: 'keys:write',
      params: ById,
      response: Done,
      async handle({ tenantId, actor, params, now, ip, requestId }) {
        await withTenant(orm, tenantId, async (em) => {
          if (!(await revokeApiKey(em, tenantId, params.id, now))) return;
          await audit(em, { actor, ip, requestId }, 'api_key.revoke', params.id);
        });
        return done;
      },
    }),
  ];
}

const presentKey = (key: ApiKey) => ({
  id: key.id,
  name: key.name,
  scopes: permissions.filter((one) => key.scopes.includes(one)),
  allowedIps: key.allowedIps,
  createdBy: key.createdBy ?? null,
  createdAt: timeOf(key.createdAt),
  expiresAt: timeOrNull(key.expiresAt),
  revokedAt: timeOrNull(key.revokedAt),
  lastUsedAt: timeOrNull(key.lastUsedAt),
});

function isNetwork(given: string): boolean {
  try {
    return isIP(given.split('/')[0] ?? '') !== 0 && [true, false].includes(isAllowed([given], '203.0.113.1'));
  } catch {
    return false;
  }
}
