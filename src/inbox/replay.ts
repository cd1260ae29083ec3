import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { ChannelAdapter, InboundEvent } from '../channels/adapter.ts';
import { InboundEventRow } from '../entities/inbound-event.ts';
import { Notification } from '../entities/notification.ts';
import { OutboundMessage } from '../entities/outbound-message.ts';
import { conflict, messageOf, notFound } from '../errors.ts';
import { threadSubject } from '../queue/contracts.ts';
import type { Wake } from '../queue/wake.ts';
import type { ChannelsOf, OwnChannel } from '../tenancy/channels-of.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import { ownEvents } from './own-events.ts';
import { storedIdOf, UNREADABLE, type Inbox } from './receive.ts';

interface ReplayDeps {
  orm: MikroORM;
  channelsOf: ChannelsOf;
  adapterOf: (kind: string) => ChannelAdapter | undefined;
  inbox: Inbox;
  wake: Wake;
}

export interface Replay {
  /** Handles a failed event again. Gives false when it is not failed any more: pressing twice does nothing. */
  inbound(tenantId: string, eventId: string): Promise<boolean>;
  /** Sends a failed message again. Gives false when it is not failed any more, throws 404 when there is none. */
  outbound(tenantId: string, outboundId: string): Promise<boolean>;
  /** Tells a manager again. Gives false when it is not failed any more, throws 404 when there is none. */
  notification(tenantId: string, notificationId: string): Promise<boolean>;
}

/** The button beside everything that ended as failed. */
export function createReplay({ orm, channelsOf, adapterOf, inbox, wake }: ReplayDeps): Replay {
  return {
    async inbound(tenantId, eventId) {
      const event = await withTenant(orm, tenantId, (em) => em.findOne(InboundEventRow, { tenantId, id: eventId }));
      if (!event) throw notFound('there is no such event; GET /api/v1/failures shows the ids of what failed');
      if (event.status !== 'failed') return false;
      if (event.payload === null || event.payload === undefined) {
        throw conflict('the payload is past its retention and cannot be replayed');
      }
      // What could not be read is read again, as when it came; an event that failed later goes back as it is.
      if (event.externalId.startsWith(UNREADABLE)) {
        const channel = (await channelsOf(tenantId)).get(event.channelId);
        const events = readAgain(adapterOf(channel?.kind ?? ''), channel, event.payload);
        const fault = events.find((one) => storedIdOf(one) === event.externalId)?.content;
        if (fault?.type === 'unreadable') throw stillUnreadable(fault.reason);
        await inbox.receive({ tenantId, channelId: event.channelId }, events);
        await withTenant(orm, tenantId, (em) => setStatus(em, tenantId, eventId, 'handled'));
        return true;
      }
      const changed = await withTenant(orm, tenantId, (em) => setStatus(em, tenantId, eventId, 'pending'));
      if (changed) wake('handle-inbound', tenantId, threadSubject(event.channelId, event.thread));
      return changed;
    },

    async outbound(tenantId, outboundId) {
      const [row] = await withTenant(orm, tenantId, (em) =>
        em.execute<{ conversation_id: string; message_id: string }[]>(
          `with back as (
             update outbound_messages set status = 'queued', attempts = 0, waits = 0, due_at = now(), asked_at = now(),
               error = null, error_code = null
             where tenant_id = ? and id = ? and status = 'failed' returning tenant_id, conversation_id, message_id
           ), rest as (
             update outbound_messages o set status = 'queued', due_at = now(), asked_at = now(), error = null from back
             where o.tenant_id = back.tenant_id and o.message_id = back.message_id and o.status = 'discarded'
               and o.id <> ?
           ), shown as (
             update messages m set status = 'queued', is_error = false from back
             where m.tenant_id = back.tenant_id and m.id = back.message_id
           )
           select conversation_id, message_id from back`,
          [tenantId, outboundId, outboundId],
        ),
      );
      if (row) wake('deliver-outbound', tenantId, row.conversation_id);
      else mustBe(await withTenant(orm, tenantId, (em) => em.count(OutboundMessage, { tenantId, id: outboundId })));
      return row !== undefined;
    },

    async notification(tenantId, notificationId) {
      const changed = await withTenant(orm, tenantId, (em) =>
        em.nativeUpdate(
          Notification,
          { tenantId, id: notificationId, status: 'failed' },
          { status: 'queued', attempts: 0, error: null, dueAt: new Date() },
        ),
      );
      if (changed === 1) wake('notify-manager', tenantId, notificationId);
      else mustBe(await withTenant(orm, tenantId, (em) => em.count(Notification, { tenantId, id: notificationId })));
      return changed === 1;
    },
  };
}

/** What a body says to the channel that it came to. Throws 409 where it cannot be read, 403 where it is for another account. */
function readAgain(
  adapter: ChannelAdapter | undefined,
  channel: OwnChannel | undefined,
  payload: string,
): InboundEvent[] {
  if (!adapter || !channel?.isActive) {
    throw conflict('its channel is disabled or cannot be opened; repair the channel, then replay');
  }
  let events: InboundEvent[];
  try {
    events = adapter.parse(JSON.parse(payload));
  } catch (error) {
    throw stillUnreadable(messageOf(error).slice(0, 1_000));
  }
  return ownEvents(adapter, adapter.config.parse(channel.config), events);
}

const stillUnreadable = (reason: string) =>
  conflict(`it still cannot be read, and waits for a version that does: ${reason}`);

/** What is not failed any more is nothing to do; what is not there is not found. */
function mustBe(count: number): void {
  if (count === 0)
    throw notFound('there is nothing with this id to do again; GET /api/v1/failures shows the ids of what failed');
}

async function setStatus(em: EntityManager, tenantId: string, id: string, status: 'pending' | 'handled') {
  const changed = await em.nativeUpdate(
    InboundEventRow,
    { tenantId, id, status: 'failed' },
    { status, attempts: 0, error: null, failingSince: null },
  );
  return changed === 1;
}
