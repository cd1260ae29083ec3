import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describedOperations } from '../../support/api-document.ts';
import { call, hire, hireSystemAdmin, type Person } from '../../support/people.ts';
import { buildShop, writes, type Shop } from '../../support/tenants.ts';
import { until, useWorld } from '../../support/world.ts';

/** What people search for is words, never a pattern, a column or SQL. */
const world = useWorld();
const texts = ['50% off', '500 off', 'a_c', 'abc', String.raw`c:\new`, 'c:new', "d'or", 'd"or', 'x{1,2}y'];
const Named = z.object({
  items: z.array(z.looseObject({ question: z.string().optional(), name: z.string().optional() })),
});
let shop: Shop;
let owner: Person;
let admin: Person;

beforeAll(async () => {
  const faqs = texts.map((question, at) => ({ question, answer: `Answer ${at}`, keywords: '' }));
  shop = await buildShop(world, { faqs });
  owner = await hire(world, shop.tenantId, 'owner');
  admin = await hireSystemAdmin(world, shop.tenantId);
  for (const [at, name] of texts.entries()) {
    const body = { slug: `literal-${at}`, name };
    expect((await call(world, admin.token, 'POST', '/tenants', { body })).status).toBe(201);
  }
});

const found = async (person: Person, path: string, q: string) => {
  const { status, body } = await call(world, person.token, 'GET', `${path}?limit=100&q=${encodeURIComponent(q)}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return Named.parse(body).items.map(({ question, name }) => question ?? name);
};

describe('a search', { timeout: 60_000 }, () => {
  it.each<[string, string[]]>([
    ['50%', ['50% off']],
    ['%', ['50% off']],
    ['a_c', ['a_c']],
    ['_', ['a_c']],
    ['\\', [String.raw`c:\new`]],
    [String.raw`c:\n`, [String.raw`c:\new`]],
    ["d'or", ["d'or"]],
    ["d'", ["d'or"]],
    ["' or 1=1 --", []],
    ['x{1,2}y', ['x{1,2}y']],
    ['[a-z]', []],
    ['.*', []],
  ])('for %s among FAQs finds what has it', async (q, expected) => {
    expect(await found(owner, '/faqs', q)).toEqual(expected);
  });

  it.each<[string, string[]]>([
    ['50%', ['50% off']],
    ['5_', []],
    ['%', []],
    ['a_', ['a_c']],
    ['a', ['a_c', 'abc']],
    ['c:\\', [String.raw`c:\new`]],
    ["d'", ["d'or"]],
    ["' or 1=1 --", []],
  ])('for %s among tenants finds whose names begin so', async (q, expected) => {
    expect(await found(admin, '/tenants', q)).toEqual(expected);
  });

  it('among conversations takes no wildcard, operator or quote for anything but what it is', async () => {
    for (const [at, text] of ['fifty percent', 'coffee tea'].entries()) await writes(world, shop, 61 + at, text);
    await until(async () => expect(await ids('fifty')).toHaveLength(1));
    expect(await ids('coffee')).toHaveLength(1);
    for (const q of [
      'fi%y',
      'f_fty',
      '%',
      '_____',
      'tea | fifty',
      'coffee <-> fifty',
      '!fifty coffee',
      "' or true --",
    ]) {
      expect(await ids(q), q).toEqual([]);
    }
    // Signs are no words, and none of them is an operator.
    for (const q of ["fifty'", 'fifty & percent', '"fifty', 'fifty:*', '(fifty', '{fifty}', 'fifty,']) {
      expect(await ids(q), q).toHaveLength(1);
    }
  });

  const ids = async (q: string) => {
    const { status, body } = await call(world, owner.token, 'GET', `/conversations?q=${encodeURIComponent(q)}`);
    expect(status, q).toBe(200);
    return z.object({ items: z.array(z.object({ id: z.string() })) }).parse(body).items;
  };
});

describe('the order of a list', () => {
  it('is one of a few words, in every operation', async () => {
    const operations = await describedOperations(world);
    const orders = operations.flatMap((operation) =>
      operation.parameters
        .filter(({ name }) => /^(sort|order|orderBy|by|direction|groupBy)$/.test(name))
        .map((parameter) => ({ operation, parameter })),
    );
    expect(orders.length).toBeGreaterThan(0);
    for (const { operation, parameter } of orders) {
      expect(parameter.schema.enum?.length, `${operation.id} ${parameter.name}`).toBeGreaterThan(1);
      if (operation.method !== 'GET' || operation.path.includes('{')) continue;
      for (const value of ['id', 'id; drop table faqs', 'tenant_id', 'password', 'hitCount desc', '1', '*']) {
        if (parameter.schema.enum?.includes(value)) continue;
        const path = `${operation.path}?${parameter.name}=${encodeURIComponent(value)}`;
        expect((await call(world, owner.token, 'GET', path)).status, path).toBe(422);
      }
    }
  });
});
