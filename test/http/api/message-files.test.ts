import { beforeAll, describe, expect, it } from 'vitest';
import { keepFiles } from '../../support/keep-files.ts';
import { call, hire } from '../../support/people.ts';
import {
  buildShop,
  conversationOf,
  messagesOf,
  postTelegram,
  telegramUpdate,
  type Shop,
} from '../../support/tenants.ts';
import { until, useWorld } from '../../support/world.ts';

const world = useWorld();
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

let shop: Shop;
let viewer: string;

beforeAll(async () => {
  shop = await buildShop(world);
  viewer = (await hire(world, shop.tenantId, 'viewer')).token;
});

let updates = 9_100;

/** A message with this in it; gives the path of its first attachment. */
async function sends(chat: number, media: object): Promise<string> {
  const update = telegramUpdate(chat, '', { chat: { id: chat, type: 'private' } });
  const message = { ...update.message, text: undefined, message_id: (updates += 1), ...media };
  expect((await postTelegram(world, shop, { ...update, message })).status).toBe(200);
  let path = '';
  await until(async () => {
    const { id } = await conversationOf(world, shop, chat);
    const [first] = await messagesOf(world, shop, id);
    path = `/conversations/${id}/messages/${first?.id}/attachments/0`;
    expect(first?.attachments).toHaveLength(1);
  });
  return path;
}

const photo = (file_id: string) => ({ photo: [{ file_id, file_unique_id: 'u', width: 9, height: 9 }] });

const keeps = (files: Record<string, Buffer | number>) => keepFiles(world, shop, files);

const get = (path: string) => fetch(`${world.url}/api/v1${path}`, { headers: { authorization: `Bearer ${viewer}` } });

describe('a file that a contact sent', () => {
  it('is fetched from the platform, and told by its content', async () => {
    const path = await sends(9101, photo('apicture'));
    keeps({ apicture: PICTURE });
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer()).equals(PICTURE)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-disposition': 'attachment; filename="image.png"',
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
    });
  });

  it('is plain text to a browser where it is a page', async () => {
    const document = { file_id: 'apage', file_unique_id: 'u', file_name: '../名.html', mime_type: 'text/html' };
    const path = await sends(9102, { document });
    keeps({ apage: Buffer.from('<script>alert(1)</script>') });
    const { headers } = await get(path);
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(headers.get('content-disposition')).toBe(`attachment; filename="?.html"; filename*=UTF-8''%E5%90%8D.html`);
  });

  it('says what is in the way, and never where the platform keeps it', async () => {
    const path = await sends(9103, photo('gone'));
    for (const [kept, status, code] of [
      [400, 422, 'platform_refused'],
      [502, 503, 'platform_away'],
      [Buffer.alloc(20 * 1024 * 1024 + 1), 503, 'platform_away'],
    ] as const) {
      keeps({ gone: kept });
      const reply = await call(world, viewer, 'GET', path);
      expect(reply).toMatchObject({ status, body: { code } });
      expect(JSON.stringify(reply.body)).not.toContain(shop.telegram.botToken);
    }
  });

  it('is none where it is a place', async () => {
    const path = await sends(9104, { location: { latitude: 1, longitude: 2 } });
    expect(await call(world, viewer, 'GET', path)).toMatchObject({ status: 409, body: { code: 'no_file' } });
    expect((await call(world, viewer, 'GET', path.replace(/0$/, '1'))).status).toBe(404);
  });

  it('is not there for another tenant', async () => {
    const path = await sends(9105, photo('secret'));
    keeps({ secret: PICTURE });
    const other = await buildShop(world);
    const { token } = await hire(world, other.tenantId, 'owner');
    const before = world.platform.calls.length;
    expect((await call(world, token, 'GET', path)).status).toBe(404);
    expect((await call(world, null, 'GET', path)).status).toBe(401);
    expect(world.platform.calls.length).toBe(before);
  });
});
