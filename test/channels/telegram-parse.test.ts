import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { telegram } from '../../src/channels/telegram.ts';
import { loadFixtures } from './harness.ts';

const ana = { externalId: '5512345678', name: 'Ana Souza', language: 'pt-br' };
const PlainMessage = z.object({ update_id: z.number(), message: z.looseObject({ text: z.string() }) });
const skipped = (reason: string) => ({ type: 'ignored', reason });
const at = (seconds: number) => new Date(seconds * 1000);

describe('telegram parses', () => {
  const fixtures = loadFixtures('telegram');
  const message = (content: object) => ({
    type: 'message',
    messageId: '5512345678:417',
    from: ana,
    text: '',
    attachments: [],
    isGroup: false,
    sentAt: at(1767609000),
    ...content,
  });
  const media = (attachment: object, text = '') => message({ text, attachments: [attachment] });
  const place = { type: 'location', latitude: -23.561684, longitude: -46.655981 };

  const contents: Record<string, object> = {
    text: message({ text: 'Olá! Vocês entregam no sábado? 🚚' }),
    'text-reply': message({ text: 'This one', replyToId: '5512345678:411' }),
    'text-forum-topic': message({ text: 'Hello topic', messageId: '-1001987654321:417', isGroup: true }),
    'text-reply-chain': message({
      text: 'And this one?',
      messageId: '-1001987654321:417',
      replyToId: '-1001987654321:411',
      isGroup: true,
    }),
    'callback-forum-topic': message({
      messageId: 'callback:23675315463528123904',
      text: 'Yes, cancel',
      payload: 'order:yes',
      replyToId: '-1001987654321:419',
      isGroup: true,
    }),
    'edited-forum-topic': {
      type: 'edit',
      messageId: '-1001987654321:417',
      text: 'Hello, topic',
      attachments: [],
      editedAt: at(1767609031),
    },
    'text-group': message({
      text: '@acme_support_bot where is my parcel?',
      messageId: '-1001987654321:90211',
      isGroup: true,
    }),
    'text-big-ids': message({
      text: 'hi',
      messageId: '9007199254740995:1',
      from: { externalId: '9007199254740995', name: 'Big' },
    }),
    photo: media({ type: 'image', providerId: 'AgACAgQAAxkBAAIBoW_y', sizeBytes: 120345 }, 'It arrived broken'),
    document: media({
      type: 'file',
      providerId: 'BQACAgQAAxkBAAIBom',
      mimeType: 'application/pdf',
      fileName: 'invoice 2026-01.pdf',
      sizeBytes: 88412,
    }),
    video: media(
      {
        type: 'video',
        providerId: 'BAACAgQAAxkBAAIBo2',
        mimeType: 'video/mp4',
        fileName: 'clip.mp4',
        sizeBytes: 3145728,
      },
      'See the noise it makes',
    ),
    animation: media({
      type: 'video',
      providerId: 'CgACAgQAAxkBAAIBpG',
      mimeType: 'video/mp4',
      fileName: 'giphy.mp4',
      sizeBytes: 77801,
    }),
    audio: media({
      type: 'audio',
      providerId: 'CQACAgQAAxkBAAIBpW',
      mimeType: 'audio/mpeg',
      fileName: 'song.mp3',
      sizeBytes: 4800123,
    }),
    voice: media({ type: 'voice', providerId: 'AwACAgQAAxkBAAIBpm', mimeType: 'audio/ogg', sizeBytes: 15403 }),
    'video-note': media({ type: 'video', providerId: 'DQACAgQAAxkBAAIBp2', sizeBytes: 401233 }),
    sticker: media({ type: 'sticker', providerId: 'CAACAgIAAxkBAAIBqG', sizeBytes: 12005, label: '👍' }),
    location: media(place),
    venue: media({ ...place, label: 'MASP, Av. Paulista, 1578' }),
    contact: media({ type: 'contact', label: 'João Lima +5511987654321' }),
    poll: media({ type: 'unsupported', label: 'poll' }),
    'callback-query': message({
      messageId: 'callback:23675315463528123901',
      text: 'Yes, cancel',
      payload: 'order:yes',
      replyToId: '5512345678:419',
      sentAt: at(1767609050),
    }),
    'callback-inaccessible': message({
      messageId: 'callback:23675315463528123902',
      text: 'order:no',
      payload: 'order:no',
      replyToId: '5512345678:12',
      sentAt: at(0),
    }),
    'callback-inline': skipped('button of an inline message, which has no chat'),
    'edited-text': {
      type: 'edit',
      messageId: '5512345678:417',
      text: 'Olá! Vocês entregam no domingo?',
      attachments: [],
      editedAt: at(1767609031),
    },
    'edited-caption': {
      type: 'edit',
      messageId: '5512345678:418',
      text: 'It arrived scratched',
      attachments: [{ type: 'image', providerId: 'AgACAgQAAxkBAAIBoW_s', sizeBytes: 1380 }],
      editedAt: at(1767609032),
    },
    'edited-live-location': skipped('live location moved'),
    'reaction-added': { type: 'reaction', messageId: '5512345678:419', emoji: '❤', from: ana },
    'reaction-removed': { type: 'reaction', messageId: '5512345678:419', emoji: null, from: ana },
    'reaction-custom': { type: 'reaction', messageId: '5512345678:419', emoji: null, from: ana },
    'reaction-anonymous': skipped('reaction of an anonymous administrator'),
    blocked: { type: 'subscription', subscribed: false },
    unblocked: { type: 'subscription', subscribed: true },
    'added-to-group': skipped('the bot is now member in a supergroup chat'),
    migrated: { type: 'migration', newThread: '-1002233445566' },
    'migrated-from': skipped('message without text or media, such as somebody joining the group'),
    'member-joined': skipped('message without text or media, such as somebody joining the group'),
    'bot-message': skipped('written by a bot'),
    'sender-chat': skipped('written in the name of a chat or channel, not by a person'),
    'anonymous-answer': {
      type: 'anonymous',
      reason: 'written in the name of a chat or channel, not by a person',
      messageId: '-1001987654321:90215',
      replyToId: '-1001987654321:90200',
      sentAt: at(1767610601),
    },
    'channel-post': skipped('updates of type channel_post are not used'),
    'poll-closed': skipped('updates of type poll are not used'),
  };

  it.each(Object.entries(fixtures))('%s', (name, body) => {
    expect(telegram.parse(body).map(({ content }) => content)).toEqual([contents[name]]);
  });

  const sent = (more: object) => {
    const update = PlainMessage.parse(fixtures['text']);
    return telegram.parse({ ...update, message: { ...update.message, text: undefined, ...more } })[0]?.content;
  };

  it.each([
    ['dice', { dice: { emoji: '🎲', value: 3 } }],
    ['story', { story: { chat: { id: 5, type: 'private' }, id: 3 } }],
    ['game', { game: { title: 'Chess' }, via_bot: { id: 9, is_bot: true } }],
    ['checklist', { checklist: { title: 'To do', tasks: [] } }],
    ['invoice', { invoice: { title: 'Cake', total_amount: 1 }, forward_origin: { type: 'user' }, forward_date: 1 }],
    ['successful_payment', { successful_payment: { currency: 'EUR', total_amount: 1 } }],
    ['refunded_payment', { refunded_payment: { currency: 'XTR', total_amount: 1 } }],
    ['gift', { gift: { gift: {} } }],
    ['unique_gift', { unique_gift: { gift: {} } }],
    ['giveaway', { giveaway: { winner_count: 1 } }],
    ['web_app_data', { web_app_data: { data: '{}', button_text: 'Order' } }],
    ['users_shared', { users_shared: { request_id: 1, users: [] } }],
    ['passport_data', { passport_data: {} }],
    ['content_of_tomorrow', { content_of_tomorrow: {}, has_protected_content: true, effect_id: '1' }],
  ])('%s, of which it knows no more than the name', (label, more) => {
    expect(sent(more)).toMatchObject({ type: 'message', text: '', attachments: [{ type: 'unsupported', label }] });
  });

  it('what it does not know with its caption, and shows nothing beside words', () => {
    const paid = { paid_media: { star_count: 5, paid_media: [] }, caption: 'The picture' };
    const attachments = [{ type: 'unsupported', label: 'paid_media' }];
    expect(sent(paid)).toMatchObject({ text: 'The picture', attachments });
    expect(sent({ text: 'words', field_of_tomorrow: {} })).toMatchObject({ text: 'words', attachments: [] });
    expect(sent({ ['x'.repeat(5_000)]: {} })).toMatchObject({ attachments: [{ label: 'x'.repeat(100) }] });
  });

  it.each([
    { new_chat_members: [{ id: 1 }], new_chat_member: { id: 1 }, new_chat_participant: { id: 1 } },
    { left_chat_member: { id: 1 }, left_chat_participant: { id: 1 } },
    { new_chat_title: 'Customers' },
    { new_chat_photo: [] },
    { delete_chat_photo: true },
    { group_chat_created: true },
    { supergroup_chat_created: true },
    { message_auto_delete_timer_changed: { message_auto_delete_time: 9 } },
    { pinned_message: { message_id: 1 } },
    { migrate_from_chat_id: -5 },
    { forum_topic_created: { name: 'Orders' }, is_topic_message: true, message_thread_id: 88 },
    { forum_topic_edited: {} },
    { forum_topic_closed: {} },
    { general_forum_topic_hidden: {} },
    { video_chat_started: {} },
    { boost_added: { boost_count: 1 } },
    { write_access_allowed: {} },
    { proximity_alert_triggered: {} },
    { checklist_tasks_done: {} },
    { giveaway_completed: {} },
    { chat_background_set: {} },
    { suggested_post_approved: {} },
    {},
  ])('%j as no message, because nobody wrote it', (more) => {
    expect(sent(more)).toMatchObject({ type: 'ignored' });
  });

  const threads: [string, string][] = [
    ['text', '5512345678'],
    ['text-group', '-1001987654321'],
    ['text-forum-topic', '-1001987654321:88'],
    ['callback-forum-topic', '-1001987654321:88'],
    ['edited-forum-topic', '-1001987654321:88'],
    ['text-reply-chain', '-1001987654321'],
    ['text-big-ids', '9007199254740995'],
    ['callback-query', '5512345678'],
    ['blocked', '5512345678'],
    ['migrated', '-4012345678'],
    ['channel-post', '-1001555666777'],
    ['callback-inline', 'none'],
  ];
  it.each(threads)('%s in thread %s', (name, thread) => {
    expect(telegram.parse(fixtures[name])).toMatchObject([{ thread }]);
  });

  it('takes the id of the update, as a string', () => {
    expect(telegram.parse({ update_id: 7, poll: {} })).toMatchObject([{ externalId: '7' }]);
    expect(telegram.parse(fixtures['text-big-ids'])).toMatchObject([{ externalId: '9007199254740993' }]);
  });

  it('keeps what it cannot read, in its chat, with the place of the fault', () => {
    const broken = { update_id: 8, message: { message_id: 1, chat: { id: 5, type: 'private' }, date: 'yesterday' } };
    const reason = expect.stringMatching(/^message\.date: /);
    expect(telegram.parse(broken)).toMatchObject([{ thread: '5', content: { type: 'unreadable', reason } }]);
  });

  it('refuses what is no update', () => {
    for (const body of [null, [], 'text', {}, { update_id: 1.5 }, { message: {} }]) {
      expect(() => telegram.parse(body)).toThrow();
    }
  });
});
