import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { channelAdapter } from '../../src/channels/registry.ts';
import { Message } from '../../src/entities/message.ts';
import { addChannel } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { loadFixtures } from '../channels/harness.ts';
import { buildShop, metaSignature, postTelegram, type Shop } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();

/** What a message is stored as: `content_type`, `content`, and its attachments. */
type Stored = [type: string, words: string, ...attachments: object[]];

const saoPaulo = { type: 'location', latitude: -23.561684, longitude: -46.655981 };
const telegram: Record<string, Stored> = {
  animation: [
    'video',
    '',
    video('CgACAgQAAxkBAAIBpG', { mimeType: 'video/mp4', fileName: 'giphy.mp4', sizeBytes: 77_801 }),
  ],
  audio: [
    'audio',
    '',
    {
      type: 'audio',
      providerId: 'CQACAgQAAxkBAAIBpW',
      mimeType: 'audio/mpeg',
      fileName: 'song.mp3',
      sizeBytes: 4_800_123,
    },
  ],
  contact: ['contact', '', { type: 'contact', label: 'João Lima +5511987654321' }],
  document: [
    'file',
    '',
    {
      type: 'file',
      providerId: 'BQACAgQAAxkBAAIBom',
      mimeType: 'application/pdf',
      fileName: 'invoice 2026-01.pdf',
      sizeBytes: 88_412,
    },
  ],
  location: ['location', '', saoPaulo],
  photo: ['text', 'It arrived broken', { type: 'image', providerId: 'AgACAgQAAxkBAAIBoW_y', sizeBytes: 120_345 }],
  poll: ['unsupported', '', { type: 'unsupported', label: 'poll' }],
  sticker: ['sticker', '', { type: 'sticker', providerId: 'CAACAgIAAxkBAAIBqG', sizeBytes: 12_005, label: '👍' }],
  venue: ['location', '', { ...saoPaulo, label: 'MASP, Av. Paulista, 1578' }],
  video: [
    'text',
    'See the noise it makes',
    video('BAACAgQAAxkBAAIBo2', { mimeType: 'video/mp4', fileName: 'clip.mp4', sizeBytes: 3_145_728 }),
  ],
  'video-note': ['video', '', video('DQACAgQAAxkBAAIBp2', { sizeBytes: 401_233 })],
  voice: ['voice', '', { type: 'voice', providerId: 'AwACAgQAAxkBAAIBpm', mimeType: 'audio/ogg', sizeBytes: 15_403 }],
};

const paloAlto = { type: 'location', latitude: 37.44216251868683, longitude: -122.16153582049394 };
const whatsapp: Record<string, Stored> = {
  audio: ['audio', '', { type: 'audio', providerId: '1908647269898587', mimeType: 'audio/mp4' }],
  contacts: [
    'contact',
    '',
    { type: 'contact', label: 'Barbara J. Johnson +1 (415) 555-0829' },
    { type: 'contact', label: 'No Phone' },
  ],
  document: [
    'text',
    'The invoice',
    { type: 'file', providerId: '1908647269898589', mimeType: 'application/pdf', fileName: 'invoice.pdf' },
  ],
  'echo-image': ['text', 'Your parcel', { type: 'image', providerId: '1003383421387257', mimeType: 'image/jpeg' }],
  image: ['text', 'Look at this', { type: 'image', providerId: '1003383421387256', mimeType: 'image/jpeg' }],
  location: ['location', '', paloAlto],
  'location-named': ['location', '', { ...paloAlto, label: 'Philz Coffee, 101 Forest Ave, Palo Alto' }],
  order: ['text', 'Love these!', { type: 'unsupported', label: 'order' }],
  sticker: ['sticker', '', { type: 'sticker', providerId: '1908647269898590', mimeType: 'image/webp' }],
  'type-of-tomorrow': ['unsupported', '', { type: 'unsupported', label: 'poll_creation' }],
  unsupported: ['unsupported', '', { type: 'unsupported', label: 'edit' }],
  video: ['video', '', { type: 'video', providerId: '9007199254740993', mimeType: 'video/mp4' }],
  voice: ['voice', '', { type: 'voice', providerId: '1908647269898588', mimeType: 'audio/ogg; codecs=opus' }],
};

function video(providerId: string, more: object): object {
  return { type: 'video', providerId, ...more };
}

/** Fixtures of messages with something beside words, by name. */
function mediaOf(kind: string): Record<string, unknown> {
  const bodies = Object.entries(loadFixtures(kind)).filter(([, body]) =>
    channelAdapter(kind)
      ?.parse(body)
      .some(({ content }) => (content.type === 'message' || content.type === 'echo') && content.attachments.length > 0),
  );
  return Object.fromEntries(bodies);
}

const storedAs = ({ tenantId }: Shop, externalId: string | undefined) =>
  until(() =>
    withTenant(world.deps.orm, tenantId, async (em) => {
      const { contentType, content, attachments } = await em.findOneOrFail(Message, { tenantId, externalId });
      return [contentType, content, ...attachments];
    }),
  );

describe('what a person sends beside words is a message of its type, with what came along', () => {
  it('on Telegram', async () => {
    const shop = await buildShop(world);
    const bodies = mediaOf('telegram');
    expect(Object.keys(bodies).toSorted()).toEqual(Object.keys(telegram).toSorted());
    const Update = z.looseObject({ message: z.looseObject({ chat: z.looseObject({ id: z.number() }) }) });
    for (const [n, [name, body]] of Object.entries(bodies).entries()) {
      // All of them have one id.
      const { message, ...update } = Update.parse(body);
      const sent = { ...update, update_id: 500 + n, message: { ...message, message_id: 500 + n } };
      expect((await postTelegram(world, shop, sent)).status).toBe(200);
      expect(await storedAs(shop, `${message.chat.id}:${500 + n}`), name).toEqual(telegram[name]);
    }
  });

  it('on WhatsApp', async () => {
    const shop = await buildShop(world);
    const appSecret = 'app-secret-of-the-media-shop';
    // The number of the fixtures.
    const phoneNumberId = '106540352242922';
    const config = { phoneNumberId, accessToken: 'access', appSecret, verifyToken: 'verify-me-please' };
    const channel = { kind: 'whatsapp', name: 'WhatsApp', config, accounts: [phoneNumberId] };
    const { key } = await addChannel(world.deps.orm, world.deps.keys, shop.tenantId, channel);
    const bodies = mediaOf('whatsapp');
    expect(Object.keys(bodies).toSorted()).toEqual(Object.keys(whatsapp).toSorted());
    for (const [name, content] of Object.entries(bodies)) {
      const body = JSON.stringify(content);
      const headers = { 'x-hub-signature-256': metaSignature(body, appSecret) };
      const response = await fetch(`${world.url}/webhooks/whatsapp/${key}`, { method: 'POST', body, headers });
      expect(await response.json()).toEqual({ ok: true, stored: 1 });
      const [event] = channelAdapter('whatsapp')?.parse(content) ?? [];
      expect(await storedAs(shop, event?.externalId), name).toEqual(whatsapp[name]);
    }
  });
});
