import { STATUS_CODES } from 'node:http';
import type { Context, Next } from 'koa';
import { ZodError } from 'zod';
import { isOutage } from '../database/outage.ts';
import { AppError, messageOf, type FieldError } from '../errors.ts';
import { newId } from '../id.ts';
import type { Logger } from '../logger.ts';

interface Answer {
  status: number;
  code: string;
  message: string;
  errors?: FieldError[] | undefined;
  retryAfter?: number | undefined;
}

/** What an error looks like outside: RFC 9457, with a `code` that stays and a `detail` that says what to do. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  requestId: string;
  errors?: FieldError[];
}

/**
 * The one place that turns an error into a response. What a caller may see was decided where it was thrown;
 * everything else is a 500 without details, or a 503 where trying again will help.
 */
export function errorHandler(log: Logger) {
  return async function handleErrors(ctx: Context, next: Next): Promise<void> {
    try {
      await next();
      if (ctx.status === 404 && ctx.body === undefined) throw new AppError(404, 'not_found', 'there is nothing here');
    } catch (error) {
      const answer = explain(error);
      const { status, code } = answer;
      const requestId = String(ctx.state['requestId'] ?? newId());
      ctx.status = status;
      ctx.body = problem(answer, requestId);
      ctx.type = 'application/problem+json';
      if (answer.retryAfter !== undefined) ctx.set('Retry-After', String(answer.retryAfter));
      else if (status === 503) ctx.set('Retry-After', '5');
      const line = { method: ctx.method, route: ctx['_matchedRoute'] ?? 'none', status, code, requestId };
      if (status === 500) log.error({ ...line, err: error }, 'http.failed');
      else if (status === 503) log.warn({ ...line, error: messageOf(error) }, 'http.unavailable');
      else log.info(line, 'http.refused');
    }
  };
}

function problem({ status, code, message, errors }: Answer, requestId: string): Problem {
  return {
    type: `urn:frontdesk:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail: message,
    requestId,
    ...(errors && { errors }),
  };
}

function explain(error: unknown): Answer {
  if (error instanceof AppError) return error;
  if (error instanceof ZodError) {
    const errors = error.issues.map(({ path, message }) => ({ path: path.join('.') || 'body', message }));
    const message = errors.map((one) => `${one.path}: ${one.message}`).join('; ');
    return { status: 422, code: 'unprocessable', message, errors };
  }
  if (isOutage(error)) return { status: 503, code: 'unavailable', message: 'the database is away; try again' };
  // Koa and its parsers mark what may be shown.
  if (error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500) {
    return { status: error.status, code: 'bad_request', message: error.message };
  }
  return { status: 500, code: 'internal', message: 'something went wrong on our side; it has been recorded' };
}
