import { DeadlockException, type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import type { ChannelLimits } from '../channels/adapter.ts';
import type { MatcherOf } from '../faqs/matcher-of.ts';
import type { IsStaffed } from '../handover/staffed.ts';
import type { TargetsOf } from '../handover/targets-of.ts';
import type { Wake } from '../queue/wake.ts';
import type { Statement } from '../tenancy/at-once.ts';
import type { ChannelsOf } from '../tenancy/channels-of.ts';
import type { SettingsOf } from '../tenancy/settings.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import type { Receipt, Unit } from './unit.ts';
import { noWrites, wakeAll, write, type Writes } from './writes.ts';

export interface UnitDeps {
  orm: MikroORM;
  settingsOf: SettingsOf;
  matcherOf: MatcherOf;
  targetsOf: TargetsOf;
  isStaffed: IsStaffed;
  channelsOf: ChannelsOf;
  limitsOf: (kind: string) => ChannelLimits;
  /** Link to a conversation for a manager. */
  linkTo: (tenantSlug: string, conversationId: string) => string;
  wake: Wake;
  /** Puts replies into the outbox and, in a process that sends, takes those that may leave: `outbox/deliver.ts`. */
  enqueue: (tenantId: string, replies: Writes['outbound']) => Enqueuing | null;
  /** As a unit has it: `outbox/note-receipt.ts`. */
  noteReceipt: (
    em: EntityManager,
    tenantId: string,
    channelId: string,
    receipt: Receipt,
  ) => ReturnType<Unit['noteReceipt']>;
}

interface Enqueuing {
  statement: Statement;
  /** Of the rows that the statement gave; null where a job will send. */
  taken: (rows: Record<string, unknown>[]) => { conversationIds: ReadonlySet<string>; send(): void } | null;
  /** Where the transaction fails, or may have. */
  failed: () => void;
}

const TRIES = 3;

/**
 * One transaction's work on a tenant's conversations: what it needs is fetched before, what it leaves is written
 * together at its end, and the jobs that it asks for are queued once it has committed. `work` may run again after a
 * deadlock, and must do nothing but look at and change the unit.
 */
export async function withUnit<T>(deps: UnitDeps, tenantId: string, work: (unit: Unit) => Promise<T>): Promise<T> {
  const [settings, faqs, targets, channels] = await Promise.all([
    deps.settingsOf(tenantId),
    deps.matcherOf(tenantId),
    deps.targetsOf(tenantId),
    deps.channelsOf(tenantId),
  ]);
  const isStaffed = !settings.autoAssign || (await deps.isStaffed(tenantId));
  const channel = (id: string) => {
    const found = channels.get(id);
    if (!found) throw new Error(`channel ${id} is not one of this tenant's`);
    return found;
  };

  for (let attempt = 1; ; attempt++) {
    const writes = noWrites();
    const outgoing: Enqueuing[] = [];
    try {
      const { result, taken } = await withTenant(deps.orm, tenantId, async (em) => {
        const done = await work({
          em,
          settings,
          now: new Date(),
          writes,
          limitsOf: (id) => deps.limitsOf(channel(id).kind),
          channelName: (id) => channel(id).name,
          faqs,
          targets,
          isStaffed,
          linkTo: (id) => deps.linkTo(settings.tenant.slug, id),
          noteReceipt: (id, receipt) => deps.noteReceipt(em, tenantId, id, receipt),
        });
        const enqueuing = deps.enqueue(tenantId, writes.outbound);
        if (enqueuing) outgoing.push(enqueuing);
        const rows = await write(em, writes, enqueuing?.statement);
        return { result: done, taken: enqueuing?.taken(rows) };
      });
      taken?.send();
      wakeAll(writes, deps.wake, taken?.conversationIds);
      return result;
    } catch (error) {
      for (const enqueuing of outgoing) enqueuing.failed();
      if (!(error instanceof DeadlockException) || attempt === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, attempt * 20 * (1 + Math.random())));
    }
  }
}
