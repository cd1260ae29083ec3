import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantOwned } from './columns.ts';

export const fileTypes = ['image', 'video', 'audio', 'file'] as const;

const schema = defineEntity({
  name: 'StoredFile',
  tableName: 'attachments',
  properties: {
    ...tenantOwned,
    /** The manager; null for a program. */
    uploadedBy: p.uuid().nullable(),
    /** The one message that it is sent with; null until then. */
    messageId: p.uuid().nullable(),
    type: p.text().$type<(typeof fileTypes)[number]>(),
    fileName: p.text(),
    /** Told by the content. */
    mimeType: p.text(),
    sizeBytes: p.integer(),
    /** Not read with the rest; see `files/read-file.ts`. */
    bytes: p.blob().lazy(),
  },
  filters: tenantFilter,
});

/** A file that a manager uploaded to send it to a contact. */
export class StoredFile extends schema.class {}
schema.setClass(StoredFile);

/** What is said of a file. */
export type FileFacts = Pick<StoredFile, 'id' | 'type' | 'fileName' | 'mimeType' | 'sizeBytes'>;
