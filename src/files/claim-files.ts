import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { fileTypes, type FileFacts } from '../entities/stored-file.ts';
import { invalidFields } from '../errors.ts';
import { uuidList } from '../tenancy/at-once.ts';
import { runBound } from '../tenancy/bound.ts';

/**
 * Takes files for one message, which is written later in this transaction; gives them in the order asked for. If the
 * transaction fails they are free again. Throws 422 for those that are not the tenant's, or were sent with another message:
 * whoever asks at the same time waits, and then gets that.
 */
export async function claimFiles(
  em: EntityManager,
  tenantId: string,
  messageId: string,
  fileIds: readonly string[],
): Promise<FileFacts[]> {
  if (fileIds.length === 0) return [];
  const rows = await runBound(em, [CLAIM, [tenantId, uuidList(fileIds), messageId, tenantId]]);
  const taken = new Map(rows.map((row) => [row['id'], Taken.parse(row)]));
  const missing = fileIds.flatMap((id, n) => (taken.has(id) ? [] : [`body.attachmentIds.${n}`]));
  if (missing.length > 0) throw invalidFields(missing.map((path) => ({ path, message: NOT_FREE })));
  return fileIds.flatMap((id) => taken.get(id) ?? []);
}

const NOT_FREE = 'is no file that waits to be sent; upload it with POST /attachments, once for each message';

const Taken = z
  .object({
    id: z.string(),
    type: z.enum(fileTypes),
    file_name: z.string(),
    mime_type: z.string(),
    size_bytes: z.int(),
  })
  .transform(({ id, type, file_name: fileName, mime_type: mimeType, size_bytes: sizeBytes }) => ({
    id,
    type,
    fileName,
    mimeType,
    sizeBytes,
  }));

// Locked in one order, so that two who want the same files do not wait for each other.
const CLAIM = `
  with free as (
    select id from attachments where tenant_id = ? and id = any (?::uuid[]) and message_id is null
    order by id for update
  )
  update attachments a set message_id = ? from free where a.tenant_id = ? and a.id = free.id and a.message_id is null
  returning a.id, a.type, a.file_name, a.mime_type, a.size_bytes`;
