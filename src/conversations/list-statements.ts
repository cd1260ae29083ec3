import type { Handler } from '../entities/conversation.ts';
import { SAYING } from '../tenancy/as-system.ts';
import type { Statement } from '../tenancy/at-once.ts';
import type { Place, Wanted } from './find-conversations.ts';

export interface Filter extends Wanted {
  tenantId: string;
  after: Place | null;
  /** Those that `handler` and `status` leave; null for all. */
  handlers: Handler[] | null;
  /** `words` one by one, as they stand in a message; null where none are wanted. */
  spelt: string[] | null;
}

export interface Walk extends Filter {
  /** Conversations to look through. */
  most: number;
}

const ORDER = 'order by last_activity_at desc, id desc';
const PLACE = 'id, (extract(epoch from last_activity_at) * 1000000)::bigint as micros';
const COLUMNS = 'id, last_activity_at, handler, assignee_user_id, channel_id, contact_id';

/** Of the conversations with these ids, those that fit, in order. */
export function chosenStatement(filter: Filter, ids: string, limit: number): Statement {
  const fits = all([...columnsFit(filter), ...labelFits(filter), ...wordsFit(filter), ...behind(filter.after)]);
  return [
    `with chosen as materialized (select ${COLUMNS} from conversations where tenant_id = ? and id = any (?::uuid[]))
     select ${PLACE} from chosen c where ${fits.sql} ${ORDER} limit ?`,
    [filter.tenantId, ids, ...fits.values, limit],
  ];
}

/** Goes through the list in its order, by the index of the filter that leaves the least, and gives what fits. */
export function walkStatement(walk: Walk, limit: number): Statement {
  const path = pathOf(walk);
  const fits = all([...columnsFit(walk), ...labelFits(walk), ...wordsFit(walk)]);
  return [
    `select ${PLACE} from (${path.sql} ${ORDER} limit ?) c where ${fits.sql} limit ?`,
    [...path.values, walk.most, ...fits.values, limit],
  ];
}

/**
 * As `walkStatement`, for words that are in at most `many` messages: these are found first, and nothing has to be read.
 * Each row has the number of the messages in `said`; there is one in any case.
 */
export function saidStatement(walk: Walk, limit: number, many: number): Statement {
  const path = pathOf(walk);
  const fits = all([...columnsFit(walk), ...labelFits(walk)]);
  return [
    `with said as materialized (${SAYING}), counted as (select count(*)::int as said from said)
     select counted.said, page.* from counted left join lateral (
       select ${PLACE} from (${path.sql} ${ORDER} limit ?) c
       where ${fits.sql} and (c.id in (select conversation_id from said)) is true limit ?) page on true`,
    [walk.words, many + 1, ...path.values, walk.most, ...fits.values, limit],
  ];
}

/** The last of the conversations that were looked through; none when the list ended before. */
export function endStatement(walk: Walk): Statement {
  const path = pathOf(walk);
  return [`select ${PLACE} from (${path.sql}) c ${ORDER} offset ? limit 1`, [...path.values, walk.most - 1]];
}

interface Piece {
  sql: string;
  values: readonly unknown[];
}

const all = (pieces: Piece[]): Piece => ({
  sql: ['true', ...pieces.map(({ sql }) => sql)].join(' and '),
  values: pieces.flatMap(({ values }) => values),
});

function pathOf({ tenantId, after, assignee, handlers, channelId, most }: Walk): Piece {
  const by = (...pieces: Piece[]): Piece => {
    const { sql, values } = all([...pieces, ...behind(after)]);
    // What the index is of: that of all, or that of a column.
    const since = pieces.length === 0 ? 'epoch' : '-infinity';
    return {
      sql: `select ${COLUMNS} from conversations where tenant_id = ? and last_activity_at > '${since}' and ${sql}`,
      values: [tenantId, ...values],
    };
  };
  if (assignee) return by({ sql: 'assignee_user_id = ?', values: [assignee] });
  if (!handlers) return channelId ? by({ sql: 'channel_id = ?', values: [channelId] }) : by();
  // Each handler has its list.
  const one = by({ sql: 'handler = wanted.handler', values: [] });
  return {
    sql: `select c.* from unnest(?::text[]) as wanted (handler) cross join lateral (${one.sql} ${ORDER} limit ?) c`,
    values: [`{${handlers.join()}}`, ...one.values, most],
  };
}

const behind = (after: Place | null): Piece[] =>
  after
    ? [
        {
          sql: `(last_activity_at, id) < (timestamptz 'epoch' + ? * interval '1 microsecond', ?::uuid)`,
          values: [after[0], after[1]],
        },
      ]
    : [];

function columnsFit({ handlers, assignee, channelId, contactId }: Filter): Piece[] {
  return [
    ...(handlers ? [{ sql: 'handler = any (?::text[])', values: [`{${handlers.join()}}`] }] : []),
    ...(assignee ? [{ sql: 'assignee_user_id = ?', values: [assignee] }] : []),
    ...(assignee === null ? [{ sql: 'assignee_user_id is null', values: [] }] : []),
    ...(channelId ? [{ sql: 'channel_id = ?', values: [channelId] }] : []),
    ...(contactId ? [{ sql: 'contact_id = ?', values: [contactId] }] : []),
  ];
}

// Sub-selects that give a value are never turned into a join, which might look at all that the tenant has.

function labelFits({ tenantId, label }: Filter): Piece[] {
  const sql = `(select true from conversation_labels l
    where l.tenant_id = ? and l.conversation_id = c.id and l.label = ?)`;
  return label ? [{ sql, values: [tenantId, label] }] : [];
}

/** That all of it is somewhere in the text is seen sooner than what words the text has. */
function wordsFit({ tenantId, words, spelt }: Filter): Piece[] {
  const sql = `(select true from messages m where m.tenant_id = ? and m.conversation_id = c.id
    and plain_text(left(m.content, 4000)) like all (?::text[]) and message_words(m.tenant_id, m.content) @@ (select message_query(?::uuid, ?))
    limit 1)`;
  const parts = (spelt ?? []).map((word) => `%${word}%`);
  return words ? [{ sql, values: [tenantId, `{${parts.join()}}`, tenantId, words] }] : [];
}
