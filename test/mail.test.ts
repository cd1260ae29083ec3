import { once } from 'node:events';
import { createServer } from 'node:net';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createSendMail } from '../src/mail.ts';
import { openMailServer } from './handover/mail-server.ts';

const Line = z.object({ msg: z.string(), error: z.string() });

it('a mail is given up after a time for all of it, although the server goes on saying something', async () => {
  const talkative = createServer((socket) => {
    socket.write('220 welcome\r\n');
    // The first lines of an answer that never ends.
    const talk = setInterval(() => socket.write('250-one moment\r\n'), 20);
    socket.on('error', () => undefined).once('close', () => clearInterval(talk));
  }).listen(0, '127.0.0.1');
  await once(talkative, 'listening');
  const { port } = z.object({ port: z.number() }).parse(talkative.address());
  const lines: unknown[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(Line.parse(JSON.parse(line))) });
  try {
    const sendMail = createSendMail({ url: `smtp://127.0.0.1:${port}`, from: 'desk@acme.example' }, log, 300);
    expect(await sendMail({ to: 'mia@acme.example', subject: 'Hello', text: 'Hello' })).toBe(false);
    expect(lines).toEqual([{ msg: 'mail.failed', error: expect.stringMatching(/aborted/) }]);
  } finally {
    talkative.close();
  }
});

it('a mail that would take a password along unencrypted is not sent, and the log says what to do', async () => {
  const { close, port, mails } = await openMailServer();
  const lines: unknown[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(Line.parse(JSON.parse(line))) });
  try {
    const url = `smtp://desk:canary-pass@127.0.0.1:${port}`;
    const sendMail = createSendMail({ url, from: 'desk@acme.example' }, log);
    expect(await sendMail({ to: 'mia@acme.example', subject: 'Hello', text: 'Hello' })).toBe(false);
    expect(lines).toEqual([{ msg: 'mail.failed', error: expect.stringMatching(/no encryption.*requireTLS=false/) }]);
    expect(mails).toEqual([]);
  } finally {
    await close();
  }
});
