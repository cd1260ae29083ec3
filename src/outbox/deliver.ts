import type { Pool } from 'pg';
import { messageOf } from '../errors.ts';
import type { NewOutbound } from '../entities/outbound-message.ts';
import { insist } from '../insist.ts';
import type { Logger } from '../logger.ts';
import { threadSubject } from '../queue/contracts.ts';
import type { Wake } from '../queue/wake.ts';
import { channelsWith, type ChannelsOf } from '../tenancy/channels-of.ts';
import type { Claimant, Claimants } from '../tenancy/claimants.ts';
import { atOnce, type Statement } from '../tenancy/at-once.ts';
import { createUnderWay, withPatience } from '../under-way.ts';
import { enqueueStatement, firstOfEach } from './enqueue.ts';
import { claimStatement, readClaims, withholdStatements, type Claim } from './outbox.ts';
import { createFilePlaces } from './outgoing-file.ts';
import { notesIn, recordStatements, type SendResult } from './record.ts';
import { send, type SendDeps } from './send.ts';
import { createTenantBatches } from './tenant-batches.ts';

interface DeliverDeps extends Omit<SendDeps, 'filePlaces'> {
  pool: Pool;
  claimants: Claimants;
  channelsOf: ChannelsOf;
  wake: Wake;
  log: Logger;
  /** Whether an error of the database will pass by itself. */
  isOutage: (error: unknown) => boolean;
  /** Told of every send to a web chat: its page waits for it. */
  announce: (subject: string) => Promise<void>;
  /** Told once something was shown in another thread than the conversation's: the chat goes on there. */
  followMove: (tenantId: string, channelId: string, thread: string, newThread: string) => Promise<void>;
}

export interface Delivery {
  /**
   * Sends what is due in these conversations, each in its own order and none waiting for another. Resolves when all
   * is sent or scheduled, or after two seconds: what a slow platform holds up goes on without the caller.
   */
  deliver(tenantId: string, conversationIds: string[]): Promise<void>;
  /**
   * For the transaction that writes replies: the statement that puts them into the outbox and takes those that may leave
   * at once, and what sends these after the commit. Null where there is nothing to send. Nothing is taken in a process
   * that does not send; then, and for conversations of which nothing was taken, a job will do it.
   */
  enqueue(tenantId: string, replies: NewOutbound[]): Enqueuing | null;
  /** From now on, until `close`, this process sends. */
  open(): void;
  close(): void;
  /** Resolves when nothing is on its way any more. */
  settled(): Promise<void>;
}

interface Enqueuing {
  statement: Statement;
  taken(rows: Record<string, unknown>[]): Taken | null;
  /** To be called where the transaction fails, or may have: what was taken is not sent from here. */
  failed(): void;
}

interface Taken {
  /** Conversations whose next message was taken. */
  conversationIds: ReadonlySet<string>;
  send(): void;
}

/** Sends at once to one channel from this process; the rest waits its turn in the outbox, not in memory. */
const MOST_PER_CHANNEL = 100;
/** Files in memory at once. */
const MOST_FILES = 4;
/** Until then a database that has gone is waited for; see `LEASE_SECONDS`. */
export const RECORD_LIMIT_MS = 30_000;

