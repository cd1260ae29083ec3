import { Migration } from '@mikro-orm/migrations';
import { z } from 'zod';
import { SYSTEM_ROLE, systemFunction, systemMay, tenantTable } from './support/tenant-table.ts';

/** What managers look for: words that were said, and labels; and each list in its order. */
export class Migration20261126000017 extends Migration {
  override readonly name = 'Migration20261126000017_search_and_labels';

  override async up(): Promise<void> {
    const [found] = z.array(z.object({ collation: z.string() })).parse(await this.execute(COLLATION));
    if (!found)
      throw new Error('the database knows no collation for letters of all languages; it needs PostgreSQL 17 or ICU');
    for (const statement of [...labels(), ...lists(), ...words(found.collation)]) this.addSql(statement);
    this.addSql(`grant usage, create on schema public to ${SYSTEM_ROLE}`);
    for (const statement of search()) this.addSql(statement);
    this.addSql(`revoke create on schema public from ${SYSTEM_ROLE}`);
  }
}

/** What is a letter, and its small form: as PostgreSQL itself knows it, before version 17 as ICU does. */
const COLLATION = `
  select quote_ident(collname) as collation from pg_collation
  where collname in ('pg_c_utf8', 'und-x-icu') order by collname = 'pg_c_utf8' desc limit 1`;

const labels = () => [
  ...tenantTable('conversation_labels', {
    withoutId: true,
    primaryKey: 'tenant_id, conversation_id, label',
    columns: [
      'conversation_id uuid not null',
      `label text not null check (label <> '')`,
      'foreign key (tenant_id, conversation_id) references conversations (tenant_id, id) on delete cascade',
    ],
    indexes: ['(label, tenant_id, conversation_id)'],
  }),
];

/**
 * The next page begins behind a place that is no other conversation's. What the planner knows of a column that is never
 * null it does not hold against an index, and so would not read one that is of rows where it "is not null". Whoever looks
 * for more than the tenant says less of the time, so that the list of all cannot be read instead.
 */
const lists = () => [
  'drop index conversations_by_activity, conversations_by_handler',
  `create index conversations_by_activity on conversations (tenant_id, last_activity_at desc, id desc)
    where last_activity_at > 'epoch'`,
  `create index conversations_by_handler on conversations (tenant_id, handler, last_activity_at desc, id desc)
    where last_activity_at > '-infinity'`,
  `create index conversations_by_channel on conversations (tenant_id, channel_id, last_activity_at desc, id desc)
    where last_activity_at > '-infinity'`,
  `create index notifications_failed on notifications (tenant_id, created_at) where status = 'failed'`,
];

/**
 * Words, whatever the language: letters and digits, small, without accents. A sign of a script that does not part its
 * words is a word. Some letters are many when they are taken apart, hence the second limit. No dictionary and no locale has a say, so the index means the same on every machine.
 */
const words = (collation: string) => [
  `create function plain_text(content text) returns text language sql immutable parallel safe
    return case when octet_length(content) = char_length(content) then lower(content collate ${collation})
      else regexp_replace(
        normalize(regexp_replace(left(normalize(replace(translate(lower(content collate ${collation}), 'øłđı', 'oldi'), 'ß', 'ss'), nfkd), 8000),
          '[\\u0300-\\u036f\\u0591-\\u05c7\\u064b-\\u065f]', '', 'g'), nfc),
        '([\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3040-\\u30ff\\u3400-\\u9fff\\uf900-\\ufaff])', ' \\1 ', 'g')
      end`,
  // Each word carries its tenant, so what is common elsewhere costs nothing here. Very long words are cut, or could not be kept.
  `create function words_of(tenant_id uuid, content text) returns text[] language sql immutable parallel safe
    return string_to_array(
      right(tenant_id::text, 12) || regexp_replace(
        case when octet_length(content) <= 400 then plain_text(content)
          else regexp_replace(plain_text(left(content, 4000)) collate ${collation},
            '([[:alnum:]]{60})[[:alnum:]]+', '\\1', 'g') end collate ${collation},
        '[^[:alnum:]]+', ' ' || right(tenant_id::text, 12), 'g'), ' ')`,
  `create function message_words(tenant_id uuid, content text) returns tsvector language sql immutable parallel safe
    return array_to_tsvector(words_of(tenant_id, content))`,
  // All of the words; the last one may be the beginning of one.
  `create function message_query(tenant_id uuid, wanted text) returns tsquery language sql immutable parallel safe
    return (
      select string_agg('''' || word || '''' || case when n = last and word ~ '^.{14}' then ':*' else '' end, ' & ')::tsquery
      from (
        select word, n, max(n) over () as last from unnest(words_of(tenant_id, wanted)) with ordinality as w (word, n)
        where word <> right(tenant_id::text, 12)
      ) asked)`,
  `create index messages_by_words on messages using gin (message_words(tenant_id, content))`,
];

/**
 * Under row level security an index of words is of no use to the service's own role, as what compares them might leak.
 * This function reads it, for the tenant of the transaction and no other. It gives at most so many messages' conversations.
 */
const search = () => [
  ...systemMay('select', 'messages'),
  ...systemFunction(
    'system_search_messages(wanted text, most int)',
    `returns table (conversation_id uuid) language sql stable
    security definer set search_path = public, pg_temp set enable_seqscan = off as $$
      with found as materialized (
        select m.tenant_id, m.conversation_id from messages m
        where message_words(m.tenant_id, m.content)
          @@ message_query(nullif(current_setting('app.tenant_id', true), '')::uuid, $1)
        limit $2
      )
      select found.conversation_id from found
      where found.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid
    $$`,
  ),
];
