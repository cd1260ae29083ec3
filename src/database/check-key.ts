import pg from 'pg';
import { sealContext } from '../tenancy/find-channel.ts';
import type { KeyRing } from '../tenancy/secrets.ts';

/** The key opens nothing that the database keeps sealed. */
export class WrongKeyError extends Error {
  override readonly name = 'WrongKeyError';
}

const FIND = `
  select distinct on (key_id) key_id, tenant_id, id, sealed
  from (
    select convert_from(substring(sealed from 3 for get_byte(sealed, 1)), 'UTF8') as key_id, tenant_id, id, sealed
    from (
      select tenant_id, id, config_sealed as sealed from channels
      union all select tenant_id, id, settings_sealed from agents
      union all select tenant_id, id, config_sealed from notification_targets
    ) everything
    where octet_length(sealed) > 30
  ) named
  order by key_id, id`;

interface Sealed {
  key_id: string;
  tenant_id: string;
  id: string;
  sealed: Buffer;
}

/**
 * Holds the key against the secrets in the database, one for each key that has sealed any, before anything is changed:
 * a process with another key could open no channel, and would set a password that locks the right ones out. Throws where
 * it opens none of them; gives the ids of the keys that are missing besides. `whence` says where the key is from.
 */
export async function checkKey(ownerUrl: string, keys: KeyRing, whence: string): Promise<string[]> {
  const secrets = await oneOfEachKey(ownerUrl);
  const missing = secrets.filter(({ sealed, tenant_id, id }) => !opens(keys, sealed, sealContext(tenant_id, id)));
  if (missing.length === 0 || missing.length < secrets.length) return missing.map(({ key_id }) => key_id);
  throw new WrongKeyError(
    `The secrets in this database were sealed with another key than ${whence}. Set FRONTDESK_KEY to the key that this ` +
      'installation began with. Where it was never set, that is in frontdesk.key in the data folder (DATA_DIR) of the ' +
      'process that was started first.',
  );
}

function opens(keys: KeyRing, sealed: Buffer, context: string): boolean {
  try {
    keys.open(sealed, context);
    return true;
  } catch {
    return false;
  }
}

async function oneOfEachKey(ownerUrl: string): Promise<Sealed[]> {
  const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows: made } = await client.query(`select where to_regclass('public.notification_targets') is not null`);
    return made.length > 0 ? (await client.query<Sealed>(FIND)).rows : [];
  } finally {
    await client.end();
  }
}
