import { createServer, request, type Server } from 'node:http';
import Koa from 'koa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorHandler } from '../../src/http/error-handler.ts';
import { readUpload } from '../../src/http/upload.ts';
import { listen } from '../../src/listen.ts';
import { createLogger } from '../../src/logger.ts';
import { until } from '../support/world.ts';

const MOST = 100_000;
let server: Server;
let port: number;
/** How each upload ended on our side. */
const ends: string[] = [];
let begun = 0;

beforeAll(async () => {
  const app = new Koa();
  app.silent = true;
  app.use(errorHandler(createLogger('silent')));
  app.use(async (ctx) => {
    let size = 0;
    try {
      for await (const chunk of readUpload(ctx, MOST)) {
        size += chunk.length;
        begun += 1;
        if (ctx.path === '/first') break;
      }
      ends.push('whole');
    } catch (error) {
      ends.push(String(error));
      throw error;
    }
    ctx.body = { size };
  });
  const answer = app.callback();
  server = createServer((given, response) => void answer(given, response));
  port = await listen(server, 0, '127.0.0.1');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A client that goes on sending until it is told to end. */
function send(path: string, headers: Record<string, string | number> = {}) {
  const call = request({ port, path, method: 'POST', headers });
  call.on('error', () => undefined);
  const answer = new Promise<{ status: number | undefined; connection: string | undefined }>((resolve) => {
    call.once('response', (response) => {
      response.resume();
      resolve({ status: response.statusCode, connection: response.headers.connection });
    });
  });
  return { call, answer };
}

describe('an upload', () => {
  it('is read to its end, and the connection goes on', async () => {
    const { call, answer } = send('/');
    call.write(Buffer.alloc(60_000));
    call.end(Buffer.alloc(40_000));
    expect(await answer).toEqual({ status: 200, connection: 'keep-alive' });
  });

  it('of more bytes than may be is refused while it is being sent, and the connection ends', async () => {
    const { call, answer } = send('/');
    call.write(Buffer.alloc(MOST + 1));
    // There is more to come, and it is not waited for.
    expect(await answer).toEqual({ status: 413, connection: 'close' });
    call.destroy();
    const { call: declared, answer: refused } = send('/', { 'content-length': MOST + 1 });
    declared.flushHeaders();
    expect(await refused).toEqual({ status: 413, connection: 'close' });
    declared.destroy();
  });

  it('that is squeezed is refused', async () => {
    const { call, answer } = send('/', { 'content-encoding': 'gzip' });
    call.end('x');
    expect(await answer).toEqual({ status: 415, connection: 'close' });
  });

  it('of which the beginning was enough is answered all the same', async () => {
    const { call, answer } = send('/first');
    call.write('x');
    expect(await answer).toEqual({ status: 200, connection: 'close' });
    call.destroy();
  });

  it('that breaks off is an error of its sender, and is not taken for a whole one', async () => {
    ends.length = 0;
    begun = 0;
    const { call } = send('/');
    call.write('x');
    await until(() => expect(begun).toBe(1));
    call.destroy();
    await until(() => expect(ends).toEqual([expect.stringContaining('ended before the whole body had arrived')]));
  });
});
