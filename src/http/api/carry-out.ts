import { z } from 'zod';
import type { Actor } from '../../auth/actor.ts';
import { idOfActor } from '../../auth/actor.ts';
import { unauthorized } from '../../errors.ts';
import { changedMeanwhile, etagOf, names } from './etag.ts';
import type { Answer, Keep } from './idempotency.ts';
import { mindsIfMatch, type Input, type Operation } from './operation.ts';

type Given = Input<unknown, unknown, unknown>;

interface Way {
  keep: Keep | null;
  /** Whether answers are held against their schemas; what does not fit is our own mistake. */
  checkResponses: boolean;
}

/** Has the operation's handler do what was asked; gives its answer. */
export async function carryOut(
  operation: Operation,
  asked: Omit<Given, 'keep' | 'expectUnchanged'>,
  actor: Actor | null,
  { keep, checkResponses }: Way,
): Promise<Answer> {
  const done: { answer?: Answer } = {};
  const input: Given = {
    ...asked,
    expectUnchanged(current) {
      if (!mindsIfMatch(operation)) throw new Error(`${operation.method} ${operation.path} does not say hasETag`);
      const wanted = asked.ctx.get('if-match');
      if (wanted && !names(wanted, etagOf(current))) throw changedMeanwhile();
    },
    async keep(em, result) {
      if (keep) await keep(em, (done.answer = answerOf(operation, result, checkResponses)));
      return result;
    },
  };
  const result = await handle(operation, input, actor);
  return done.answer ?? answerOf(operation, result, checkResponses);
}

function answerOf(operation: Operation, result: unknown, checkResponses: boolean): Answer {
  if (checkResponses && !operation.download) hold(operation, result);
  const state = operation.stateOf ? operation.stateOf(result) : result;
  const hasETag = operation.hasETag && operation.method !== 'delete' && state !== null;
  const status = operation.statusOf?.(result) ?? operation.status ?? 200;
  return { status, body: result, etag: hasETag ? etagOf(state) : null };
}

/** What was read by the operation's own schemas goes to its own handler. */
function handle(operation: Operation, input: Input<unknown, unknown, unknown>, actor: Actor | null): Promise<unknown> {
  if (operation.access === 'everyone') return operation.handle(input);
  if (!actor) throw unauthorized('log in');
  if (operation.access === 'platform') return operation.handle({ ...input, actor });
  if (operation.access === 'person') return operation.handle({ ...input, userId: idOfActor(actor) });
  const { tenantId } = actor;
  if (!tenantId) throw unauthorized('log in');
  return operation.handle({ ...input, tenantId, actor: { ...actor, tenantId } });
}

function hold(operation: Operation, result: unknown): void {
  const sent: unknown = JSON.parse(JSON.stringify(result ?? null));
  const parsed = operation.response.safeParse(sent);
  if (parsed.success) return;
  throw new Error(
    `${operation.method} ${operation.path} answers what it does not promise: ${z.prettifyError(parsed.error)}`,
  );
}
