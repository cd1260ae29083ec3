import type { MikroORM } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import { createCheckKey, type CheckKey } from './auth/api-key.ts';
import { createGuessLimits, type GuessLimits } from './auth/guess-limits.ts';
import { createLogInPool } from './auth/log-in-pool.ts';
import { createLogIn, type LogIn } from './auth/log-in.ts';
import type { ChannelAdapter, ChannelLimits } from './channels/adapter.ts';
import { channelAdapter } from './channels/registry.ts';
import type { Config } from './config.ts';
import { createFetchAwaited } from './connecting/fetch-awaited.ts';
import { followMove } from './conversations/move-thread.ts';
import type { UnitDeps } from './conversations/with-unit.ts';
import { connect, nativePool } from './database/connect.ts';
import { isOutage } from './database/outage.ts';
import { createMatcherOf } from './faqs/matcher-of.ts';
import { createReportOf, type ReportOf } from './faqs/report-of.ts';
import { createTryMatch, type TryMatch } from './faqs/try-match.ts';
import { createFileOf } from './files/file-of.ts';
import { createIsStaffed } from './handover/staffed.ts';
import { createTargetsOf } from './handover/targets-of.ts';
import { createInbox, type Inbox } from './inbox/receive.ts';
import { createReplay, type Replay } from './inbox/replay.ts';
import type { Logger } from './logger.ts';
import { createSendMail, type SendMail } from './mail.ts';
import { createDelivery, type Delivery } from './outbox/deliver.ts';
import { noteReceipt } from './outbox/note-receipt.ts';
import { createQueueBackend, type QueueBackend } from './queue/backend.ts';
import { createWaker, type Waker } from './queue/wake.ts';
import { createRateLimiters, type RateLimiters } from './rate-limiter.ts';
import { createSafeRequest, type SafeRequest } from './safe-request.ts';
import { followChanges, type Changes } from './tenancy/changes.ts';
import { createChannelsOf } from './tenancy/channels-of.ts';
import { noClaimants, openClaimants, type Claimants } from './tenancy/claimants.ts';
import { createNoteArrivals, type NoteArrivals } from './tenancy/note-arrivals.ts';
import { createFindChannel, type FindChannel } from './tenancy/find-channel.ts';
import { createRequestsPerMinuteOf } from './tenancy/limits.ts';
import type { KeyRing } from './tenancy/secrets.ts';
import { createSettings } from './tenancy/settings.ts';

/** Everything the rooms are wired with, on one page. A function asks for the few it needs. */
export interface Deps extends UnitDeps {
  config: Config;
  log: Logger;
  orm: MikroORM;
  keys: KeyRing;
  changes: Changes;
  claimants: Claimants;
  queue: QueueBackend;
  waker: Waker;
  findChannel: FindChannel;
  noteArrivals: NoteArrivals;
  checkKey: CheckKey;
  limiters: RateLimiters;
  requestsPerMinuteOf: (tenantId: string) => Promise<number>;
  logIn: LogIn;
  /** Sees the people who log in; see `createLogInPool`. */
  logInPool: Pool;
  guessLimits: GuessLimits;
  sendMail: SendMail;
  reportOf: ReportOf;
  tryMatch: TryMatch;
  adapterOf: (kind: string) => ChannelAdapter | undefined;
  inbox: Inbox;
  replay: Replay;
  delivery: Delivery;
  request: SafeRequest;
  apiBases: Record<string, string>;
  smtp: { url: string; from: string } | null;
  publicUrl: string;
  close(): Promise<void>;
}

interface Wiring {
  config: Config;
  log: Logger;
  keys: KeyRing;
  /** The database, as the restricted role. */
  databaseUrl: string;
  publicUrl: string;
}

