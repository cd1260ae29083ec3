import { beforeAll, describe, expect, it } from 'vitest';
import { AuditEntry } from '../../../src/entities/audit-entry.ts';
import { addAgent } from '../../../src/tenancy/provision.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { hold } from '../../support/hold.ts';
import { buildShop, type Shop } from '../../support/tenants.ts';
import { call, cutKey, hire, type Person } from '../../support/people.ts';
import { until, useWorld } from '../../support/world.ts';

const world = useWorld({ workers: false });
let shop: Shop;
let other: Shop;
let owner: Person;

beforeAll(async () => {
  [shop, other] = [await buildShop(world), await buildShop(world)];
  owner = await hire(world, shop.tenantId, 'owner');
});

const read = async (path = '/settings') => {
  const { status, body, headers } = await call(world, owner.token, 'GET', path);
  expect(status).toBe(200);
  return { body, etag: headers.get('etag') ?? '' };
};
const put = (body: unknown, ifMatch?: string) => send('PUT', body, ifMatch);
const patch = (body: unknown, ifMatch?: string) => send('PATCH', body, ifMatch);
const send = (method: string, body: unknown, ifMatch?: string, path = '/settings') =>
  call(world, owner.token, method, path, { body, headers: ifMatch ? { 'if-match': ifMatch } : {} });

const whole = {
  systemMessage: 'You are the assistant of a coffee shop.',
  handoverMode: 'immediate',
  handoverMessage: 'One of us comes.',
  language: 'de',
  languages: ['en', 'pt-BR'],
  thresholds: { faq_confidence: 0.7, consent_silence: 'handover' },
  autoAssign: true,
  defaultCapacity: 3,
  agentId: null,
};

