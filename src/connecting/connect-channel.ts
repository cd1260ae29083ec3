import { Channel } from '../entities/channel.ts';
import { ChannelAddress } from '../entities/channel-address.ts';
import { invalidFields, messageOf } from '../errors.ts';
import { readSettings } from '../settings-form.ts';
import { assertRoom } from '../tenancy/limits.ts';
import { addKey, claimAccounts } from '../tenancy/channel-addresses.ts';
import { addChannel } from '../tenancy/provision.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import { askPlatform, ioFor } from './ask-platform.ts';
import {
  accountsOf,
  adapterFor,
  asNew,
  findChannelAndKey,
  note,
  openConfig,
  webhookUrl,
  withoutPrevious,
  type ConnectingDeps,
  type Doer,
} from './channel-row.ts';

interface Wanted {
  kind: string;
  name: string;
  config: unknown;
  /** False: whoever connects it tells the platform himself. */
  register?: boolean;
}

/**
 * Connects a channel and tells the platform where to post. Until the platform has agreed the channel is disabled, and
 * when it does not agree the channel is taken away again: nothing stands then. Gives its id and the key of its address.
 * Throws 422 that names wrong fields, 409 for an account that is connected already, and as `askPlatform` does.
 */
export async function connectChannel(deps: ConnectingDeps, tenantId: string, wanted: Wanted, doer: Doer) {
  const { kind, name, register = true } = wanted;
  const adapter = deps.adapterOf(kind);
  if (!adapter) throw invalidFields([{ path: 'body.kind', message: 'there is no such kind; see GET /channel-kinds' }]);
  const config = readSettings(adapter.config, wanted.config, 'body.config');
  const isToRegister = register && adapter.register !== undefined;
  const made = await addChannel(
    deps.orm,
    deps.keys,
    tenantId,
    { kind, name, config, accounts: adapter.accounts?.(config) ?? [], status: isToRegister ? 'disabled' : 'active' },
    async (em, id) => (isToRegister ? undefined : note(em, doer, 'channel.connect', id, { kind, name })),
  );
  if (!isToRegister) return made;
  const { channelId, key } = made;
  try {
    await askPlatform(
      async () => adapter.register?.(webhookUrl(deps.publicUrl, kind, key), config, ioFor(deps, adapter)),
      'Nothing was connected',
    );
  } catch (error) {
    // Should this fail as well, a disabled channel is left, which can be reconnected.
    await remove(deps, tenantId, channelId).catch(() => undefined);
    throw error;
  }
  await withTenant(deps.orm, tenantId, async (em) => {
    const { channel } = await findChannelAndKey(em, tenantId, channelId, { lock: true });
    channel.status = 'active';
    await note(em, doer, 'channel.connect', channelId, { kind, name });
  });
  return made;
}

/**
 * Takes a disconnected channel into use again, with its address and all that was said on it. When the platform does
 * not agree it stays disconnected. A channel that is connected is registered anew. Throws as `connectChannel` does.
 */
export async function reconnectChannel(deps: ConnectingDeps, tenantId: string, id: string, doer: Doer): Promise<void> {
  const { kind, key, config, wasActive } = await withTenant(deps.orm, tenantId, async (em) => {
    const found = await findChannelAndKey(em, tenantId, id, { lock: true });
    const { channel } = found;
    const opened = openConfig(deps, channel);
    if (channel.disconnectedAt) await assertRoom(em, tenantId, 'max_channels');
    await claimAccounts(em, channel, accountsOf(deps, channel.kind, opened));
    return {
      kind: channel.kind,
      key: found.key ?? (await addKey(em, channel)),
      config: opened,
      wasActive: channel.status === 'active',
    };
  });
  const adapter = adapterFor(deps, kind);
  const settings = adapter.config.parse(config);
  try {
    await askPlatform(
      async () => adapter.register?.(webhookUrl(deps.publicUrl, kind, key), settings, ioFor(deps, adapter)),
      wasActive ? 'Nothing was changed' : 'The channel stays disconnected',
    );
  } catch (error) {
    if (!wasActive) await release(deps, tenantId, id).catch(() => undefined);
    throw error;
  }
  await withTenant(deps.orm, tenantId, async (em) => {
    const { channel } = await findChannelAndKey(em, tenantId, id, { lock: true });
    await claimAccounts(em, channel, accountsOf(deps, kind, openConfig(deps, channel)));
    Object.assign(channel, asNew, { status: 'active' as const, disconnectedAt: null });
    if (!wasActive) await note(em, doer, 'channel.reconnect', id);
  });
}

/**
 * Takes a channel out of use: nothing is taken in or sent, what was said stays, and its account can be connected
 * elsewhere. Gives the platform's reason where it could not be told; the channel is disconnected all the same.
 */
export async function disconnectChannel(
  deps: ConnectingDeps,
  tenantId: string,
  id: string,
  now: Date,
  doer: Doer,
): Promise<{ platformProblem: string | null }> {
  const { channel, key } = await withTenant(deps.orm, tenantId, async (em) => {
    const found = await findChannelAndKey(em, tenantId, id, { lock: true });
    await claimAccounts(em, found.channel, []);
    // One that never came into use, because the process ended meanwhile, is disconnected as well.
    if (found.channel.status === 'active' || !found.channel.disconnectedAt) {
      await note(em, doer, 'channel.disconnect', id);
      Object.assign(found.channel, { status: 'disabled' as const, disconnectedAt: now, ...withoutPrevious });
    }
    return found;
  });
  const adapter = adapterFor(deps, channel.kind);
  if (!adapter.unregister || key === null) return { platformProblem: null };
  try {
    const config = adapter.config.parse(openConfig(deps, channel));
    await adapter.unregister(webhookUrl(deps.publicUrl, channel.kind, key), config, ioFor(deps, adapter));
    return { platformProblem: null };
  } catch (error) {
    return { platformProblem: messageOf(error).slice(0, 500) };
  }
}

const remove = ({ orm }: ConnectingDeps, tenantId: string, id: string) =>
  withTenant(orm, tenantId, async (em) => {
    await em.nativeDelete(ChannelAddress, { tenantId, channelId: id });
    await em.nativeDelete(Channel, { tenantId, id });
  });

const release = ({ orm }: ConnectingDeps, tenantId: string, id: string) =>
  withTenant(orm, tenantId, async (em) => {
    const { channel } = await findChannelAndKey(em, tenantId, id, { lock: true });
    if (channel.status === 'disabled') await claimAccounts(em, channel, []);
  });
