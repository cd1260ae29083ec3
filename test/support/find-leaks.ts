import type pg from 'pg';
import { z } from 'zod';
import { readManagerToken } from '../../src/auth/manager-token.ts';
import { sealContext } from '../../src/tenancy/find-channel.ts';
import type { KeyRing } from '../../src/tenancy/secrets.ts';
import { canariesIn, canaryInNameOf, canaryOf, leaksIn, type Known } from './canaries.ts';
import { asOwner, type TestDatabase } from './database.ts';
import type { Ears } from './ears.ts';

/**
 * Whatever was said to somebody who may not hear it, one sentence each: about another tenant to anybody, and words,
 * canaries or secrets in the log.
 */
export const findLeaks = (ears: Ears, database: TestDatabase, keys: KeyRing): Promise<string[]> =>
  asOwner(database, async (owner) => {
    const settings = await settingsIn(owner, keys);
    const known: Known = {
      ...(await rowsIn(owner)),
      owners: await ownersOf(
        owner,
        new Set(ears.heard.flatMap(({ found, credentials }) => [...found, ...credentials])),
      ),
      places: placesIn(settings),
      people: await peopleBehind(owner, keys, new Set(ears.heard.flatMap(({ credentials }) => credentials))),
    };
    const secrets = [
      ...ears.secrets,
      ...known.doors.keys(),
      ...settings.flatMap((one) => (one.isSecret ? one.text : [])),
    ];
    return [
      ...leaksIn(ears.heard, known),
      ...leaksInLog(ears.lines, secrets, [...ears.words, ...(await wordsIn(owner))]),
    ];
  });

/** A line of the log says ids and counts: no secret, nothing of a tenant’s texts, nothing that a customer said. */
function leaksInLog(lines: readonly string[], secrets: string[], words: string[]): string[] {
  const log = lines.join('');
  const said = [...new Set([...canariesIn(log), ...secrets, ...words])].filter((text) => text.length >= 12);
  return said
    .map((text) => ({ text, written: JSON.stringify(text).slice(1, -1) }))
    .filter(({ written }) => log.includes(written))
    .map(({ text, written }) => `the log said '${text}' in ${lines.find((line) => line.includes(written)) ?? ''}`);
}

const Id = z.object({ id: z.string(), tenantId: z.string() });

async function rowsIn(owner: pg.Client): Promise<Pick<Known, 'doors' | 'memberships' | 'systemAdmins'>> {
  const doors = await rowsOf(
    owner,
    `select address as id, tenant_id as "tenantId" from canaries.was_door where purpose = 'key'`,
  );
  const members = await rowsOf(owner, 'select user_id as id, tenant_id as "tenantId" from canaries.was_member');
  const admins = await owner.query<{ id: string }>('select id from canaries.was_admin where is_system_admin');
  return {
    doors: new Map(doors.map(({ id, tenantId }) => [id, tenantId])),
    memberships: new Map(
      [...Map.groupBy(members, ({ id }) => id)].map(([id, all]) => [id, new Set(all.map(({ tenantId }) => tenantId))]),
    ),
    systemAdmins: new Set(admins.rows.map(({ id }) => id)),
  };
}

