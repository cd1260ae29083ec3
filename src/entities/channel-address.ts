import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantOwned } from './columns.ts';

const schema = defineEntity({
  name: 'ChannelAddress',
  tableName: 'channel_addresses',
  properties: {
    ...tenantOwned,
    channelId: p.uuid(),
    kind: p.text(),
    purpose: p.text().$type<'key' | 'account'>(),
    address: p.text(),
  },
  filters: tenantFilter,
});

/** Where a channel's webhooks arrive: its own key in the path, or the account id that a shared URL carries in the body. */
export class ChannelAddress extends schema.class {}
schema.setClass(ChannelAddress);
