import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { messageOf, quoting, UncertainError } from '../errors.ts';
import { retryAfterMs } from '../retry-after.ts';
import { inBrackets } from '../language/in-brackets.ts';
import type { SafeResponse } from '../safe-request.ts';
import { isStandardWebhookSecret, signStandardWebhook } from '../standard-webhook.ts';
import { NotAcceptedError, type AgentAnswer, type AgentKind, type AgentTurn } from './agent.ts';

// Ours, or the transport's: a tenant's own header must not replace them.
const reservedHeader = /^(webhook-|x-frontdesk-|content-|accept|proxy-|transfer-)|^(connection|expect|host|upgrade)$/i;

const Settings = z.object({
  workflowUrl: z
    .url({ protocol: /^https?$/ })
    .meta({ description: "The production URL of the workflow's Webhook node, as n8n shows it" }),
  secret: z
    .string()
    .refine(isStandardWebhookSecret, 'must be whsec_ followed by 24 to 64 bytes in base64')
    .meta({ secret: true, description: 'Signs every call, so that the workflow can check who calls' }),
  header: z
    .strictObject({
      name: z
        .string()
        .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be the name of an HTTP header')
        .refine((name) => !reservedHeader.test(name), 'is a header that Frontdesk sets itself'),
      value: z
        .string()
        .regex(/^[ -~\u00A0-\u00FF]+$/, 'must be one line of Latin letters, digits and signs')
        .meta({ secret: true }),
    })
    .optional()
    .meta({ description: "Name and value of the Webhook node's Header Auth credential" }),
});

export type N8nSettings = z.infer<typeof Settings>;

/**
 * An n8n workflow that begins with a Webhook node. It may answer in the response, or answer at once with
 * nothing and post to `callback.url` later. n8n does not deduplicate calls, so a run is never sent twice
 * unless n8n certainly did not start it (`NotAcceptedError`).
 */
export const n8n: AgentKind<N8nSettings> = {
  kind: 'n8n',
  settings: Settings,

  async answer(turn, settings, { request, callbackUrl }, signal) {
    const totalTimeoutMs = turn.deadline.getTime() - Date.now();
    if (totalTimeoutMs <= 0) throw new NotAcceptedError('the deadline passed before the workflow was called');

    const body = JSON.stringify(turnBody(turn, callbackUrl));
    const headers = signedHeaders(turn.runId, body, settings);
    // A workflow that answers in the response does so at its end.
    const limits = { totalTimeoutMs, responseTimeoutMs: totalTimeoutMs };
    const call = { method: 'POST', headers, body, ...limits, signal } as const;
    let response: SafeResponse;
    try {
      response = await request(settings.workflowUrl, call);
    } catch (error) {
      // The workflow may be running, and hanging up does not stop it: it can still call back.
      if (error instanceof UncertainError) return { type: 'pending', note: messageOf(error) };
      const message = messageOf(error);
      if (message.startsWith('not sent: ')) throw new NotAcceptedError(`n8n was not reached; ${message}`);
      throw error;
    }
    return readResponse(response, settings.workflowUrl);
  },

  readAnswer,
};

// `sessionId` and `chatInput` are the names that n8n's AI nodes look for. They read nothing else, and refuse an empty one.
const turnBody = (turn: AgentTurn, callbackUrl: string) => ({
  type: 'turn',
  runId: turn.runId,
  correlationId: turn.runId,
  tenant: turn.tenant,
  conversation: turn.conversation,
  sessionId: turn.conversation.id,
  chatInput: [turn.message, ...turn.attachments.map(inBrackets)].filter(Boolean).join('\n'),
  message: turn.message,
  attachments: turn.attachments,
  systemMessage: turn.systemMessage,
  language: turn.language,
  contact: turn.contact,
  history: turn.history,
  deadline: turn.deadline.toISOString(),
  callback: { url: callbackUrl },
});

/**
 * Signed twice. Standard Webhooks for those who have a library; and, because n8n's Crypto node neither
 * decodes a base64 key nor picks headers apart, hex under the secret as it is written, `whsec_` included.
 */
function signedHeaders(runId: string, body: string, { secret, header }: N8nSettings) {
  const standard = signStandardWebhook({ id: runId, timestamp: new Date(), body, secret });
  const timestamp = standard['webhook-timestamp'];
  const hex = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return {
    ...(header && { [header.name.toLowerCase()]: header.value }),
    'content-type': 'application/json',
    accept: 'application/json',
    ...standard,
    'x-frontdesk-timestamp': timestamp,
    'x-frontdesk-signature': `sha256=${hex}`,
  };
}

// A gateway lost its patience (524 is Cloudflare's, in front of n8n Cloud): the workflow goes on.
const gaveUpWaiting = new Set([504, 524]);

