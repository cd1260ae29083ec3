import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { FileFacts } from '../entities/stored-file.ts';
import { newId } from '../id.ts';
import { runBound } from '../tenancy/bound.ts';
import { assertRoom } from '../tenancy/limits.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import { fileNameOf } from './file-name.ts';
import { kindOfFile } from './kind-of-file.ts';

interface NewFile {
  bytes: Buffer;
  /** As the sender calls it. */
  name: string | null;
  uploadedBy: string | null;
  /** Called in the transaction that stores it. */
  note: (em: EntityManager, file: FileFacts) => Promise<void>;
}

const MOST_DROPPED = 100;

/**
 * Keeps a file until it is sent. Files that were not sent within a day make room for it. Throws 409 `limit_reached` when
 * the tenant's files are larger than its plan allows.
 */
export async function storeFile(
  orm: MikroORM,
  tenantId: string,
  { bytes, name, uploadedBy, note }: NewFile,
): Promise<FileFacts> {
  const file = { id: newId(), fileName: fileNameOf(name), sizeBytes: bytes.length, ...(await kindOfFile(bytes)) };
  await makeRoom(orm, tenantId);
  await withTenant(orm, tenantId, async (em) => {
    const { id, type, fileName, mimeType, sizeBytes } = file;
    await runBound(em, [STORE, [tenantId, id, uploadedBy, type, fileName, mimeType, sizeBytes, bytes]]);
    await assertRoom(em, tenantId, 'max_attachment_mb', 0);
    await note(em, file);
  });
  return file;
}

/** Drops old files that were not sent. By itself, so that what is refused makes room all the same. */
export const makeRoom = (orm: MikroORM, tenantId: string) =>
  withTenant(orm, tenantId, (em) => runBound(em, [DROP, [tenantId, tenantId, MOST_DROPPED]]));

const STORE = `
  insert into attachments (tenant_id, id, uploaded_by, type, file_name, mime_type, size_bytes, bytes)
  values (?, ?, ?, ?, ?, ?, ?, ?)`;

const DROP = `
  delete from attachments where tenant_id = ? and message_id is null and id in (
    select id from attachments
    where tenant_id = ? and message_id is null and created_at < now() - interval '1 day'
    order by created_at limit ? for update skip locked)`;
