import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantOwned } from './columns.ts';

export const fileTypes = ['image', 'video', 'audio', 'file'] as const;

const schema = defineEntity({
  name: 'StoredFile',
  tableName: 'attachments',
  properties: {
    ...tenantOwned,
    /** The manager; null for a program, and for a file that was sent in a chat. */
    uploadedBy: p.uuid().nullable(),
    /** The one message that it is sent with; null until then. */
    messageId: p.uuid().nullable(),
    type: p.text().$type<(typeof fileTypes)[number]>(),
    fileName: p.text(),
    /** Told by the content. */
    mimeType: p.text(),
    /** 0 until it is fetched from its source. */
    sizeBytes: p.integer(),
    /** Where it is fetched from when it is to be sent: `files/awaited-file.ts`. Null for an upload. */
    source: p.json<Record<string, unknown>>().nullable(),
    /** Not read with the rest; see `files/read-file.ts`. */
    bytes: p.blob().lazy().nullable(),
  },
  filters: tenantFilter,
});

/** A file that a manager sends to a contact. */
export class StoredFile extends schema.class {}
schema.setClass(StoredFile);

/** What is said of a file. */
export type FileFacts = Pick<StoredFile, 'id' | 'type' | 'fileName' | 'mimeType' | 'sizeBytes'>;
