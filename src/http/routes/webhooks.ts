import { Router } from '@koa/router';
import { createHash, createHmac } from 'node:crypto';
import type { ChannelAdapter, InboundEvent, WebhookRequest } from '../../channels/adapter.ts';
import type { Deps } from '../../deps.ts';
import { forbidden, messageOf, notFound, unauthorized } from '../../errors.ts';
import { stillGood, type Channel } from '../../tenancy/find-channel.ts';
import { parseJson } from '../parse-json.ts';
import { rawBody, type RawBodyState } from '../raw-body.ts';

const MAX_BODY = 1024 * 1024;
/** Accounts that one call to a shared URL may speak of. */
const MOST_ACCOUNTS = 50;

type WebhookDeps = Pick<Deps, 'adapterOf' | 'findChannel' | 'inbox' | 'log' | 'config'>;

/**
 * Where every messaging platform and n8n knock. A 200 means one thing: the messages are stored.
 * Anything slower than an insert belongs in a job.
 */
export function webhookRoutes(deps: WebhookDeps) {
  const router = new Router<RawBodyState>({ prefix: '/webhooks' });

  // One channel's own URL: its key names the channel, its secret proves the sender.
  router.post('/:kind/:key', rawBody({ maxBytes: MAX_BODY }), async (ctx) => {
    const { adapter, channel } = await find(deps, ctx.params['kind'], ctx.params['key'], requestOf(ctx));
    ctx.body = await take(deps, adapter, channel, ctx.state.rawBody);
  });

  router.get('/:kind/:key', async (ctx) => {
    const adapter = deps.adapterOf(ctx.params['kind'] ?? '');
    const channel = adapter && (await deps.findChannel(adapter.kind, 'key', ctx.params['key'] ?? ''));
    if (!channel || !adapter.handshake) throw notFound('there is no channel at this address');
    const before = stillGood(channel.previous, new Date());
    const challenge =
      adapter.handshake(ctx.URL.searchParams, channel.config) ??
      (before && adapter.handshake(ctx.URL.searchParams, before.config));
    if (challenge === null) throw forbidden('the verify token does not match this channel');
    ctx.type = 'text/plain';
    ctx.body = challenge;
  });

  // One URL for all accounts of a platform's app (Meta): the account in the body names the channel.
  router.get('/:kind', (ctx) => {
    const adapter = deps.adapterOf(ctx.params['kind'] ?? '');
    const app = deps.config.metaApp;
    const challenge = app && adapter?.hasSharedAddress ? adapter.handshake?.(ctx.URL.searchParams, app) : null;
    if (!challenge) throw forbidden('the verify token is not the one in META_VERIFY_TOKEN');
    ctx.type = 'text/plain';
    ctx.body = challenge;
  });

  router.post('/:kind', rawBody({ maxBytes: MAX_BODY }), async (ctx) => {
    const adapter = deps.adapterOf(ctx.params['kind'] ?? '');
    if (!adapter?.hasSharedAddress) throw notFound('this platform has no shared address; post to the channel’s own');
    ctx.body = await takeShared(deps, adapter, requestOf(ctx));
  });

  return router;
}

async function find(deps: WebhookDeps, kind = '', key = '', request: WebhookRequest) {
  const adapter = deps.adapterOf(kind);
  const channel = adapter ? await deps.findChannel(kind, 'key', key) : null;
  if (!adapter || !channel) {
    spendAsMuch(request, key);
    throw notFound('there is no channel at this address');
  }
  if (!isGenuine(adapter, request, channel)) {
    throw unauthorized('the signature does not match, is missing or is too old');
  }
  return { adapter, channel };
}

/** Signed with the secrets of today, or with those before the last rotation while they are good. */
function isGenuine(adapter: ChannelAdapter, request: WebhookRequest, { config, previous }: Channel): boolean {
  if (adapter.verify(request, config)) return true;
  const before = previous && stillGood(previous, request.now);
  return before !== null && adapter.verify(request, before.config);
}

