import { once } from 'node:events';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { z } from 'zod';
import { withoutCanaries } from '../support/canaries.ts';
import { mailsTo } from '../support/ears.ts';
import { closeAfterwards } from './harness.ts';

interface Mail {
  from: string;
  to: string[];
  headers: Map<string, string>;
  head: string;
  body: string;
}

/** A mail server that takes every mail, except for what `options` refuse. It ends with the test. */
export async function startMailServer(options: SMTPServerOptions = {}) {
  const { close, ...server } = await openMailServer(options);
  closeAfterwards(close);
  return server;
}

/** The same until it is closed. */
export async function openMailServer(options: SMTPServerOptions = {}) {
  const mails: Mail[] = [];
  const heard: { to: string[]; text: string }[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const to = rcptTo.map(({ address }) => address);
        const raw = Buffer.concat(chunks).toString('utf8');
        const { head, body } = readMail(raw);
        heard.push({ to, text: `${head}\n${body}` });
        mails.push({ from: mailFrom ? mailFrom.address : '', to, ...readMail(withoutCanaries(raw)) });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  const { port } = z.object({ port: z.number() }).parse(listening.address());
  const url = `smtp://127.0.0.1:${port}`;
  mailsTo.set(url, heard);
  return { mails, smtp: { url, from: 'Frontdesk <desk@acme.example>' }, port, close };
}

function readMail(raw: string) {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const headers = head.replace(/\r\n[ \t]/g, ' ').split('\r\n');
  return {
    head,
    headers: new Map(headers.map((line) => [line.split(':', 1)[0] ?? '', line.slice(line.indexOf(':') + 2)])),
    body: quotedPrintable(rest.join('\r\n\r\n')),
  };
}

const quotedPrintable = (text: string) =>
  Buffer.from(
    text
      .replace(/=\r\n/g, '')
      .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');

export const refuse = (code: number, text: string) => Object.assign(new Error(text), { responseCode: code });
