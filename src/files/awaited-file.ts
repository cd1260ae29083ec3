import type { MikroORM } from '@mikro-orm/postgresql';
import { z } from 'zod';
import type { Attachment } from '../entities/message.ts';
import { StoredFile, type FileFacts } from '../entities/stored-file.ts';
import { newId } from '../id.ts';
import type { Statement } from '../tenancy/at-once.ts';
import { runBound } from '../tenancy/bound.ts';
import { insertStatements } from '../tenancy/insert-rows.ts';
import { assertRoom } from '../tenancy/limits.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import { endingOf, fileNameOf } from './file-name.ts';
import { kindOfFile } from './kind-of-file.ts';
import { makeRoom } from './store-file.ts';

/** Where a platform keeps a file, and what it says of it. */
const Source = z.object({
  channelId: z.string(),
  providerId: z.string(),
  type: z.string(),
  fileName: z.string().optional(),
  sizeBytes: z.number().optional(),
});
export type Source = z.infer<typeof Source>;

/** A file that is to be sent on, and that its platform keeps until then. */
export interface AwaitedFile {
  /** As the platform says, until it is fetched. */
  facts: FileFacts;
  source: Source;
}

const TYPES = new Map<string, FileFacts['type']>([
  ['image', 'image'],
  ['video', 'video'],
  ['audio', 'audio'],
  ['voice', 'audio'],
  ['file', 'file'],
]);

/** What came with a message, as a file to be sent on. Null where it is none: a place, a person, a sticker. */
export function toAwait(channelId: string, attachment: Attachment): AwaitedFile | null {
  const { providerId, fileName, mimeType = 'application/octet-stream', sizeBytes = 0 } = attachment;
  const type = TYPES.get(attachment.type);
  if (!type || !providerId) return null;
  return {
    facts: { id: newId(), type, fileName: fileNameOf(fileName ?? attachment.type), mimeType, sizeBytes },
    source: Source.parse({ ...attachment, channelId }),
  };
}

/** Writes down files that are awaited for a message, which is written by the same transaction. */
export const awaitStatements = (tenantId: string, messageId: string, files: AwaitedFile[]): Statement[] =>
  insertStatements(
    'attachments',
    files.map(({ facts, source }) => ({ ...facts, tenantId, messageId, source, sizeBytes: 0 })),
  );

/** Where a file is that has not been fetched yet; null for any other. */
export function sourceOf(orm: MikroORM, tenantId: string, id: string): Promise<Source | null> {
  return withTenant(orm, tenantId, async (em) => {
    const file = await em.findOne(StoredFile, { tenantId, id, sizeBytes: 0 });
    return file && Source.parse(file.source);
  });
}

/**
 * Keeps the bytes of an awaited file, and has its message say what they are. Throws 409 `limit_reached` when the tenant's
 * files are larger than its plan allows.
 */
export async function storeAwaited(
  orm: MikroORM,
  tenantId: string,
  id: string,
  { type: called, fileName }: Source,
  bytes: Buffer,
): Promise<void> {
  const { type, mimeType } = await kindOfFile(bytes);
  const name = fileNameOf(fileName ?? called + endingOf(mimeType));
  const facts: FileFacts = { id, type, fileName: name, mimeType, sizeBytes: bytes.length };
  await makeRoom(orm, tenantId);
  await withTenant(orm, tenantId, async (em) => {
    const [stored] = await runBound(em, [STORE, [type, name, mimeType, bytes.length, bytes, tenantId, id]]);
    // Somebody else was faster.
    if (!stored) return;
    await runBound(em, [TELL, [id, JSON.stringify(facts), tenantId, stored['message_id']]]);
    await assertRoom(em, tenantId, 'max_attachment_mb', 0);
  });
}

const STORE = `
  update attachments set type = ?, file_name = ?, mime_type = ?, size_bytes = ?, bytes = ?
  where tenant_id = ? and id = ? and size_bytes = 0 returning message_id`;

const TELL = `
  update messages set attachments = (
    select jsonb_agg(case when one ->> 'id' = ?::text then ?::jsonb else one end order by n)
    from jsonb_array_elements(attachments) with ordinality as each (one, n))
  where tenant_id = ? and id = ?`;
