import { coffeeFaqs } from './coffee-faqs.ts';

/**
 * Columns of free text that new rows get their tenant's canary in, and where. What is not in here is either compared in
 * the database by tests, or found by the ids beside it.
 */
const PLANTED: Record<string, Record<string, string>> = {
  agents: { system_prompt: `new.system_prompt <> ''` },
  channels: { name: 'true' },
  contacts: { display_name: 'true' },
  faqs: { answer: `new.answer in (${coffeeFaqs.map(({ answer }) => `'${answer}'`).join()})` },
  tenant_settings: { system_message: 'true', handover_message: 'true' },
  tenants: { name: `new.name ~ '^Shop [0-9]+$'` },
};

/** What is there for a while only, and must be known when all is over: whose something was. */
const REMEMBERED: Record<string, { of: string; columns: string }[]> = {
  was_setting: [
    { of: 'channels', columns: 'tenant_id, id, config_sealed' },
    { of: 'agents', columns: 'tenant_id, id, settings_sealed' },
    { of: 'notification_targets', columns: 'tenant_id, id, config_sealed' },
  ],
  was_door: [{ of: 'channel_addresses', columns: 'tenant_id, purpose, address' }],
  was_member: [{ of: 'memberships', columns: 'tenant_id, user_id' }],
  was_admin: [{ of: 'users', columns: 'id, is_system_admin' }],
  was_session: [{ of: 'auth_sessions', columns: 'token, user_id' }],
};

/** Makes the database of tests plant canaries by itself, whoever writes the rows; in a schema of its own. */
export const plantingSql = (): string =>
  [
    'create schema canaries',
    'create table canaries.was_setting (tenant_id uuid, id uuid, sealed bytea)',
    'create table canaries.was_door (tenant_id uuid, purpose text, address text)',
    'create table canaries.was_member (tenant_id uuid, user_id uuid)',
    'create table canaries.was_admin (id uuid, is_system_admin boolean)',
    'create table canaries.was_session (token text, user_id uuid)',
    ...Object.entries(PLANTED).flatMap(([table, columns]) => {
      const word =
        table === 'tenants' ? `'cnryname' || right(new.id::text, 12)` : `'cnry' || right(new.tenant_id::text, 12)`;
      const planted = Object.entries(columns).map(
        ([name, where]) =>
          `if ${where} and length(new.${name}) < 100 then new.${name} := new.${name} || ' ' || ${word}; end if;`,
      );
      return trigger(`plant_${table}`, `before insert on ${table}`, planted.join(' '));
    }),
    ...Object.entries(REMEMBERED).flatMap(([table, places]) =>
      places.flatMap(({ of, columns }) => {
        const values = columns.replaceAll(/\w+/g, 'new.$&');
        const remember = `insert into canaries.${table} values (${values});`;
        return trigger(`remember_${of}`, `after insert or update of ${columns} on ${of}`, remember);
      }),
    ),
  ].join(';\n');

const trigger = (name: string, when: string, body: string) => [
  `create function canaries.${name}() returns trigger language plpgsql security definer as
     $$ begin ${body} return new; end $$`,
  `create trigger ${name} ${when} for each row execute function canaries.${name}()`,
];
