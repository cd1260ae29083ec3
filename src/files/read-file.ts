import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { StoredFile, type FileFacts } from '../entities/stored-file.ts';
import { Tenant } from '../entities/tenant.ts';
import { PermanentError } from '../errors.ts';
import { runBound } from '../tenancy/bound.ts';
import { withTenant } from '../tenancy/with-tenant.ts';

const PIECE_BYTES = 1024 * 1024;

/** What is known of a file; null where the tenant has none with this id, or not yet. */
export const findFile = (orm: MikroORM, tenantId: string, id: string): Promise<FileFacts | null> =>
  withTenant(orm, tenantId, (em) => factsOf(em, tenantId, id));

/** The same for the public, which sees nothing of a tenant that is not active, and only what was sent. */
export const findSentFile = (orm: MikroORM, tenantId: string, id: string): Promise<FileFacts | null> =>
  withTenant(orm, tenantId, async (em) => {
    if ((await em.count(Tenant, { id: tenantId, status: 'active' })) === 0) return null;
    return factsOf(em, tenantId, id, { messageId: { $ne: null } });
  });

function factsOf(em: EntityManager, tenantId: string, id: string, more: object = {}): Promise<FileFacts | null> {
  return em.findOne(StoredFile, { tenantId, id, sizeBytes: { $gt: 0 }, ...more });
}

/**
 * The bytes, a piece at a time and each by a transaction of its own: whoever reads slowly holds neither memory nor a
 * connection. Throws PermanentError `file_gone` when the file is deleted meanwhile.
 */
export async function* readPieces(
  orm: MikroORM,
  tenantId: string,
  { id, sizeBytes }: Pick<FileFacts, 'id' | 'sizeBytes'>,
): AsyncGenerator<Buffer> {
  for (let from = 0; from < sizeBytes; from += PIECE_BYTES) {
    const rows = await withTenant(orm, tenantId, (em) => runBound(em, [PIECE, [from + 1, PIECE_BYTES, tenantId, id]]));
    if (!rows[0]) throw fileGone();
    yield Piece.parse(rows[0]).piece;
  }
}

/** The whole file in memory. Throws as `readPieces` does. */
export async function readFile(orm: MikroORM, tenantId: string, file: FileFacts): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of readPieces(orm, tenantId, file)) pieces.push(piece);
  return Buffer.concat(pieces);
}

const Piece = z.object({ piece: z.instanceof(Buffer) });
const PIECE = 'select substring(bytes from ? for ?) as piece from attachments where tenant_id = ? and id = ?';

export const fileGone = () =>
  new PermanentError('the file was deleted before it was sent; upload it again', { code: 'file_gone' });
