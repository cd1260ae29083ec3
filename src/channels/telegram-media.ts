import { z } from 'zod';
import type { Attachment } from './adapter.ts';
import { Id, shortened } from './shapes.ts';
import { kindOf } from './telegram-kinds.ts';

const File = z.object({
  file_id: Id,
  mime_type: z.string().optional(),
  file_name: z.string().optional(),
  file_size: z.number().optional(),
});
const Photo = File.extend({ width: z.number(), height: z.number() });
const Location = z.object({ latitude: z.number(), longitude: z.number() });

/** What we know in a message that is not words. Telegram sets one of them, or two where an older client needs it. */
export const TelegramMedia = z.object({
  photo: z.array(Photo).optional(),
  animation: File.optional(),
  document: File.optional(),
  video: File.optional(),
  video_note: File.optional(),
  audio: File.optional(),
  voice: File.optional(),
  sticker: File.extend({ emoji: z.string().optional() }).optional(),
  location: Location.optional(),
  venue: z.object({ location: Location, title: z.string(), address: z.string() }).optional(),
  contact: z.object({ phone_number: z.string(), first_name: z.string(), last_name: z.string().optional() }).optional(),
});
type TelegramMedia = z.infer<typeof TelegramMedia>;

/** At most one: an album arrives as several messages. Of what we do not know it says the name. */
export function readAttachments(media: TelegramMedia, raw: unknown): Attachment[] {
  const one = readFile(media) ?? readPlaceOrPerson(media) ?? readUnsupported(raw);
  return one ? [one] : [];
}

function readFile(media: TelegramMedia): Attachment | undefined {
  const { photo, animation, document, video, video_note, audio, voice, sticker } = media;
  // All entries are the same picture; the one with the most pixels is the one to keep.
  const picture = photo?.toSorted((a, b) => b.width * b.height - a.width * a.height)[0];
  if (picture) return { type: 'image', ...fileOf(picture) };
  // Before `document`, which is set as well.
  if (animation) return { type: 'video', ...fileOf(animation) };
  if (video) return { type: 'video', ...fileOf(video) };
  if (video_note) return { type: 'video', ...fileOf(video_note) };
  if (voice) return { type: 'voice', ...fileOf(voice) };
  if (audio) return { type: 'audio', ...fileOf(audio) };
  if (sticker) return { type: 'sticker', ...fileOf(sticker), ...(sticker.emoji && { label: sticker.emoji }) };
  return document && { type: 'file', ...fileOf(document) };
}

function readPlaceOrPerson({ location, venue, contact }: TelegramMedia): Attachment | undefined {
  // Before `location`, which repeats the venue's coordinates.
  if (venue) return { type: 'location', ...venue.location, label: `${venue.title}, ${venue.address}` };
  if (location) return { type: 'location', ...location };
  if (!contact) return undefined;
  const { first_name, last_name, phone_number } = contact;
  return { type: 'contact', label: [first_name, last_name, phone_number].filter(Boolean).join(' ') };
}

function readUnsupported(raw: unknown): Attachment | undefined {
  const kind = kindOf(raw);
  return kind === undefined ? undefined : { type: 'unsupported', label: shortened(kind, 100) };
}

/** `file_id`, because `file_unique_id` cannot be downloaded. The link to the bytes holds the token and expires. */
function fileOf({ file_id, mime_type, file_name, file_size }: z.infer<typeof File>) {
  return {
    providerId: file_id,
    ...(mime_type && { mimeType: mime_type }),
    ...(file_name && { fileName: file_name }),
    ...(file_size !== undefined && { sizeBytes: file_size }),
  };
}
