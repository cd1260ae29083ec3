import type { Heard } from './ears.ts';

/**
 * The tenant's own words: they end as the tenant's id does, so whoever finds one knows whose it is. The first is in texts,
 * the second in the tenant's name; see `plant-canaries`.
 */
export const canaryOf = (tenantId: string) => `cnry${tenantId.slice(-12)}`;
export const canaryInNameOf = (tenantId: string) => `cnryname${tenantId.slice(-12)}`;

/** The same for what a test compares, or gives back: secrets, addresses. Nobody takes it out of anything. */
export const canaryInSecretOf = (tenantId: string) => `Cnry${tenantId.slice(-12)}`;

/** As tests wrote it, before the database put canaries into it. */
export const withoutCanaries = (text: string) => text.replaceAll(/ ?cnry(?:name)?[0-9a-f]{12}/g, '');

const CANARY = /cnry(?:name)?[0-9a-f]{12}/gi;
const TOKEN = /cnry(?:name)?[0-9a-f]{12}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** As they are written there. */
export const canariesIn = (text: string): string[] => text.match(CANARY) ?? [];

/** Longer than any canary or id. */
export const LONGEST_TOKEN = 40;

/** All that names a tenant's row: canaries, and ids, which nobody has twice. */
export const tokensIn = (text: string): string[] => (text.match(TOKEN) ?? []).map((token) => token.toLowerCase());

/** What a database of a test says about whom things belong to. */
export interface Known {
  /** By id of a row or of a member, or by canary: whose it is, or was. */
  owners: Map<string, { tenants: ReadonlySet<string>; table: string }>;
  /** Tenants by the key in the path of their channels. */
  doors: Map<string, string>;
  /** Tenants by what only they have in the settings of channels, agents and targets; null for what several have. */
  places: Map<string, string | null>;
  /** Whoever a bearer token, or the value of a cookie, was given to. */
  people: Map<string, { userId: string; tenantId: string | null }>;
  memberships: Map<string, Set<string>>;
  systemAdmins: Set<string>;
}

/** Of which tenants somebody may hear, and of how many at once. */
interface Hearer {
  who: string;
  tenants: ReadonlySet<string> | 'any';
  most: number;
  /** Sees which tenants there are: their ids and names. */
  seesTenants?: boolean;
}

const nobody: Hearer = { who: 'nobody known', tenants: new Set(), most: 0 };
/** Not known any more: what they got may be of any tenant, but not of two. */
const somebody: Hearer = { who: 'somebody', tenants: 'any', most: 1 };
const only = (tenantId: string): Hearer => ({ who: tenantId, tenants: new Set([tenantId]), most: 1 });

/**
 * The one place that says what is not a leak. Callers by the key in a channel's path, an API key, a link or a session
 * hear of their tenant. All that is exempt:
 * - whoever holds an invitation hears of the tenant that invites, without saying who they are;
 * - `/me` tells a person of all tenants that the person belongs to;
 * - system admins hear ids and names of all tenants, and of anything else of one at a time;
 * - a call or mail to an address that several tenants have, or none, may be of any one tenant;
 * - what was in the request may be in the answer.
 */
function hearerOf({ kind, path, credentials }: Heard, known: Known): Hearer {
  if (kind !== 'response') return tenantAt(path, known);
  const [, door] = /^\/(?:webhooks\/[^/]+|chat)\/([^/?]+)/.exec(path) ?? [];
  if (door !== undefined) return known.doors.has(door) ? only(known.doors.get(door) ?? '') : somebody;
  if (path.startsWith('/api/v1/invitations/')) return somebody;
  for (const credential of credentials) {
    const key = /^fd_(.{8})(.{4})(.{4})(.{4})(.{12})_/.exec(credential)?.slice(1).join('-');
    const owner = key && known.owners.get(key);
    if (owner) return { ...nobody, who: 'a program', tenants: owner.tenants, most: 1 };
    const person = known.people.get(credential);
    if (person) return hearerFor(person, path, known);
  }
  return nobody;
}

function hearerFor(
  { userId, tenantId }: { userId: string; tenantId: string | null },
  path: string,
  known: Known,
): Hearer {
  if (known.systemAdmins.has(userId)) return { who: userId, tenants: 'any', most: 1, seesTenants: true };
  const tenants = known.memberships.get(userId) ?? new Set();
  if (path === '/api/v1/me') return { who: userId, tenants, most: Infinity };
  return { who: userId, tenants: tenantId ? new Set([tenantId]) : tenants, most: 1 };
}

function tenantAt(address: string, { places }: Known): Hearer {
  const longest = [...places.keys()].reduce(
    (best, place) => (place.length > best.length && address.includes(place) ? place : best),
    '',
  );
  const tenantId = places.get(longest);
  return tenantId ? only(tenantId) : somebody;
}

/** A sentence for everything that was said to somebody who may not hear it. */
export function leaksIn(heard: readonly Heard[], known: Known): string[] {
  const hearers = new Map<string, Hearer>();
  return heard.flatMap((one) => {
    const at = [one.kind, one.path, ...one.credentials].join(' ');
    const hearer = hearers.get(at) ?? hearerOf(one, known);
    hearers.set(at, hearer);
    const told = one.found.flatMap((token) => {
      const owner = known.owners.get(token);
      const isOfList = hearer.seesTenants && (token.startsWith('cnryname') || owner?.table === 'tenants');
      return !owner || isOfList || one.sent.has(token) || token === hearer.who ? [] : [{ ...owner, token }];
    });
    // People who belong to several tenants say nothing of how many are told of.
    const of = new Set(told.flatMap(({ tenants }) => (tenants.size === 1 ? [...tenants] : [])));
    const strange = told.filter(({ tenants }) => !mayHear(hearer, tenants));
    const wrong = strange.length === 0 && of.size > hearer.most ? told : strange;
    if (wrong.length === 0) return [];
    const what = wrong.map(({ token, table, tenants }) => `${token} (${table} of ${[...tenants].join(' or ')})`);
    return [`${one.kind} ${one.what} told ${hearer.who} of ${[...new Set(what)].join(', ')}`];
  });
}

const mayHear = (hearer: Hearer, tenants: ReadonlySet<string>) =>
  hearer.tenants === 'any' || !hearer.tenants.isDisjointFrom(tenants);
