import type { IncomingMessage, ServerResponse } from 'node:http';
import { LONGEST_TOKEN, tokensIn, withoutCanaries } from './canaries.ts';

/** Something that left the service. */
export interface Heard {
  kind: 'response' | 'call' | 'mail';
  /** For whoever reads that it leaked. */
  what: string;
  /** What the request asked for, or where the call or mail went. */
  path: string;
  /** What the request gave as proof: bearer token, values of cookies. */
  credentials: string[];
  /** Canaries and ids in it, and in the request that it answers. */
  found: string[];
  sent: ReadonlySet<string>;
}

/** All that the services over one database say, as far as it names anybody's rows. */
export interface Ears {
  heard: Heard[];
  lines: string[];
  /** What was ever given as proof. */
  secrets: Set<string>;
  /** What was written in requests, also in those that went wrong; a flood says it often enough. */
  words: Set<string>;
  /** To be told of each request before it is answered. */
  overhear(request: IncomingMessage, response: ServerResponse): void;
  /** Gives `text` as the tests may know it. */
  called(where: string, headers: unknown, text: string): string;
  mailed(to: readonly string[], text: string): void;
}

const all = new WeakMap<object, Ears>();

/** So that another side over the same rows is heard as well. */
export const setEars = ({ orm }: { orm: object }, ears: Ears): void => void all.set(orm, ears);
export const earsOf = ({ orm }: { orm: object }): Ears => all.get(orm) ?? openEars();

/** What the mail servers of tests got, by their address. */
export const mailsTo = new Map<string, { to: string[]; text: string }[]>();

export function openEars(): Ears {
  const ears: Ears = {
    heard: [],
    lines: [],
    secrets: new Set(),
    words: new Set(),
    overhear(request, response) {
      const path = request.url ?? '';
      const credentials = proofsOf(request);
      for (const secret of [...credentials, ...otherProofsOf(request)]) ears.secrets.add(secret);
      const sent = listener();
      sent.hear(`${path} ${JSON.stringify(request.headers)}`);
      const push = request.push.bind(request);
      request.push = (chunk: unknown, encoding) => {
        if (Buffer.isBuffer(chunk)) {
          const text = chunk.toString();
          sent.hear(text);
          for (const [, secret = ''] of text.matchAll(PASSWORD)) ears.secrets.add(secret);
          if (ears.words.size < 500) for (const [, words = ''] of text.matchAll(WORDS)) ears.words.add(words);
        }
        return push(chunk, encoding);
      };
      const found = listener();
      hearAnswer(response, found.hear);
      response.once('close', () => {
        found.hear(JSON.stringify(response.getHeaders()));
        if (found.tokens.size === 0) return;
        const what = `${response.statusCode} to ${request.method} ${path}`;
        ears.heard.push({ kind: 'response', what, path, credentials, found: [...found.tokens], sent: sent.tokens });
      });
    },
    called(where, headers, text) {
      const found = tokensIn(`${JSON.stringify(headers)} ${text}`);
      ears.heard.push({ kind: 'call', what: `to ${where}`, path: where, credentials: [], found, sent: new Set() });
      return withoutCanaries(text);
    },
    mailed(to, text) {
      const what = `to ${to.join()}`;
      ears.heard.push({ kind: 'mail', what, path: to.join(), credentials: [], found: tokensIn(text), sent: new Set() });
    },
  };
  return ears;
}

const WORDS = /"(?:text|body|content|answer|caption)":"([^"\\]{12,200})"/g;
const PASSWORD = /"\w*password":"([^"]+)"/gi;

function proofsOf({ headers }: IncomingMessage): string[] {
  const cookies = (headers.cookie ?? '').split('; ').map((cookie) => decoded(cookie.replace(/^[^=]*=/, '')));
  return [(headers.authorization ?? '').replace(/^Bearer /i, ''), ...cookies].filter((proof) => proof !== '');
}

/** Of what no sender has to encode well. */
const decoded = (value: string) =>
  value.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

function otherProofsOf({ headers, url = '' }: IncomingMessage): string[] {
  const [, link] = /\/invitations\/([^/?]+)/.exec(url) ?? [];
  return [headers['x-telegram-bot-api-secret-token'] ?? [], link ?? []].flat();
}

/** Hears a text that comes in pieces, and forgets all but what it names. */
function listener() {
  const tokens = new Set<string>();
  let end = '';
  const hear = (piece: string) => {
    for (const token of tokensIn(end + piece)) tokens.add(token);
    end = piece.slice(-LONGEST_TOKEN);
  };
  return { tokens, hear };
}

/** What is sent from now on is heard as it is, and goes to the test without canaries. */
function hearAnswer(response: ServerResponse, hear: (text: string) => void): void {
  const taken = (chunk: unknown): unknown => {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return chunk;
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    hear(text);
    return text.includes('cnry') ? withoutCanaries(text) : chunk;
  };
  const write = response.write.bind(response);
  const end = response.end.bind(response);
  response.write = (...[chunk, ...more]: unknown[]) => Reflect.apply(write, null, [taken(chunk), ...more]) === true;
  response.end = (...[chunk, ...more]: unknown[]) => {
    const rest = taken(chunk);
    const isWhole = typeof rest === 'string' && !response.headersSent && response.hasHeader('content-length');
    if (isWhole) response.setHeader('content-length', Buffer.byteLength(rest));
    return Reflect.apply(end, null, [rest, ...more]) ?? response;
  };
}
