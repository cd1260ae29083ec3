import { beforeEach, describe, expect, it } from 'vitest';
import { call, hire, type Person } from '../../support/people.ts';
import { buildShop, type Shop } from '../../support/tenants.ts';
import { until, useWorld } from '../../support/world.ts';

const world = useWorld({ workers: false });
let shop: Shop;
let admin: Person;
let manager: Person;

beforeEach(async () => {
  shop = await buildShop(world);
  admin = await hire(world, shop.tenantId, 'admin');
  manager = await hire(world, shop.tenantId, 'manager');
});

const closed = { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] };
const office = {
  timezone: 'Europe/Berlin',
  week: {
    ...closed,
    mon: [
      { from: '09:00', to: '13:00' },
      { from: '14:00', to: '18:00' },
    ],
  },
  holidays: [{ date: '2026-12-25', name: 'Christmas', periods: [] }],
};
const put = (person: Pick<Person, 'token'>, body: unknown, headers = {}) =>
  call(world, person.token, 'PUT', '/business-hours', { body, headers });
const get = (person: Pick<Person, 'token'>, path = '') => call(world, person.token, 'GET', `/business-hours${path}`);

describe('business hours', () => {
  it('are none at first: always open', async () => {
    expect(await get(manager)).toMatchObject({ status: 200, body: { businessHours: null } });
    expect(await get(manager, '/now')).toMatchObject({ body: { isOpen: true, nextChangeAt: null } });
  });

  it('are kept as they were given, say whether it is open, and are in force at once', async () => {
    expect(await put(admin, { businessHours: office })).toMatchObject({ status: 200, body: { businessHours: office } });
    expect((await get(manager)).body).toEqual({ businessHours: office });
    expect(await get(manager, '/now')).toMatchObject({ body: { nextChangeAt: expect.any(String) } });
    await until(async () => expect((await world.deps.settingsOf(shop.tenantId)).businessHours).toEqual(office));
    const neverOpen = { ...office, week: closed };
    await put(admin, { businessHours: neverOpen });
    expect(await get(manager, '/now')).toMatchObject({ body: { isOpen: false, nextChangeAt: null } });
    await put(admin, { businessHours: null });
    expect(await get(manager, '/now')).toMatchObject({ body: { isOpen: true, nextChangeAt: null } });
  });

  it('are changed by two people at once only as each of them saw it', async () => {
    const etag = (await get(admin)).headers.get('etag') ?? '';
    expect((await put(admin, { businessHours: office }, { 'if-match': etag })).status).toBe(200);
    expect(await put(admin, { businessHours: null }, { 'if-match': etag })).toMatchObject({ status: 412 });
    expect((await get(manager)).body).toEqual({ businessHours: office });
  });

  it('say what is wrong with them, field by field', async () => {
    for (const [businessHours, path] of [
      [{ ...office, timezone: 'Berlin' }, 'body.businessHours.timezone'],
      [{ ...office, week: { ...closed, tue: [{ from: '09:00', to: '9:30' }] } }, 'body.businessHours.week.tue.0.to'],
      [{ ...office, week: { ...closed, tuesday: [] } }, 'body.businessHours.week'],
      [{ ...office, holidays: [{ date: '25.12.2026' }] }, 'body.businessHours.holidays.0.date'],
      [{ ...office, colour: 'red' }, 'body.businessHours'],
    ] as const) {
      expect(await put(admin, { businessHours }), path).toMatchObject({ status: 422, body: { errors: [{ path }] } });
    }
    expect((await get(manager)).body).toEqual({ businessHours: null });
  });

  it('are set by those who set up the tenant, for their own only', async () => {
    const other = await buildShop(world);
    const stranger = await hire(world, other.tenantId, 'owner');
    expect((await put(manager, { businessHours: office })).status).toBe(403);
    expect((await put(stranger, { businessHours: office })).status).toBe(200);
    expect((await get(manager)).body).toEqual({ businessHours: null });
    for (const path of ['', '/now'])
      expect((await call(world, null, 'GET', `/business-hours${path}`)).status).toBe(401);
  });
});
