import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { atExit } from './exit.ts';

/** One call that a server of ours got. Times are of this process's monotonic clock, in milliseconds. */
export interface Received {
  arrivedAt: number;
  /** When it was answered, or its connection broke; infinity while it is under way. */
  endedAt: number;
  isAnswered: boolean;
}

export interface RecordingServer {
  url: string;
  close(): Promise<void>;
}

/** Answers each call, whose body is read already, on a port of its own. A call over which `answer` throws is left without an answer. */
export async function startRecordingServer(
  answer: (request: IncomingMessage, body: string, response: ServerResponse, received: Received) => Promise<void>,
): Promise<RecordingServer> {
  async function take(request: IncomingMessage, response: ServerResponse, received: Received): Promise<void> {
    response.once('close', () => {
      received.endedAt = performance.now();
      received.isAnswered = response.writableFinished;
    });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    await answer(request, Buffer.concat(chunks).toString(), response, received);
  }

  const server = createServer((request, response) => {
    const received = { arrivedAt: performance.now(), endedAt: Infinity, isAnswered: false };
    take(request, response, received).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const forget = atExit(() => server.close());
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    close() {
      forget();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