export async function createDeps({ config, log, keys, databaseUrl, publicUrl }: Wiring): Promise<Deps> {
  const onError = (error: Error) => log.warn({ error: error.message }, 'connection.error');
  const orm = await connect({ url: databaseUrl, pool: config.databasePool, log: (line) => log.warn(line) });
  const changes = await followChanges(databaseUrl, onError);
  const claimants = config.role === 'web' ? noClaimants : await openClaimants(databaseUrl, onError);
  const onEviction = (policy: string) =>
    log.warn(
      { policy, hint: 'set maxmemory-policy to noeviction: this Redis drops jobs when it is full' },
      'redis.evicts',
    );
  const queue = createQueueBackend({ redisUrl: config.redisUrl, databaseUrl, onError, onEviction });
  const waker = createWaker(queue, onError);
  const { wake } = waker;
  const channelsOf = createChannelsOf(orm, keys, changes);
  const request = createSafeRequest({
    allowNetworks: config.outboundAllow,
    trustedOrigins: Object.values(config.apiBases).map((base) => new URL(base).origin),
  });
  const pool = await nativePool(orm);
  const connecting = { orm, keys, adapterOf: channelAdapter, request, apiBases: config.apiBases, publicUrl };
  const delivery = createDelivery({
    pool,
    claimants,
    isOutage,
    channelsOf,
    wake,
    log,
    request,
    adapterOf: channelAdapter,
    apiBases: config.apiBases,
    fileOf: createFileOf({ orm, keys, publicUrl, fetchAwaited: createFetchAwaited(connecting) }),
    announce: async (subject) => {
      await orm.em.execute(`select pg_notify('frontdesk_live', ?)`, [subject]);
    },
    followMove: (tenantId, ...move) => followMove(deps, tenantId, ...move),
  });

  const limiters = createRateLimiters({ redisUrl: config.redisUrl, pool, onError });
  const inbox = createInbox(pool, wake);
  const settingsOf = createSettings(orm, changes);
  const matcherOf = createMatcherOf(orm, changes);
  const sendMail = createSendMail(config.smtp, log);
  const logInPool = createLogInPool(databaseUrl, onError);

  const deps: Deps = {
    config,
    log,
    orm,
    keys,
    changes,
    claimants,
    queue,
    waker,
    wake,
    request,
    delivery,
    channelsOf,
    publicUrl,
    apiBases: config.apiBases,
    smtp: config.smtp,
    adapterOf: channelAdapter,
    limitsOf,
    linkTo: (slug, conversationId) => `${publicUrl}/desk/${slug}#${conversationId}`,
    settingsOf,
    matcherOf,
    checkKey: createCheckKey(orm, changes),
    limiters,
    requestsPerMinuteOf: createRequestsPerMinuteOf(orm, changes),
    logIn: createLogIn({ pool: logInPool, keys, publicUrl, sendMail, oidc: config.oidc, log }),
    logInPool,
    guessLimits: createGuessLimits(limiters),
    sendMail,
    reportOf: createReportOf({ orm, changes, settingsOf, matcherOf }),
    tryMatch: createTryMatch({ orm, settingsOf, matcherOf }),
    targetsOf: createTargetsOf(orm, changes),
    isStaffed: createIsStaffed(orm, changes),
    enqueue: (tenantId, replies) => delivery.enqueue(tenantId, replies),
    noteReceipt,
    findChannel: createFindChannel(orm, keys, changes, readChannelConfig),
    noteArrivals: createNoteArrivals(orm),
    inbox,
    replay: createReplay({ orm, channelsOf, adapterOf: channelAdapter, inbox, wake }),
    // In reverse: nothing is closed that something open still needs.
    async close() {
      await delivery.settled();
      await waker.close();
      await queue.close();
      await limiters.close();
      await changes.close();
      await claimants.close();
      request.close();
      await logInPool.end();
      await orm.close();
    },
  };
  return deps;
}

/** A config that an older version saved and this one cannot read is our fault, never the sender's. */
function readChannelConfig(kind: string, config: unknown): unknown {
  const read = channelAdapter(kind)?.config.safeParse(config);
  if (!read?.success) throw new Error(`the settings of this ${kind} channel cannot be read`, { cause: read?.error });
  return read.data;
}

function limitsOf(kind: string): ChannelLimits {
  const adapter = channelAdapter(kind);
  if (!adapter) throw new Error(`there is no channel of kind '${kind}'`);
  return adapter.limits;
}
