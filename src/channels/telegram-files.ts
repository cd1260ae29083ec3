import type { OutgoingFile } from './adapter.ts';

/** How Telegram takes a file: the method, and the field that holds it. */
interface Way {
  method: string;
  field: string;
}

/** Takes everything. */
export const asDocument: Way = { method: 'sendDocument', field: 'document' };

const PHOTO: Way = { method: 'sendPhoto', field: 'photo' };
const VIDEO: Way = { method: 'sendVideo', field: 'video' };
const AUDIO: Way = { method: 'sendAudio', field: 'audio' };

const WAYS: Record<string, Way> = {
  'image/jpeg': PHOTO,
  'image/png': PHOTO,
  'image/webp': PHOTO,
  'video/mp4': VIDEO,
  'audio/mpeg': AUDIO,
  'audio/mp4': AUDIO,
  'audio/x-m4a': AUDIO,
};

/** 10 MB, in the strictest reading. */
const LARGEST_PHOTO = 10_000_000;

/**
 * What shows the file best.
 *
 * @see https://core.telegram.org/bots/api#sending-files
 */
export function methodFor({ mimeType, sizeBytes }: Pick<OutgoingFile, 'mimeType' | 'sizeBytes'>): Way {
  const way = WAYS[mimeType] ?? asDocument;
  return way === PHOTO && sizeBytes > LARGEST_PHOTO ? asDocument : way;
}
