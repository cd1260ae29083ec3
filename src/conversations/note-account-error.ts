import type { InboundContent } from '../channels/adapter.ts';
import type { Unit } from './unit.ts';

type AccountError = Extract<InboundContent, { type: 'account_error' }>['error'];

/** A channel whose account is in trouble is broken, as by a failed send: until a message gets through. */
export function noteAccountError({ settings, writes }: Unit, channelId: string, { scope, reason }: AccountError): void {
  if (scope !== 'channel') return;
  writes.others.push([
    `update channels set send_fault = ?, send_fault_at = coalesce(send_fault_at, now()) where tenant_id = ? and id = ?`,
    [reason, settings.tenant.id, channelId],
  ]);
}
