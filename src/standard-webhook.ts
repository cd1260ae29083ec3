import { Webhook } from 'standardwebhooks';

export interface StandardWebhook {
  /** Stays the same over retries: the receiver's idempotency key. No dots. */
  id: string;
  /** Of this attempt; receivers refuse what is more than five minutes off. */
  timestamp: Date;
  /** Exactly the text that is sent. */
  body: string;
  /** `whsec_` and 24 to 64 random bytes in base64. */
  secret: string;
}

/**
 * The three headers of a signed call after https://www.standardwebhooks.com: HMAC-SHA256 over
 * `id.timestamp.body`. Throws when the secret is not base64.
 */
export function signStandardWebhook({ id, timestamp, body, secret }: StandardWebhook) {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(timestamp.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, timestamp, body),
  } satisfies Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>;
}

/** True for `whsec_` followed by 24 to 64 bytes in base64, the lengths the standard asks for. */
export function isStandardWebhookSecret(secret: string) {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  if (!base64 || base64.length % 4 !== 0) return false;
  const bytes = Buffer.from(base64, 'base64').length;
  return bytes >= 24 && bytes <= 64;
}
