import { z } from 'zod';
import type { ChannelAdapter, WebhookRequest } from './adapter.ts';
import { sameSecret, verifyHmacSha256Hex } from './signature.ts';
import { checkWhatsapp } from './whatsapp-check.ts';
import { fetchWhatsappFile } from './whatsapp-file.ts';
import { parseWhatsapp } from './whatsapp-parse.ts';
import { sendWhatsapp, WHATSAPP_BUTTONS } from './whatsapp-send.ts';

const Config = z.object({
  phoneNumberId: z
    .string()
    .regex(/^\d{1,32}$/, 'must be the id of the number in digits, not the number itself')
    .meta({ title: 'Phone number ID', description: 'In the Meta app under WhatsApp, API setup.' }),
  accessToken: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must not contain spaces')
    .meta({ title: 'Access token', description: 'A permanent token of a system user.', secret: true }),
  appSecret: z
    .string()
    .min(16)
    .meta({ title: 'App secret', description: 'Of the Meta app: it signs every webhook.', secret: true }),
  verifyToken: z
    .string()
    .min(8)
    .meta({ title: 'Verify token', description: 'What you enter beside the callback URL.', secret: true }),
  apiVersion: z
    .string()
    .regex(/^v\d{1,3}\.\d{1,3}$/, 'must look like v23.0')
    .default('v23.0')
    .meta({ title: 'Graph API version' }),
});

export type WhatsappConfig = z.infer<typeof Config>;

/**
 * WhatsApp Cloud API. One URL serves all numbers of a Meta app, so one body may hold events of several accounts:
 * each event names its number in `account`. Receipts come as webhooks; there is no idempotency key.
 *
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp
 */
export const whatsapp: ChannelAdapter<WhatsappConfig> = {
  kind: 'whatsapp',
  config: Config,
  apiBase: 'https://graph.facebook.com',
  limits: { textLength: 4096, unit: 'utf16', quickReplies: WHATSAPP_BUTTONS, windowHours: 24 },
  repeatsRefusals: true,
  // Meta: "Webhooks payloads can be up to 3MB".
  largestBody: { bytes: 4 * 1024 * 1024, values: 400_000 },
  idempotentSend: false,

  verify: (request, { appSecret }) => verifyMetaSignature(request, appSecret),
  parse: parseWhatsapp,
  send: sendWhatsapp,

  handshake(query, { verifyToken }) {
    const isOurs = sameSecret(query.get('hub.verify_token') ?? undefined, verifyToken);
    return isOurs && query.get('hub.mode') === 'subscribe' ? query.get('hub.challenge') : null;
  },
  accounts: ({ phoneNumberId }) => [phoneNumberId],
  hasSharedAddress: true,
  check: checkWhatsapp,
  fetchFile: fetchWhatsappFile,
};

/**
 * `X-Hub-Signature-256: sha256=<hex>` over the raw bytes. Meta signs its payload with every character above 0x7F
 * escaped, and normally that is what is on the wire. A proxy that decodes the escapes breaks all messages with an
 * emoji, so such a body gets a second attempt in its escaped form.
 */
function verifyMetaSignature(request: WebhookRequest, appSecret: string): boolean {
  const { headers, rawBody } = request;
  const header = headers['x-hub-signature-256'];
  if (typeof header !== 'string' || !header.startsWith('sha256=')) return false;
  if (provenBy.get(request)?.has(appSecret)) return true;
  const signature = header.slice('sha256='.length);
  const isProven = verifyHmacSha256Hex(signature, rawBody, appSecret) || isEscapedProven(signature, rawBody, appSecret);
  if (isProven) provenBy.set(request, new Set(provenBy.get(request)).add(appSecret));
  return isProven;
}

/**
 * Secrets that have proven a request: the numbers of an app share its secret, and a body may speak of a thousand of them.
 * What did not prove it is not remembered, so that the time of an answer does not tell who has the same secret.
 */
const provenBy = new WeakMap<WebhookRequest, Set<string>>();

function isEscapedProven(signature: string, rawBody: Buffer, appSecret: string): boolean {
  const escaped = escapeNonAscii(rawBody);
  return escaped !== undefined && verifyHmacSha256Hex(signature, escaped, appSecret);
}

/** Undefined where it would change nothing, and where the bytes are no UTF-8: those were never a signed text. */
function escapeNonAscii(rawBody: Buffer): string | undefined {
  if (rawBody.every((byte) => byte < 0x80)) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(rawBody);
    return text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  } catch {
    return undefined;
  }
}
