import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { gzipSync } from 'node:zlib';
import Koa from 'koa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Deadline } from '../../src/deadline.ts';
import { AppError } from '../../src/errors.ts';
import { readRawBody } from '../../src/http/raw-body.ts';

const maxBytes = 100_000;
const app = new Koa();
const failures: unknown[] = [];

/** Knows for how many the time runs, and how many there have been. */
class Counted extends Deadline {
  open = 0;
  all = 0;

  override start(late: () => void): number {
    this.open += 1;
    this.all += 1;
    return super.start(late);
  }

  override met(place: number): void {
    this.open -= 1;
    super.met(place);
  }
}
const [unhurried, hurried] = [new Counted(15_000), new Counted(50)];
let server: http.Server;
let port: number;

beforeAll(async () => {
  app.silent = true;
  app.use(async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      failures.push(error);
      ctx.status = error instanceof AppError ? error.status : 500;
      ctx.body = error instanceof AppError ? error.message : 'unexpected';
    }
  });
  app.use(async (ctx, next) => {
    if (ctx.path !== '/hurried') return next();
    ctx.body = await readRawBody(ctx, maxBytes, hurried);
  });
  app.use(async (ctx) => {
    ctx.body = await readRawBody(ctx, maxBytes, unhurried);
  });
  server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('a body that is taken', () => {
  it('comes byte for byte, also when it is not valid text', async () => {
    const bytes = Buffer.from([0x7b, 0x00, 0xff, 0xc0, 0xaf, 0x0d, 0x0a]);

    expect((await post(bytes)).body).toEqual(bytes);
  });

  it('comes inflated', async () => {
    const response = await post(gzipSync('{"a":1}'), { 'content-encoding': 'GZIP' });

    expect(response).toMatchObject({ status: 200, body: Buffer.from('{"a":1}') });
    expect(response.headers.connection).toBe('keep-alive');
  });

  it('may be named identity, may be empty, may come in chunks', async () => {
    expect((await post(Buffer.from('x'), { 'content-encoding': 'identity' })).body.toString()).toBe('x');
    expect(await post(Buffer.of())).toMatchObject({ status: 200, body: Buffer.of() });
    expect((await post(Buffer.from('xyz'), { 'transfer-encoding': 'chunked' })).body.toString()).toBe('xyz');
  });

  it('may be exactly as long as allowed, plain and inflated', async () => {
    const bytes = Buffer.alloc(maxBytes, 'x');

    expect((await post(bytes)).body).toHaveLength(maxBytes);
    expect((await post(gzipSync(bytes), { 'content-encoding': 'gzip' })).body).toHaveLength(maxBytes);
  });
});

describe('a body that is refused', () => {
  it.each<[string, number, Buffer, Record<string, string>]>([
    ['one byte too many', 413, Buffer.alloc(maxBytes + 1), {}],
    ['one byte too many in chunks', 413, Buffer.alloc(maxBytes + 1), { 'transfer-encoding': 'chunked' }],
    ['one byte too many inflated', 413, gzipSync(Buffer.alloc(maxBytes + 1)), { 'content-encoding': 'gzip' }],
    ['a gzip bomb', 413, gzipSync(Buffer.alloc(30 * 1024 * 1024)), { 'content-encoding': 'gzip' }],
    ['brotli', 415, Buffer.from('x'), { 'content-encoding': 'br' }],
    ['an unknown encoding', 415, Buffer.from('x'), { 'content-encoding': 'toString' }],
    ['gzip in gzip', 415, gzipSync(gzipSync('x')), { 'content-encoding': 'gzip, gzip' }],
    ['not gzip', 400, Buffer.from('x'), { 'content-encoding': 'gzip' }],
    ['half a gzip', 400, gzipSync('hello').subarray(0, 15), { 'content-encoding': 'gzip' }],
    ['an empty gzip', 400, Buffer.of(), { 'content-encoding': 'gzip' }],
  ])('%s: %i and a closed connection', async (_case, status, body, headers) => {
    const response = await post(body, headers);

    expect(response.status).toBe(status);
    expect(response.headers.connection).toBe('close');
  });

  it('is refused by its length before any of it has come', async () => {
    const answer = await raw(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${maxBytes + 1}\r\n\r\n`);

    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toMatch(/\r\nconnection: close\r\n/i);
  });

  it('is refused when its end does not come, and the connection with it', async () => {
    const answer = await raw('POST /hurried HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf');

    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toMatch(/\r\nconnection: close\r\n/i);
  });

  it.each([
    ['both kinds of length', 'content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a bad chunk size', 'transfer-encoding: chunked\r\n\r\nzz\r\n'],
  ])('never reaches us with %s', async (_case, rest) => {
    const before = failures.length;

    expect(await raw(`POST / HTTP/1.1\r\nhost: x\r\n${rest}`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(failures.slice(before).every((error) => error instanceof AppError)).toBe(true);
  });

  it('survives a sender who leaves in the middle', async () => {
    const before = failures.length;
    const socket = net.connect(port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf');
    await once(server, 'request');
    socket.resetAndDestroy();
    await expect.poll(() => failures.length).toBe(before + 1);

    expect(failures.at(-1)).toMatchObject({ status: 400 });
    expect((await post(Buffer.from('still here'))).status).toBe(200);
  });

  it('survives a sender who stops in the middle of too much', async () => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('error', () => {}).resume();
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nfffff\r\n');
    socket.write(Buffer.alloc(maxBytes * 2));
    await once(socket, 'close');

    expect((await post(Buffer.from('still here'))).status).toBe(200);
  });
});

it('a body that is over, however it ended, has no time limit any more', async () => {
  expect(unhurried.all).toBeGreaterThan(10);
  expect(hurried.all).toBe(1);
  await expect.poll(() => [unhurried.open, hurried.open]).toEqual([0, 0]);
});

interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

/** Not `fetch`: it sets and hides headers of its own. */
function post(body: Buffer, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const isChunked = 'transfer-encoding' in headers;
    const length: Record<string, number> = isChunked ? {} : { 'content-length': body.length };
    const request = http.request({ port, host: '127.0.0.1', method: 'POST', headers: { ...length, ...headers } });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    request.end(body);
  });
}

/** Sends exactly these characters; gives back what came until the server closed. */
async function raw(text: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1').setEncoding('latin1');
  let answer = '';
  socket.on('data', (part: string) => {
    answer += part;
  });
  socket.write(text);
  await once(socket, 'close');
  return answer;
}
