import { createHmac, timingSafeEqual } from 'node:crypto';
import type { KeyRing } from '../tenancy/secrets.ts';

const PURPOSE = 'file link';
const ID_BYTES = 16;
const CLAIM_BYTES = 2 * ID_BYTES + 4;
/** 60 bytes in all are 80 letters, of which each counts. */
const MAC_BYTES = 24;
const TOKEN = /^[\w-]{80}$/;

interface FileLink {
  tenantId: string;
  fileId: string;
}

/** An address that gives the file to whoever has it, without a login, until `seconds` after `now`. */
export function fileUrl(
  { keys, publicUrl }: { keys: KeyRing; publicUrl: string },
  { tenantId, fileId }: FileLink,
  now: Date,
  seconds: number,
): string {
  const expires = Buffer.alloc(4);
  expires.writeUInt32BE(Math.floor(now.getTime() / 1000 + seconds));
  const claim = Buffer.concat([bytesOf(tenantId), bytesOf(fileId), expires]);
  return `${publicUrl}/api/v1/files/${Buffer.concat([claim, macOf(claim, keys)]).toString('base64url')}`;
}

/** Which file a token is for; null when it is forged or over. Takes constant time over the secret part. */
export function readFileToken(keys: KeyRing, token: string, now: Date): FileLink | null {
  if (!TOKEN.test(token)) return null;
  const bytes = Buffer.from(token, 'base64url');
  const claim = bytes.subarray(0, CLAIM_BYTES);
  if (!timingSafeEqual(bytes.subarray(CLAIM_BYTES), macOf(claim, keys))) return null;
  if (claim.readUInt32BE(2 * ID_BYTES) * 1000 <= now.getTime()) return null;
  return { tenantId: idOf(claim, 0), fileId: idOf(claim, ID_BYTES) };
}

const macOf = (claim: Uint8Array, keys: KeyRing) =>
  createHmac('sha256', keys.derive(PURPOSE)).update(claim).digest().subarray(0, MAC_BYTES);

const bytesOf = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex');

const idOf = (bytes: Buffer, from: number) =>
  bytes.toString('hex', from, from + ID_BYTES).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
