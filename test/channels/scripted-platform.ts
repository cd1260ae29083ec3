import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { fieldsOf } from '../support/form-fields.ts';

/** What the platform says next; `hang up` reads the request and closes the connection without a word. */
export type Reply = { status: number; headers?: Record<string, string>; body?: unknown } | 'hang up';

export interface Call {
  method: string | undefined;
  path: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface ScriptedPlatform {
  url: string;
  /** Takes the place of the earlier replies and forgets the earlier calls. The last reply repeats. */
  willReply(...replies: Reply[]): void;
  calls: Call[];
  close(): Promise<void>;
}

/** A real server on a free port of this machine: what an adapter sends is read from the wire. */
export async function startScriptedPlatform(): Promise<ScriptedPlatform> {
  let replies: Reply[] = [];
  const calls: Call[] = [];

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { method, url: path, headers } = request;
    calls.push({ method, path, headers, body: await text(request) });
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    if (!reply || reply === 'hang up') {
      request.socket.destroy();
      return;
    }
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {}));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the scripted platform has no port');

  return {
    url: `http://127.0.0.1:${address.port}`,
    willReply(...next) {
      replies = next;
      calls.length = 0;
    },
    calls,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** The fields of a form that was sent. */
export const formOf = ({ headers, body }: Call) => fieldsOf(Buffer.from(body), headers['content-type'] ?? '');