export function createDelivery(deps: DeliverDeps): Delivery {
  const onTheirWay = new Map<string, number>();
  const underWay = createUnderWay();
  const sendDeps = { ...deps, filePlaces: createFilePlaces(MOST_FILES) };
  let isOpen = false;

  /** Results of one tenant that wait at the same moment are written together, and the next messages claimed. */
  const records = createTenantBatches<SendResult, Claim | 'none'>(
    // What was sent is sent again unless it is written down.
    (tenantId, results) =>
      insist(() => recordAndClaim(deps, tenantId, results), { passes: deps.isOutage, forMs: RECORD_LIMIT_MS }),
    { most: 100 },
  );

  async function deliverConversation(tenantId: string, first: Claim): Promise<void> {
    let next: Claim | 'none' = first;
    let movedTo: string | undefined;
    while (next !== 'none') {
      const claim: Claim = movedTo === undefined ? next : { ...next, thread: movedTo };
      const sent = await sendOne(tenantId, claim);
      movedTo = sent.result.movedTo ?? movedTo;
      next = sent.next;
      if (sent.channelKind === 'webchat') await announce(deps, tenantId, claim);
      if (sent.result.status === 'queued') {
        deps.wake('deliver-outbound', tenantId, claim.conversationId, (sent.result.delayMs ?? 0) + 20);
      }
    }
    // Behind all that could be sent: a conversation that ends by it would take the rest of a message with it.
    if (movedTo !== undefined) await deps.followMove(tenantId, first.channelId, first.thread, movedTo);
  }

  /** Sends what was claimed, writes down what became of it, and claims what comes next in its conversation. */
  async function sendOne(tenantId: string, claim: Claim) {
    try {
      const channels = await channelsWith(deps.channelsOf, tenantId, [claim.channelId]);
      const channel = channels.get(claim.channelId);
      count(claim.channelId, 1);
      const result = await send(sendDeps, tenantId, claim, channel).finally(() => count(claim.channelId, -1));
      if (result.status !== 'sent') logProblem(deps.log, tenantId, result);
      return { result, channelKind: channel?.kind, next: await records.add(tenantId, result) };
    } catch (error) {
      claim.by?.doubt();
      throw error;
    } finally {
      claim.by?.leave();
    }
  }

  function count(channelId: string, change: 1 | -1): void {
    const now = (onTheirWay.get(channelId) ?? 0) + change;
    if (now > 0) onTheirWay.set(channelId, now);
    else onTheirWay.delete(channelId);
  }

  const busyChannels = () =>
    [...onTheirWay].flatMap(([channelId, sends]) => (sends >= MOST_PER_CHANNEL ? [channelId] : []));

  /** Each conversation by itself; resolves when all are done. */
  async function sendAll(tenantId: string, claims: Claim[]): Promise<void> {
    const sends = claims.map((claim) => {
      const sending = deliverConversation(tenantId, claim).catch((error: unknown) => {
        // Nobody answers for the claim any more, and the sweep finds it: nothing is lost with this error.
        deps.log.error({ err: error, tenantId, conversationId: claim.conversationId }, 'delivery.broke');
      });
      return underWay.add(sending);
    });
    await Promise.all(sends);
  }

  return {
    async deliver(tenantId, conversationIds) {
      const busy = busyChannels();
      const { claims } = await claimHeads(deps, tenantId, conversationIds, busy);
      if (busy.length > 0) for (const id of conversationIds) deps.wake('deliver-outbound', tenantId, id, 1_000);
      await withPatience(sendAll(tenantId, claims));
    },
    enqueue(tenantId, replies) {
      if (replies.length === 0) return null;
      const isSending = isOpen;
      const by = isSending ? deps.claimants.enter() : null;
      let claims: Claim[] = [];
      return {
        statement: enqueueStatement(replies, isSending ? firstOfEach(replies, busyChannels()) : [], by),
        taken(rows) {
          if (!isSending) return null;
          claims = readClaims(rows, by).claims;
          const conversationIds = new Set(claims.map((claim) => claim.conversationId));
          const sendThem = () => {
            void sendAll(tenantId, claims);
            by?.leave();
          };
          return { conversationIds, send: sendThem };
        },
        failed() {
          giveUp(by, claims);
        },
      };
    },
    open: () => void (isOpen = true),
    close: () => void (isOpen = false),
    settled: () => underWay.settled(),
  };
}

/** The page finds by itself, a little later, what it was not told of; the next message does not wait for that. */
async function announce({ announce: tell, log }: DeliverDeps, tenantId: string, claim: Claim): Promise<void> {
  const { channelId, thread, conversationId } = claim;
  await tell(threadSubject(channelId, thread)).catch((error: unknown) => {
    log.warn({ tenantId, conversationId, error: messageOf(error) }, 'delivery.not_announced');
  });
}

/** One round trip: what became of some sends, and what comes next in their conversations. */
async function recordAndClaim(deps: DeliverDeps, tenantId: string, results: SendResult[]): Promise<(Claim | 'none')[]> {
  const conversationIds = results.map(({ claim }) => claim.conversationId);
  const statements = recordStatements(tenantId, results);
  const { claims, rows } = await claimHeads(deps, tenantId, conversationIds, [], statements);
  for (const noteId of notesIn(rows)) deps.wake('notify-manager', tenantId, noteId);
  const byConversation = new Map(claims.map((claim) => [claim.conversationId, claim]));
  return conversationIds.map((id) => byConversation.get(id) ?? 'none');
}

/** Claims again for conversations in which something is withheld: what comes after it may be sent. `rows` are those of `before`. */
async function claimHeads(
  { pool, claimants }: Pick<DeliverDeps, 'pool' | 'claimants'>,
  tenantId: string,
  conversationIds: string[],
  busyChannels: string[],
  before: Statement[] = [],
): Promise<{ claims: Claim[]; rows: Record<string, unknown>[] }> {
  const all: { claims: Claim[]; rows: Record<string, unknown>[] } = { claims: [], rows: [] };
  let first = before;
  let wanted = conversationIds;
  const by = claimants.enter();
  try {
    while (wanted.length > 0) {
      const rows = await atOnce(pool, tenantId, [...first, claimStatement(tenantId, wanted, busyChannels, by)]);
      const { claims, stale } = readClaims(rows.at(-1) ?? [], by);
      all.claims.push(...claims);
      all.rows.push(...rows.slice(0, -1).flat());
      wanted = stale.map((row) => row.conversation_id);
      first = withholdStatements(tenantId, stale);
    }
  } catch (error) {
    giveUp(by, all.claims);
    throw error;
  }
  by?.leave();
  return all;
}

/** Of a claim whose answer did not come: more may be taken than `claims`, and none of it is sent from here. */
function giveUp(by: Claimant | null, claims: Claim[]): void {
  by?.doubt();
  for (const claim of claims) claim.by?.leave();
  by?.leave();
}

function logProblem(log: Logger, tenantId: string, { claim, status, errorCode, error, delayMs }: SendResult): void {
  const { conversationId, channelId, attempts } = claim;
  log.warn(
    { tenantId, channelId, conversationId, outboundId: claim.id, attempts, status, errorCode, error, delayMs },
    'delivery.not_sent',
  );
}
