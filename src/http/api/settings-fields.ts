import { z } from 'zod';
import type { TenantSettings } from '../../entities/tenant-settings.ts';
import { storedThresholds, Thresholds } from '../../tenancy/settings.ts';
import { id, language, text, time, timeOf } from './fields.ts';

const thresholdTypes = Object.entries(Thresholds.shape).map(([name, type]): [string, z.ZodType] => [
  name,
  type.unwrap(),
]);

/** Those that are set, without the defaults of the others. */
const GivenThresholds = z
  .strictObject(Object.fromEntries(thresholdTypes.map(([name, type]) => [name, type.optional()])))
  .meta({ id: 'GivenThresholds' });

const ChangedThresholds = z
  .strictObject(Object.fromEntries(thresholdTypes.map(([name, type]) => [name, type.nullable().optional()])))
  .meta({ id: 'ChangedThresholds', description: 'Only those that are to change; null brings the default back.' });

/** Everything about automation that a tenant sets. */
export const SettingsBody = z.strictObject({
  systemMessage: z.string().trim().max(20_000),
  handoverMode: z.enum(['ask', 'immediate']),
  handoverMessage: text(2_000).nullable(),
  language,
  languages: z.array(language).max(20),
  thresholds: GivenThresholds,
  autoAssign: z.boolean(),
  defaultCapacity: z.int().min(0).max(1_000),
  agentId: id.nullable(),
});

/** All of them; what is left out gets its default. */
export const WholeSettings = z.strictObject({
  systemMessage: SettingsBody.shape.systemMessage.default(''),
  handoverMode: SettingsBody.shape.handoverMode.default('ask'),
  handoverMessage: SettingsBody.shape.handoverMessage.default(null),
  language: SettingsBody.shape.language.default('en'),
  languages: SettingsBody.shape.languages.default([]),
  thresholds: GivenThresholds.default({}),
  autoAssign: SettingsBody.shape.autoAssign.default(false),
  defaultCapacity: SettingsBody.shape.defaultCapacity.default(5),
  agentId: SettingsBody.shape.agentId.default(null),
});

/** Some of them; the others stay. */
export const SomeSettings = SettingsBody.extend({ thresholds: ChangedThresholds }).partial();

export const ShownSettings = SettingsBody.extend({
  thresholdsInForce: z
    .strictObject(Object.fromEntries(thresholdTypes))
    .meta({ id: 'Thresholds', description: 'With the defaults of what is not set.' }),
  version: z.int().meta({ description: 'Counts changes; each decision notes under which it was made.' }),
  updatedAt: time,
}).meta({ id: 'Settings' });

export const presentSettings = (row: TenantSettings) => ({
  systemMessage: row.systemMessage,
  handoverMode: row.handoverMode,
  handoverMessage: row.handoverMessage ?? null,
  language: row.language,
  languages: row.languages,
  thresholds: row.thresholds,
  autoAssign: row.autoAssign,
  defaultCapacity: row.defaultCapacity,
  agentId: row.agentId ?? null,
  thresholdsInForce: storedThresholds(row.thresholds),
  version: row.settingsVersion,
  updatedAt: timeOf(row.updatedAt),
});
