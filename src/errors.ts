/** A refusal that a caller over HTTP may see. `message` says what to do next. */
export class AppError extends Error {
  readonly status: number;
  readonly code: string;
  /** What is wrong with single fields, where that can be told. */
  readonly errors: FieldError[] | undefined;
  /** Seconds until it is worth while to ask again. */
  readonly retryAfter: number | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    options?: ErrorOptions & { errors?: FieldError[]; retryAfter?: number },
  ) {
    super(message, options);
    this.name = 'AppError';
    this.status = status;
    this.code = code;
    this.errors = options?.errors;
    this.retryAfter = options?.retryAfter;
  }
}

export interface FieldError {
  /** As in `body.keywords.0`. */
  path: string;
  message: string;
}

/** Says of every field that is wrong what is wrong with it. */
export const invalidFields = (errors: FieldError[]) =>
  new AppError(422, 'unprocessable', errors.map(({ path, message }) => `${path}: ${message}`).join('; '), { errors });

export const badRequest = (message: string) => new AppError(400, 'bad_request', message);
export const unauthorized = (message: string) => new AppError(401, 'unauthorized', message);
export const forbidden = (message: string) => new AppError(403, 'forbidden', message);
export const notFound = (message: string) => new AppError(404, 'not_found', message);
export const conflict = (message: string) => new AppError(409, 'conflict', message);
export const tooLarge = (message: string) => new AppError(413, 'too_large', message);
export const unsupported = (message: string) => new AppError(415, 'unsupported_media_type', message);
export const unprocessable = (message: string) => new AppError(422, 'unprocessable', message);
/** `retryAfter` is in whole seconds. */
export const tooMany = (code: string, message: string, retryAfter: number) =>
  new AppError(429, code, message, { retryAfter });
export const unavailable = (message: string, options?: ErrorOptions) =>
  new AppError(503, 'unavailable', message, options);

/**
 * How far a failed send reaches: the one message, everything in this conversation
 * (the contact blocked us), or the whole channel (the token was revoked).
 */
export type FailureScope = 'message' | 'conversation' | 'channel';

/** Trying again cannot help. `code` is the platform's own, for the person who has to fix it. */
export class PermanentError extends Error {
  readonly scope: FailureScope;
  readonly code: string;

  constructor(
    message: string,
    { scope = 'message', code = 'permanent' }: { scope?: FailureScope; code?: string } = {},
  ) {
    super(message);
    this.name = 'PermanentError';
    this.scope = scope;
    this.code = code;
  }
}

/** The other side asked us to wait. Nothing was sent. */
export class RetryAfterError extends Error {
  readonly delayMs: number;
  readonly scope: Exclude<FailureScope, 'message'>;
  /** The other side did not say for how long: `delayMs` is where to begin. */
  readonly grows: boolean;

  constructor(
    message: string,
    delayMs: number,
    scope: Exclude<FailureScope, 'message'>,
    { grows = false }: { grows?: boolean } = {},
  ) {
    super(message);
    this.name = 'RetryAfterError';
    this.delayMs = delayMs;
    this.scope = scope;
    this.grows = grows;
  }
}

/** Not sent; one more try may help, a third one not. `code` is the platform's own. */
export class RetryOnceError extends Error {
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.name = 'RetryOnceError';
    this.code = code;
  }
}

/** The request left us and no answer came back: the other side may or may not have acted on it. */
export class UncertainError extends Error {
  override readonly name = 'UncertainError';
}

/** `error`, which repeats `words` that somebody else chose: its row keeps them for the tenant, the log must not. */
export const quoting = <E extends Error>(error: E, words: string): E => Object.assign(error, { quoted: words });

/** As `messageOf`, without words that somebody else chose. */
export function lineOf(error: unknown): string {
  const quoted = error instanceof Error && 'quoted' in error ? error.quoted : undefined;
  return typeof quoted === 'string' ? messageOf(error).replace(quoted, '…') : messageOf(error);
}

export const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
