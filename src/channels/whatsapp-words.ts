import { z } from 'zod';
import type { Attachment } from './adapter.ts';
import { Id, parseUnder, shortened } from './shapes.ts';

/** What a message says: typed, shown or pressed. */
export interface Words {
  text: string;
  attachments: Attachment[];
  /** Only of a pressed button. */
  payload?: string;
}

/**
 * Reads the object under the key of the message's type. A type that is not known yet was still written by a
 * person: it shows as an unsupported attachment instead of disappearing. Throws ZodError for a known type that
 * is not as documented.
 */
export function readWords(message: { type: string; [key: string]: unknown }): Words {
  const { type } = message;
  switch (type) {
    case 'text': {
      return { text: parseUnder(message, type, Text).body, attachments: [] };
    }
    case 'image':
    case 'video':
    case 'audio':
    case 'document':
    case 'sticker': {
      return readMedia(parseUnder(message, type, Media), type === 'document' ? 'file' : type);
    }
    case 'location': {
      return { text: '', attachments: [readLocation(parseUnder(message, type, Location))] };
    }
    case 'contacts': {
      return { text: '', attachments: parseUnder(message, type, SharedContacts).map(readSharedContact) };
    }
    case 'button': {
      const { text, payload } = parseUnder(message, type, Button);
      return { text, attachments: [], ...(payload !== undefined && { payload }) };
    }
    case 'interactive': {
      return readInteractive(parseUnder(message, type, Interactive));
    }
    case 'order': {
      return { text: parseUnder(message, type, Order).text, attachments: [unsupported(type)] };
    }
    case 'unsupported': {
      const { type: meant = type } = parseUnder(message, type, Unsupported);
      return { text: '', attachments: [unsupported(meant)] };
    }
    default: {
      return { text: '', attachments: [unsupported(type)] };
    }
  }
}

const Text = z.object({ body: z.string() });
const Button = z.object({ text: z.string(), payload: z.string().optional() });
const Order = z.object({ text: z.string().default('') });

const Media = z.object({
  id: Id,
  mime_type: z.string().optional(),
  filename: z.string().optional(),
  caption: z.string().optional(),
  voice: z.boolean().optional(),
});

/** Only the media id is kept: the link needs the access token and is good for minutes. */
function readMedia(
  { id, mime_type, filename, caption, voice }: z.infer<typeof Media>,
  type: Attachment['type'],
): Words {
  const attachment: Attachment = {
    type: voice ? 'voice' : type,
    providerId: id,
    ...(mime_type && { mimeType: mime_type }),
    ...(filename && { fileName: filename }),
  };
  return { text: caption ?? '', attachments: [attachment] };
}

const Location = z.object({
  latitude: z.number(),
  longitude: z.number(),
  name: z.string().optional(),
  address: z.string().optional(),
});

function readLocation({ latitude, longitude, name, address }: z.infer<typeof Location>): Attachment {
  const label = [name, address].filter(Boolean).join(', ');
  return { type: 'location', latitude, longitude, ...(label && { label }) };
}

const SharedContact = z.object({
  name: z.object({ formatted_name: z.string() }),
  phones: z.array(z.object({ phone: z.string().optional() })).default([]),
});
const SharedContacts = z.array(SharedContact);

function readSharedContact({ name, phones }: z.infer<typeof SharedContact>): Attachment {
  const label = [name.formatted_name, ...phones.map(({ phone }) => phone)].filter(Boolean).join(' ');
  return { type: 'contact', label };
}

const Choice = z.object({ id: z.string(), title: z.string() });
const Interactive = z.object({
  type: z.string(),
  button_reply: Choice.optional(),
  list_reply: Choice.optional(),
  nfm_reply: z.object({ body: z.string().default(''), response_json: z.string() }).optional(),
});

/** An answer to buttons, to a list, or a filled-in flow, whose fields arrive as JSON in the payload. */
function readInteractive({ type, button_reply, list_reply, nfm_reply }: z.infer<typeof Interactive>): Words {
  const choice = button_reply ?? list_reply;
  if (choice) return { text: choice.title, attachments: [], payload: choice.id };
  if (nfm_reply) return { text: nfm_reply.body, attachments: [], payload: nfm_reply.response_json };
  return { text: '', attachments: [unsupported(type)] };
}

const Unsupported = z.object({ type: z.string().optional() }).catch({});

/** WhatsApp's own "unsupported" does not always say what it stands for. */
const unsupported = (type: string): Attachment => ({
  type: 'unsupported',
  ...(type !== 'unsupported' && { label: shortened(type, 100) }),
});
