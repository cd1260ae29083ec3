import type { Deps } from '../../deps.ts';
import { apiKeyOperations } from '../routes/api-keys.ts';
import { auditLogOperations } from '../routes/audit-log.ts';
import { currentTenantOperations } from '../routes/current-tenant.ts';
import { meOperations } from '../routes/me.ts';
import { settingsPreviewOperations } from '../routes/settings-preview.ts';
import { settingsOperations } from '../routes/settings.ts';
import { tenantStatsOperations } from '../routes/tenant-stats.ts';
import { tenantOperations } from '../routes/tenants.ts';
import type { Operation } from './operation.ts';

/** Every operation of the API, by what it is about. Router, document and the tests that walk them are made of this list. */
export const operationsOf = (deps: Deps): Operation[] => [
  ...meOperations(deps),
  ...apiKeyOperations(deps),
  ...tenantOperations(deps),
  ...currentTenantOperations(deps),
  ...auditLogOperations(deps),
  ...settingsOperations(deps),
  ...settingsPreviewOperations(deps),
  ...tenantStatsOperations(deps),
];
