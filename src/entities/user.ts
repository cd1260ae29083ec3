import { defineEntity, p } from '@mikro-orm/postgresql';

const schema = defineEntity({
  name: 'User',
  tableName: 'users',
  properties: {
    id: p.uuid().primary(),
    createdAt: p.datetime().defaultRaw('now()'),
    updatedAt: p.datetime().defaultRaw('now()'),
    email: p.text(),
    name: p.text(),
    emailVerified: p.boolean().default(false),
    image: p.text().nullable(),
    twoFactorEnabled: p.boolean().default(false),
    /** Sees to tenants, not to their conversations; set at the command line only. */
    isSystemAdmin: p.boolean().default(false),
    disabledAt: p.datetime().nullable(),
  },
});

/** A person who works for tenants; seen by a tenant only through a membership. */
export class User extends schema.class {}
schema.setClass(User);
