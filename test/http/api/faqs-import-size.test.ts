import { request } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Faq } from '../../../src/entities/faq.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { hire } from '../../support/people.ts';
import { buildShop } from '../../support/tenants.ts';
import { useWorld } from '../../support/world.ts';

const world = useWorld({ workers: false });

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Bytes that are in use, and not only not yet collected. */
function inUse(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const MB = 1024 * 1024;
const SIZE = 32 * MB;
/** A file that is held as a whole takes more than its size, and its rows take that again. */
const MOST_IN_USE = SIZE;

const answer = 'An answer of some length, as shops write them. '.repeat(21);
const kinds = {
  csv: {
    begin: 'question,answer,keywords\n',
    row: (n: number) => `Where is gate ${n}?,"${answer}","gate${n}, gate"\n`,
    end: '',
  },
  json: {
    begin: '[{"question":"First","answer":"One"}',
    row: (n: number) =>
      `,\n${JSON.stringify({ question: `Where is gate ${n}?`, answer, keywords: [`gate${n}`, 'gate'] })}`,
    end: ']',
  },
};

/** A file that is nowhere as a whole; fetch would keep all that it sends. */
async function send(format: 'csv' | 'json', token: string, file: AsyncIterable<string>) {
  const call = request(`${world.url}/api/v1/faqs/import?format=${format}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  const answered = new Promise<string>((resolve, reject) => {
    call.once('error', reject);
    call.once('response', (response) => resolve(text(response)));
  });
  Readable.from(file).pipe(call);
  const body: unknown = JSON.parse(await answered);
  return body;
}

describe('an import of 32 MB', () => {
  it.each(['csv', 'json'] as const)('as %s is never in memory as a whole', { timeout: 240_000 }, async (format) => {
    const shop = await buildShop(world, { faqs: [] });
    const { token } = await hire(world, shop.tenantId, 'manager');
    const { begin, row, end } = kinds[format];
    // What is loaded and remembered once is there before.
    await send(format, token, Readable.from([begin, row(0), end]));
    const before = inUse();
    let most = before;
    let rows = 0;
    async function* file() {
      yield begin;
      for (let sent = 0; sent < SIZE;) {
        let piece = '';
        while (piece.length < 100_000) piece += row((rows += 1));
        sent += piece.length;
        yield piece;
        if (rows % 6_000 < 100) most = Math.max(most, inUse());
      }
      yield end;
    }
    // While it is written too, when all of it has been sent.
    const looking = setInterval(() => (most = Math.max(most, inUse())), 1_000);
    const body = await send(format, token, file());
    clearInterval(looking);
    const made = rows + (format === 'json' ? 1 : 0);
    expect(body).toMatchObject({ created: made, isWritten: true, errors: { total: 0 } });
    const { tenantId } = shop;
    expect(await withTenant(world.deps.orm, tenantId, (em) => em.count(Faq, { tenantId }))).toBe(
      made + (format === 'json' ? 2 : 1),
    );
    expect(most - before).toBeLessThan(MOST_IN_USE);
  });
});
