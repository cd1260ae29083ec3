import { messageOf } from './errors.ts';
import type { Logger } from './logger.ts';
import { encryptionAdvice, openSmtp } from './smtp.ts';

export interface Mail {
  to: string;
  subject: string;
  text: string;
}

/** Whether the operator's mail server has taken it. Why it did not is in the log; nothing is thrown. */
export type SendMail = (mail: Mail) => Promise<boolean>;

/** For all of a mail. */
const TOTAL_MS = 30_000;

/** Mails of Frontdesk itself to the people who work with it. */
export function createSendMail(smtp: { url: string; from: string } | null, log: Logger, totalMs = TOTAL_MS): SendMail {
  return async ({ to, subject, text }) => {
    if (!smtp) {
      log.warn({ subject, hint: 'set SMTP_URL and SMTP_FROM' }, 'mail.not_set_up');
      return false;
    }
    const transport = openSmtp(smtp.url);
    try {
      // An address given as an object is taken as it is; a string would be searched for several.
      await transport.sendMail({
        from: smtp.from,
        to: { name: '', address: to },
        subject,
        text,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        signal: AbortSignal.timeout(totalMs),
      });
      return true;
    } catch (error) {
      log.warn({ subject, error: encryptionAdvice(error) ?? messageOf(error) }, 'mail.failed');
      return false;
    } finally {
      transport.close();
    }
  };
}
