import { setImmediate as othersFirst } from 'node:timers/promises';
import type { ChannelAdapter, InboundEvent, WebhookRequest } from '../channels/adapter.ts';
import type { Deps } from '../deps.ts';
import { messageOf, unauthorized } from '../errors.ts';
import type { Channel } from '../tenancy/find-channel.ts';
import { isGenuine, spendAsMuch } from './genuine.ts';
import { readJson, type ReadJson } from './parse-json.ts';
import { tellUnreadable } from './tell-unreadable.ts';

/**
 * Accounts that are looked up at once; somebody unproven gets no more than these, and no more bytes of bodies hashed. What
 * a proof is tried on in two forms makes up to four times as many.
 */
const AT_ONCE = 50;
const MOST_HASHED = 50 * 1024 * 1024;

type SharedDeps = Pick<Deps, 'findChannel' | 'inbox' | 'log' | 'config'>;

/** One body for all accounts of an app: each event goes to the channel of its account, if that channel's secret signed it. */
export async function takeShared(
  deps: SharedDeps,
  adapter: ChannelAdapter,
  request: WebhookRequest,
  mostValues: number,
): Promise<{ ok: true; stored: number }> {
  const app = deps.config.metaApp;
  const isOfApp = app !== null && adapter.verify(request, app);
  let body: ReadJson;
  let events: InboundEvent[];
  try {
    body = readJson(request.rawBody, mostValues);
    events = adapter.parse(body.value);
  } catch (error) {
    // Who cannot prove himself is told nothing of it. The platform would repeat what it is refused for days.
    if (!isOfApp) throw unauthorized(UNKNOWN_ACCOUNT);
    tellNotKept(deps, adapter, messageOf(error));
    return { ok: true, stored: 0 };
  }
  const of = Map.groupBy(events, ({ account }) => account);
  const accounts = [...of.keys()].filter((account) => account !== undefined);
  // Nothing is written, and nothing said, before the body is proven by the secret of the account it speaks of.
  const proven = await provenOf(deps, adapter, request, accounts, isOfApp);
  // News of the app itself names no account; the operator's own secret proves it, and there is nothing to store.
  const isNewsOfApp = accounts.length === 0 && isOfApp;
  if (proven.size === 0 && !isNewsOfApp) throw unauthorized(UNKNOWN_ACCOUNT);
  const lost = of.get(undefined)?.find(({ content }) => content.type === 'unreadable')?.content;
  if (lost?.type === 'unreadable') tellNotKept(deps, adapter, lost.reason);

  const stored = await Promise.all(
    [...proven].map(async ([account, channel]) => {
      const own = of.get(account) ?? [];
      if (channel.isSuspended) return 0;
      tellUnreadable(deps, channel, own);
      const bytes = Math.ceil((request.rawBody.length * own.length) / events.length);
      return deps.inbox.receive(channel, own, { bytes, body });
    }),
  );
  return { ok: true, stored: stored.reduce((sum, count) => sum + count, 0) };
}

/**
 * The channels of these accounts that signed the body. Once anything has proven it, all are looked up; of somebody who has
 * proven nothing only the first, so that a large body of many accounts is no cheap way to keep us busy.
 */
async function provenOf(
  deps: SharedDeps,
  adapter: ChannelAdapter,
  request: WebhookRequest,
  accounts: string[],
  isOfApp: boolean,
): Promise<Map<string, Channel>> {
  const proven = new Map<string, Channel>();
  const atOnce = Math.max(1, Math.min(AT_ONCE, Math.floor(MOST_HASHED / request.rawBody.length)));
  for (let start = 0; start < accounts.length; start += atOnce) {
    if (start > 0 && !isOfApp && proven.size === 0) throw unauthorized(TOO_MANY_ACCOUNTS);
    if (start > 0) await othersFirst();
    const some = accounts.slice(start, start + atOnce);
    const channels = await Promise.all(some.map((account) => deps.findChannel(adapter.kind, 'account', account)));
    for (const [n, account] of some.entries()) {
      const channel = channels[n];
      if (channel && isGenuine(adapter, request, channel)) proven.set(account, channel);
      else if (!channel && !isOfApp) spendAsMuch(adapter, request);
    }
  }
  return proven;
}

/** Genuine, and nothing says whose it is: there is no tenant to keep it for. */
function tellNotKept({ log }: Pick<Deps, 'log'>, { kind }: ChannelAdapter, error: string): void {
  const todo = 'it names no account, so it is kept for nobody: see "One address" in docs/webhooks.md';
  log.error({ kind, error: error.slice(0, 300), todo }, 'webhook.not_kept');
}

const UNKNOWN_ACCOUNT = 'no account in the body is known with this signature';
const TOO_MANY_ACCOUNTS = `${UNKNOWN_ACCOUNT}, as far as was looked; bodies of so many accounts need META_APP_SECRET to be set`;
