import { createTransport } from 'nodemailer';

/** Each for one step. A server that says a little now and then is silent for none of them. */
const TIMEOUTS = { dnsTimeout: 5_000, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };

/**
 * A way to the operator's mail server, to be closed after one mail. A password leaves over TLS only: otherwise whoever
 * stands in between need only keep silent about STARTTLS to get it. `?requireTLS=false` in the URL takes that back.
 */
export const openSmtp = (url: string) =>
  createTransport({
    url,
    ...TIMEOUTS,
    requireTLS: /^smtp:\/\/[^/]*@/i.test(url),
    // What is in a mail is content, never a path or an address to load content from.
    disableFileAccess: true,
    disableUrlAccess: true,
  });

/** What the operator can do where the server does not encrypt; null for every other failure. */
export function encryptionAdvice(error: unknown): string | null {
  const isRefused = error instanceof Error && 'code' in error && error.code === 'ETLS' && 'response' in error;
  if (!isRefused || !error.response) return null;
  return 'the mail server offers no encryption, and the password in SMTP_URL is not sent without: use smtps://, or ?requireTLS=false on a network of your own';
}
