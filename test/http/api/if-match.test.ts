import { beforeAll, describe, expect, it } from 'vitest';
import { describedOperations, type Described } from '../../support/api-document.ts';
import { call, hire, hireSystemAdmin, type Person, type Reply } from '../../support/people.ts';
import { requestFor, stateOf, tenantTables, walkedTenant } from '../../support/walk.ts';
import { useWorld } from '../../support/world.ts';

/** Walks the API's own document: what it says of ETags is so, and no operation minds one that it does not name. */
const world = useWorld({ workers: false });
let operations: Described[];
let changing: Described[];
let tables: string[];
let admin: Person;

beforeAll(async () => {
  operations = await describedOperations(world);
  changing = operations.filter(({ method }) => ['PUT', 'PATCH', 'DELETE'].includes(method));
  tables = await tenantTables(world);
  admin = await hireSystemAdmin(world, (await walkedTenant(world, 'of-the-admin')).tenantId);
});

const names = ({ parameters }: Described, header: string) => parameters.some(({ name }) => name === header);
const paths = (some: Described[]) =>
  some
    .map(({ method, path }) => `${method} ${path}`)
    .filter((one) => !one.includes('/chats'))
    .toSorted();

describe('If-Match', () => {
  it('is named by what changes something that people edit, and by nothing else', () => {
    expect(paths(operations.filter((one) => names(one, 'If-Match')))).toEqual(
      paths(changing.filter(({ method, path }) => !WITHOUT.includes(`${method} ${path}`))),
    );
  });

  it('with a state of yesterday is answered 412, and nothing is changed; what does not name it does not mind it', async () => {
    const wrong: string[] = [];
    for (const [n, operation] of changing.entries()) {
      const own = await walkedTenant(world, `edited-${n}`);
      const { token } = operation.access === 'platform' ? admin : await hire(world, own.tenantId, 'owner');
      const before = await stateOf(world, own.tenantId, tables);
      const send = (seed: number, etag: string) => {
        const { path, body } = requestFor(operation, own, seed);
        const headers = { 'if-match': etag };
        return call(world, token, operation.method, path, { ...(body !== undefined && { body }), headers });
      };
      const until = async (etag: string, ...wanted: number[]): Promise<Reply> => {
        let reply: Reply | undefined;
        // Not everything that a schema allows goes together.
        for (let seed = 1; seed <= 40 && !(reply && wanted.includes(reply.status)); seed++)
          reply = await send(seed, etag);
        if (reply && wanted.includes(reply.status)) return reply;
        throw new Error(`never ${wanted.join()}: ${reply?.status} ${JSON.stringify(reply?.body)}`);
      };
      const check = async () => {
        if (names(operation, 'If-Match')) {
          expect((await until('"yesterday"', 412)).body).toMatchObject({ code: 'changed_meanwhile' });
          expect(await stateOf(world, own.tenantId, tables)).toBe(before);
          // Nothing else is in its way, or what is has nothing to do with ETags.
          await until('*', 200, 409);
        } else {
          await until('"yesterday"', 200);
        }
      };
      await check().catch((error: unknown) => wrong.push(`${operation.id}: ${String(error)}`));
    }
    expect(wrong).toEqual([]);
  }, 120_000);
});

/** Nobody edits these, or whoever does is the only one who does. */
const WITHOUT = [
  // A key is made and revoked, a test made and deleted.
  'DELETE /api-keys/{id}',
  'DELETE /faqs/tests/{id}',
  // Where somebody is, is that person's own word.
  'PUT /me/presence',
];
