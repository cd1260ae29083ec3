import { describe, expect, it, onTestFinished } from 'vitest';
import { InboundEventRow } from '../../src/entities/inbound-event.ts';
import { unavailable } from '../../src/errors.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { hold } from '../support/hold.ts';
import { addSender, callFrom, META_APP, senderKinds, type SenderKind } from '../support/senders.ts';
import { serve } from '../support/serve.ts';
import { buildShop, type Shop } from '../support/tenants.ts';
import { useWorld } from '../support/world.ts';

// A 200 to a platform means stored, whichever way the message came.
const world = useWorld({ workers: false, env: META_APP });

const storedOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.count(InboundEventRow, { tenantId }));

/** What a platform says; kept as failed where it is not understood. Of nobody's account there is nothing to keep. */
const bodies = senderKinds.flatMap((kind): [SenderKind, string, string | null][] => {
  const message: [SenderKind, string, null] = [kind, 'a message', null];
  const isRefused = kind === 'webchat' || kind === 'whatsapp (shared)';
  return isRefused ? [message] : [message, [kind, 'what is not understood', '{"surprise":1}']];
});

describe.each(bodies)('for %s, %s', (kind, _what, body) => {
  it('is answered 200 when it is stored, and not before', async () => {
    const shop = await buildShop(world);
    const sender = await addSender(world, shop, kind);
    const held = await hold(world.database.ownerUrl, 'lock table inbound_events in share mode');
    let isAnswered = false;
    const call = callFrom(sender, body ?? sender.bodyOf('hello')).finally(() => (isAnswered = true));
    await held.isWaitedFor();
    // Whatever was answered before has come by now.
    expect((await fetch(`${world.url}/healthz`)).status).toBe(200);
    expect(isAnswered).toBe(false);
    await held.release();
    expect((await call).status).toBe(200);
    expect(await storedOf(shop)).toBe(1);
  });

  it('is answered 503 where it cannot be stored, so that it comes again', async () => {
    const shop = await buildShop(world);
    const refuse = () => Promise.reject(unavailable('the message could not be stored; send it again'));
    const side = await serve({ ...world.deps, inbox: { receive: refuse, keepUnreadable: refuse } });
    onTestFinished(() => side.close());
    const { deps, platform } = world;
    const sender = await addSender({ deps, platform, url: side.url }, shop, kind);
    const response = await callFrom(sender, body ?? sender.bodyOf('hello'));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
  });
});
