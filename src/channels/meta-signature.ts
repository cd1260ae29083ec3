import { isAscii, isUtf8 } from 'node:buffer';
import type { WebhookRequest } from './adapter.ts';
import { verifyHmacSha256Hex } from './signature.ts';

/**
 * `X-Hub-Signature-256: sha256=<hex>` over the raw bytes. Meta signs its payload with every character above 0x7F
 * escaped, and normally that is what is on the wire. A proxy that decodes the escapes breaks all messages with an
 * emoji, so such a body gets a second attempt in its escaped form.
 */
export function verifyMetaSignature(request: WebhookRequest, appSecret: string): boolean {
  const header = request.headers['x-hub-signature-256'];
  if (typeof header !== 'string' || !header.startsWith('sha256=')) return false;
  if (provenBy.get(request)?.has(appSecret)) return true;
  const signature = header.slice('sha256='.length);
  const isProven =
    verifyHmacSha256Hex(signature, request.rawBody, appSecret) || isEscapedProven(signature, request, appSecret);
  if (isProven) provenBy.set(request, new Set(provenBy.get(request)).add(appSecret));
  return isProven;
}

/**
 * Secrets that have proven a request: the numbers of an app share its secret, and a body may speak of a thousand of them.
 * What did not prove it is not remembered, so that the time of an answer does not tell who has the same secret.
 */
const provenBy = new WeakMap<WebhookRequest, Set<string>>();

function isEscapedProven(signature: string, request: WebhookRequest, appSecret: string): boolean {
  const escaped = escapedOf(request);
  return escaped !== null && verifyHmacSha256Hex(signature, escaped, appSecret);
}

/** Escaped once for all secrets that are tried: it takes longer than they do. */
const escapedBodies = new WeakMap<WebhookRequest, Buffer | null>();

function escapedOf(request: WebhookRequest): Buffer | null {
  let escaped = escapedBodies.get(request);
  if (escaped === undefined) escapedBodies.set(request, (escaped = escapeNonAscii(request.rawBody)));
  return escaped;
}

/**
 * Null where it would change nothing, and where the bytes are no UTF-8: those were never a signed text. Unit by unit,
 * because anybody may send 4 MB of such characters, and a regular expression takes ten times as long.
 */
function escapeNonAscii(rawBody: Buffer): Buffer | null {
  if (isAscii(rawBody) || !isUtf8(rawBody)) return null;
  const text = rawBody.toString('utf8');
  let size = 0;
  for (let n = 0; n < text.length; n += 1) size += text.charCodeAt(n) < 0x80 ? 1 : 6;
  const escaped = Buffer.allocUnsafe(size);
  let at = 0;
  for (let n = 0; n < text.length; n += 1) {
    const unit = text.charCodeAt(n);
    if (unit < 0x80) {
      escaped[at++] = unit;
      continue;
    }
    escaped[at++] = BACKSLASH;
    escaped[at++] = LETTER_U;
    for (let shift = 12; shift >= 0; shift -= 4) escaped[at++] = HEX.charCodeAt((unit >> shift) & 0xf);
  }
  return escaped;
}

const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const HEX = '0123456789abcdef';
