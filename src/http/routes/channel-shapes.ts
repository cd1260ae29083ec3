import { z } from 'zod';
import type { ConnectingDeps } from '../../connecting/channel-row.ts';
import { openConfig, webhookUrl, type ChannelAndKey } from '../../connecting/channel-row.ts';
import { healthOf, type LastFailure } from '../../connecting/channel-health.ts';
import type { Channel } from '../../entities/channel.ts';
import { showSettings } from '../../settings-form.ts';
import { id, time, timeOf, timeOrNull } from '../api/fields.ts';

export const ShownHealth = z
  .strictObject({
    status: z.enum(['unknown', 'ok', 'broken']),
    /** What to repair. */
    reason: z.string().nullable(),
    since: time.nullable(),
    lastError: z.strictObject({ at: time, code: z.string().nullable(), reason: z.string().nullable() }).nullable(),
    lastEventAt: time.nullable().meta({ description: 'When something last arrived, to the minute.' }),
    webhookUrl: z.string().nullable(),
  })
  .meta({ id: 'ChannelHealth' });

export const ShownChannel = z
  .strictObject({
    id,
    kind: z.string(),
    name: z.string(),
    status: z.enum(['active', 'disabled']),
    config: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: 'Without its secrets. Null where the key that sealed it is gone.' }),
    secretsSet: z.array(z.string()).meta({ description: 'Secrets that are set. What they are is never shown.' }),
    previousSecretsUntil: time.nullable().meta({ description: 'Until then the secrets before are good as well.' }),
    webhookUrl: z.string().nullable(),
    disconnectedAt: time.nullable(),
    createdAt: time,
    updatedAt: time,
    health: ShownHealth.optional(),
  })
  .meta({ id: 'Channel' });

type Showing = Pick<ConnectingDeps, 'keys' | 'adapterOf' | 'publicUrl'>;

/** A channel as people see it: with all that they entered, but for the secrets. */
export function showChannel(deps: Showing, { channel, key }: ChannelAndKey, now: Date) {
  const until = channel.previousUntil ?? null;
  return {
    id: channel.id,
    kind: channel.kind,
    name: channel.name,
    status: channel.status,
    ...showConfig(deps, channel),
    previousSecretsUntil: until && until > now ? timeOf(until) : null,
    webhookUrl: key && webhookUrl(deps.publicUrl, channel.kind, key),
    disconnectedAt: timeOrNull(channel.disconnectedAt),
    createdAt: timeOf(channel.createdAt),
    updatedAt: timeOf(channel.updatedAt),
  };
}

export const showHealth = ({ publicUrl }: Showing, { channel, key }: ChannelAndKey, last: LastFailure | undefined) => ({
  ...healthOf(channel),
  since: timeOrNull(healthOf(channel).since),
  lastError: last ? { ...last, at: timeOf(last.at) } : null,
  lastEventAt: timeOrNull(channel.lastEventAt),
  webhookUrl: key && webhookUrl(publicUrl, channel.kind, key),
});

function showConfig(deps: Showing, channel: Channel) {
  const adapter = deps.adapterOf(channel.kind);
  try {
    const { settings, secretsSet } = showSettings(adapter?.config ?? z.unknown(), openConfig(deps, channel));
    // Of a kind that this version does not know nothing can be told from a secret.
    return { config: adapter ? settings : null, secretsSet };
  } catch {
    return { config: null, secretsSet: [] };
  }
}
