import {
  createHmac,
  createSecretKey,
  randomBytes,
  timingSafeEqual,
  type BinaryLike,
  type KeyObject,
} from 'node:crypto';
import { z } from 'zod';
import type { WebhookRequest } from './adapter.ts';

/** As Node hands headers over: absent, once, or several times. */
export type HeaderValue = string | string[] | undefined;

/** One secret, or the new and the old one while they are being exchanged. Absent entries do not count. */
export type Secrets = string | readonly (string | undefined)[];

/**
 * Compares in a time that tells nothing about the content; the length is no secret. False for a missing or repeated
 * header, and for an expected value that is empty: an unset secret must never let anyone in.
 */
export function sameSecret(given: HeaderValue, expected: Secrets): boolean {
  if (typeof given !== 'string') return false;
  const bytes = Buffer.from(given);
  let same = false;
  // No early exit: how long it takes must not say which of the two secrets was right.
  for (const secret of listOf(expected)) {
    const other = Buffer.from(secret);
    same = (other.length === bytes.length && timingSafeEqual(bytes, other)) || same;
  }
  return same;
}

/** True when `given` is the lower-case hex HMAC-SHA256 of `body`. The key is the secret's UTF-8 text. */
export function verifyHmacSha256Hex(given: HeaderValue, body: BinaryLike, secrets: Secrets): boolean {
  return verifyHmac(given, body, secrets, 'hex');
}

/** True when `given` is the padded base64 HMAC-SHA256 of `body`. The key is the secret's UTF-8 text. */
export function verifyHmacSha256Base64(given: HeaderValue, body: BinaryLike, secrets: Secrets): boolean {
  return verifyHmac(given, body, secrets, 'base64');
}

/** A secret that no channel has and nobody knows, in hex, which is base64 as well. */
export const unguessable = (): string => randomBytes(32).toString('hex');

/** A secret as Standard Webhooks writes it: `whsec_` and at least 24 random bytes in base64. */
export const StandardSecret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'must be whsec_ followed by at least 24 bytes in base64');

/** Seconds by which the sender's clock and ours may differ; the reference library's value. */
const TOLERANCE_SECONDS = 5 * 60;

/**
 * Standard Webhooks, symmetric version `v1`: HMAC-SHA256 over `id.timestamp.body`, against any of the secrets.
 * Entries of other versions in the signature list are passed over. Missing or unreadable means false.
 *
 * Not the `standardwebhooks` package: it reads the clock itself and turns the body into text before it hashes,
 * while we answer for `request.now` and for the very bytes.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function verifyStandardWebhook({ headers, rawBody, now }: WebhookRequest, secrets: Secrets): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return false;
  if (id === '' || !/^\d{1,12}$/.test(timestamp)) return false;

  // Written so that an invalid `now` refuses: every comparison with NaN is false.
  const skewSeconds = Math.abs(Math.floor(now.getTime() / 1000) - Number(timestamp));
  if (!(skewSeconds <= TOLERANCE_SECONDS)) return false;

  const expected = listOf(secrets).map((secret) => standardSignature(id, timestamp, rawBody, secret));
  return signatures.split(' ').some((signature) => sameSecret(signature, expected));
}

/**
 * The value of the `webhook-signature` header for a call of ours. Two secrets give two signatures, so that a
 * receiver may exchange its secret at leisure. Throws when there is no usable secret, because an unsigned call
 * would only be refused on the other side.
 */
export function signStandardWebhook(id: string, timestampSeconds: number, body: BinaryLike, secrets: Secrets): string {
  const signatures = listOf(secrets)
    .map((secret) => standardSignature(id, String(timestampSeconds), body, secret))
    .filter((signature) => signature !== undefined);
  if (signatures.length === 0) throw new Error('no webhook secret to sign with: set one that begins with whsec_');
  return signatures.join(' ');
}

/** Undefined for a secret without key bytes: with an empty key everybody could sign. */
function standardSignature(id: string, timestamp: string, body: BinaryLike, secret: string): string | undefined {
  const key = keyOf(secret);
  return key && `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
}

const MOST_KEYS = 1_000;
const keys = new Map<string, KeyObject>();

/** The key of a Standard Webhooks secret. To make one costs more than the hash, so those in use are remembered. */
function keyOf(secret: string): KeyObject | undefined {
  const known = keys.get(secret);
  if (known) return known;
  const bytes = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  if (bytes.length === 0) return undefined;
  if (keys.size >= MOST_KEYS) keys.clear();
  const key = createSecretKey(bytes);
  keys.set(secret, key);
  return key;
}

function verifyHmac(given: HeaderValue, body: BinaryLike, secrets: Secrets, encoding: 'hex' | 'base64'): boolean {
  const expected = listOf(secrets).map((secret) => createHmac('sha256', secret).update(body).digest(encoding));
  return sameSecret(given, expected);
}

function listOf(secrets: Secrets): string[] {
  const all: readonly (string | undefined)[] = typeof secrets === 'string' ? [secrets] : secrets;
  return all.filter((secret): secret is string => Boolean(secret));
}