/** Secrets are as long as ids now and then, and have hyphens. */
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Whose the ids among these are, of whichever table, and all tenants by their canaries. */
async function ownersOf(owner: pg.Client, tokens: ReadonlySet<string>): Promise<Known['owners']> {
  const keys = [...tokens].flatMap(
    (token) => /^fd_(.{8})(.{4})(.{4})(.{4})(.{12})_/.exec(token)?.slice(1).join('-') ?? [],
  );
  const ids = [...keys, ...tokens].filter((token) => UUID.test(token));
  const { rows: tables } = await owner.query<{ name: string }>(
    `select table_name as name from information_schema.columns join information_schema.tables using (table_schema, table_name)
     where table_schema = 'public' and table_type = 'BASE TABLE' and column_name in ('tenant_id', 'id')
     group by 1 having count(*) = 2`,
  );
  const of = (table: string, tenant: string) =>
    `select id, ${tenant} as "tenantId", '${table}' as "table" from ${table} where id = any($1)`;
  const { rows } = await owner.query<{ id: string; tenantId: string; table: string }>(
    [of('tenants', 'id'), ...tables.map(({ name }) => of(name, 'tenant_id'))].join(' union all '),
    [ids],
  );
  const members = await rowsOf(owner, 'select user_id as id, tenant_id as "tenantId" from canaries.was_member');
  const tenants = await owner.query<{ id: string }>('select id from tenants');
  const named = [
    ...rows,
    ...members.map((member) => ({ ...member, table: 'memberships' })),
    ...tenants.rows.flatMap(({ id }) => [
      { id: canaryOf(id), tenantId: id, table: 'a text' },
      { id: canaryInNameOf(id), tenantId: id, table: 'the name' },
    ]),
  ];
  return new Map(
    [...Map.groupBy(named, ({ id }) => id)].map(([id, all]) => [
      id,
      { tenants: new Set(all.map(({ tenantId }) => tenantId)), table: all[0]?.table ?? '' },
    ]),
  );
}

interface Setting {
  tenantId: string;
  text: string;
  isSecret: boolean;
}

/** Every text in what is sealed of channels, agents and targets. */
async function settingsIn(owner: pg.Client, keys: KeyRing): Promise<Setting[]> {
  const { rows } = await owner.query<{ id: string; tenantId: string; sealed: Buffer }>(
    'select distinct id, tenant_id as "tenantId", sealed from canaries.was_setting',
  );
  const slugs = await rowsOf(owner, 'select slug as id, id as "tenantId" from tenants');
  return [
    ...rows.flatMap(({ id, tenantId, sealed }) =>
      textsIn(opened(keys, sealed, sealContext(tenantId, id)), '').map((one) => ({ tenantId, ...one })),
    ),
    ...slugs.map(({ id, tenantId }) => ({ tenantId, text: id, isSecret: false })),
  ];
}

/** Some tests seal nothing, or with another key. */
function opened(keys: KeyRing, sealed: Buffer, context: string): unknown {
  try {
    return keys.open(sealed, context);
  } catch {
    return null;
  }
}

function textsIn(value: unknown, name: string): Omit<Setting, 'tenantId'>[] {
  if (typeof value === 'string') return [{ text: value, isSecret: /token|secret|^value$/i.test(name) }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => textsIn(one, Array.isArray(value) ? name : key));
}

function placesIn(settings: readonly Setting[]): Known['places'] {
  const places: Known['places'] = new Map();
  for (const { tenantId, text } of settings.filter((one) => one.text.length >= 4)) {
    places.set(text, !places.has(text) || places.get(text) === tenantId ? tenantId : null);
  }
  return places;
}

async function peopleBehind(
  owner: pg.Client,
  keys: KeyRing,
  credentials: ReadonlySet<string>,
): Promise<Known['people']> {
  const { rows } = await owner.query<{ token: string; userId: string }>(
    'select token, user_id as "userId" from canaries.was_session',
  );
  const sessions = new Map(rows.map(({ token, userId }) => [token, userId]));
  const people: Known['people'] = new Map();
  for (const credential of credentials) {
    const manager = await readManagerToken(keys, credential);
    const userId = sessions.get(credential.split('.')[0] ?? '');
    if (manager) people.set(credential, manager);
    else if (userId) people.set(credential, { userId, tenantId: null });
  }
  return people;
}

/** What customers and managers said, as far as nothing else says the same; a flood says it often enough. */
async function wordsIn(owner: pg.Client): Promise<string[]> {
  const { rows } = await owner.query<{ content: string }>(
    `select distinct content from messages where length(content) >= 12 limit 500`,
  );
  return rows.map(({ content }) => content);
}

const rowsOf = async (owner: pg.Client, sql: string) => z.array(Id).parse((await owner.query(sql)).rows);
