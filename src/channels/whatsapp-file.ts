import { z } from 'zod';
import { PermanentError } from '../errors.ts';
import type { ChannelIo, FileToFetch } from './adapter.ts';
import { isSuccess, readAnswer } from './http-answer.ts';
import { whatsappFailure } from './whatsapp-errors.ts';
import type { WhatsappConfig } from './whatsapp.ts';

const Found = z.object({ url: z.url() });

/** Where Meta keeps files. The token goes nowhere else, whatever an answer says. */
const META = /^https:\/\/([\w-]+\.)*(fbsbx\.com|facebook\.com|fbcdn\.net|whatsapp\.net)$/;

/**
 * The bytes of a file that a person sent. Meta keeps it for about 30 days, and the link for some minutes.
 *
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
 */
export async function fetchWhatsappFile(
  { providerId, maxBytes }: FileToFetch,
  { apiVersion, accessToken }: WhatsappConfig,
  io: ChannelIo,
): Promise<Buffer> {
  const get = (url: string, maxResponseBytes?: number) =>
    io.request(url, {
      method: 'GET',
      headers: { authorization: `Bearer ${accessToken}` },
      ...(maxResponseBytes !== undefined && { maxResponseBytes }),
      signal: io.signal,
    });
  const answer = await get(`${io.apiBase}/${apiVersion}/${encodeURIComponent(providerId)}`);
  if (!isSuccess(answer)) throw whatsappFailure(answer);
  const url = readAnswer(answer, Found)?.url;
  if (!url) throw new PermanentError('WhatsApp did not say where the file is');
  const { origin } = new URL(url);
  if (origin !== new URL(io.apiBase).origin && !META.test(origin)) {
    throw new PermanentError('WhatsApp named a place for the file that is not one of Meta’s');
  }
  const response = await get(url, maxBytes);
  if (isSuccess(response)) return response.body;
  throw response.status < 500
    ? new PermanentError(`WhatsApp answered ${response.status}: it does not keep the file any more`)
    : new Error(`WhatsApp answered ${response.status}`);
}
