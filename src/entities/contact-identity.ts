import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantOwned } from './columns.ts';

const schema = defineEntity({
  name: 'ContactIdentity',
  tableName: 'contact_identities',
  properties: {
    ...tenantOwned,
    contactId: p.uuid(),
    channelId: p.uuid(),
    externalId: p.text(),
  },
  filters: tenantFilter,
});

/** How one channel knows a contact. */
export class ContactIdentity extends schema.class {}
schema.setClass(ContactIdentity);
