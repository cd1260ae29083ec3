import { Router, type RouterContext } from '@koa/router';
import { createHash } from 'node:crypto';
import type { ChannelAdapter, InboundEvent, WebhookRequest } from '../../channels/adapter.ts';
import type { Deps } from '../../deps.ts';
import { forbidden, messageOf, notFound, unauthorized } from '../../errors.ts';
import { ownEvents } from '../../inbox/own-events.ts';
import { stillGood, type Channel } from '../../tenancy/find-channel.ts';
import { answerJson } from '../answer-json.ts';
import { isGenuine, spendAsMuch } from '../genuine.ts';
import { readJson, type ReadJson } from '../parse-json.ts';
import { readRawBody } from '../raw-body.ts';
import { takeShared } from '../take-shared.ts';
import { tellUnreadable } from '../tell-unreadable.ts';

/** What a platform may post at once, where its adapter does not say more. */
const LARGEST = { bytes: 1024 * 1024, values: 100_000 };

type WebhookDeps = Pick<Deps, 'adapterOf' | 'findChannel' | 'inbox' | 'log' | 'config'>;

/**
 * Where every messaging platform and n8n knock. A 200 means one thing: the messages are stored.
 * Anything slower than an insert belongs in a job.
 */
export function webhookRoutes(deps: WebhookDeps) {
  const router = new Router({ prefix: '/webhooks' });

  // One channel's own URL: its key names the channel, its secret proves the sender.
  router.post('/:kind/:key', async (ctx) => {
    const request = await readRequest(deps, ctx);
    const { adapter, channel } = await find(deps, ctx.params['kind'], ctx.params['key'], request);
    answerJson(ctx, await take(deps, adapter, channel, request.rawBody));
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

  router.post('/:kind', async (ctx) => {
    const request = await readRequest(deps, ctx);
    const adapter = deps.adapterOf(ctx.params['kind'] ?? '');
    if (!adapter?.hasSharedAddress) throw notFound('this platform has no shared address; post to the channel’s own');
    answerJson(ctx, await takeShared(deps, adapter, request, largestOf(adapter).values));
  });

  return router;
}

async function find(deps: WebhookDeps, kind = '', key = '', request: WebhookRequest) {
  const adapter = deps.adapterOf(kind);
  if (!adapter) throw notFound('there is no channel at this address');
  const channel = await deps.findChannel(kind, 'key', key);
  if (!channel) {
    spendAsMuch(adapter, request);
    throw notFound('there is no channel at this address');
  }
  if (!isGenuine(adapter, request, channel)) {
    throw unauthorized('the signature does not match, is missing or is too old');
  }
  return { adapter, channel };
}

/** Reads a genuine body and stores what it says. */
async function take(deps: WebhookDeps, adapter: ChannelAdapter, channel: Channel, raw: Buffer) {
  if (channel.isSuspended) return refuseSuspended(adapter);
  const body = readJson(raw, largestOf(adapter).values);
  let events: InboundEvent[];
  try {
    events = adapter.parse(body.value);
  } catch (error) {
    if (adapter.refusesUnreadable) throw error;
    return keep(deps, channel, body, raw, error);
  }
  const own = ownEvents(adapter, channel.config, events);
  tellUnreadable(deps, channel, own);
  if (own.length < events.length) tellOfOthers(deps, channel, events.length - own.length);
  const stored = await deps.inbox.receive(channel, own, { bytes: raw.length, body });
  return adapter.answer?.(own) ?? { ok: true, stored };
}

/** Part of the body is for accounts that are not this channel's. To refuse it would have the whole of it sent again for days. */
function tellOfOthers({ log }: WebhookDeps, { tenantId, channelId }: Channel, count: number): void {
  const todo = 'have all accounts of the app post to its one address: see "One address" in docs/webhooks.md';
  log.warn({ tenantId, channelId, count, todo }, 'webhook.for_others');
}

/** The sender is genuine and we do not understand him: that is our fault, so he gets his 200 and we keep the body. */
async function keep(deps: WebhookDeps, channel: Channel, { value }: ReadJson, raw: Buffer, error: unknown) {
  const { tenantId, channelId } = channel;
  const id = createHash('sha256').update(raw).digest('hex');
  deps.log.error({ tenantId, channelId, error: messageOf(error).slice(0, 300) }, 'webhook.unreadable');
  const stored = await deps.inbox.keepUnreadable(channel, JSON.stringify(value), id, messageOf(error).slice(0, 1_000));
  return { ok: true, stored };
}

/** Platforms that would repeat a refusal for days are told 200 and their events dropped; others are told why. */
function refuseSuspended(adapter: ChannelAdapter) {
  if (adapter.repeatsRefusals) return { ok: true, stored: 0 };
  throw forbidden('this account is suspended');
}

const largestOf = (adapter: ChannelAdapter | undefined) => adapter?.largestBody ?? LARGEST;

async function readRequest(deps: WebhookDeps, ctx: RouterContext): Promise<WebhookRequest> {
  const { bytes } = largestOf(deps.adapterOf(ctx.params['kind'] ?? ''));
  return { headers: ctx.headers, rawBody: await readRawBody(ctx, bytes), now: new Date() };
}
