import type { EntityManager } from '@mikro-orm/postgresql';
import { ContactIdentity } from '../entities/contact-identity.ts';
import type { Unit } from './unit.ts';

/**
 * Who has `before` on a channel has `after` from now on: a person with a new number is the same contact. Whoever was made
 * a contact for writing from there before we knew gives that contact what was said. Gives the contact, or null where
 * nobody is known by `before`, as no group is.
 */
export async function moveContact(
  { em, settings, writes }: Unit,
  channelId: string,
  before: string,
  after: string,
): Promise<string | null> {
  const tenantId = settings.tenant.id;
  const known = await em.find(
    ContactIdentity,
    { tenantId, channelId, externalId: { $in: [before, after] } },
    { disableIdentityMap: true },
  );
  const one = known.find(({ externalId }) => externalId === before);
  const other = known.find(({ externalId }) => externalId === after);
  if (!one) return null;
  // The old number is free for somebody else, who must not be taken for this contact.
  if (!other) await em.nativeUpdate(ContactIdentity, { tenantId, id: one.id }, { externalId: after });
  else {
    await em.nativeDelete(ContactIdentity, { tenantId, id: one.id });
    await em.nativeUpdate(ContactIdentity, { tenantId, id: other.id }, { contactId: one.contactId });
    await giveConversations(em, [one.contactId, tenantId, other.contactId, channelId]);
    for (const message of writes.messages) {
      if (message.contactId === other.contactId) message.contactId = one.contactId;
    }
  }
  // Whoever writes to the contact first does so where the last conversation was.
  await em.execute(
    `update conversations set thread = ?
     where tenant_id = ? and contact_id = ? and channel_id = ? and thread = ? and handler = 'closed'`,
    [after, tenantId, one.contactId, channelId, before],
  );
  return one.contactId;
}

async function giveConversations(em: EntityManager, [to, tenantId, from, channelId]: [string, string, string, string]) {
  await em.execute(
    `update messages set contact_id = ? where tenant_id = ? and contact_id = ? and conversation_id = any (array(
       select id from conversations where tenant_id = ? and contact_id = ? and channel_id = ?))`,
    [to, tenantId, from, tenantId, from, channelId],
  );
  await em.execute(
    'update conversations set contact_id = ? where tenant_id = ? and contact_id = ? and channel_id = ?',
    [to, tenantId, from, channelId],
  );
}