/** As much work as a wrong signature, so that the time of the answer does not tell who is a customer of ours. */
function spendAsMuch({ rawBody: body }: WebhookRequest, key: string): void {
  createHmac('sha256', key).update(body).digest();
}

/** Reads a genuine body and stores what it says. */
async function take(deps: WebhookDeps, adapter: ChannelAdapter, channel: Channel, raw: Buffer) {
  if (channel.isSuspended) return refuseSuspended(adapter);
  const body = parseJson(raw);
  let events: InboundEvent[];
  try {
    events = adapter.parse(body);
  } catch (error) {
    if (adapter.refusesUnreadable) throw error;
    return keep(deps, channel, body, raw, error);
  }
  // A platform may bundle accounts of one app: ours are taken, and a body with none of ours is refused.
  const accounts = adapter.accounts?.(channel.config);
  const own = events.filter(({ account }) => !accounts || account === undefined || accounts.includes(account));
  if (own.length === 0 && events.length > 0) {
    throw forbidden('the body speaks of an account that does not belong to this channel');
  }
  const stored = await deps.inbox.receive(channel, own);
  return adapter.answer?.(own) ?? { ok: true, stored };
}

/** The sender is genuine and we do not understand him: that is our fault, so he gets his 200 and we keep the body. */
async function keep(deps: WebhookDeps, channel: Channel, body: unknown, raw: Buffer, error: unknown) {
  const { tenantId, channelId } = channel;
  const id = createHash('sha256').update(raw).digest('hex');
  deps.log.error({ tenantId, channelId, error: messageOf(error).slice(0, 300) }, 'webhook.unreadable');
  const stored = await deps.inbox.keepUnreadable(channel, JSON.stringify(body), id, messageOf(error).slice(0, 1_000));
  return { ok: true, stored };
}

async function takeShared(deps: WebhookDeps, adapter: ChannelAdapter, request: WebhookRequest) {
  const app = deps.config.metaApp;
  const isOfApp = () => app !== null && adapter.verify(request, app);
  let events: InboundEvent[];
  try {
    events = adapter.parse(parseJson(request.rawBody));
  } catch (error) {
    // Who cannot prove himself is told nothing of it. The platform would repeat what it is refused for days.
    if (!isOfApp()) throw unauthorized(UNKNOWN_ACCOUNT);
    deps.log.error({ kind: adapter.kind, error: messageOf(error).slice(0, 300) }, 'webhook.unreadable');
    return { ok: true, stored: 0 };
  }
  const accounts = [...new Set(events.flatMap((event) => event.account ?? []))].slice(0, MOST_ACCOUNTS);
  // Nothing is written, and nothing said, before the body is proven by the secret of the account it speaks of.
  const proven = new Map<string, Channel>();
  for (const account of accounts) {
    const channel = await deps.findChannel(adapter.kind, 'account', account);
    if (!channel) spendAsMuch(request, account);
    else if (isGenuine(adapter, request, channel)) proven.set(account, channel);
  }
  // News of the app itself names no account; the operator's own secret proves it, and there is nothing to store.
  if (accounts.length === 0 && isOfApp()) return { ok: true, stored: 0 };
  if (proven.size === 0) throw unauthorized(UNKNOWN_ACCOUNT);
  let stored = 0;
  for (const [account, channel] of proven) {
    if (channel.isSuspended) continue;
    stored += await deps.inbox.receive(
      channel,
      events.filter((event) => event.account === account),
    );
  }
  return { ok: true, stored };
}

const UNKNOWN_ACCOUNT = 'no account in the body is known with this signature';

/** Platforms that would repeat a refusal for days are told 200 and their events dropped; others are told why. */
function refuseSuspended(adapter: ChannelAdapter) {
  if (adapter.repeatsRefusals) return { ok: true, stored: 0 };
  throw forbidden('this account is suspended');
}

function requestOf(ctx: { headers: WebhookRequest['headers']; state: RawBodyState }): WebhookRequest {
  return { headers: ctx.headers, rawBody: ctx.state.rawBody, now: new Date() };
}
