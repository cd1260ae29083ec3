import { z } from 'zod';
import { messageOf, UncertainError } from '../errors.ts';
import type { ChannelIo, OutgoingFile } from './adapter.ts';
import { formWithFile, UPLOAD_LIMITS } from './form.ts';
import { isSuccess, readAnswer } from './http-answer.ts';
import type { WhatsappConfig } from './whatsapp.ts';
import { whatsappFailure } from './whatsapp-errors.ts';

const Uploaded = z.object({ id: z.string().min(1) });

/** As WhatsApp names it; the others are the same everywhere. Of what is in an Ogg file it takes Opus alone. */
const NAMES: Record<string, string> = { 'audio/x-m4a': 'audio/mp4', 'audio/ogg; codecs=opus': 'audio/ogg' };

/** What is shown as more than a document, up to which size. MB in the strictest reading. */
const SHOWN: { kind: 'image' | 'video' | 'audio'; mimeTypes: string[]; most: number }[] = [
  { kind: 'image', mimeTypes: ['image/jpeg', 'image/png'], most: 5_000_000 },
  { kind: 'video', mimeTypes: ['video/mp4', 'video/3gpp'], most: 16_000_000 },
  {
    kind: 'audio',
    mimeTypes: ['audio/aac', 'audio/mp4', 'audio/x-m4a', 'audio/mpeg', 'audio/amr', 'audio/ogg; codecs=opus'],
    most: 16_000_000,
  },
];

/**
 * Uploads a file and gives the part of a message that shows it. Nothing is shown by an upload: one without an answer was
 * not sent.
 *
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
 */
export async function messageOfFile(file: OutgoingFile, config: WhatsappConfig, io: ChannelIo) {
  const id = await upload(file, config, io);
  const { kind = 'document' } =
    SHOWN.find(({ mimeTypes, most }) => mimeTypes.includes(file.mimeType) && file.sizeBytes <= most) ?? {};
  return { type: kind, [kind]: { id, ...(kind === 'document' && { filename: file.fileName }) } };
}

async function upload(file: OutgoingFile, config: WhatsappConfig, io: ChannelIo): Promise<string> {
  const { apiVersion, phoneNumberId, accessToken } = config;
  const mimeType = NAMES[file.mimeType] ?? file.mimeType;
  const form = await formWithFile({ messaging_product: 'whatsapp', type: mimeType }, 'file', { ...file, mimeType });
  const response = await io
    .request(`${io.apiBase}/${apiVersion}/${phoneNumberId}/media`, {
      method: 'POST',
      headers: { ...form.headers, authorization: `Bearer ${accessToken}` },
      body: form.body,
      ...UPLOAD_LIMITS,
      signal: io.signal,
    })
    .catch((error: unknown) => {
      if (!(error instanceof UncertainError)) throw error;
      throw new Error(`the file was not uploaded: ${messageOf(error)}`, { cause: error });
    });
  if (!isSuccess(response)) throw whatsappFailure(response);
  const uploaded = readAnswer(response, Uploaded);
  if (!uploaded) throw new Error('WhatsApp took the file but did not say under which id');
  return uploaded.id;
}
