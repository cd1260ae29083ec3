import nock from 'nock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Handover } from '../../src/entities/handover.ts';
import { Notification } from '../../src/entities/notification.ts';
import { addTarget } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { stayOnThisMachine } from '../handover/harness.ts';
import { openMailServer, refuse } from '../handover/mail-server.ts';
import { query } from '../support/embedded.ts';
import { asManager, buildShop, conversationOf, handlerOf, messagesOf, writes, type Shop } from '../support/tenants.ts';
import { startWorld, until, type World } from '../support/world.ts';

stayOnThisMachine();

let world: World;
let mailServer: Awaited<ReturnType<typeof openMailServer>>;
let refusals = 0;

beforeAll(async () => {
  mailServer = await openMailServer({
    onMailFrom: (_address, _session, done) => done(refusals-- > 0 ? refuse(451, 'try again later') : null),
  });
  const { url, from } = mailServer.smtp;
  world = await startWorld({ env: { SMTP_URL: url, SMTP_FROM: from } });
});
afterAll(async () => {
  await world.close();
  await mailServer.close();
});

const notificationsOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.find(Notification, { tenantId }));
/** The time of the next try has come. */
const timePasses = ({ tenantId }: Shop) =>
  query(
    world.database.ownerUrl,
    `update notifications set due_at = now() - interval '1 minute' where tenant_id = '${tenantId}' and status = 'queued'`,
  );

/** A shop that tells one target, and a customer who wants a person. */
async function shopThatTells(kind: string, config: unknown, chat: number): Promise<Shop> {
  const shop = await buildShop(world, { handoverMode: 'immediate' });
  await addTarget(world.deps.orm, world.deps.keys, shop.tenantId, { kind, name: 'Team', config });
  await writes(world, shop, chat, 'I want to talk to a human, my order is wrong');
  return shop;
}

/** What the API shows of the notifications of a chat. */
async function shownOf(shop: Shop, chat: number): Promise<unknown> {
  const { id } = await conversationOf(world, shop, chat);
  const shown = await asManager(world, shop, `/conversations/${id}?include=notifications`);
  return z.object({ notifications: z.array(z.unknown()) }).parse(await shown.json()).notifications;
}

describe('a manager who is told', () => {
  it('by e-mail gets it although the mail server refused it at first, and where to answer', async () => {
    refusals = Infinity;
    const shop = await shopThatTells('email', { to: ['boss@acme.example'] }, 91);
    const refused = { status: 'queued', error: expect.stringContaining('try again later'), sentAt: null };
    await until(async () => expect(await shownOf(shop, 91)).toMatchObject([refused]));
    expect(mailServer.mails).toEqual([]);
    // Whether a mail gets through or not, the customer is in the queue.
    expect(await handlerOf(world, shop, 91)).toBe('queued');

    refusals = 0;
    await timePasses(shop);
    const told = { status: 'sent', error: null, sentAt: expect.any(String) };
    await until(async () => expect(await shownOf(shop, 91)).toMatchObject([told]));
    const [mail, second] = mailServer.mails;
    expect(second).toBeUndefined();
    expect(mail).toMatchObject({ from: 'desk@acme.example', to: ['boss@acme.example'] });
    const { id } = await conversationOf(world, shop, 91);
    expect(mail?.body).toContain('my order is wrong');
    expect(mail?.body).toContain(`${world.url}/desk/${shop.slug}#${id}`);
    const [notification] = await notificationsOf(shop);
    expect(notification?.externalId).toBe(mail?.headers.get('Message-ID'));
    expect(notification?.externalId).toContain(notification?.id);
  });

  it('by Slack gets it although Slack failed at first, and where to answer', async () => {
    const posts: string[] = [];
    const keep = (body: unknown) => posts.push(JSON.stringify(body)) > 0;
    const onPost = () => nock('https://hooks.slack.com').post('/services/T1/B1/canary', keep);
    onPost().reply(500, 'internal_error');
    onPost().reply(200, 'ok');
    const config = { webhookUrl: 'https://hooks.slack.com/services/T1/B1/canary' };
    const shop = await shopThatTells('slack', config, 92);
    await until(async () =>
      expect(await notificationsOf(shop)).toMatchObject([
        { status: 'queued', attempts: 1, error: 'Slack answered 500 (internal_error)', sentAt: null },
      ]),
    );
    await timePasses(shop);
    await until(async () =>
      expect(await notificationsOf(shop)).toMatchObject([
        { status: 'sent', attempts: 2, error: null, externalId: null, sentAt: expect.any(Date) },
      ]),
    );
    const { id } = await conversationOf(world, shop, 92);
    expect(posts).toHaveLength(2);
    expect(posts[1]).toBe(posts[0]);
    expect(posts[1]).toContain('my order is wrong');
    expect(posts[1]).toContain(`${world.url}/desk/${shop.slug}#${id}`);
    // What the manager was told is kept with the handover.
    const [handover] = await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.find(Handover, { tenantId: shop.tenantId }),
    );
    expect(handover?.packet).toMatchObject({ conversation: { id }, url: expect.stringContaining(id) });
  });

  it('by webhook gets the same, byte by byte, when it is sent again, whatever has been said since', async () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const before = new Set(world.platform.calls);
    const calls = () => world.platform.calls.filter((call) => call.path === '/told' && !before.has(call));
    let refusedTimes = 0;
    world.platform.answer = ({ path }, response) => {
      if (path !== '/told' || ++refusedTimes > 1) return undefined;
      response.statusCode = 500;
      response.end();
      return true;
    };
    const shop = await shopThatTells('webhook', { url: `${world.platform.url}/told`, secret }, 93);
    const refused = { status: 'queued', attempts: 1, notice: { first: expect.stringContaining('order is wrong') } };
    await until(async () => expect(await notificationsOf(shop)).toMatchObject([refused]));
    await writes(world, shop, 93, 'It was the blue one');
    const { id } = await conversationOf(world, shop, 93);
    await until(async () => expect((await messagesOf(world, shop, id)).at(-1)?.content).toBe('It was the blue one'));

    await timePasses(shop);
    await until(async () =>
      expect((await notificationsOf(shop)).find(({ attempts }) => attempts === 2)?.status).toBe('sent'),
    );
    const [first, second] = calls().filter(
      ({ headers }) => headers['webhook-id'] === calls()[0]?.headers['webhook-id'],
    );
    expect(first?.raw).toContain('my order is wrong');
    expect(second?.raw).toBe(first?.raw);
    expect(calls().every(({ raw }) => raw === first?.raw || raw.includes('It was the blue one'))).toBe(true);
    // Once they were sent the words are gone from the notifications.
    await until(async () =>
      expect(JSON.stringify((await notificationsOf(shop)).map(({ notice }) => notice))).not.toContain('order is wrong'),
    );
  });
});
