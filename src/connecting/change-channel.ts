import type { EntityManager } from '@mikro-orm/postgresql';
import { isDeepStrictEqual } from 'node:util';
import type { Channel } from '../entities/channel.ts';
import { ChannelAddress } from '../entities/channel-address.ts';
import { AppError, invalidFields } from '../errors.ts';
import { changeSettings, readSettings, secretsOf } from '../settings-form.ts';
import { sealContext } from '../tenancy/find-channel.ts';
import { claimAccounts } from '../tenancy/channel-addresses.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import { askPlatform, ioFor } from './ask-platform.ts';
import { openToChange } from './open-to-change.ts';
import {
  accountsOf,
  adapterFor,
  asNew,
  findChannelAndKey,
  note,
  openConfig,
  webhookUrl,
  withoutPrevious,
  type ChannelAndKey,
  type ConnectingDeps,
  type Doer,
} from './channel-row.ts';

interface Change {
  name?: string | undefined;
  /** Merged into the config: what is left out stays, null takes a setting away. */
  config?: Record<string, unknown> | undefined;
}

/**
 * Changes a channel at once: secrets that were replaced are refused from now on, those from before an earlier rotation
 * as well. `look` sees the locked row first and may throw. Throws 422 that names wrong fields, 409 for an account that
 * is connected already. What the platform does not agree to is undone, and thrown as by `askPlatform`.
 */
export async function changeChannel(
  deps: ConnectingDeps,
  tenantId: string,
  id: string,
  change: Change,
  doer: Doer,
  look: (found: ChannelAndKey) => void,
): Promise<void> {
  await replace(deps, tenantId, id, doer, async (em, found) => {
    look(found);
    const { channel } = found;
    const { before, after } = merged(deps, channel, change.config ?? {});
    if (change.name !== undefined) channel.name = change.name;
    const isNew = !isDeepStrictEqual(before, after);
    if (isNew) Object.assign(channel, { configSealed: seal(deps, channel, after) }, withoutPrevious, asNew);
    const names = Object.keys(change.config ?? {});
    await note(em, doer, 'channel.update', id, {
      ...(change.name !== undefined && { name: change.name }),
      ...(names.length > 0 && { config: names }),
    });
    return isNew ? { before, after } : null;
  });
}

/**
 * Replaces secrets. For `graceSeconds` from `now` on the old ones are good as well, so that nothing is refused while
 * the other side changes over. One rotation back is remembered, not two. Throws as `changeChannel` does.
 */
export async function rotateSecrets(
  deps: ConnectingDeps,
  tenantId: string,
  id: string,
  { config, graceSeconds, now }: { config: Record<string, unknown>; graceSeconds: number; now: Date },
  doer: Doer,
): Promise<void> {
  await replace(deps, tenantId, id, doer, async (em, { channel }) => {
    onlySecrets(deps, channel.kind, config);
    openConfig(deps, channel);
    const { before, after } = merged(deps, channel, config);
    if (!isDeepStrictEqual(accountsOf(deps, channel.kind, before), accountsOf(deps, channel.kind, after))) {
      const path = `body.config.${Object.keys(config)[0]}`;
      throw invalidFields([{ path, message: 'belongs to another account; connect that as a channel of its own' }]);
    }
    const grace =
      graceSeconds === 0
        ? withoutPrevious
        : { previousConfigSealed: channel.configSealed, previousUntil: new Date(now.getTime() + graceSeconds * 1000) };
    Object.assign(channel, grace, { configSealed: seal(deps, channel, after) }, asNew);
    await note(em, doer, 'channel.rotate_secret', id, { secrets: Object.keys(config), graceSeconds });
    return { before, after };
  });
}

type Configs = { before: unknown; after: unknown };

/** `work` changes the locked row; a new config is then told to the platform, and undone where that does not agree. */
async function replace(
  deps: ConnectingDeps,
  tenantId: string,
  id: string,
  doer: Doer,
  work: (em: EntityManager, found: ChannelAndKey) => Promise<Configs | null>,
): Promise<void> {
  const { channel, key, configs, old, oldAccounts } = await withTenant(deps.orm, tenantId, async (em) => {
    const found = await findChannelAndKey(em, tenantId, id, { lock: true });
    const unchanged = changeable(found.channel);
    const accounts = await em.find(ChannelAddress, { tenantId, channelId: id, purpose: 'account' });
    const made = await work(em, found);
    if (made && found.channel.status === 'active') {
      await claimAccounts(em, found.channel, accountsOf(deps, found.channel.kind, made.after));
    }
    return { ...found, configs: made, old: unchanged, oldAccounts: accounts.map(({ address }) => address) };
  });
  const adapter = adapterFor(deps, channel.kind);
  if (!configs || !adapter.register || key === null || channel.status !== 'active') return;
  const url = webhookUrl(deps.publicUrl, channel.kind, key);
  try {
    const settings = adapter.config.parse(configs.after);
    await askPlatform(async () => adapter.register?.(url, settings, ioFor(deps, adapter)), 'Nothing was changed');
  } catch (error) {
    await withTenant(deps.orm, tenantId, async (em) => {
      const { channel: current } = await findChannelAndKey(em, tenantId, id, { lock: true });
      // Somebody has changed it again meanwhile: that is not for us to undo.
      if (!sameBytes(current.configSealed, channel.configSealed)) return;
      Object.assign(current, old);
      // Who did not answer may have taken the new secret all the same: then that is what comes in.
      if (!isRefusal(error)) {
        const previousUntil = new Date(Date.now() + DOUBT_MS);
        Object.assign(current, { previousConfigSealed: channel.configSealed, previousUntil });
      }
      await claimAccounts(em, current, oldAccounts);
      await note(em, doer, 'channel.change_undone', id);
    });
    throw error;
  }
}

const DOUBT_MS = 86_400_000;

const isRefusal = (error: unknown) => error instanceof AppError && error.code === 'platform_refused';

/** What a change may touch, as it was. */
const changeable = (channel: Channel) => ({
  name: channel.name,
  configSealed: channel.configSealed,
  previousConfigSealed: channel.previousConfigSealed,
  previousUntil: channel.previousUntil,
  health: channel.health,
  healthReason: channel.healthReason,
  healthAt: channel.healthAt,
  sendFault: channel.sendFault,
  sendFaultAt: channel.sendFaultAt,
  pausedUntil: channel.pausedUntil,
  brokenToldAt: channel.brokenToldAt,
});

function merged(deps: ConnectingDeps, channel: Channel, change: Record<string, unknown>): Configs {
  const { config: schema } = adapterFor(deps, channel.kind);
  const before = openToChange(deps.keys, schema, channel.configSealed, sealContext(channel.tenantId, channel.id));
  return { before, after: readSettings(schema, changeSettings(before, change), 'body.config') };
}

function onlySecrets(deps: ConnectingDeps, kind: string, config: Record<string, unknown>): void {
  const secrets = secretsOf(adapterFor(deps, kind).config);
  const others = Object.keys(config).filter((name) => !secrets.includes(name));
  const message = `is no secret of this kind; these are: ${secrets.join(', ')}`;
  if (others.length > 0) throw invalidFields(others.map((name) => ({ path: `body.config.${name}`, message })));
}

const sameBytes = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0;

const seal = ({ keys }: ConnectingDeps, { tenantId, id }: Channel, config: unknown) =>
  keys.seal(config, sealContext(tenantId, id));