function readResponse({ status, headers, body }: SafeResponse, workflowUrl: string): AgentAnswer {
  const text = new TextDecoder().decode(body).trim();
  if (status === 202) return { type: 'pending' };
  if (gaveUpWaiting.has(status)) return { type: 'pending', note: `a gateway answered ${status}` };
  if (status >= 200 && status < 300) return readSuccess(text);

  const words = errorWords(text);
  const refusal = `n8n answered ${status}: ${words}`;
  const isNotRegistered = status === 404 && text.includes('not registered');
  if (isNotRegistered || status === 429 || (status === 503 && headers['retry-after'])) {
    const hint = workflowUrl.includes('/webhook-test/')
      ? ' (this is the test URL: it works for one call while the editor listens; use the production URL)'
      : '';
    throw quoting(new NotAcceptedError(refusal + hint, retryAfterMs({ headers }, new Date())), words);
  }
  if (status === 401 || status === 403) {
    const hint = "check the agent's header setting against the Header Auth of the Webhook node";
    throw quoting(new Error(`${refusal} (${hint})`), words);
  }
  const hint = status >= 300 && status < 400 ? ' (redirects are not followed; use the final URL)' : '';
  throw quoting(new Error(refusal + hint), words);
}

function readSuccess(text: string): AgentAnswer {
  if (text === '') return { type: 'pending' };
  const body = parse(text);
  // A text of digits only happens to be JSON as well.
  if (typeof body === 'number') return readAnswer(text);
  if (body !== undefined) return isStatusMessage(body) ? { type: 'pending' } : readAnswer(body);
  // "Respond with text" is plain text under the type text/html, so the type says nothing.
  if (/^[[{<]/.test(text)) throw new Error('n8n answered neither JSON nor plain text');
  return readAnswer(text);
}

/** What n8n says by itself when no node answered: "Workflow was started", "Workflow executed successfully but ...". */
const isStatusMessage = (body: unknown) =>
  isFields(body) &&
  Object.keys(body).length === 1 &&
  typeof body.message === 'string' &&
  /^Workflow (was started|executed successfully)/.test(body.message);

function errorWords(text: string) {
  const body = parse(text);
  const said = isFields(body) ? [body.message, body.hint].filter(isWords).join(' ') : text;
  if (said === '' || said.startsWith('<')) return 'no explanation';
  return clean(said, 500);
}

const wordKeys = ['reply', 'output', 'text', 'answer', 'response', 'message'] as const;
// `output` too: an AI Agent node with a structured output parser puts its object there.
const wrappers = ['json', 'data', 'output'] as const;

/**
 * Reads what workflows answer: a string, an object, or an array, whose first element counts; the object may sit one
 * level down under `json`, `data` or `output`. Texts are cut at 20,000 characters.
 * Throws when nothing in it is understood.
 */
export function readAnswer(body: unknown): AgentAnswer {
  const answer: unknown = Array.isArray(body) ? body[0] : body;
  if (isWords(answer)) return { type: 'reply', text: clean(answer), confidence: null };

  if (isFields(answer)) {
    for (const fields of [answer, ...wrappers.map((key) => answer[key])]) {
      const found = isFields(fields) && answerIn(fields);
      if (found) return found;
    }
  }
  throw new Error(
    `the answer was not understood: send one object with ${wordKeys.join(', ')} (text for the contact), ` +
      'clarify (a question to the contact) or handover (true, a reason, or {reason, message})',
  );
}

type Fields = Record<string, unknown>;

function answerIn(fields: Fields): AgentAnswer | null {
  const words = wordKeys.map((key) => fields[key]).find(isWords);
  const text = words === undefined ? null : clean(words);

  const handover = handoverIn(fields.handover);
  if (handover) return { type: 'handover', reason: handover.reason, text: handover.message ?? text };
  if (isWords(fields.clarify)) return { type: 'clarify', text: clean(fields.clarify) };
  return text === null ? null : { type: 'reply', text, confidence: confidenceIn(fields.confidence) };
}

function handoverIn(value: unknown): { reason: string; message: string | null } | null {
  const unexplained = { reason: 'the workflow asked for a person', message: null };
  // Expressions in n8n turn booleans into words.
  if (value === undefined || value === null || value === false || value === 'false') return null;
  if (value === true || value === 'true') return unexplained;
  if (typeof value === 'string') return isWords(value) ? { reason: clean(value, 500), message: null } : null;
  if (!isFields(value)) throw new Error('handover must be true, a reason, or {reason, message}');
  return {
    reason: isWords(value.reason) ? clean(value.reason, 500) : unexplained.reason,
    message: isWords(value.message) ? clean(value.message) : null,
  };
}

function confidenceIn(value: unknown) {
  if (value === undefined || value === null || value === '') return null;
  const confidence = isWords(value) ? Number(value) : value;
  if (typeof confidence !== 'number' || !(confidence >= 0 && confidence <= 1)) {
    throw new Error('confidence must be a number from 0 to 1');
  }
  return confidence;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isWords = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

/** Without what PostgreSQL cannot store, and never cut in the middle of a character's surrogate pair. */
const clean = (text: string, maxLength = 20_000) =>
  text
    .replaceAll('\0', '\uFFFD')
    .slice(0, maxLength)
    .replace(/[\uD800-\uDBFF]$/, '')
    .toWellFormed();

/** `undefined` for what is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
