import { Channel } from '../entities/channel.ts';
import { Message, type Attachment } from '../entities/message.ts';
import { AppError, conflict, notFound } from '../errors.ts';
import { endingOf, fileNameOf } from '../files/file-name.ts';
import { kindOfFile } from '../files/kind-of-file.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import { askPlatform, ioFor } from './ask-platform.ts';
import { adapterFor, openConfig, type ConnectingDeps } from './channel-row.ts';

export interface FetchedFile {
  bytes: Buffer;
  fileName: string;
  /** Told by the content. */
  mimeType: string;
}

export interface WhichFile {
  conversationId: string;
  messageId: string;
  /** Which of the message's attachments, from 0. */
  index: number;
}

/** What Telegram gives at most; each is in memory as a whole. */
export const MOST_BYTES = 20 * 1024 * 1024;
export const MOST_AT_ONCE = 4;

/**
 * Fetches what a contact sent from the platform that keeps it, with the channel's own credentials; at most four files are
 * on their way in a process. Throws 404 where there is no such attachment, 409 `no_file` for what has no bytes or is a
 * link, 422 and 503 as the platform does, 503 `busy` while four others are fetched.
 */
export function createFetchFile(deps: ConnectingDeps) {
  let running = 0;
  return async (tenantId: string, which: WhichFile): Promise<FetchedFile> => {
    const { attachment, channel } = await findAttachment(deps, tenantId, which);
    const adapter = adapterFor(deps, channel.kind);
    const { providerId, type, fileName } = attachment;
    if (!providerId || !adapter.fetchFile) throw noFile(attachment);
    if (channel.status !== 'active') throw conflict('this channel is disconnected; reconnect it to see its files');
    const config = adapter.config.parse(openConfig(deps, channel));
    if (running >= MOST_AT_ONCE)
      throw new AppError(503, 'busy', 'other files are being fetched; try again in a moment');
    running += 1;
    try {
      const io = ioFor(deps, adapter);
      const fetching = async () => adapter.fetchFile?.({ providerId, maxBytes: MOST_BYTES }, config, io);
      const bytes = await askPlatform(fetching, 'The message stays as it is');
      if (!bytes) throw noFile(attachment);
      const { mimeType } = await kindOfFile(bytes);
      return { bytes, mimeType, fileName: fileNameOf(fileName ?? `${type}${endingOf(mimeType)}`) };
    } finally {
      running -= 1;
    }
  };
}

function findAttachment({ orm }: Pick<ConnectingDeps, 'orm'>, tenantId: string, which: WhichFile) {
  return withTenant(orm, tenantId, async (em) => {
    const { messageId, conversationId, index } = which;
    const message = await em.findOne(Message, { tenantId, id: messageId, conversationId });
    const attachment = message?.attachments[index];
    if (!message || !attachment) throw notFound('there is no such attachment');
    const channel = await em.findOneOrFail(Channel, { tenantId, id: message.channelId });
    return { attachment, channel };
  });
}

function noFile({ type, url, id }: Attachment): AppError {
  const where = id ? `download it with GET /api/v1/attachments/${id}` : url && 'it is a link: open its url';
  return new AppError(409, 'no_file', where || `this attachment (${type}) has no bytes: the message tells all of it`);
}
