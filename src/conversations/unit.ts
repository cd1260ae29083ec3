import type { EntityManager } from '@mikro-orm/postgresql';
import type { ChannelLimits, InboundContent } from '../channels/adapter.ts';
import type { TenantFaqs } from '../faqs/tenant-faqs.ts';
import type { Targets } from '../handover/targets-of.ts';
import type { Settings } from '../tenancy/settings.ts';
import type { Writes } from './writes.ts';

/** What one transaction's work for one tenant has at hand. Everything slow was fetched before it began. */
export interface Unit {
  em: EntityManager;
  settings: Settings;
  now: Date;
  writes: Writes;
  limitsOf(channelId: string): ChannelLimits;
  channelName(channelId: string): string;
  faqs: TenantFaqs;
  targets: Targets;
  /** Whether a manager is online; true where nobody keeps count, without `auto_assign`. */
  isStaffed: boolean;
  /** Link to a conversation for a manager. */
  linkTo(conversationId: string): string;
  /**
   * Writes down what a platform says later of a send. Gives null where the send is not known, and otherwise the
   * conversation that is out of reach from now on, and the notification that tells a manager, if any.
   */
  noteReceipt(
    channelId: string,
    receipt: Receipt,
  ): Promise<{ outOfReach: string | null; noteId: string | null } | null>;
}

export type Receipt = Extract<InboundContent, { type: 'status' }>;
