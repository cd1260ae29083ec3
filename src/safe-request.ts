import dns from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { addressGuard, type AddressCheck } from './address-guard.ts';
import { messageOf, PermanentError, UncertainError } from './errors.ts';

/** One outbound call. Never follows redirects. */
export interface SafeRequestInit {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** From the first byte sent to the last byte received. Default 15,000. */
  totalTimeoutMs?: number;
  /** Until the connection stands. Default 3,000. */
  connectTimeoutMs?: number;
  /** From the last byte sent to the headers of the answer. Default 10,000. */
  responseTimeoutMs?: number;
  /** Default 1 MiB, counted while streaming. */
  maxResponseBytes?: number;
  signal?: AbortSignal;
}

export interface SafeResponse {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

export type SafeRequest = (url: string, init: SafeRequestInit) => Promise<SafeResponse>;

export interface SafeRequestOptions {
  /** Networks (`10.0.0.0/8`) or addresses that may be called although they are not public. */
  allowNetworks: string[];
  /** Origins (`http://n8n:5678`) that the operator configured himself: no address or port check. */
  trustedOrigins: string[];
}

/**
 * Makes the only way out to addresses that a tenant may choose. Any status is an answer, 3xx too;
 * a call without an answer rejects, and the class of the error says how far it came:
 *
 * - `PermanentError`: nothing was sent, and the same call cannot work later. `code` is
 *   `blocked_address`, `invalid_url` or `invalid_header`.
 * - `Error` beginning with `not sent: `: no byte of the request left us (name, connection, TLS).
 * - `UncertainError`: the request went out and no complete answer came back; the peer may have acted.
 *
 * Throws when `allowNetworks` or `trustedOrigins` cannot be read. `close` ends every connection, busy ones too.
 */
export function createSafeRequest(options: SafeRequestOptions): SafeRequest & { close(): void } {
  const isAllowed = addressGuard(options.allowNetworks);
  const trusted = new Set(options.trustedOrigins.map((origin) => new URL(origin).origin));
  // Many servers drop an idle connection after 5 s. Ours go first, so that a request seldom meets a reset.
  const agentOptions = { keepAlive: true, timeout: 4_000 };
  const agents = { 'http:': new http.Agent(agentOptions), 'https:': new https.Agent(agentOptions) };

  const safeRequest: SafeRequest = async (address, init) => {
    const { url, protocol } = parseUrl(address);
    const headers = requestHeaders(init);
    const request = { method: init.method, headers, agent: agents[protocol] };
    if (trusted.has(url.origin)) return exchange(url, init, request);

    const port = Number(url.port) || (protocol === 'https:' ? 443 : 80);
    // Node looks up names only, so an address written out in the URL is checked here.
    const literal = url.hostname.replace(/^\[|\]$/g, '');
    if (net.isIP(literal) && !isAllowed(literal, port)) throw blockedAddress();
    return exchange(url, init, { ...request, lookup: guardedLookup(isAllowed, port) });
  };

  return Object.assign(safeRequest, { close: () => Object.values(agents).forEach((agent) => agent.destroy()) });
}

/**
 * Checks the very addresses that are dialled next, so a name cannot change between check and connect.
 * One closed address spoils the whole answer: public names do not mix.
 */
function guardedLookup(isAllowed: AddressCheck, port: number): net.LookupFunction {
  return (hostname, options, callback) => {
    dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const [first] = addresses;
      if (!first || !addresses.every(({ address }) => isAllowed(address, port))) return callback(blockedAddress(), []);
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

const refused = (code: string, message: string) => new PermanentError(message, { code });
const blockedAddress = () =>
  refused('blocked_address', 'this address is not allowed; the operator can allow its network with OUTBOUND_ALLOW');

function parseUrl(address: string): { url: URL; protocol: 'http:' | 'https:' } {
  const url = URL.parse(address);
  if (!url) throw refused('invalid_url', 'this is not a complete URL');
  const { protocol, username, password } = url;
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw refused('invalid_url', 'only http and https URLs can be called');
  }
  if (username || password) {
    throw refused('invalid_url', 'a URL must not carry a user name or password; use a header');
  }
  return { url, protocol };
}

// These say where a message goes or where it ends. In foreign hands they would let one call become two.
const transportHeaders = new Set(
  'connection content-length expect host keep-alive proxy-connection te trailer transfer-encoding upgrade'.split(' '),
);

function requestHeaders({ headers = {}, body }: SafeRequestInit) {
  const result: Record<string, string> = { accept: '*/*', 'user-agent': 'Frontdesk/1.0' };
  for (const [name, value] of Object.entries(headers)) {
    try {
      http.validateHeaderName(name);
      http.validateHeaderValue(name, value);
    } catch {
      throw refused('invalid_header', 'a header has a line break or another character that HTTP does not allow');
    }
    if (transportHeaders.has(name.toLowerCase())) {
      throw refused('invalid_header', `the header ${name} cannot be set by the caller`);
    }
    result[name.toLowerCase()] = value;
  }
  // Uncompressed, so that the cap counts what we keep.
  result['accept-encoding'] = 'identity';
  if (body !== undefined) result['content-length'] = String(Buffer.byteLength(body));
  return result;
}

/** One request and its whole answer. Whatever happens first settles it; the connection goes with every failure. */
async function exchange(url: URL, init: SafeRequestInit, options: http.RequestOptions): Promise<SafeResponse> {
  const { connectTimeoutMs = 3_000, responseTimeoutMs = 10_000, totalTimeoutMs = 15_000 } = init;
  const { maxResponseBytes = 1024 * 1024, signal } = init;
  const { promise, resolve, reject } = Promise.withResolvers<SafeResponse>();
  if (signal?.aborted) throw errorAtStage(cancelled(), false);
  const isTls = url.protocol === 'https:';
  const request = (isTls ? https : http).request(url, options);
  let connected = false;
  let answered = false;
  const fail = (cause: unknown) => {
    reject(errorAtStage(cause, connected));
    request.destroy();
  };
  const cancel = () => fail(cancelled());
  let connectTimer: NodeJS.Timeout | undefined;
  const totalTimer = startTimer(totalTimeoutMs, () => fail(new Error(`no answer in ${totalTimeoutMs} ms`)));
  let responseTimer: NodeJS.Timeout | undefined;
  signal?.addEventListener('abort', cancel, { once: true });

  const onConnect = () => {
    connected = true;
    clearTimeout(connectTimer);
  };
  request.once('socket', (socket) => {
    if (!socket.connecting) return onConnect(); // kept alive from an earlier call
    connectTimer = startTimer(connectTimeoutMs, () => fail(new Error(`no connection in ${connectTimeoutMs} ms`)));
    socket.once(isTls ? 'secureConnect' : 'connect', onConnect);
  });
  const lost = () => fail(new Error('the connection was closed'));
  request.once('close', lost);
  request.on('error', fail);
  // It may be answered before all of it is sent.
  request.once('finish', () => {
    if (answered) return;
    const late = () => fail(new Error(`no answer began in ${responseTimeoutMs} ms`));
    responseTimer = startTimer(responseTimeoutMs, late);
  });
  request.once('response', (response) => {
    answered = true;
    clearTimeout(responseTimer);
    request.off('close', lost); // the answer tells by itself when it breaks off
    collect(response, maxResponseBytes, resolve, fail);
  });
  request.end(init.body);

  try {
    return await promise;
  } finally {
    clearTimeout(connectTimer);
    clearTimeout(responseTimer);
    clearTimeout(totalTimer);
    signal?.removeEventListener('abort', cancel);
    // An answer may come before our body is read; the rest of it is not worth a connection.
    if (!request.writableFinished) request.destroy();
  }
}

function collect(
  response: http.IncomingMessage,
  maxBytes: number,
  done: (response: SafeResponse) => void,
  fail: (cause: unknown) => void,
) {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) fail(new Error(`the answer is longer than ${maxBytes} bytes`));
  });
  response.on('error', fail);
  response.once('end', () => {
    const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
    done({ status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks) });
  });
}

function errorAtStage(cause: unknown, connected: boolean) {
  if (cause instanceof PermanentError) return cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  const reason = (code && knownReasons.get(code)) ?? code ?? messageOf(cause);
  if (!connected) return new Error(`not sent: ${reason}`, { cause });
  return new UncertainError(`sent, but no complete answer came: ${reason}`, { cause });
}

const cancelled = () => new Error('the call was cancelled');
// Node's own messages name resolved addresses, which are nobody's business but the operator's.
const knownReasons = new Map([
  ['ENOTFOUND', 'the host name was not found'],
  ['EAI_AGAIN', 'the host name could not be looked up'],
  ['ECONNREFUSED', 'the connection was refused'],
  ['ECONNRESET', 'the connection was reset'],
  ['CERT_HAS_EXPIRED', 'the certificate has expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate is for another host name'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the certificate is self-signed'],
]);

// A longer delay than this overflows into 1 ms.
const startTimer = (ms: number, onEnd: () => void) => setTimeout(onEnd, Math.min(ms, 2 ** 31 - 1));
