import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { ChannelAdapter, InboundEvent, WebhookRequest } from './adapter.ts';
import { IsoTime } from './shapes.ts';
import { sameSecret, unguessable } from './signature.ts';

const MIN_SECRET = 32;
const MAX_TEXT = 4000;

const Config = z.object({
  siteName: z.string().max(200).optional().meta({ title: 'Site name', description: 'Shown above the chat.' }),
  allowedOrigins: z
    .array(z.url({ protocol: /^https?$/ }))
    .default([])
    .meta({ title: 'Allowed origins', description: 'Sites that may show the widget, such as https://example.com.' }),
  visitorSecret: z
    .string()
    .min(MIN_SECRET)
    .meta({ title: 'Visitor secret', description: 'Signs the token of each visitor.', secret: true }),
});

export type WebchatConfig = z.infer<typeof Config>;

/**
 * The chat widget on a tenant's own site. The browser posts each message with the token of its visitor, and reads
 * the answers from our own store, so sending costs no call at all. `allowedOrigins` is for whoever answers the
 * browser's CORS question: outside browsers an Origin proves nothing, so it has no part in `verify`.
 */
export const webchat: ChannelAdapter<WebchatConfig> = {
  kind: 'webchat',
  config: Config,
  apiBase: '',
  limits: { textLength: MAX_TEXT, unit: 'utf16', quickReplies: { max: 10, titleLength: 80 } },
  repeatsRefusals: false,
  refusesUnreadable: true,
  idempotentSend: true,

  verify: verifyVisitor,
  nobody: { allowedOrigins: [], visitorSecret: unguessable() },
  parse: parseWebchat,
  send: async ({ id }) => ({ externalId: id }),
};

/** The token that lets a browser write as this visitor until `ttlSeconds` after `now`. */
export function issueVisitorToken(
  visitorId: string,
  { visitorSecret }: Pick<WebchatConfig, 'visitorSecret'>,
  now: Date,
  ttlSeconds: number,
): string {
  const claim = `${VisitorId.parse(visitorId)}.${Math.floor(now.getTime() / 1000 + ttlSeconds)}`;
  return `${claim}.${macOf(claim, visitorSecret)}`;
}

/** The visitor of a token that is genuine and not expired, otherwise null. Takes constant time over the secret part. */
export function readVisitorToken(
  token: string,
  { visitorSecret }: Pick<WebchatConfig, 'visitorSecret'>,
  now: Date,
): string | null {
  const [, visitorId = '', expires = '', mac] = /^([\w-]{1,64})\.(\d{1,12})\.([\w-]{43})$/.exec(token) ?? [];
  if (visitorSecret.length < MIN_SECRET || !sameSecret(mac, macOf(`${visitorId}.${expires}`, visitorSecret)))
    return null;
  return Number(expires) * 1000 > now.getTime() ? visitorId : null;
}

// No dots and no colons: those separate the parts of tokens and of ids.
const VisitorId = z.string().regex(/^[\w-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ -');

const Body = z.object({
  visitorId: VisitorId,
  /** Made by the browser, so that a repeated post is the same message. */
  id: z.uuid(),
  text: z.string().min(1).max(MAX_TEXT),
  name: z.string().max(200).optional(),
  /** `navigator.language`. */
  language: z.string().max(35).optional(),
  /** Not sent by the widget: added when the message arrives, and read again on replay. */
  sentAt: IsoTime.optional(),
});

/** Throws ZodError when the body is not one message; a browser posts one at a time, so it has no neighbours. */
function parseWebchat(body: unknown): InboundEvent[] {
  const { sentAt = new Date(), ...message } = Body.parse(body);
  const { visitorId, id, text, name, language } = message;
  const externalId = `${visitorId}:${id}`;
  return [
    {
      externalId,
      thread: visitorId,
      // Without a time it was sent when it came. The payload keeps that time for a replay.
      payload: { ...message, sentAt: sentAt.toISOString() },
      content: {
        type: 'message',
        messageId: externalId,
        from: { externalId: visitorId, ...(name && { name }), ...(language && { language }) },
        text,
        attachments: [],
        isGroup: false,
        sentAt,
      },
    },
  ];
}

/** True when the token is good and the body is written in the name of the same visitor. */
function verifyVisitor({ headers, rawBody, now }: WebhookRequest, config: WebchatConfig): boolean {
  const [, token] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const visitorId = token === undefined ? null : readVisitorToken(token, config, now);
  return visitorId !== null && visitorId === claimedVisitor(rawBody);
}

const Claim = z.object({ visitorId: VisitorId });

function claimedVisitor(rawBody: Buffer): string | undefined {
  try {
    return Claim.safeParse(JSON.parse(rawBody.toString('utf8'))).data?.visitorId;
  } catch {
    return undefined;
  }
}

const macOf = (claim: string, secret: string) => createHmac('sha256', secret).update(claim).digest('base64url');
