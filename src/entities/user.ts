import { defineEntity, p } from '@mikro-orm/postgresql';

const schema = defineEntity({
  name: 'User',
  tableName: 'users',
  properties: {
    id: p.uuid().primary(),
    createdAt: p.datetime().defaultRaw('now()'),
    email: p.text(),
    name: p.text(),
  },
});

/** A person who works for tenants; seen by a tenant only through a membership. */
export class User extends schema.class {}
schema.setClass(User);
