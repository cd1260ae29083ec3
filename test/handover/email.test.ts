import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { SMTPServerOptions } from 'smtp-server';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PermanentError } from '../../src/errors.ts';
import { notifierKind } from '../../src/handover/notifiers/registry.ts';
import { closeAfterwards, failureOf, hostile, notice, send, stayOnThisMachine } from './harness.ts';
import { refuse, startMailServer } from './mail-server.ts';

stayOnThisMachine();

describe('email', () => {
  const config = { to: ['boss@acme.example', 'night@acme.example'] };

  it('tells who, why, what was said, where to answer, in this order, as text and as HTML', async () => {
    const { mails, smtp } = await startMailServer();

    const { externalId } = await send('email', config, notice, { smtp });

    const [mail] = mails;
    expect(mail).toMatchObject({ from: 'desk@acme.example', to: config.to });
    expect(mail?.headers.get('Subject')).toBe(
      'Anna on WhatsApp (Acme Bakery) needs you: The customer asked for a person.',
    );
    expect(mail?.headers.get('Auto-Submitted')).toBe('auto-generated');
    expect(mail?.headers.get('Message-ID')).toBe(externalId);
    const said =
      /needs you[\s\S]*change the date[\s\S]*Friday\?[\s\S]*ask a colleague[\s\S]*conversations\/42[\s\S]*does not reach/;
    const [text = '', html = ''] = mail?.body.split('Content-Type: text/html') ?? [];
    expect(text).toMatch(said);
    expect(html).toMatch(said);
    expect(html).toContain(`<a href="${notice.url}">`);
  });

  it('gives a repeated notice the same Message-ID, and another notice another one', async () => {
    const { mails, smtp } = await startMailServer();
    const other = { ...notice, id: '01935f2a-8b1c-7d3e-9f40-000000000000' };
    for (const each of [notice, notice, other]) await send('email', config, each, { smtp });

    const [first, second, third] = mails.map(({ headers }) => headers.get('Message-ID'));
    expect(first).toBe(`<handover-${notice.id}@acme.example>`);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('keeps names and messages of customers from becoming headers, recipients, commands or HTML', async () => {
    const { mails, smtp } = await startMailServer();

    await send('email', config, hostile, { smtp });

    expect(mails).toHaveLength(1);
    expect(mails[0]?.to).toEqual(config.to);
    expect(mails[0]?.head).not.toMatch(/^(bcc|cc):/im);
    expect(mails[0]?.headers.get('Subject')).not.toContain('\u202E');
    const html = mails[0]?.body.split('Content-Type: text/html')[1] ?? '';
    expect(html).not.toMatch(/<script|<img|<!here|Eve"><b>/);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    // A second line of a message stays visibly part of it.
    expect(mails[0]?.body).toMatch(/\n  Manager: all is well/);
  });

  it('counts as sent when one of several recipients is accepted', async () => {
    const { mails, smtp } = await startMailServer({
      onRcptTo: ({ address }, _, done) => done(address.startsWith('boss') ? refuse(550, 'unknown') : null),
    });

    await send('email', config, notice, { smtp });

    expect(mails.map(({ to }) => to)).toEqual([['night@acme.example']]);
  });

  it.each([
    { refusal: 'all recipients for good', onRcptTo: 550, permanent: true, scope: 'channel' },
    { refusal: 'all recipients for now', onRcptTo: 451, permanent: false },
    { refusal: 'the sender for good', onMailFrom: 553, permanent: true, scope: 'channel' },
    { refusal: 'the mail for good', onData: 554, permanent: true, scope: 'message' },
    { refusal: 'the mail for now', onData: 452, permanent: false },
    { refusal: 'the order of commands', onData: 503, permanent: false },
  ])('tells a refusal of $refusal from others', async ({ onRcptTo, onMailFrom, onData, permanent, scope }) => {
    const { smtp } = await startMailServer({
      onRcptTo: (_, __, done) => done(onRcptTo ? refuse(onRcptTo, 'no such user') : null),
      onMailFrom: (_, __, done) => done(onMailFrom ? refuse(onMailFrom, 'not you') : null),
      onData(stream, _, done) {
        stream.resume();
        stream.on('end', () => done(onData ? refuse(onData, 'not this') : null));
      },
    });

    const error = await failureOf(send('email', config, notice, { smtp }));

    expect(error).toBeInstanceOf(Error);
    expect(error instanceof PermanentError).toBe(permanent);
    if (permanent) expect(error).toMatchObject({ scope });
  });

  it('tries again after a refused login, and does not show the password', async () => {
    const { port, smtp } = await startMailServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_, __, done) => done(new Error('wrong')),
    });

    const url = `smtp://desk:canary-pass@127.0.0.1:${port}?requireTLS=false`;
    const error = await failureOf(send('email', config, notice, { smtp: { ...smtp, url } }));

    expect(error).not.toBeInstanceOf(PermanentError);
    expect(String(error)).toMatch(/login in SMTP_URL \(535\)/);
    expect(String(error)).not.toContain('canary-pass');
  });

  describe('with a password', () => {
    /** Takes the login `desk` with this password, and tells what it heard of it and how. */
    async function startWithLogin(options: SMTPServerOptions = {}) {
      const logins: { password: string | null | undefined; isEncrypted: boolean }[] = [];
      const server = await startMailServer({
        authOptional: false,
        allowInsecureAuth: true,
        onAuth({ password }, session, done) {
          logins.push({ password, isEncrypted: session.secure });
          done(null, { user: 'desk' });
        },
        ...options,
      });
      const smtpAs = (query: string) => ({
        ...server.smtp,
        url: `smtp://desk:canary-pass@127.0.0.1:${server.port}?${query}`,
      });
      return { ...server, logins, smtpAs };
    }
    const withStartTls = { disabledCommands: [] };
    const anyCertificate = 'tls.rejectUnauthorized=false';

    it('encrypts by STARTTLS before it logs in', async () => {
      const { mails, logins, smtpAs } = await startWithLogin(withStartTls);
      await send('email', config, notice, { smtp: smtpAs(anyCertificate) });
      expect(logins).toEqual([{ password: 'canary-pass', isEncrypted: true }]);
      expect(mails).toHaveLength(1);
    });

    it('does not log in where the server, or whoever stands before it, says nothing of STARTTLS, and says what to do', async () => {
      const { mails, logins, smtpAs } = await startWithLogin();
      const error = await failureOf(send('email', config, notice, { smtp: smtpAs(anyCertificate) }));
      expect([logins, mails]).toEqual([[], []]);
      // It is the operator's to repair: then the mail goes through.
      expect(error).not.toBeInstanceOf(PermanentError);
      expect(String(error)).toMatch(/no encryption.*smtps:\/\/.*requireTLS=false/);
      expect(String(error)).not.toContain('canary-pass');

      await send('email', config, notice, { smtp: smtpAs('requireTLS=false') });
      expect(logins).toEqual([{ password: 'canary-pass', isEncrypted: false }]);
    });

    it('does not log in at a server whose certificate nobody has signed', async () => {
      const { logins, smtpAs } = await startWithLogin(withStartTls);
      const error = await failureOf(send('email', config, notice, { smtp: smtpAs('') }));
      expect(logins).toEqual([]);
      expect(error).not.toBeInstanceOf(PermanentError);
      expect(String(error)).toMatch(/certificate/);
    });
  });

  it('gives up on a server that accepts connections and stays silent', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    const closed = once(silent, 'connection').then(([socket]: Socket[]) => socket && once(socket.resume(), 'close'));
    await once(silent, 'listening');
    closeAfterwards(() => void silent.close());
    const { port } = z.object({ port: z.number() }).parse(silent.address());
    const smtp = { url: `smtp://127.0.0.1:${port}`, from: 'desk@acme.example' };

    // Its time is up as soon as the connection stands.
    const limit = new AbortController();
    silent.once('connection', () => limit.abort());
    const error = await failureOf(send('email', config, notice, { smtp, signal: limit.signal }));

    expect(error).not.toBeInstanceOf(PermanentError);
    // By the limit that it was given, before the mail program's own.
    expect(String(error)).toMatch(/aborted/);
    await closed;
  });

  it('says what the operator has to set when there is no mail server', async () => {
    const error = await failureOf(send('email', config));
    expect(error).toBeInstanceOf(PermanentError);
    expect(String(error)).toContain('SMTP_URL');
  });

  it('refuses recipients that are not plain addresses', () => {
    for (const to of ['a@b.example, c@d.example', 'a@b.example\r\nBcc: x@y.example', 'Boss <a@b.example>']) {
      expect(notifierKind('email').config.safeParse({ to: [to] }).success).toBe(false);
    }
  });
});
