import type { SendMailOptions } from 'nodemailer';
import { z } from 'zod';
import { messageOf, PermanentError } from '../../errors.ts';
import { encryptionAdvice, openSmtp } from '../../smtp.ts';
import type { HandoverNotice, Notifier, SmtpSettings } from '../notifier.ts';
import { newestThatFit, plainText, shorten, wordingOf, type Wording } from './wording.ts';

const HOW_TO_ANSWER = 'Open the conversation to answer: a reply to this e-mail does not reach the customer.';
const TEXT_LENGTH = 20_000;

const Config = z.object({
  to: z.array(z.email()).min(1).max(50).meta({ title: 'Recipients', description: 'They see one another.' }),
});

/**
 * One e-mail to all recipients, through the operator's mail server. It is sent once one of them was accepted. The
 * Message-ID comes from the notice: mail programs show a repeated one once.
 */
export const email: Notifier<z.infer<typeof Config>> = {
  kind: 'email',
  config: Config,

  async send(notice, { to }, { smtp, signal }) {
    if (!smtp) {
      throw new PermanentError('no mail server is configured: the operator has to set SMTP_URL and SMTP_FROM', {
        scope: 'channel',
        code: 'no_smtp',
      });
    }
    try {
      return { externalId: await deliver({ ...mailOf(notice, smtp), to: to.map(asAddress), signal }, smtp) };
    } catch (error) {
      throw failure(error);
    }
  },
};

/** Gives back the Message-ID once the server has taken the mail. */
async function deliver(mail: SendMailOptions, { url }: SmtpSettings): Promise<string> {
  const transport = openSmtp(url);
  try {
    return (await transport.sendMail(mail)).messageId;
  } finally {
    transport.close();
  }
}

function mailOf(notice: HandoverNotice, { from }: SmtpSettings) {
  const wording = wordingOf(notice, HOW_TO_ANSWER);
  const [, domain = 'frontdesk.invalid'] = /@([\w.-]+)>?\s*$/.exec(from) ?? [];
  return {
    from,
    subject: wording.headline,
    text: plainText(wording, TEXT_LENGTH),
    html: htmlOf(wording),
    messageId: `<handover-${notice.id}@${domain}>`,
    date: new Date(notice.createdAt),
    // Holiday replies would go to nobody; the second is what Exchange understands.
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  };
}

/** An object is taken as it is; a string would be searched for several addresses. */
const asAddress = (address: string) => ({ name: '', address });

function htmlOf({ headline, summary, messages, url, howToAnswer, since }: Wording): string {
  const said = newestThatFit(
    messages.map(({ author, text }) => `<p dir="auto"><b>${escape(author)}</b><br>${lines(text)}</p>`),
    TEXT_LENGTH,
  );
  return [
    `<p dir="auto"><b>${escape(headline)}</b></p>`,
    summary && `<p dir="auto">${lines(summary)}</p>`,
    said && `<div style="border-left:3px solid #ccc;padding-left:12px">\n${said}\n</div>`,
    `<p><a href="${escape(url)}">Open the conversation</a></p>`,
    `<p>${lines(howToAnswer)}<br>${escape(since)}</p>`,
  ]
    .filter(Boolean)
    .join('\n');
}

const lines = (text: string) => escape(text).replaceAll('\n', '<br>');

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

const SmtpFailure = z.object({
  code: z.string().optional(),
  responseCode: z.number().optional(),
  response: z.string().optional(),
});

/**
 * A refusal for good (5xx) of the recipients, of the sender or of the mail. Of several recipients all were refused, and
 * none only for now. A wrong login and a server without encryption are 5xx too, but they are the operator's to repair,
 * after which the mail goes through.
 */
function failure(error: unknown): Error {
  const { code = '', responseCode = 0, response = '' } = SmtpFailure.safeParse(error).data ?? {};
  if (code === 'EAUTH') return new Error(`the mail server refused the login in SMTP_URL (${responseCode})`);
  const advice = encryptionAdvice(error);
  if (advice) return new Error(advice);
  const words = shorten(response.replace(/\s+/g, ' ') || messageOf(error), 300);
  const text = `the mail could not be sent: ${words}`;
  // 503 says that the session went wrong, not that the mail was refused.
  const isForGood = responseCode >= 500 && responseCode < 600 && responseCode !== 503;
  if (!isForGood) return new Error(text);
  return new PermanentError(text, { scope: code === 'EENVELOPE' ? 'channel' : 'message', code: String(responseCode) });
}
