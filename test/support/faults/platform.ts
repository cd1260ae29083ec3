import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './random.ts';
import { startRecordingServer, type Received, type RecordingServer } from './server.ts';

/** One call of sendMessage. */
export interface Send extends Received {
  /** Whose address of the platform was called. */
  sender: string;
  bot: string;
  chat: string;
  text: string;
  /** As the platform numbered it; what the service keeps as external id. */
  externalId: string;
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
  const servers: RecordingServer[] = [];

  async function openFor(sender: string): Promise<string> {
    const server = await startRecordingServer((...call) => answer(sender, ...call));
    servers.push(server);
    return server.url;
  }

  async function answer(
    sender: string,
    request: IncomingMessage,
    body: string,
    response: ServerResponse,
    received: Received,
  ): Promise<void> {
    const { chat_id: chat, text } = JSON.parse(body) as { chat_id: number; text: string };
    const [, bot = ''] = /^\/bot([^/]+)\/sendMessage$/.exec(request.url ?? '') ?? [];
    const number = sends.length + 1;
    // The same object: its end is written into it.
    sends.push(Object.assign(received, { sender, bot, chat: String(chat), text, externalId: `${chat}:${number}` }));
    await pauseOf(chance);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ok: true, result: { message_id: number, chat: { id: chat } } }));
  }

  return {
    url: await openFor('nobody'),
    openFor,
    sends,
    close: async () => void (await Promise.all(servers.map((server) => server.close()))),
  };
}

/** Waits as long as somebody else's system takes for an answer. */
export const pauseOf = (chance: Chance): Promise<void> =>
  sleep(chance.happens(0.05) ? chance.between(200, 700) : chance.between(2, 12));
