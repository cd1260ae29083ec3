import { permissionsOf, type Permission, type Role } from './permissions.ts';

interface Person {
  kind: 'user';
  userId: string;
  /** In the tenant; null where no tenant is meant. */
  role: Role | null;
  isSystemAdmin: boolean;
}

interface Program {
  kind: 'key';
  keyId: string;
  scopes: readonly string[];
}

/** Who acts, as who, and for which tenant. One type for people and programs. */
export type Actor = (Person | Program) & {
  tenantId: string | null;
  /** Of a suspended tenant everything can be read, and nothing changed but by a system admin. */
  isTenantSuspended: boolean;
};

/** Acts for a tenant: what nearly every operation needs. */
export type TenantActor = Actor & { tenantId: string };

export const idOfActor = (actor: Actor): string => (actor.kind === 'user' ? actor.userId : actor.keyId);

export function permissionsOfActor(actor: Actor): readonly string[] {
  if (actor.kind === 'key') return actor.scopes;
  return actor.role ? permissionsOf(actor.role) : [];
}

export const can = (actor: Actor, permission: Permission): boolean => permissionsOfActor(actor).includes(permission);
