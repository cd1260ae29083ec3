import { z } from 'zod';
import type { ChannelIo, Checkup } from './adapter.ts';
import { isSuccess, readAnswer } from './http-answer.ts';
import type { WhatsappConfig } from './whatsapp.ts';
import { whatsappFailure } from './whatsapp-errors.ts';

const PhoneNumber = z.object({
  id: z.string(),
  display_phone_number: z.string().optional(),
  verified_name: z.string().optional(),
});

/**
 * Is the token still good, and does it reach the number? Whether Meta's app posts here is not told to a number's token:
 * the time of the last event shows it.
 */
export async function checkWhatsapp(_url: string, config: WhatsappConfig, io: ChannelIo): Promise<Checkup> {
  const { apiVersion, phoneNumberId, accessToken } = config;
  const fields = 'display_phone_number,verified_name';
  const response = await io.request(`${io.apiBase}/${apiVersion}/${phoneNumberId}?fields=${fields}`, {
    method: 'GET',
    headers: { authorization: `Bearer ${accessToken}` },
    signal: io.signal,
  });
  if (!isSuccess(response)) throw whatsappFailure(response);
  const number = readAnswer(response, PhoneNumber);
  const account = [number?.display_phone_number, number?.verified_name].filter(Boolean).join(' ') || null;
  if (number?.id === phoneNumberId) return { account, problems: [] };
  const message = 'WhatsApp did not answer with this phone number: check phoneNumberId in the Meta app';
  return { account, problems: [{ code: 'account_unknown', breaks: true, message }] };
}
