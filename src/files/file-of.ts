import type { MikroORM } from '@mikro-orm/postgresql';
import type { FileFacts } from '../entities/stored-file.ts';
import type { KeyRing } from '../tenancy/secrets.ts';
import { fileUrl } from './file-url.ts';
import { fileGone, findFile, readFile } from './read-file.ts';

interface Needs {
  orm: MikroORM;
  keys: KeyRing;
  publicUrl: string;
}

interface FileToSend extends Omit<FileFacts, 'id'> {
  url: string;
  read(): Promise<Buffer>;
}

const WEEK_SECONDS = 7 * 86_400;

/**
 * A tenant's file as it is sent: by a link that is good for a week, or by its bytes, which are read only when asked for.
 * Throws PermanentError `file_gone` where there is none, or none any more.
 */
export const createFileOf =
  ({ orm, keys, publicUrl }: Needs) =>
  async (tenantId: string, fileId: string | null): Promise<FileToSend> => {
    const file = fileId === null ? null : await findFile(orm, tenantId, fileId);
    if (!file) throw fileGone();
    const { id, type, fileName, mimeType, sizeBytes } = file;
    const url = fileUrl({ keys, publicUrl }, { tenantId, fileId: id }, new Date(), WEEK_SECONDS);
    return { type, fileName, mimeType, sizeBytes, url, read: () => readFile(orm, tenantId, file) };
  };
