import { Migration20261123000001 } from './Migration20261123000001_tenants_and_channels.ts';
import { Migration20261123000002 } from './Migration20261123000002_conversations.ts';
import { Migration20261123000003 } from './Migration20261123000003_handovers.ts';
import { Migration20261123000004 } from './Migration20261123000004_system_functions.ts';
import { Migration20261123000005 } from './Migration20261123000005_tenant_overview.ts';
import { Migration20261125000006 } from './Migration20261125000006_cheaper_keys.ts';
import { Migration20261125000007 } from './Migration20261125000007_missing_keys.ts';
import { Migration20261125000008 } from './Migration20261125000008_reminders.ts';
import { Migration20261125000009 } from './Migration20261125000009_indexes.ts';
import { Migration20261126000010 } from './Migration20261126000010_better_faqs.ts';
import { Migration20261126000011 } from './Migration20261126000011_announce_rows.ts';
import { Migration20261126000012 } from './Migration20261126000012_faq_offers.ts';
import { Migration20261126000013 } from './Migration20261126000013_access.ts';
import { Migration20261126000014 } from './Migration20261126000014_management.ts';
import { Migration20261126000015 } from './Migration20261126000015_log_in.ts';
import { Migration20261126000016 } from './Migration20261126000016_tenants.ts';
import { Migration20261126000017 } from './Migration20261126000017_search_and_labels.ts';
import { Migration20261126000018 } from './Migration20261126000018_handover_queue.ts';
import { Migration20261126000019 } from './Migration20261126000019_connecting.ts';
import { Migration20261126000020 } from './Migration20261126000020_bulk_changes.ts';
import { Migration20261126000021 } from './Migration20261126000021_attachments.ts';

/** In the order in which they run. A released one is never changed. */
export const migrations = [
  { name: 'Migration20261123000001_tenants_and_channels', class: Migration20261123000001 },
  { name: 'Migration20261123000002_conversations', class: Migration20261123000002 },
  { name: 'Migration20261123000003_handovers', class: Migration20261123000003 },
  { name: 'Migration20261123000004_system_functions', class: Migration20261123000004 },
  { name: 'Migration20261123000005_tenant_overview', class: Migration20261123000005 },
  { name: 'Migration20261125000006_cheaper_keys', class: Migration20261125000006 },
  { name: 'Migration20261125000007_missing_keys', class: Migration20261125000007 },
  { name: 'Migration20261125000008_reminders', class: Migration20261125000008 },
  { name: 'Migration20261125000009_indexes', class: Migration20261125000009 },
  { name: 'Migration20261126000010_better_faqs', class: Migration20261126000010 },
  { name: 'Migration20261126000011_announce_rows', class: Migration20261126000011 },
  { name: 'Migration20261126000012_faq_offers', class: Migration20261126000012 },
  { name: 'Migration20261126000013_access', class: Migration20261126000013 },
  { name: 'Migration20261126000014_management', class: Migration20261126000014 },
  { name: 'Migration20261126000015_log_in', class: Migration20261126000015 },
  { name: 'Migration20261126000016_tenants', class: Migration20261126000016 },
  { name: 'Migration20261126000017_search_and_labels', class: Migration20261126000017 },
  { name: 'Migration20261126000018_handover_queue', class: Migration20261126000018 },
  { name: 'Migration20261126000019_connecting', class: Migration20261126000019 },
  { name: 'Migration20261126000020_bulk_changes', class: Migration20261126000020 },
  { name: 'Migration20261126000021_attachments', class: Migration20261126000021 },
];
