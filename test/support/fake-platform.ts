import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Ears } from './ears.ts';
import { fieldsOf } from './form-fields.ts';

/** A call that a platform received. */
export interface PlatformCall {
  path: string;
  headers: IncomingMessage['headers'];
  /** Without the canaries that the database of tests puts into texts. */
  body: Record<string, unknown>;
  /** As it came: what was signed. */
  raw: string;
}

export interface FakePlatform {
  url: string;
  calls: PlatformCall[];
  /** Webhooks that are set, by the path of their bot: `/bot<token>`. */
  webhooks: Map<string, { url: string; secretToken: string }>;
  /** Texts sent to a Telegram chat or a WhatsApp number, in the order they arrived. */
  textsTo(to: string): string[];
  /** Answers in place of success; gives undefined to let a call through. */
  answer: ((call: PlatformCall, response: ServerResponse) => true | undefined) | undefined;
  close(): Promise<void>;
}

/** Stands for Telegram, WhatsApp, n8n and managers' webhooks on a real port, and remembers what it got. */
export async function startFakePlatform(ears: Ears): Promise<FakePlatform> {
  const calls: PlatformCall[] = [];
  const webhooks: FakePlatform['webhooks'] = new Map();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { url: path = '', headers } = request;
      const bytes = Buffer.concat(chunks);
      void bodyOf(bytes, headers['content-type'], ears.called(platform.url + path, headers, String(bytes))).then(
        (body) => {
          const call = { path, headers, raw: String(bytes), body };
          calls.push(call);
          if (platform.answer?.(call, response)) return;
          response.setHeader('content-type', 'application/json');
          response.end(JSON.stringify(success(call, calls.length, webhooks)));
        },
      );
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const platform: FakePlatform = {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    calls,
    webhooks,
    answer: undefined,
    textsTo: (to) => calls.filter((call) => recipient(call) === to).map(text),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return platform;
}

function recipient({ body }: PlatformCall): string {
  const to = body['chat_id'] ?? body['to'];
  return typeof to === 'string' || typeof to === 'number' ? String(to) : '';
}

function text({ body }: PlatformCall): string {
  if (typeof body['text'] === 'string') return body['text'];
  const nested = [body['text'], body['interactive']].find((part) => typeof part === 'object' && part !== null);
  return JSON.stringify(nested ?? body);
}

function success({ path, body }: PlatformCall, count: number, webhooks: FakePlatform['webhooks']) {
  const [, bot = '', method] = /^(\/bot[^/]+)\/(\w+)$/.exec(path) ?? [];
  if (method === 'getMe') return { ok: true, result: { id: 1, is_bot: true, username: 'shop_bot' } };
  if (method === 'getWebhookInfo') {
    return { ok: true, result: { url: webhooks.get(bot)?.url ?? '', pending_update_count: 0 } };
  }
  if (method === 'deleteWebhook') webhooks.delete(bot);
  if (method === 'setWebhook') {
    webhooks.set(bot, { url: String(body['url']), secretToken: String(body['secret_token']) });
  }
  const [, number] = /^\/v\d+\.\d+\/(\d+)\?/.exec(path) ?? [];
  if (number) return { id: number, display_phone_number: '+1 555 0100', verified_name: 'Shop' };
  if (path.endsWith('/media')) return { id: `media.${count}` };
  if (/\/send(Message|Photo|Video|Audio|Document)$/.test(path))
    return { ok: true, result: { message_id: count, chat: { id: body['chat_id'] } } };
  if (path.endsWith('/messages')) {
    return {
      messaging_product: 'whatsapp',
      contacts: [{ wa_id: body['to'] }],
      messages: [{ id: `wamid.out.${count}` }],
    };
  }
  return { ok: true };
}

async function bodyOf(bytes: Buffer, contentType = '', words: string): Promise<Record<string, unknown>> {
  return contentType.startsWith('multipart/form-data') ? fieldsOf(bytes, contentType) : parse(words);
}

function parse(raw: string): Record<string, unknown> {
  try {
    return JSON.parse(raw) as Record<string, unknown>;
  } catch {
    return {};
  }
}
