import { z } from 'zod';
import { audit } from '../../audit.ts';
import type { ConnectingDeps } from '../../connecting/channel-row.ts';
import { createFetchFile } from '../../connecting/fetch-file.ts';
import type { Deps } from '../../deps.ts';
import { fileTypes } from '../../entities/stored-file.ts';
import { invalidFields, notFound } from '../../errors.ts';
import { readFileToken } from '../../files/file-url.ts';
import { findFile, findSentFile, readPieces } from '../../files/read-file.ts';
import { storeFile } from '../../files/store-file.ts';
import { ById, id } from '../api/fields.ts';
import { openOperation, tenantOperation, type Operation } from '../api/operation.ts';
import { sendFile } from '../send-file.ts';

const tag = 'Attachments';
const MOST_BYTES = 10 * 1024 * 1024;

export const ShownFile = z
  .strictObject({
    id,
    type: z.enum(fileTypes),
    fileName: z.string(),
    mimeType: z.string().meta({ description: 'Told by the content.' }),
    sizeBytes: z.int(),
  })
  .meta({ id: 'Attachment' });

/** Files that managers send to contacts, and those that contacts send. */
export const attachmentOperations = (deps: ConnectingDeps): Operation[] => [
  upload(deps),
  download(deps),
  give(deps),
  ofContact(deps),
];

const upload = ({ orm }: Pick<Deps, 'orm'>) =>
  tenantOperation({
    method: 'post',
    path: '/attachments',
    tag,
    summary: 'Upload a file of at most 10 MiB, to send it with a reply',
    description:
      'The bytes as they are, with the name as `fileName`; or a form that sends the file as `file`. What it is is told by ' +
      'its content. A file that is not sent within a day may be dropped.',
    permission: 'conversations:write',
    query: z.strictObject({ fileName: z.string().max(1_000).optional() }),
    response: ShownFile,
    status: 201,
    upload: ['application/octet-stream', 'multipart/form-data'],
    maxBytes: MOST_BYTES,
    async handle({ tenantId, actor, query, ip, requestId, file: uploaded, keep }) {
      const pieces: Uint8Array[] = [];
      for await (const piece of uploaded) pieces.push(piece);
      const bytes = Buffer.concat(pieces);
      if (bytes.length === 0)
        throw invalidFields([{ path: uploaded.name() === null ? 'body' : 'body.file', message: 'is empty' }]);
      return storeFile(orm, tenantId, {
        bytes,
        name: query.fileName ?? uploaded.name(),
        uploadedBy: actor.kind === 'user' ? actor.userId : null,
        async note(em, file) {
          const { id: fileId, type, sizeBytes } = file;
          await audit(em, { actor, ip, requestId }, 'attachment.upload', fileId, { type, sizeBytes });
          await keep(em, file);
        },
      });
    },
  });

const download = ({ orm }: Pick<Deps, 'orm'>) =>
  tenantOperation({
    method: 'get',
    path: '/attachments/{id}',
    tag,
    summary: 'A file that a manager uploaded',
    permission: 'conversations:read',
    params: ById,
    response: z.unknown(),
    download: '*/*',
    async handle({ tenantId, params, ctx }) {
      const file = await findFile(orm, tenantId, params.id);
      if (!file) throw notFound('there is no such file');
      sendFile(ctx, file, readPieces(orm, tenantId, file));
    },
  });

const give = ({ orm, keys }: Pick<Deps, 'orm' | 'keys'>) =>
  openOperation({
    method: 'get',
    path: '/files/{token}',
    tag,
    summary: 'A file that was sent, for the platform or the browser that was given this link',
    params: z.strictObject({ token: z.string().max(100) }),
    response: z.unknown(),
    download: '*/*',
    async handle({ params, ctx, now }) {
      const link = readFileToken(keys, params.token, now);
      const file = link && (await findSentFile(orm, link.tenantId, link.fileId));
      if (!link || !file) throw notFound('there is no such file, or this link is over');
      const isPicture = PICTURES.has(file.mimeType);
      sendFile(ctx, file, readPieces(orm, link.tenantId, file), isPicture ? 'inline' : 'attachment');
    },
  });

const ofContact = (deps: ConnectingDeps) => {
  const fetchFile = createFetchFile(deps);
  return tenantOperation({
    method: 'get',
    path: '/conversations/{id}/messages/{messageId}/attachments/{index}',
    tag,
    summary: 'A file that a contact sent',
    description:
      'Fetched from the platform that keeps it, at most 20 MiB. `index` is its place among the message’s attachments, from 0. ' +
      '409 `no_file`: it is a place, a person, or a link. 422 `platform_refused`: the platform does not keep it any more, ' +
      'or does not let us in.',
    permission: 'conversations:read',
    params: z.strictObject({ id, messageId: id, index: z.coerce.number().int().min(0).max(100) }),
    response: z.unknown(),
    download: '*/*',
    async handle({ tenantId, params: { id: conversationId, messageId, index }, ctx }) {
      const { bytes, fileName, mimeType } = await fetchFile(tenantId, { conversationId, messageId, index });
      sendFile(ctx, { fileName, mimeType, sizeBytes: bytes.length }, [bytes]);
    },
  });
};

/** What a browser shows and cannot run. */
const PICTURES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
