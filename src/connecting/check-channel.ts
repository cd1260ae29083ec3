import type { Checkup } from '../channels/adapter.ts';
import { conflict, messageOf, PermanentError } from '../errors.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import { ioFor } from './ask-platform.ts';
import { adapterFor, findChannelAndKey, openConfig, webhookUrl, type ConnectingDeps } from './channel-row.ts';

/** How a channel is doing, as its platform says; `isAsked` is false where there is nobody to ask. */
export interface Checked extends Checkup {
  isAsked: boolean;
}

/**
 * Asks the platform whether a channel's token and webhook are right, and notes what it says as the channel's health. What
 * messages have found (`sendFault`) is something else, and stays. A platform that does not answer is a problem too, and
 * changes nothing. Throws 409 for a disconnected channel.
 */
export async function checkChannel(deps: ConnectingDeps, tenantId: string, id: string): Promise<Checked> {
  const { channel, key } = await withTenant(deps.orm, tenantId, (em) => findChannelAndKey(em, tenantId, id));
  if (channel.status !== 'active') throw conflict('this channel is disconnected; reconnect it first');
  const adapter = adapterFor(deps, channel.kind);
  const config = adapter.config.parse(openConfig(deps, channel));
  if (!adapter.check || key === null) return { isAsked: false, account: null, problems: [] };
  let checkup: Checkup;
  try {
    checkup = await adapter.check(webhookUrl(deps.publicUrl, channel.kind, key), config, ioFor(deps, adapter));
  } catch (error) {
    checkup = { account: null, problems: [problemOf(error)] };
    if (!(error instanceof PermanentError)) return { isAsked: true, ...checkup };
  }
  const broken = checkup.problems.find(({ breaks }) => breaks);
  const said = [broken ? 'broken' : 'ok', broken?.message ?? null];
  await withTenant(deps.orm, tenantId, (em) =>
    // Of the config that was asked about only. The time is that of the last change from well to broken or back.
    em.execute(
      `update channels set health_at = case when health = ? then health_at else now() end, health = ?, health_reason = ?
       where tenant_id = ? and id = ? and config_sealed = ? and (health, health_reason) is distinct from (?, ?::text)`,
      [said[0], ...said, tenantId, id, channel.configSealed, ...said],
    ),
  );
  return { isAsked: true, ...checkup };
}

function problemOf(error: unknown): Checkup['problems'][number] {
  const reason = messageOf(error).slice(0, 500);
  if (error instanceof PermanentError) return { code: 'refused', breaks: true, message: reason };
  return { code: 'not_reached', breaks: false, message: `the platform could not be asked: ${reason}; try again` };
}
