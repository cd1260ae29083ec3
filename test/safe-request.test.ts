import dns from 'node:dns';
import http from 'node:http';
import net from 'node:net';
import nock from 'nock';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { PermanentError, UncertainError } from '../src/errors.ts';
import { createSafeRequest, type SafeRequestInit } from '../src/safe-request.ts';

// Nock takes over node:http as soon as it is imported; everything but its own test wants the real one.
nock.restore();

const local = createSafeRequest({ allowNetworks: ['127.0.0.0/8'], trustedOrigins: [] });
const strict = createSafeRequest({ allowNetworks: [], trustedOrigins: [] });
const get: SafeRequestInit = { method: 'GET', totalTimeoutMs: 20_000, connectTimeoutMs: 10_000 };
/** Where no answer comes, however long one waits. */
const hurried = { ...get, totalTimeoutMs: 500 };
/** Where no connection comes to stand. */
const brief = { ...get, connectTimeoutMs: 100 };

const handlers: Record<string, http.RequestListener> = {
  '/ok': (_request, response) => response.writeHead(201, { 'set-cookie': ['a=1', 'b=2'] }).end('fine'),
  '/echo': (request, response) => {
    response.writeHead(200, { 'x-seen': JSON.stringify({ ...request.headers, method: request.method }) });
    request.pipe(response);
  },
  '/stall-before-headers': () => {},
  '/stall-after-headers': (_request, response) => response.writeHead(200).write('the beginning'),
  '/stall-in-body': (_request, response) => response.writeHead(200, { 'content-length': 100 }).write('some'),
  '/reset-in-body': (request, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('some', () => request.socket.resetAndDestroy());
  },
  '/reset': (request) => request.socket.resetAndDestroy(),
  '/hang-up': (request) => request.socket.end(),
  '/endless': (_request, response) => {
    const chunk = Buffer.alloc(64 * 1024);
    const more = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', more);
    more();
  },
  '/gzip': (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('as it came'),
  '/redirect': (_request, response) => response.writeHead(302, { location: '/ok' }).end(),
  '/upgrade': (request) =>
    request.socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
  '/garbage': (request) => request.socket.end('this is not HTTP\r\n\r\n'),
};

const seen: string[] = [];
let connections = 0;
let port: number;
let url: string;
let muteUrl: string;
const server = http.createServer((request, response) => {
  seen.push(request.url ?? '');
  handlers[request.url ?? '']?.(request, response);
});
// Accepts and says nothing, so that a TLS handshake never ends.
const mute = net.createServer((socket) => socket.on('error', () => {}));

beforeAll(async () => {
  server.on('connection', () => connections++);
  port = await listen(server);
  url = `http://127.0.0.1:${port}`;
  muteUrl = `https://127.0.0.1:${await listen(mute)}/`;
});

afterEach(() => {
  vi.restoreAllMocks();
});

afterAll(() => {
  local.close();
  strict.close();
  server.closeAllConnections();
  server.close();
  mute.close();
});

describe('an answer', () => {
  it('comes back with status, headers and bytes', async () => {
    const response = await local(`${url}/ok`, get);

    expect(response).toMatchObject({ status: 201, headers: { 'set-cookie': 'a=1,b=2' } });
    expect(response.body.toString()).toBe('fine');
  });

  it('is for exactly what was asked: method, headers, body', async () => {
    const response = await local(`${url}/echo`, {
      ...get,
      method: 'PUT',
      headers: { 'Content-Type': 'text/plain', 'Accept-Encoding': 'br' },
      body: 'häuschen',
    });

    expect(response.body.toString()).toBe('häuschen');
    expect(JSON.parse(response.headers['x-seen'] ?? '')).toMatchObject({
      method: 'PUT',
      'content-type': 'text/plain',
      'content-length': '9',
      'accept-encoding': 'identity',
      'user-agent': 'Frontdesk/1.0',
    });
  });

  it('is not inflated, whatever the server claims', async () => {
    expect((await local(`${url}/gzip`, get)).body.toString()).toBe('as it came');
  });

  it('may be a redirect, which is not followed', async () => {
    seen.length = 0;

    expect(await local(`${url}/redirect`, get)).toMatchObject({ status: 302, headers: { location: '/ok' } });
    expect(seen).toEqual(['/redirect']);
  });

  it('comes over the same connection as the one before', async () => {
    await local(`${url}/ok`, get);
    const before = connections;
    await local(`${url}/ok`, get);

    expect(connections).toBe(before);
  });
});

describe('a request that went out and was not answered', () => {
  it.each([
    ['/stall-before-headers', 'no answer in 500 ms', hurried],
    ['/stall-after-headers', 'no answer in 500 ms', hurried],
    ['/stall-in-body', 'no answer in 500 ms', hurried],
    ['/reset-in-body', 'reset', get],
    ['/reset', 'reset', get],
    ['/hang-up', 'reset', get],
    ['/upgrade', 'closed', get],
    ['/garbage', 'HPE_INVALID_CONSTANT', get],
  ])('%s is uncertain', async (path, reason, init) => {
    const error = await failure(local(url + path, { ...init, method: 'POST', body: '{}' }));

    expect(error).toBeInstanceOf(UncertainError);
    expect(error.message).toContain(reason);
  });

  it('is waited for no longer than for an answer to begin', async () => {
    const patient = { ...get, responseTimeoutMs: 50 };
    const error = await failure(local(`${url}/stall-before-headers`, { ...patient, method: 'POST', body: '{}' }));

    expect(error).toBeInstanceOf(UncertainError);
    expect(error.message).toContain('no answer began in 50 ms');
  });

  it.each([
    ['whose answer has begun', '/stall-after-headers', '{}'],
    ['that is still on its way', '/stall-before-headers', Buffer.alloc(64 * 1024 * 1024)],
  ])('%s has until the end of all', async (_what, path, body) => {
    const error = await failure(local(url + path, { ...hurried, responseTimeoutMs: 250, method: 'POST', body }));

    expect(error.message).toContain('no answer in 500 ms');
  });

  it('is uncertain on a kept connection too', async () => {
    await local(`${url}/ok`, get);

    expect(await failure(local(`${url}/reset`, get))).toBeInstanceOf(UncertainError);
  });

  it('is cut off when the answer grows over the limit', async () => {
    const error = await failure(local(`${url}/endless`, get));

    expect(error).toBeInstanceOf(UncertainError);
    expect(error.message).toContain('longer than 1048576 bytes');
  });

  it('is cut off at the very byte after the limit', async () => {
    expect((await local(`${url}/ok`, { ...get, maxResponseBytes: 4 })).body.toString()).toBe('fine');
    expect(await failure(local(`${url}/ok`, { ...get, maxResponseBytes: 3 }))).toBeInstanceOf(UncertainError);
  });

  it('can be cancelled', async () => {
    const cancel = new AbortController();
    const call = failure(local(`${url}/stall-before-headers`, { ...get, signal: cancel.signal }));
    server.once('request', () => cancel.abort());

    expect(await call).toBeInstanceOf(UncertainError);
    expect((await call).message).toContain('cancelled');
  });
});

describe('a request that never left', () => {
  it.each([
    ['nobody listens', async () => `http://127.0.0.1:${await freePort()}/`],
    ['TLS meets plain HTTP', async () => `https://127.0.0.1:${port}/ok`],
    ['the TLS handshake does not end', async () => muteUrl],
    ['there is no such name', async () => 'http://name.invalid/'],
  ])('says so: %s', async (_case, address) => {
    const error = await failure(local(await address(), brief));

    expect(error).not.toBeInstanceOf(UncertainError);
    expect(error).not.toBeInstanceOf(PermanentError);
    expect(error.message).toMatch(/^not sent: /);
    expect(error.message).not.toContain('127.0.0.1');
  });

  it('is given up where no connection stands in time, however much there is for all of it', async () => {
    const error = await failure(local(muteUrl, brief));

    expect(error.message).toBe('not sent: no connection in 100 ms');
  });

  it('says so when it was cancelled before', async () => {
    const error = await failure(local(`${url}/ok`, { ...get, signal: AbortSignal.abort() }));

    expect(error.message).toBe('not sent: the call was cancelled');
  });
});

describe('addresses that are not public', () => {
  // `PORT` is the port of a server that listens: a call that comes through would be counted.
  it.each([
    'http://127.0.0.1:PORT/ok',
    'http://127.1:PORT/ok',
    'http://2130706433:PORT/ok',
    'http://0x7f.1:PORT/ok',
    'http://0177.0.0.1:PORT/ok',
    'http://127。0。0。1:PORT/ok',
    'http://0.0.0.0:PORT/ok',
    'http://0:PORT/ok',
    'http://[::1]:PORT/ok',
    'http://[::]:PORT/ok',
    'http://[::127.0.0.1]:PORT/ok',
    'http://[::ffff:127.0.0.1]:PORT/ok',
    'http://[64:ff9b::127.0.0.1]:PORT/ok',
    'http://[2002:7f00:1::]:PORT/ok',
    'https://127.0.0.1:PORT/ok',
    'http://localhost:PORT/ok',
    'https://localhost:PORT/ok',
    'http://[::ffff:a9fe:a9fe]/latest/meta-data',
    'http://169.254.169.254/latest/meta-data',
    'http://168.63.129.16/machine',
    'http://100.100.100.200/',
    'http://100.64.0.1/',
    'http://10.1.2.3/',
    'http://172.31.255.255/',
    'http://192.168.0.1/',
    'http://192.0.0.192/',
    'http://198.18.0.1/',
    'http://224.0.0.1/',
    'http://240.0.0.1/',
    'http://255.255.255.255/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'http://[fec0::1]/',
    'http://[ff02::1]/',
    'http://[2001::1]/',
    'http://[2001:db8::1]/',
    'http://93.184.215.14:22/',
    'http://93.184.215.14:25/',
    'http://[2606:2800:21f:cb07::1]:6/',
  ])('%s is refused', async (address) => {
    const before = connections;
    const error = await failure(strict(address.replace('PORT', String(port)), get));

    expect(error).toMatchObject({ name: 'PermanentError', code: 'blocked_address' });
    expect(error.message).toBe('this address is not allowed; the operator can allow its network with OUTBOUND_ALLOW');
    expect(connections).toBe(before);
  });

  it.each([
    'file:///etc/passwd',
    'ftp://example.com/',
    'gopher://example.com/',
    'javascript:alert(1)',
    '//example.com/',
    'example.com',
    'http://',
    'http://user@127.0.0.1:PORT/ok',
    'http://user:password@example.com/',
    'http://example.com@127.0.0.1:PORT/',
    'http://[fe80::1%25eth0]/',
  ])('%s is not a URL to call', async (address) => {
    const error = await failure(strict(address.replace('PORT', String(port)), get));

    expect(error).toMatchObject({ name: 'PermanentError', code: 'invalid_url' });
  });

  it.each(['localhost.', 'anything.localhost', 'metadata.google.internal'])(
    'the name %s is either unknown or refused',
    async (name) => {
      const before = connections;

      expect((await failure(strict(`http://${name}:${port}/ok`, brief))).message).toMatch(/^not sent: |not allowed/);
      expect(connections).toBe(before);
    },
  );

  it('are refused when they hide among public ones', async () => {
    resolveTo(['93.184.215.14', 4], ['127.0.0.1', 4]);

    expect(await failure(strict(`http://rebound.example:${port}/ok`, get))).toMatchObject({ code: 'blocked_address' });
  });

  it('are refused in the very lookup that is dialled, so a second answer changes nothing', async () => {
    const lookup = resolveTo(['127.0.0.1', 4]);

    expect(await failure(strict(`http://rebound.example:${port}/ok`, get))).toMatchObject({ code: 'blocked_address' });
    expect(lookup).toHaveBeenCalledOnce();
  });
});

describe('what the operator allows', () => {
  it.each([
    [['127.0.0.1'], 'http://127.0.0.1:PORT/ok'],
    [['10.0.0.0/8', ' 127.0.0.0/8 '], 'http://127.0.0.1:PORT/ok'],
    [['127.0.0.0/8'], 'http://localhost:PORT/ok'],
    [['127.0.0.0/8'], 'http://[::ffff:127.0.0.1]:PORT/ok'],
  ])('networks %j open %s', async (allowNetworks, address) => {
    const request = createSafeRequest({ allowNetworks, trustedOrigins: [] });

    expect((await request(address.replace('PORT', String(port)), get)).status).toBe(201);
    request.close();
  });

  it('does not open the networks beside them', async () => {
    const request = createSafeRequest({ allowNetworks: ['10.0.0.0/8', '::1'], trustedOrigins: [] });

    expect(await failure(request(`${url}/ok`, get))).toMatchObject({ code: 'blocked_address' });
  });

  it('opens low ports of allowed addresses', async () => {
    expect((await failure(local('http://127.0.0.1:9/', get))).message).toMatch(/^not sent: the connection was refused/);
  });

  it('opens exactly the trusted origin', async () => {
    const request = createSafeRequest({ allowNetworks: [], trustedOrigins: [`${url}/some/path`] });

    expect((await request(`${url}/ok`, get)).status).toBe(201);
    expect(await failure(request(`http://localhost:${port}/ok`, get))).toMatchObject({ code: 'blocked_address' });
    expect(await failure(request(`https://127.0.0.1:${port}/ok`, get))).toMatchObject({ code: 'blocked_address' });
    request.close();
    // Whose name another one begins with.
    const beginning = createSafeRequest({ allowNetworks: [], trustedOrigins: ['http://127.0.0.1'] });
    expect(await failure(beginning(`${url}/ok`, get))).toMatchObject({ code: 'blocked_address' });
    beginning.close();
  });

  it.each(['10.0.0.0/33', '10.0.0', 'n8n', '', '10.0.0.0/', '10.0.0.0/8/8', '::/129', '10.0.0.0/-1'])(
    'refuses to start with the network %j',
    (network) => {
      expect(() => createSafeRequest({ allowNetworks: [network], trustedOrigins: [] })).toThrow('neither an IP');
    },
  );
});

describe('headers', () => {
  it.each([
    ['x-name', 'a\r\nx-other: b'],
    ['x-name', 'a\nb'],
    ['x-name', 'a\0b'],
    ['x-name', 'Привет'],
    ['x-name: a\r\nx-other', 'b'],
    ['', 'b'],
    ['Host', 'internal'],
    ['Transfer-Encoding', 'chunked'],
    ['content-length', '0'],
    ['connection', 'upgrade'],
  ])('%j: %j is refused', async (name, value) => {
    const before = connections;
    const error = await failure(local(`${url}/ok`, { ...get, headers: { [name]: value } }));

    expect(error).toMatchObject({ name: 'PermanentError', code: 'invalid_header' });
    expect(connections).toBe(before);
  });
});

describe('under nock', () => {
  it('answers and fails as a real server would', async () => {
    nock.activate();
    nock('https://api.example').post('/send', { a: 1 }).reply(429, { error: 'slow down' }, { 'retry-after': '3' });
    nock('https://api.example').get('/broken').replyWithError('boom');

    const response = await strict('https://api.example/send', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    });
    expect(response).toMatchObject({ status: 429, headers: { 'retry-after': '3' } });
    expect(response.body.toString()).toBe('{"error":"slow down"}');
    expect((await failure(strict('https://api.example/broken', { method: 'GET' }))).message).toContain('boom');
    nock.restore();
  });
});

function listen(on: net.Server): Promise<number> {
  return new Promise((resolve) => {
    on.listen(0, '127.0.0.1', () => {
      const address = on.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}

async function freePort() {
  const probe = net.createServer();
  const free = await listen(probe);
  await new Promise((resolve) => probe.close(resolve));
  return free;
}

function resolveTo(...addresses: [string, number][]) {
  const answer = addresses.map(([address, family]) => ({ address, family }));
  const lookup: (...args: never[]) => unknown = (
    _hostname: string,
    _options: dns.LookupAllOptions,
    callback: (error: null, addresses: dns.LookupAddress[]) => void,
  ) => callback(null, answer);
  return vi.spyOn(dns, 'lookup').mockImplementation(lookup as typeof dns.lookup);
}

const failure = (call: Promise<unknown>): Promise<Error> =>
  call.then(
    () => {
      throw new Error('the call did not fail');
    },
    (error: Error) => error,
  );
