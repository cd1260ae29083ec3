import type { EntityManager } from '@mikro-orm/postgresql';
import { audit } from '../../audit.ts';
import type { TenantActor } from '../../auth/actor.ts';
import type { Deps } from '../../deps.ts';
import { TenantSettings } from '../../entities/tenant-settings.ts';
import { changeSettings, lockSettings, type SettingsPatch } from '../../tenancy/change-settings.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { tenantOperation, type Input, type Operation } from '../api/operation.ts';
import { presentSettings, ShownSettings, SomeSettings, WholeSettings } from '../api/settings-fields.ts';

const tag = 'Settings';

/** How automation behaves for a tenant. */
export const settingsOperations = (deps: Pick<Deps, 'orm'>): Operation[] =>
  ['/settings', '/tenants/current/settings'].flatMap((path) => operationsAt(path, deps));

function operationsAt(path: string, { orm }: Pick<Deps, 'orm'>): Operation[] {
  const shared = { path, tag, response: ShownSettings, hasETag: true } as const;
  const about = (text: string) => ({
    description: path === '/settings' ? text : `${text} Another name of \`/settings\`.`,
  });
  return [
    tenantOperation({
      ...shared,
      ...about('`thresholds` are those that were set, `thresholdsInForce` all of them.'),
      method: 'get',
      summary: 'How automation behaves',
      permission: 'settings:read',
      handle: ({ tenantId }) =>
        withTenant(orm, tenantId, async (em) => presentSettings(await em.findOneOrFail(TenantSettings, { tenantId }))),
    }),
    tenantOperation({
      ...shared,
      ...about('What is left out gets its default.'),
      method: 'put',
      summary: 'Set all settings',
      permission: 'settings:write',
      body: WholeSettings,
      handle: (input) =>
        withTenant(orm, input.tenantId, (em) => change(em, input, (row) => replacing(row, input.body))),
    }),
    tenantOperation({
      ...shared,
      ...about('What is left out stays; a threshold that is null goes back to its default.'),
      method: 'patch',
      summary: 'Change some settings',
      permission: 'settings:write',
      body: SomeSettings,
      handle: (input) => withTenant(orm, input.tenantId, (em) => change(em, input, () => input.body)),
    }),
  ];
}

/** The log names what was changed, not what it says: a system message may hold anything. */
async function change(
  em: EntityManager,
  input: Input<unknown, unknown, unknown> & { tenantId: string; actor: TenantActor },
  patchOf: (row: TenantSettings) => SettingsPatch,
) {
  const row = await lockSettings(em, input.tenantId);
  input.expectUnchanged(presentSettings(row));
  const changed = await changeSettings(em, row, patchOf(row));
  const { settingsVersion: version } = row;
  if (changed.length > 0) await audit(em, input, 'settings.change', null, { changed, version });
  return presentSettings(row);
}

/** A threshold that the new ones leave out loses its value. */
function replacing(row: TenantSettings, whole: SettingsPatch): SettingsPatch {
  const none = Object.fromEntries(Object.keys(row.thresholds).map((name) => [name, null]));
  return { ...whole, thresholds: { ...none, ...whole.thresholds } };
}
