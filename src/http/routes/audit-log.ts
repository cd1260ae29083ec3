import { z } from 'zod';
import type { Deps } from '../../deps.ts';
import { AuditEntry } from '../../entities/audit-entry.ts';
import { firstIdAt } from '../../id.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { id, text, time, timeOf } from '../api/fields.ts';
import { pageOf, paging, readCursor, toPage } from '../api/page.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';

const ShownEntry = z
  .strictObject({
    id,
    at: time,
    actorKind: z.enum(['user', 'key', 'system']).meta({ description: '`system` is the command line.' }),
    actor: z.string().nullable(),
    action: z.string(),
    subject: z.string().nullable(),
    changes: z.record(z.string(), z.unknown()),
    ip: z.string().nullable(),
    requestId: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' });

const Wanted = z.strictObject({
  ...paging,
  action: text(100).optional().meta({ description: 'As in `settings.change`, or all of a kind: `tenant.*`.' }),
  actor: text(100).optional().meta({ description: 'Id of a person or key.' }),
  subject: text(100).optional(),
  since: time.optional(),
  until: time.optional().meta({ description: 'Up to, and not with, this moment.' }),
});

/** Clocks of the application and the database may differ by so much, as far as ids tell the time. */
const CLOCKS_MS = 60_000;

/** Who changed what. */
export const auditLogOperations = ({ orm }: Pick<Deps, 'orm'>): Operation[] => [
  tenantOperation({
    method: 'get',
    path: '/audit-log',
    tag: 'Audit log',
    summary: 'Who changed what, the newest first',
    description: 'Nobody can change or delete an entry over the API.',
    permission: 'audit:read',
    query: Wanted,
    response: pageOf(ShownEntry),
    async handle({ tenantId, query: { limit, cursor, action, actor, subject, since, until } }) {
      const after = readCursor(cursor, z.tuple([id]));
      const entries = await withTenant(orm, tenantId, (em) =>
        em.find(
          AuditEntry,
          {
            tenantId,
            ...(actor && { actor }),
            ...(subject && { subject }),
            ...(action && { action: action.endsWith('.*') ? beginning(action.slice(0, -1)) : action }),
            ...((since ?? until) && { createdAt: { ...(since && { $gte: since }), ...(until && { $lt: until }) } }),
            $and: [
              ...(after ? [{ id: { $lt: after[0] } }] : []),
              // Entries are read by their ids: these end the search where the time does.
              ...(since ? [{ id: { $gte: firstIdAt(moved(since, -CLOCKS_MS)) } }] : []),
              ...(until ? [{ id: { $lt: firstIdAt(moved(until, CLOCKS_MS)) } }] : []),
            ],
          },
          { orderBy: { id: 'desc' }, limit: limit + 1 },
        ),
      );
      return toPage(entries, limit, present, (entry) => [entry.id]);
    },
  }),
];

/** As a range, which means what it says: `like` would take the underscore of an action for any letter. */
const beginning = (words: string) => ({ $gte: words, $lt: `${words}\u{10FFFF}` });

const moved = (point: string, ms: number) => new Date(Date.parse(point) + ms);

const present = (entry: AuditEntry) => ({
  id: entry.id,
  at: timeOf(entry.createdAt),
  actorKind: entry.actorKind,
  actor: entry.actor ?? null,
  action: entry.action,
  subject: entry.subject ?? null,
  changes: entry.changes,
  ip: entry.ip ?? null,
  requestId: entry.requestId ?? null,
});
