import { Router } from '@koa/router';
import { PassThrough } from 'node:stream';
import { z } from 'zod';
import { issueVisitorToken, readVisitorToken, webchat, type WebchatConfig } from '../../channels/webchat.ts';
import type { Deps } from '../../deps.ts';
import type { Attachment } from '../../entities/message.ts';
import type { FileFacts } from '../../entities/stored-file.ts';
import { fileUrl } from '../../files/file-url.ts';
import { newId } from '../../id.ts';
import { forbidden, notFound, unauthorized } from '../../errors.ts';
import { stillGood, type Channel } from '../../tenancy/find-channel.ts';
import { threadSubject } from '../../queue/contracts.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { createLive } from '../live.ts';
import { sendPage } from '../page.ts';

const TOKEN_SECONDS = 30 * 86_400;
const LINK_SECONDS = 86_400;
const HEARTBEAT_MS = 15_000;
const After = z.object({ after: z.coerce.number().int().min(0).default(0) });

interface ChatMessage {
  seq: number;
  from: 'visitor' | 'assistant' | 'manager';
  text: string;
  /** Each `url` is good for a day. */
  attachments: (Omit<FileFacts, 'id' | 'type'> & { type: string; url: string })[];
  quickReplies: string[];
  at: string;
}

type ChatDeps = Pick<Deps, 'findChannel' | 'orm' | 'changes' | 'keys' | 'publicUrl'>;

/** The visitor's side of the web chat: a page, a session, and the answers. What the visitor says is a webhook. */
export function webchatRoutes(deps: ChatDeps) {
  const router = new Router({ prefix: '/chat/:key' });
  const live = createLive(deps.changes);

  router.get('/', async (ctx) => {
    await find(deps, ctx.params['key']);
    await sendPage(ctx, 'chat.html');
  });

  router.post('/session', async (ctx) => {
    const { config } = await find(deps, ctx.params['key']);
    refuseForeignPage(ctx.get('origin'), [
      deps.publicUrl,
      `http://${ctx.host}`,
      `https://${ctx.host}`,
      ...config.allowedOrigins,
    ]);
    const visitorId = newId();
    const token = issueVisitorToken(visitorId, config, new Date(), TOKEN_SECONDS);
    ctx.body = { visitorId, token, siteName: config.siteName ?? 'Chat' };
  });

  router.get('/messages', async (ctx) => {
    const { channel, visitorId } = await visitor(deps, ctx.params['key'], ctx.get('authorization'));
    ctx.body = { messages: await messagesAfter(deps, channel, visitorId, After.parse(ctx.query).after) };
  });

  // Events carry the sequence as their id: a browser that comes back says where it was, and misses nothing.
  router.get('/stream', async (ctx) => {
    const proof = [ctx.params['key'], ctx.get('authorization')] as const;
    const { channel, visitorId } = await visitor(deps, ...proof);
    let after = After.parse({ after: ctx.get('last-event-id') || ctx.query['after'] || 0 }).after;
    const stream = new PassThrough();
    ctx.type = 'text/event-stream';
    ctx.set('Cache-Control', 'no-store');
    ctx.body = stream;

    let looking = false;
    let again = false;
    const look = async () => {
      again = looking;
      if (looking) return;
      looking = true;
      try {
        do {
          again = false;
          // Whoever was let in once is asked again: a channel may be gone by now.
          await visitor(deps, ...proof);
          for (const message of await messagesAfter(deps, channel, visitorId, after)) {
            after = message.seq;
            stream.write(`id: ${message.seq}\ndata: ${JSON.stringify(message)}\n\n`);
          }
        } while (again);
      } catch {
        // The database is away, or the visitor may not listen any more: the browser comes back by itself, and is
        // told, or asks from where it was.
        stream.end();
      } finally {
        looking = false;
      }
    };
    const unfollow = live.follow(threadSubject(channel.channelId, visitorId), channel.tenantId, () => void look());
    // The slow beat also finds what a lost notification would have told.
    const heartbeat = setInterval(() => {
      stream.write(': here\n\n');
      void look();
    }, HEARTBEAT_MS);
    ctx.res.on('close', () => {
      clearInterval(heartbeat);
      unfollow();
      stream.destroy();
    });
    // Headers leave with the first byte: without it a browser would not know for long that it is connected.
    stream.write(': here\n\n');
    await look();
  });

  return router;
}

