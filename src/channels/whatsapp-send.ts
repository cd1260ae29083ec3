import { z } from 'zod';
import { UncertainError } from '../errors.ts';
import type { ChannelIo, OutgoingMessage } from './adapter.ts';
import { isSuccess, readAnswer } from './http-answer.ts';
import type { WhatsappConfig } from './whatsapp.ts';
import { whatsappFailure } from './whatsapp-errors.ts';
import { messageOfFile } from './whatsapp-files.ts';

/** Reply buttons: at most three, titles of at most 20 characters. */
export const WHATSAPP_BUTTONS = { max: 3, titleLength: 20 };

/** Characters of a text that stands above buttons, and of one that stands alone. */
const INTERACTIVE_BODY = 1024;
const TEXT_BODY = 4096;

const Accepted = z.object({ messages: z.tuple([z.object({ id: z.string().min(1) })], z.unknown()) });

/**
 * Sends one text or one file. Success means that WhatsApp accepted it; whether it arrives is told later by a status.
 *
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/text-messages
 */
export async function sendWhatsapp(message: OutgoingMessage, config: WhatsappConfig, io: ChannelIo) {
  const { apiVersion, phoneNumberId, accessToken } = config;
  const content = message.file ? await messageOfFile(message.file, config, io) : contentOf(message);
  const response = await io.request(`${io.apiBase}/${apiVersion}/${phoneNumberId}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
    body: JSON.stringify({ ...envelopeOf(message), ...content }),
    signal: io.signal,
  });
  if (!isSuccess(response)) throw whatsappFailure(response);
  const accepted = readAnswer(response, Accepted);
  if (!accepted) throw new UncertainError('WhatsApp accepted the message but did not say under which id');
  return { externalId: accepted.messages[0].id };
}

const envelopeOf = ({ to }: OutgoingMessage) => ({
  messaging_product: 'whatsapp',
  ...addressOf(to),
});

const contentOf = ({ text, quickReplies }: OutgoingMessage) =>
  fitAsButtons(text, quickReplies)
    ? { type: 'interactive', interactive: withButtons(text, quickReplies) }
    : { type: 'text', text: { body: withListed(text, quickReplies), preview_url: false } };

/**
 * A thread is a phone number, the business-scoped id (`US.1349…`) of a person without a visible number, or a group.
 *
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
 */
function addressOf(to: string) {
  if (/^[A-Z]{2}\.[A-Za-z0-9.]+$/.test(to)) return { recipient_type: 'individual', recipient: to };
  return { recipient_type: /^\+?\d+$/.test(to) ? 'individual' : 'group', to };
}

function fitAsButtons(text: string, titles: string[]): boolean {
  const { max, titleLength } = WHATSAPP_BUTTONS;
  const fit = titles.length > 0 && titles.length <= max && text.length > 0 && text.length <= INTERACTIVE_BODY;
  // WhatsApp refuses two buttons of one title.
  return fit && new Set(titles).size === titles.length && titles.every((title) => title && title.length <= titleLength);
}

/** The title serves as the button's id too: what comes back when it is pressed needs no table to be understood. */
const withButtons = (text: string, titles: string[]) => ({
  type: 'button',
  body: { text },
  action: { buttons: titles.map((title) => ({ type: 'reply', reply: { id: title, title } })) },
});

/** As many of the answers as there is room for; the text itself is never cut. */
function withListed(text: string, titles: string[]): string {
  let listed = text;
  for (const [index, title] of titles.entries()) {
    const longer = `${listed}${index === 0 ? '\n\n' : '\n'}- ${title}`;
    if (longer.length > TEXT_BODY) break;
    listed = longer;
  }
  return listed;
}
