import { Migration20261123000001 } from './Migration20261123000001_tenants_and_conversations.ts';
import { Migration20261123000002 } from './Migration20261123000002_system_functions.ts';

/** In the order in which they run. A released one is never changed. */
export const migrations = [
  { name: 'Migration20261123000001_tenants_and_conversations', class: Migration20261123000001 },
  { name: 'Migration20261123000002_system_functions', class: Migration20261123000002 },
];
