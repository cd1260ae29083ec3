import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';

/** What the plan names for the tables that are there, whatever became of it. */
const planned: Record<string, string> = {
  tenants:
    'id slug name status plan_id features default_language timezone external_ref shard_key legal_hold deleted_at created_at updated_at',
  users: 'id email name password_hash sso_subject platform_role locale status last_login_at created_at updated_at',
  memberships: 'tenant_id user_id role permissions status invited_by created_at updated_at',
  tenant_settings:
    'tenant_id system_message handover_mode handover_message return_policy language languages tone thresholds business_hours orchestrator dbchat branding settings_version created_at updated_at',
  faqs: 'tenant_id id question answer keywords language priority is_active source hit_count last_hit_at search embedding created_at updated_at',
  channels:
    'tenant_id id type name external_account_id secret_ref config webhook_secret status health default_agent_id created_at updated_at',
  contacts: 'tenant_id id display_name locale attributes consent blocked_at created_at updated_at',
  contact_identities: 'tenant_id id contact_id channel_id external_id profile created_at',
  conversations:
    'tenant_id id channel_id contact_id owner_user_id event_id template_id workflow_run_id title description conversation_type status handler assignee_user_id primary_agent_id primary_agent_type agent_context primary_intent current_phase completion_percentage priority language bot_reply_count last_activity_at first_response_at resolved_at external_ref context_cut_at created_at updated_at',
  messages:
    'tenant_id id conversation_id sender_kind contact_id user_id agent_id agent_type role direction content content_type attachments parent_message_id external_id status is_internal is_error requires_action processing_time_ms token_count language metadata sent_at edited_at deleted_at created_at',
  handovers:
    'tenant_id id conversation_id reason_category reason_text mode asked_at consent queued_at accepted_at accepted_by returned_at returned_by timeout_at packet outcome created_at updated_at',
  inbound_events: 'tenant_id id channel_id provider_event_id payload signature_ok status attempts error created_at',
  outbound_messages: 'tenant_id id type payload destination status attempts next_attempt_at dedupe_key created_at',
};

let database: TestDatabase;
let owner: pg.Client;
let columns: Map<string, string | null>;

beforeAll(async () => {
  database = await createDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  const { rows } = await owner.query<{ name: string; default: string | null }>(
    `select table_name || '.' || column_name as name, column_default as default
     from information_schema.columns where table_schema = 'public'`,
  );
  columns = new Map(rows.map((row) => [row.name, row.default]));
});

afterAll(async () => {
  await owner.end();
  await database.drop();
});

describe('columns', () => {
  it('are all there, or docs/architecture.md says what became of them', () => {
    const all = Object.entries(planned).flatMap(([table, names]) => names.split(' ').map((name) => `${table}.${name}`));
    const excused = new Set(namedInTables());
    expect(all.filter((name) => !columns.has(name) && !excused.has(name))).toEqual([]);
    // What has come is not excused any more.
    expect([...excused].filter((name) => columns.has(name))).toEqual([]);
  });

  it('of settings and FAQs begin as the first design said', () => {
    const defaults = (table: string, names: string[]) => names.map((name) => columns.get(`${table}.${name}`));
    expect(
      defaults('tenant_settings', ['id', 'handover_mode', 'language', 'thresholds', 'created_at', 'updated_at']),
    ).toEqual(['gen_random_uuid()', "'ask'::text", "'en'::text", "'{}'::jsonb", 'now()', 'now()']);
    expect(defaults('faqs', ['priority', 'is_active', 'created_at', 'updated_at'])).toEqual([
      '1',
      'true',
      'now()',
      'now()',
    ]);
    for (const name of ['tenant_id', 'system_message']) expect(columns.has(`tenant_settings.${name}`)).toBe(true);
    for (const name of ['id', 'tenant_id', 'question', 'answer', 'keywords'])
      expect(columns.has(`faqs.${name}`)).toBe(true);
  });
});

/** `table.column` in the first cells of the two tables about columns. */
function namedInTables(): string[] {
  const text = readFileSync(join(import.meta.dirname, '../../docs/architecture.md'), 'utf8');
  const [, section = ''] = text.split('### Columns that come with their features');
  const cells = section.split('\n').map((line) => (line.startsWith('| `') ? line.split('|')[1] : ''));
  return cells.flatMap((cell = '') => [...cell.matchAll(/`(\w+\.\w+)`/g)].map(([, name = '']) => name));
}
