import crypto, { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCheckKey } from '../../src/auth/api-key.ts';
import { issueJoinLink, readJoinLink } from '../../src/auth/join-link.ts';
import { issueManagerToken, readManagerToken } from '../../src/auth/manager-token.ts';
import { newId } from '../../src/id.ts';
import { forge } from '../support/forge.ts';
import { call, cutKey, secretOf } from '../support/people.ts';
import { buildShop, type Shop } from '../support/tenants.ts';
import { useWorld } from '../support/world.ts';

/** What says who somebody is was made by us, for this, and is compared so that time tells nothing. */
const world = useWorld({ workers: false });
let shop: Shop;
beforeAll(async () => {
  shop = await buildShop(world);
});

const hex = (id: string) => id.replaceAll('-', '');

describe('the token of a link to a desk', () => {
  it('is taken only as we make it', async () => {
    const { keys } = world.deps;
    const manager = { tenantId: shop.tenantId, userId: shop.managerId };
    const good = await issueManagerToken(keys, manager, 1);
    expect(await readManagerToken(keys, good)).toEqual(manager);
    const claims = { tenant: shop.tenantId, sub: shop.managerId, aud: 'frontdesk-desk', exp: Date.now() / 1000 + 3600 };
    const key = keys.derive('manager token');
    const signed = (alg: string, by: Parameters<SignJWT['sign']>[0], more: Record<string, unknown> = {}) =>
      new SignJWT({ ...claims, ...more }).setProtectedHeader({ alg }).sign(by);
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = createPublicKey(pair.privateKey).export({ type: 'spki', format: 'pem' });
    const [head = '', body = '', signature = ''] = good.split('.');
    const bad: Record<string, string> = {
      'no signature': new UnsecuredJWT(claims).encode(),
      'its signature taken off': `${head}.${body}.`,
      'another head': `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.${signature}`,
      'another body': `${head}.${Buffer.from(JSON.stringify({ ...claims, sub: newId() })).toString('base64url')}.${signature}`,
      'another algorithm': await signed('HS512', key),
      'a key pair of its own': await signed('RS256', pair.privateKey),
      'a public key as its secret': await signed('HS256', Buffer.from(pem)),
      'the key of another purpose': await signed('HS256', keys.derive('join link')),
      'an empty key': await signed('HS256', new Uint8Array(32)),
      'another audience': await signed('HS256', key, { aud: 'frontdesk-join' }),
      'no audience': await signed('HS256', key, { aud: undefined }),
      'its end behind it': await signed('HS256', key, { exp: Date.now() / 1000 - 1 }),
      'no tenant': await signed('HS256', key, { tenant: undefined }),
      'a list for a tenant': await signed('HS256', key, { tenant: [shop.tenantId] }),
      'nobody in it': await signed('HS256', key, { sub: undefined }),
    };
    for (const [name, token] of Object.entries(bad)) {
      expect(await readManagerToken(keys, token), name).toBeNull();
      expect((await call(world, token, 'GET', '/faqs')).status, name).toBe(401);
    }
    const link = await issueJoinLink(keys, { userId: shop.managerId, tenantId: shop.tenantId, by: 'mail', mark: 'x' });
    expect(await readManagerToken(keys, link)).toBeNull();
    expect(await readJoinLink(keys, good)).toBeNull();
  });

  it('of nobody, or of a tenant that the person does not belong to, opens nothing', async () => {
    const { keys } = world.deps;
    const other = await buildShop(world);
    for (const [manager, status] of [
      [{ tenantId: other.tenantId, userId: shop.managerId }, 404],
      [{ tenantId: newId(), userId: shop.managerId }, 404],
      [{ tenantId: shop.tenantId, userId: newId() }, 401],
    ] as const) {
      expect((await call(world, await issueManagerToken(keys, manager, 1), 'GET', '/faqs')).status).toBe(status);
    }
  });
});

describe('an API key', () => {
  it('is found by its public id, and its secret compared as a digest, in constant time, also of nobody', async () => {
    const { orm, changes } = world.deps;
    const { id, key } = await cutKey(world, shop.tenantId);
    const check = createCheckKey(orm, changes);
    const wrong = forge(key);
    const nobody = `fd_${hex(newId())}_${'A'.repeat(43)}`;
    const compared: [number, number][] = [];
    const real = crypto.timingSafeEqual;
    crypto.timingSafeEqual = (one, other) => {
      compared.push([one.byteLength, other.byteLength]);
      return real(one, other);
    };
    syncBuiltinESMExports();
    const answers = [];
    try {
      for (const one of [key, wrong, nobody]) answers.push(await check(one, '127.0.0.1', new Date()));
    } finally {
      crypto.timingSafeEqual = real;
      syncBuiltinESMExports();
    }
    expect(compared).toEqual(Array.from({ length: 3 }, () => [32, 32]));
    expect(answers[0]).toMatchObject({ keyId: id });
    expect(answers[1]).toEqual({ refused: 'there is no such API key' });
    expect(answers[2]).toEqual(answers[1]);
  });

  it('in any other shape, or with another key’s id, is none', async () => {
    const [one, other] = [await cutKey(world, shop.tenantId), await cutKey(world, (await buildShop(world)).tenantId)];
    const secret = secretOf(one.key);
    for (const key of [
      `fd_${hex(other.id)}_${secret}`,
      `fd_${one.id}_${secret}`,
      `fd_${hex(one.id).toUpperCase()}_${secret}`,
      `FD_${hex(one.id)}_${secret}`,
      `fd_${hex(one.id)}_`,
      `fd_${hex(one.id)}_${secret}=`,
      `fd_${hex(one.id)}_${secret} `.trimEnd().slice(0, -1),
      `fd_${hex(one.id)}`,
      `fd_%_${secret}`,
      `fd_' or 1=1 --_${secret}`,
    ]) {
      expect((await call(world, key, 'GET', '/faqs')).status, key).toBe(401);
    }
    expect((await call(world, one.key, 'GET', '/faqs')).status).toBe(200);
  });
});