describe('the settings of a tenant', () => {
  it('are set as a whole, where what is left out gets its default', async () => {
    expect(await put(whole)).toMatchObject({
      status: 200,
      body: { ...whole, thresholdsInForce: { faq_confidence: 0.7, max_responses: 10 } },
    });
    expect((await read()).body).toMatchObject(whole);
    const again = await put({ language: 'fr' });
    expect(again.body).toMatchObject({
      language: 'fr',
      systemMessage: '',
      handoverMode: 'ask',
      handoverMessage: null,
      languages: [],
      thresholds: {},
      autoAssign: false,
      defaultCapacity: 5,
    });
  });

  it('are changed one by one, where null takes a threshold back', async () => {
    await put(whole);
    expect(await patch({ thresholds: { max_responses: 4, faq_confidence: null } })).toMatchObject({
      body: { ...whole, thresholds: { consent_silence: 'handover', max_responses: 4 } },
    });
    expect(await patch({ handoverMessage: null })).toMatchObject({
      body: { handoverMessage: null, systemMessage: whole.systemMessage },
    });
  });

  it('are in force in the service within a second, with a version that counts each change', async () => {
    const { body } = await put({ ...whole, systemMessage: 'before' });
    const { version } = Object(body);
    expect((await put({ ...whole, systemMessage: 'before' })).body).toMatchObject({ version });
    expect((await patch({ systemMessage: 'after', languages: ['es'] })).body).toMatchObject({ version: version + 1 });
    await until(async () =>
      expect(await world.deps.settingsOf(shop.tenantId)).toMatchObject({
        systemMessage: 'after',
        languages: ['es'],
        version: version + 1,
      }),
    );
  });

  it('have the same two names', async () => {
    const alias = '/tenants/current/settings';
    expect((await send('PATCH', { language: 'nl' }, undefined, alias)).status).toBe(200);
    expect((await send('PUT', { ...whole, language: 'it' }, undefined, alias)).status).toBe(200);
    expect(await read(alias)).toEqual(await read());
  });

  it('are not written over by somebody who has not seen the last change', async () => {
    const { etag } = await read();
    const replies = await Promise.all(['a', 'b', 'c', 'd'].map((text) => patch({ systemMessage: text }, etag)));
    const statuses = replies.map(({ status }) => status);
    expect(statuses.toSorted((one, two) => one - two)).toEqual([200, 412, 412, 412]);
    expect((await put(whole, etag)).status).toBe(412);
    // Also when both have looked before either has changed anything.
    const now = await read();
    const { ownerUrl } = world.database;
    const held = await hold(ownerUrl, `select from tenant_settings where tenant_id = '${shop.tenantId}' for update`);
    const both = [patch({ systemMessage: 'e' }, now.etag), patch({ systemMessage: 'f' }, now.etag)];
    await held.isWaitedFor(2);
    await held.release();
    const ends = (await Promise.all(both)).map(({ status }) => status);
    expect(ends.toSorted((one, two) => one - two)).toEqual([200, 412]);
    expect((await put(whole, (await read()).etag)).status).toBe(200);
  });

  it('name what is wrong, and stay as they were', async () => {
    const before = await read();
    for (const [body, path, words] of [
      [{ thresholds: { faq_confidance: 1 } }, 'body.thresholds', 'faq_confidance'],
      [{ thresholds: { faq_confidence: 2 } }, 'body.thresholds.faq_confidence', ''],
      [{ thresholds: { echo_takes_over: 'yes' } }, 'body.thresholds.echo_takes_over', ''],
      [{ systemMassage: 'x' }, 'body', 'systemMassage'],
      [{ systemMessage: 'x'.repeat(20_001) }, 'body.systemMessage', ''],
      [{ handoverMode: 'later' }, 'body.handoverMode', ''],
      [{ language: 'English' }, 'body.language', 'language code'],
      [{ languages: ['en', 'x y'] }, 'body.languages.1', ''],
      [{ defaultCapacity: -1 }, 'body.defaultCapacity', ''],
      [{ autoAssign: 'yes' }, 'body.autoAssign', ''],
      [{ agentId: shop.tenantId }, 'body.agentId', 'no such agent'],
      [{ version: 9 }, 'body', 'version'],
      [{ thresholds: null }, 'body.thresholds', ''],
    ] as const) {
      for (const method of ['PUT', 'PATCH']) {
        expect(await send(method, body), `${method} ${path}`).toMatchObject({
          status: 422,
          body: { errors: [{ path, message: expect.stringContaining(words) }] },
        });
      }
    }
    expect(await read()).toEqual(before);
  });

  it('take an agent of the tenant only', async () => {
    const agent = { name: 'a', kind: 'n8n', settings: {}, channelId: null };
    const [own, theirs] = [
      await addAgent(world.deps.orm, world.deps.keys, shop.tenantId, agent),
      await addAgent(world.deps.orm, world.deps.keys, other.tenantId, agent),
    ];
    expect((await patch({ agentId: null })).body).toMatchObject({ agentId: null });
    expect(await patch({ agentId: theirs })).toMatchObject({ status: 422 });
    expect(await patch({ agentId: own })).toMatchObject({ status: 200, body: { agentId: own } });
  });

  it('are read by those who may, changed by those who may, and by nobody of another tenant', async () => {
    const manager = await hire(world, shop.tenantId, 'manager');
    const { key } = await cutKey(world, shop.tenantId, { scopes: ['settings:read'] });
    for (const token of [manager.token, key]) {
      expect((await call(world, token, 'GET', '/settings')).status).toBe(200);
      for (const method of ['PUT', 'PATCH']) {
        expect(await call(world, token, method, '/settings', { body: {} })).toMatchObject({
          status: 403,
          body: { detail: expect.stringContaining('settings:write') },
        });
      }
    }
    expect((await call(world, null, 'GET', '/settings')).status).toBe(401);
    const before = await read();
    const stranger = await hire(world, other.tenantId, 'owner');
    await call(world, stranger.token, 'PUT', '/settings', { body: { systemMessage: 'theirs' } });
    expect(await read()).toEqual(before);
  });

  it('leave in the log what was changed, not what it says', async () => {
    await patch({ systemMessage: 'a secret recipe', thresholds: { max_responses: 77 } });
    const [last] = await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.find(AuditEntry, { tenantId: shop.tenantId }, { orderBy: { id: 'desc' }, limit: 1 }),
    );
    expect(last).toMatchObject({
      action: 'settings.change',
      actor: owner.userId,
      changes: { changed: ['systemMessage', 'thresholds.max_responses'] },
    });
    expect(JSON.stringify(last?.changes)).not.toContain('recipe');
  });
});
