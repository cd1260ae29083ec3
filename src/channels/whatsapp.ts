import { z } from 'zod';
import type { ChannelAdapter } from './adapter.ts';
import { verifyMetaSignature } from './meta-signature.ts';
import { sameSecret, unguessable } from './signature.ts';
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
  tellsArrival: true,
  idempotentSend: false,

  verify: (request, { appSecret }) => verifyMetaSignature(request, appSecret),
  nobody: {
    phoneNumberId: '0',
    accessToken: 'none',
    appSecret: unguessable(),
    verifyToken: unguessable(),
    apiVersion: 'v23.0',
  },
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
