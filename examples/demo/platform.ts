import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/** What Frontdesk sent to a customer. */
export interface Delivered {
  /** Telegram chat or WhatsApp number. */
  to: string;
  text: string;
  buttons: string[];
}

export interface Platform {
  url: string;
  /** The oldest message to this customer that was not asked for yet. Throws when none comes within half a minute. */
  next(to: string): Promise<Delivered>;
  /** Messages to this customer that were not asked for yet. */
  waiting(to: string): number;
  close(): Promise<void>;
}

const PATIENCE_MS = 30_000;

const TelegramSend = z.object({
  chat_id: z.union([z.number(), z.string()]).transform(String),
  text: z.string(),
  reply_markup: z.object({ keyboard: z.array(z.array(z.object({ text: z.string() }))) }).optional(),
});
const Buttons = z.array(z.object({ reply: z.object({ title: z.string() }) }));
const WhatsappSend = z.object({
  to: z.string(),
  text: z.object({ body: z.string() }).optional(),
  interactive: z.object({ body: z.object({ text: z.string() }), action: z.object({ buttons: Buttons }) }).optional(),
});

/** Stands for the APIs of Telegram and WhatsApp on a port of this machine: takes every message and shows it. */
export async function startPlatform(port: number, show: (message: Delivered) => void): Promise<Platform> {
  const delivered: Delivered[] = [];
  let count = 0;
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    response.setHeader('content-type', 'application/json');
    try {
      count += 1;
      const { message, answer } = take(request.url ?? '', await bodyOf(request), count);
      delivered.push(message);
      show(message);
      response.end(JSON.stringify(answer));
    } catch (error) {
      response.statusCode = 400;
      response.end(JSON.stringify({ ok: false, error_code: 400, description: String(error) }));
    }
  };
  const server = createServer((request, response) => void handle(request, response));
  const url = await listen(server, port);
  return {
    url,
    async next(to) {
      const giveUpAt = performance.now() + PATIENCE_MS;
      while (performance.now() < giveUpAt) {
        const index = delivered.findIndex((message) => message.to === to);
        const [message] = index < 0 ? [] : delivered.splice(index, 1);
        if (message) return message;
        await sleep(20);
      }
      throw new Error(`nothing was sent to ${to} within ${PATIENCE_MS / 1000} seconds`);
    },
    waiting: (to) => delivered.filter((message) => message.to === to).length,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}`);
    });
  });
}

/** Reads a call to one of the two APIs and answers as they do. */
function take(path: string, body: unknown, count: number): { message: Delivered; answer: unknown } {
  if (path.endsWith('/sendMessage')) {
    const { chat_id: to, text, reply_markup: markup } = TelegramSend.parse(body);
    const buttons = (markup?.keyboard ?? []).flat().map((button) => button.text);
    return { message: { to, text, buttons }, answer: { ok: true, result: { message_id: count, chat: { id: to } } } };
  }
  const { to, text, interactive } = WhatsappSend.parse(body);
  const buttons = (interactive?.action.buttons ?? []).map((button) => button.reply.title);
  const message = { to, text: interactive?.body.text ?? text?.body ?? '', buttons };
  return { message, answer: { messaging_product: 'whatsapp', messages: [{ id: `wamid.demo.${count}` }] } };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
