import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { describedOperations, type Described } from '../../support/api-document.ts';
import { spoilt } from '../../support/made-up.ts';
import { call, hire, hireSystemAdmin } from '../../support/people.ts';
import { requestFor, walkedTenant, type Walked } from '../../support/walk.ts';
import { useWorld } from '../../support/world.ts';

/** Whatever is sent to an operation of the document, the mistake is never ours. */
const world = useWorld({ workers: false });
let operations: Described[];
let tenant: Walked;
let owner: string;
let admin: string;

beforeAll(async () => {
  // An alias is the same operation.
  operations = (await describedOperations(world)).filter(({ path }) => !path.startsWith('/chats'));
  tenant = await walkedTenant(world, 'fuzzed');
  owner = (await hire(world, tenant.tenantId, 'owner')).token;
  admin = (await hireSystemAdmin(world, tenant.tenantId)).token;
});

const RUNS = 6;
const withBody = () => operations.filter(({ body, mediaType }) => body && mediaType === 'application/json');
const tokenFor = ({ access }: Described) => (access === 'platform' ? admin : owner);
const send = (operation: Described, path: string, body?: unknown) =>
  call(world, tokenFor(operation), operation.method, path, body === undefined ? {} : { body });

describe('an operation', () => {
  it('answers anything that its schemas allow, and never with a fault of ours', async () => {
    for (const operation of operations) {
      for (let seed = 1; seed <= RUNS; seed++) {
        const { path, body } = requestFor(operation, tenant, seed);
        const { status, body: answer } = await send(operation, path, body);
        expect(status, `${operation.id} ${path} ${JSON.stringify(body)} ${JSON.stringify(answer)}`).toBeLessThan(500);
      }
    }
  }, 240_000);

  it('refuses a spoilt body with words, and never with a fault of ours', async () => {
    for (const operation of withBody()) {
      const { path } = requestFor(operation, tenant, 1);
      await fc.assert(
        fc.asyncProperty(
          fc.nat().chain((seed) => spoilt(requestFor(operation, tenant, seed).body)),
          async (body) => {
            const { status, body: answer } = await send(operation, path, body === undefined ? null : body);
            expect(status, `${operation.id} ${JSON.stringify(answer)}`).toBeLessThan(500);
            if (status >= 400)
              expect(answer).toMatchObject({ code: expect.any(String), detail: expect.stringMatching(/.../) });
          },
        ),
        { numRuns: RUNS },
      );
    }
  }, 240_000);

  it('refuses a field that it does not know, by its name', async () => {
    for (const operation of withBody()) {
      const { path, body } = requestFor(operation, tenant, 1);
      if (typeof body !== 'object' || Array.isArray(body)) continue;
      const { status, body: answer } = await send(operation, path, { ...body, colourOfTheSky: 'blue' });
      expect(status, operation.id).toBe(422);
      expect(JSON.stringify(answer), operation.id).toContain('colourOfTheSky');
    }
    for (const operation of operations.filter(({ method }) => method === 'GET')) {
      const { path } = requestFor(operation, tenant, 1);
      const reply = await send(operation, `${path.split('?')[0]}?colourOfTheSky=blue`);
      expect(reply, operation.id).toMatchObject({
        status: 422,
        body: { detail: expect.stringContaining('colourOfTheSky') },
      });
    }
  }, 120_000);

  it('takes a strange path for nothing that is there', async () => {
    for (const operation of operations.filter(({ path }) => path.includes('{'))) {
      for (const name of ['%00', '%2F', '..%2F..', 'x'.repeat(10_000), "'; select 1", '%E0%A4', '0']) {
        const { status } = await send(operation, operation.path.replaceAll(/\{\w+\}/g, name));
        expect([400, 404, 405, 414, 431], `${operation.id} ${name.slice(0, 20)}`).toContain(status);
      }
    }
  }, 120_000);
});
