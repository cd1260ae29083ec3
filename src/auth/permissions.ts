import type { MemberRole } from '../entities/membership.ts';

/** What a route may ask for. Each operation names one where its path stands. */
export const permissions = [
  'tenant:read',
  'tenant:write',
  'settings:read',
  'settings:write',
  'faqs:read',
  'faqs:write',
  'channels:read',
  'channels:write',
  'agents:read',
  'agents:write',
  'conversations:read',
  'conversations:write',
  'handovers:work',
  'failures:read',
  'failures:replay',
  'targets:read',
  'targets:write',
  'team:read',
  'team:write',
  'keys:read',
  'keys:write',
  'audit:read',
] as const;

export type Permission = (typeof permissions)[number];

/** `system_admin` is a person's, all others are memberships'. */
export type Role = MemberRole | 'system_admin';

const reading: Permission[] = [
  'tenant:read',
  'settings:read',
  'faqs:read',
  'channels:read',
  'agents:read',
  'conversations:read',
  'targets:read',
  'team:read',
];
const answering: Permission[] = [
  ...reading,
  'faqs:write',
  'agents:write',
  'conversations:write',
  'handovers:work',
  'failures:read',
  'failures:replay',
];

/** Who may do what. A system admin sets tenants up; what their customers say is not for that person to read. */
const may: Record<Role, readonly Permission[]> = {
  system_admin: permissions.filter((one) => !/^(conversations|handovers|failures):/.test(one)),
  owner: permissions,
  admin: permissions,
  manager: answering,
  viewer: reading,
};

export const permissionsOf = (role: Role): readonly Permission[] => may[role];

/** Only an owner may make owners or take that from them. */
export const mayGrant = (role: Role, wanted: MemberRole): boolean =>
  wanted !== 'owner' || role === 'owner' || role === 'system_admin';
