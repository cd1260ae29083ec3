import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './fault-random.ts';
import { atExit } from './fault-exit.ts';

/** One call of sendMessage. Times are of this process's monotonic clock, in milliseconds. */
export interface Send {
  /** Whose address of the platform was called. */
  sender: string;
  bot: string;
  chat: string;
  text: string;
  /** As the platform numbered it; what the service keeps as external id. */
  externalId: string;
  arrivedAt: number;
  /** When it was answered, or its connection broke; infinity while it is under way. */
  endedAt: number;
  isAnswered: boolean;
}

export interface RecordingPlatform {
  /** Of whoever was given no address of its own. */
  url: string;
  /** An address of its own for a process that sends, so that its sends are known. */
  openFor(sender: string): Promise<string>;
  /** In the order they arrived. */
  sends: Send[];
  close(): Promise<void>;
}

/**
 * Telegram's sendMessage over real HTTP. Answers after a few milliseconds; one in twenty takes up to 0.7 s, so that
 * kills meet sends under way.
 */
export async function startRecordingPlatform(chance: Chance): Promise<RecordingPlatform> {
  const sends: Send[] = [];
  const closers: (() => Promise<unknown>)[] = [];

  async function openFor(sender: string): Promise<string> {
    const server = createServer((request, response) => {
      const arrivedAt = performance.now();
      answer(sender, request, response, arrivedAt).catch(() => response.destroy());
    });
    server.keepAliveTimeout = 60_000;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const forget = atExit(() => server.close());
    closers.push(() => {
      forget();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  }

  async function answer(
    sender: string,
    request: IncomingMessage,
    response: ServerResponse,
    arrivedAt: number,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { chat_id: chat, text } = JSON.parse(Buffer.concat(chunks).toString()) as { chat_id: number; text: string };
    const [, bot = ''] = /^\/bot([^/]+)\/sendMessage$/.exec(request.url ?? '') ?? [];
    const number = sends.length + 1;
    const externalId = `${chat}:${number}`;
    const send: Send = {
      sender,
      bot,
      chat: String(chat),
      text,
      externalId,
      arrivedAt,
      endedAt: Infinity,
      isAnswered: false,
    };
    sends.push(send);
    response.once('close', () => {
      send.endedAt = performance.now();
      send.isAnswered = response.writableFinished;
    });
    await sleep(chance.happens(0.05) ? chance.between(200, 700) : chance.between(2, 12));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ok: true, result: { message_id: number, chat: { id: chat } } }));
  }

  return {
    url: await openFor('nobody'),
    openFor,
    sends,
    close: async () => void (await Promise.all(closers.map((close) => close()))),
  };
}
