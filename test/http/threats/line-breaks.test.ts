import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMailServer } from '../../handover/mail-server.ts';
import { exportFile } from '../../support/faq-files.ts';
import { call, hire, hireSystemAdmin, type Person } from '../../support/people.ts';
import { buildShop, type Shop } from '../../support/tenants.ts';
import { useWorld } from '../../support/world.ts';

/** A line break in a name begins no header, in an answer, in a mail or in a request of ours. */
const mailServer = await openMailServer();
const world = useWorld({ workers: false, env: { SMTP_URL: mailServer.smtp.url } });
afterAll(() => mailServer.close());
const BREAK = 'Nia\r\nBcc: evil@evil.example\r\nSet-Cookie: a=b\r\n\r\n<b>hello</b>';
let shop: Shop;
let owner: Person;
let admin: Person;

beforeAll(async () => {
  shop = await buildShop(world, { name: BREAK });
  owner = await hire(world, shop.tenantId, 'owner');
  admin = await hireSystemAdmin(world, shop.tenantId);
});

describe('a line break', () => {
  it('in the name of a tenant or a person begins no header and no recipient of a mail', async () => {
    const body = { email: 'nia@people.example', name: BREAK, role: 'viewer' };
    expect((await call(world, owner.token, 'POST', '/team/invitations', { body })).status).toBe(201);
    const mail = mailServer.mails.at(-1);
    expect(mail?.to).toEqual(['nia@people.example']);
    for (const name of ['Bcc', 'Set-Cookie']) expect([...(mail?.headers.keys() ?? [])]).not.toContain(name);
    expect(mail?.headers.get('Subject')).toMatch(/^You are invited to Nia Bcc: /);
  });

  it.each(['nia@people.example\r\nBcc: evil@evil.example', 'nia@people.example, evil@evil.example', 'a b@x.example'])(
    'or a second address in an address is refused: %j',
    async (email) => {
      const before = mailServer.mails.length;
      const body = { email, name: 'Nia', role: 'viewer' };
      expect((await call(world, owner.token, 'POST', '/team/invitations', { body })).status).toBe(422);
      const reset = await fetch(`${world.url}/api/auth/request-password-reset`, {
        method: 'POST',
        headers: { origin: world.url, 'content-type': 'application/json' },
        body: JSON.stringify({ email }),
      });
      expect(reset.status).toBe(422);
      expect(mailServer.mails).toHaveLength(before);
    },
  );

  it('in what becomes a header of an answer is refused or never gets there', async () => {
    const { headers } = await exportFile(world, owner, 'format=csv');
    expect(headers.get('content-disposition')).toBe('attachment; filename="faqs.csv"');
    for (const format of ['csv%0d%0aSet-Cookie:%20a=b', '../../etc/passwd', 'csv%00']) {
      expect((await exportFile(world, owner, `format=${format}`)).status).toBe(422);
    }
    for (const path of [
      `/desk/${shop.slug}%0d%0aSet-Cookie:%20a=b/login?token=${shop.managerToken}`,
      `/desk/${shop.slug}%0d%0aLocation:%20https:%2f%2fevil.example`,
      '/api/auth/callback/oidc?error=%0d%0aSet-Cookie:%20a=b',
    ]) {
      const response = await fetch(world.url + path, { redirect: 'manual' });
      expect(response.headers.get('set-cookie')).toBeNull();
      expect(response.headers.get('location') ?? '').not.toMatch(/evil|cookie/i);
    }
    const tenant = { slug: 'x\r\ny', name: 'x' };
    expect((await call(world, admin.token, 'POST', '/tenants', { body: tenant })).status).toBe(422);
  });

  it('in a header of a request ends the request, not its header', async () => {
    for (const header of ['X-Request-Id: a\r\n b', 'Idempotency-Key: a\u0000b', 'X-Request-Id: a\u007f\u0080b']) {
      const { hostname, port } = new URL(world.url);
      const socket = connect(Number(port), hostname);
      let answer = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
      socket.end(`GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${header}\r\n\r\n`);
      await once(socket, 'close');
      expect(answer).toMatch(/^HTTP\/1\.1 (400|200) /);
      const [head = ''] = answer.split('\r\n\r\n');
      for (const sign of ['\n b', '\u0000', '\u007f']) expect(head).not.toContain(sign);
    }
  });
});

describe('a form with a file', () => {
  const send = async (parts: string[]) => {
    const body = [...parts.map((part) => `--x\r\n${part}\r\n`), '--x--\r\n'].join('');
    const response = await fetch(`${world.url}/api/v1/faqs/import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${owner.token}`, 'content-type': 'multipart/form-data; boundary=x' },
      body,
    });
    return response.status;
  };
  const file = (name: string, text = 'question,answer\nWhy?,Because') =>
    `Content-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: text/csv\r\n\r\n${text}`;
  const field = (n: number, text = 'x') => `Content-Disposition: form-data; name="f${n}"\r\n\r\n${text}`;

  it('has one file, few fields and short ones', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => field(n));
    expect(await send([file('a.csv'), file('b.csv')])).toBe(413);
    expect(await send([...many(11), file('a.csv')])).toBe(413);
    expect(await send([...many(5_000), file('a.csv')])).toBe(413);
    expect(await send([field(1, 'x'.repeat(20_000)), file('a.csv')])).toBe(413);
    expect(await send([])).toBeGreaterThanOrEqual(400);
    expect(await send([file('../../../etc/passwd'), field(1)])).toBe(200);
    expect(await send([file('a\u0000b.csv')])).toBeLessThan(500);
  });

  it('that is no form, or never ends one, is a mistake of its sender', async () => {
    for (const [type, body] of [
      ['multipart/form-data', '--x\r\n'],
      ['multipart/form-data; boundary=', 'x'],
      ['multipart/form-data; boundary=x', `--x\r\n${file('a.csv')}`],
      ['multipart/form-data; boundary=x', 'nothing of the kind'],
      ['multipart/form-data; boundary=x', `--x\r\n${'a: b\r\n'.repeat(20_000)}`],
    ]) {
      const response = await fetch(`${world.url}/api/v1/faqs/import`, {
        method: 'POST',
        headers: { authorization: `Bearer ${owner.token}`, 'content-type': type ?? '' },
        body: body ?? '',
      });
      expect([400, 413, 422], `${type} ${await response.text()}`).toContain(response.status);
    }
  });
});
