import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { RESPONSE_TIMEOUT_MS } from './agent-tenants.ts';
import { insist, noteRefusal } from './insist.ts';
import type { Chance } from './random.ts';
import { startRecordingServer, type Received } from './server.ts';
import { callBack, workflowSecret } from '../workflows.ts';

/** One call of a workflow: a run that has begun. */
export interface Call extends Received {
  runId: string;
  slug: string;
  conversationId: string;
  message: string;
  /** What was said before, in words. */
  history: string[];
  isGenuine: boolean;
  /** Where the first answer is given. One that is slow calls back when it is too late. */
  answersIn: 'response' | 'callback' | 'slow callback';
  /** When the caller's connection was gone; infinity while it stands. */
  cutAt: number;
}

/** An answer brought to the callback address, until it was taken. */
export interface Callback {
  runId: string;
  body: { runId: string; reply: string };
  beganAt: number;
  /** Null when it never was. */
  takenAt: number | null;
  /** How often it was said to be new: never more than once. */
  timesNew: number;
}

export interface RecordingWorkflows {
  url: string;
  calls: Call[];
  callbacks: Callback[];
  /** What no workflow understands of the answers to its callbacks. */
  strange: string[];
  /** From now on workflows call back here. */
  callBackAt(webs: { url: string }[]): void;
  /** Resolves when nothing is to be called back any more. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

interface TurnBody {
  runId: string;
  tenant: { slug: string };
  conversation: { id: string };
  message: string;
  history: { text: string }[];
  callback: { url: string };
}

export const replyText = (slug: string, runId: string) => `${slug} ${runId}`;
const otherReplyText = (slug: string, runId: string) => `${slug} ${runId} once more`;

/**
 * Workflows of n8n over real HTTP. Some answer in the response, some call back at one web or the other until it is taken;
 * some call back twice, with the same or with another answer, and few too late.
 */
export async function startRecordingWorkflows(chance: Chance): Promise<RecordingWorkflows> {
  const calls: Call[] = [];
  const callbacks: Callback[] = [];
  const strange: string[] = [];
  const underWay: Promise<void>[] = [];
  const open = new Map<Socket, Call[]>();
  let webs: { url: string }[] = [];

  async function answer(request: IncomingMessage, body: string, response: ServerResponse, received: Received) {
    const turn = JSON.parse(body) as TurnBody;
    const { runId } = turn;
    const { slug } = turn.tenant;
    const call: Call = Object.assign(received, {
      runId,
      slug,
      conversationId: turn.conversation.id,
      message: turn.message,
      history: turn.history.map(({ text }) => text),
      isGenuine: request.url === `/webhook/${slug}` && isSigned(request, body),
      answersIn: chance.happens(0.45) ? 'response' : chance.happens(0.04) ? 'slow callback' : 'callback',
      cutAt: Infinity,
    } as const);
    calls.push(call);
    noteEnd(request.socket, call);
    const reply = replyText(slug, runId);
    const { pathname } = new URL(turn.callback.url);
    const later = (text: string, delayMs: number) => void underWay.push(bring(pathname, runId, text, delayMs));
    if (call.answersIn !== 'response') {
      const delayMs = chance.between(50, 500) + (call.answersIn === 'callback' ? 0 : RESPONSE_TIMEOUT_MS + 500);
      underWay.push(bring(pathname, runId, reply, delayMs).then(() => sayMore(later, slug, runId)));
      response.statusCode = chance.oneOf([200, 202]);
      response.end(chance.oneOf(['', JSON.stringify({ message: 'Workflow was started' })]));
      return;
    }
    await sleep(chance.happens(0.1) ? chance.between(500, 1_500) : chance.between(20, 300));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ reply }));
    sayMore(later, slug, runId);
  }

  /** Sometimes there is another answer, or the workflow does not know that it has called back already. */
  function sayMore(later: (text: string, delayMs: number) => void, slug: string, runId: string): void {
    if (chance.happens(0.15)) later(otherReplyText(slug, runId), chance.between(0, 1_500));
    if (chance.happens(0.15)) later(replyText(slug, runId), chance.between(0, 1_500));
  }

  async function bring(pathname: string, runId: string, reply: string, delayMs: number): Promise<void> {
    await sleep(delayMs);
    const before = callbacks.find(({ body }) => body.runId === runId && body.reply === reply);
    const fresh = { runId, body: { runId, reply }, beganAt: performance.now(), takenAt: null, timesNew: 0 };
    const callback: Callback = before ?? fresh;
    if (!before) callbacks.push(callback);
    const tries = await insist({ chance, strange }, () => knock(pathname, callback));
    if (tries !== null) callback.takenAt ??= performance.now();
  }

  async function knock(pathname: string, callback: Callback): Promise<boolean> {
    try {
      const url = chance.oneOf(webs).url + pathname;
      const response = await callBack(url, callback.body, { bearer: chance.happens(0.3) });
      const text = await response.text();
      if (!response.ok) noteRefusal(strange, response, text);
      else callback.timesNew += (JSON.parse(text) as { stored: number }).stored;
      return response.ok;
    } catch {
      return false;
    }
  }

  /** Whoever dies leaves its connections at once, those that wait for the next call too. */
  function noteEnd(socket: Socket, call: Call): void {
    const ofSocket = open.get(socket);
    if (ofSocket) return void ofSocket.push(call);
    open.set(socket, [call]);
    socket.once('close', () => {
      for (const one of open.get(socket) ?? []) one.cutAt = performance.now();
      open.delete(socket);
    });
  }

  const server = await startRecordingServer(answer);
  return {
    ...server,
    calls,
    callbacks,
    strange,
    callBackAt: (some) => void (webs = some),
    async settled() {
      // One that is under way may have another one follow.
      for (const one of underWay) await one;
    },
  };
}

function isSigned({ headers }: IncomingMessage, body: string): boolean {
  try {
    new Webhook(workflowSecret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}
