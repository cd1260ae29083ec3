import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whatsapp, type WhatsappConfig } from '../../src/channels/whatsapp.ts';
import { ioTo, outgoing } from './harness.ts';
import { type ScriptedPlatform, startScriptedPlatform } from './scripted-platform.ts';

const config: WhatsappConfig = {
  phoneNumberId: '106540352242922',
  accessToken: 'EAAJB0ZBexample0token0of0a0system0user',
  appSecret: '1d3f0cabc29e4f7f8b0a5c6d7e8f9012',
  verifyToken: 'a-verify-token-of-the-tenant',
  apiVersion: 'v23.0',
};

const accepted = {
  status: 200,
  body: {
    messaging_product: 'whatsapp',
    contacts: [{ input: '16505551234', wa_id: '16505551234' }],
    messages: [{ id: 'wamid.SENT==', message_status: 'accepted' }],
  },
};
describe('whatsapp writes', () => {
  let platform: ScriptedPlatform;
  beforeAll(async () => {
    platform = await startScriptedPlatform();
  });
  afterAll(() => platform.close());
  const bodyOf = async (message: Parameters<typeof outgoing>[0]): Promise<unknown> => {
    platform.willReply(accepted);
    await whatsapp.send(outgoing(message), config, ioTo(platform));
    return JSON.parse(platform.calls[0]?.body ?? '');
  };
  const base = { messaging_product: 'whatsapp', recipient_type: 'individual', to: '16505551234' };
  const text = (body: string) => ({ ...base, type: 'text', text: { body, preview_url: false } });
  const buttons = (body: string, titles: string[]) => ({
    ...base,
    type: 'interactive',
    interactive: {
      type: 'button',
      body: { text: body },
      action: { buttons: titles.map((title) => ({ type: 'reply', reply: { id: title, title } })) },
    },
  });

  it('a text, with the token in a header', async () => {
    expect(await bodyOf({})).toEqual(text('Hello'));
    expect(platform.calls).toMatchObject([
      {
        method: 'POST',
        path: '/v23.0/106540352242922/messages',
        headers: { authorization: `Bearer ${config.accessToken}` },
      },
    ]);
  });

  it('to somebody who hides the number, and to a group', async () => {
    const { to: _, ...rest } = text('Hello');
    expect(await bodyOf({ to: 'BR.20491208655302741918' })).toEqual({ ...rest, recipient: 'BR.20491208655302741918' });
    expect(await bodyOf({ to: 'Y2FwaV9ncm91cDox' })).toEqual({
      ...text('Hello'),
      recipient_type: 'group',
      to: 'Y2FwaV9ncm91cDox',
    });
  });

  it('up to three short answers as buttons', async () => {
    expect(await bodyOf({ quickReplies: ['Yes', 'No', 'x'.repeat(20)] })).toEqual(
      buttons('Hello', ['Yes', 'No', 'x'.repeat(20)]),
    );
    expect(await bodyOf({ text: 'x'.repeat(1024), quickReplies: ['Yes'] })).toEqual(buttons('x'.repeat(1024), ['Yes']));
  });

  it.each([
    { why: 'four of them', quickReplies: ['1', '2', '3', '4'], body: 'Hello\n\n- 1\n- 2\n- 3\n- 4' },
    { why: 'a long one', quickReplies: ['x'.repeat(21)], body: `Hello\n\n- ${'x'.repeat(21)}` },
    { why: 'two of one title', quickReplies: ['Yes', 'Yes'], body: 'Hello\n\n- Yes\n- Yes' },
  ])('answers under the text where buttons cannot hold them: $why', async ({ quickReplies, body }) => {
    expect(await bodyOf({ quickReplies })).toEqual(text(body));
  });

  it('answers under a text that is too long for buttons, and never more than a text may hold', async () => {
    const long = 'x'.repeat(1025);
    expect(await bodyOf({ text: long, quickReplies: ['Yes'] })).toEqual(text(`${long}\n\n- Yes`));
    const full = 'x'.repeat(4090);
    expect(await bodyOf({ text: full, quickReplies: ['A', 'No room'] })).toEqual(text(`${full}\n\n- A`));
  });
});
