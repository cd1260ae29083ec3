import type { MikroORM } from '@mikro-orm/postgresql';
import type { FileFacts } from '../entities/stored-file.ts';
import type { KeyRing } from '../tenancy/secrets.ts';
import { fileUrl } from './file-url.ts';
import { fileGone, findFile, readFile } from './read-file.ts';

interface Needs {
  orm: MikroORM;
  keys: KeyRing;
  publicUrl: string;
  /** Fetches a file that its platform still keeps; false where there is no such file. */
  fetchAwaited: (tenantId: string, fileId: string) => Promise<boolean>;
}

interface FileToSend extends Omit<FileFacts, 'id'> {
  url: string;
  read(): Promise<Buffer>;
}

const WEEK_SECONDS = 7 * 86_400;

/**
 * A tenant's file as it is sent: by a link that is good for a week, or by its bytes, which are read only when asked for.
 * One that is awaited is fetched first. Throws PermanentError `file_gone` where there is none, or none any more, and what
 * keeps one from being fetched.
 */
export const createFileOf =
  ({ orm, keys, publicUrl, fetchAwaited }: Needs) =>
  async (tenantId: string, fileId: string | null): Promise<FileToSend> => {
    if (fileId === null) throw fileGone();
    let file = await findFile(orm, tenantId, fileId);
    if (!file && (await fetchAwaited(tenantId, fileId))) file = await findFile(orm, tenantId, fileId);
    if (!file) throw fileGone();
    const { id, type, fileName, mimeType, sizeBytes } = file;
    const url = fileUrl({ keys, publicUrl }, { tenantId, fileId: id }, new Date(), WEEK_SECONDS);
    return { type, fileName, mimeType, sizeBytes, url, read: () => readFile(orm, tenantId, file) };
  };