async function find(deps: Pick<Deps, 'findChannel'>, key = ''): Promise<{ channel: Channel; config: WebchatConfig }> {
  const channel = await deps.findChannel('webchat', 'key', key);
  if (!channel || channel.isSuspended) throw notFound('there is no chat at this address');
  return { channel, config: webchat.config.parse(channel.config) };
}

/** Only the business's own pages may begin a chat. Outside browsers an Origin proves nothing, and none is needed. */
function refuseForeignPage(origin: string, allowed: string[]): void {
  if (origin !== '' && !allowed.includes(origin))
    throw forbidden('this site may not show this chat: add it to allowedOrigins');
}

async function visitor(deps: Pick<Deps, 'findChannel'>, key: string | undefined, authorization: string) {
  const { channel, config } = await find(deps, key);
  const [token, now] = [authorization.replace(/^Bearer /, ''), new Date()];
  const before = stillGood(channel.previous, now);
  const visitorId =
    readVisitorToken(token, config, now) ??
    (before && readVisitorToken(token, webchat.config.parse(before.config), now));
  if (!visitorId) throw unauthorized('the chat session is over; reload the page');
  return { channel, visitorId };
}

const FROM = { contact: 'visitor', user: 'manager', agent: 'assistant', system: 'assistant' } as const;

interface MessageRow {
  seq: number;
  sender_kind: keyof typeof FROM;
  content: string;
  attachments: Attachment[];
  quick_replies: string[] | null;
  at: Date;
}

/** Only what has been delivered, and never what is internal. */
async function messagesAfter(
  deps: Pick<Deps, 'orm' | 'keys' | 'publicUrl'>,
  { tenantId, channelId }: Channel,
  visitorId: string,
  after: number,
): Promise<ChatMessage[]> {
  const rows = await withTenant(deps.orm, tenantId, (em) =>
    em.execute<MessageRow[]>(
      `select m.seq, m.sender_kind, m.content, m.attachments, o.quick_replies, m.created_at as at
       from messages m
       join conversations c on c.tenant_id = m.tenant_id and c.id = m.conversation_id
       left join lateral (
         select quick_replies from outbound_messages
         where tenant_id = m.tenant_id and message_id = m.id order by part desc limit 1) o on true
       where m.tenant_id = ? and c.channel_id = ? and c.thread = ? and c.id = (
           select id from conversations where tenant_id = ? and channel_id = ? and thread = ?
           order by created_at desc limit 1)
         and m.seq > ? and not m.is_internal and m.direction <> 'internal' and m.deleted_at is null
         and (m.direction = 'in' or m.status in ('sent', 'delivered', 'read'))
       order by m.seq limit 200`,
      [tenantId, channelId, visitorId, tenantId, channelId, visitorId, after],
    ),
  );
  return rows.map((row) => ({
    seq: row.seq,
    from: FROM[row.sender_kind],
    text: row.content,
    attachments: linked(deps, tenantId, row.attachments),
    quickReplies: row.quick_replies ?? [],
    at: new Date(row.at).toISOString(),
  }));
}

/** Files of managers. What a visitor's side might send has no file that we keep. */
const linked = (
  deps: Pick<Deps, 'keys' | 'publicUrl'>,
  tenantId: string,
  attachments: readonly Attachment[],
): ChatMessage['attachments'] =>
  attachments.flatMap(({ id, type, fileName = '', mimeType = '', sizeBytes = 0 }) => {
    if (!id) return [];
    const url = fileUrl(deps, { tenantId, fileId: id }, new Date(), LINK_SECONDS);
    return [{ type, url, fileName, mimeType, sizeBytes }];
  });
