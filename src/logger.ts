import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger };

/** One JSON line per event: ids and counts, never message text, never a secret. */
export const createLogger = (level: string, destination: DestinationStream = pino.destination(1)): Logger => {
  const options = {
    level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    // A second wall behind "we log ids only".
    formatters: { log: fieldsOf },
    serializers: { err: (error: unknown) => error },
    hooks: {
      logMethod(this: Logger, given: Parameters<pino.LogFn>, method: pino.LogFn) {
        const [first, ...others] = given.map((one: unknown) => (typeof one === 'string' ? plain(one) : one));
        Reflect.apply(method, this, [first instanceof Error ? { err: first } : first, ...others]);
      },
    },
  };
  return pino(options, destination);
};

/** Names under which secrets are kept: these never reach a line, at whatever depth they are. */
const SECRET = /(token|secret|password|passphrase|cookies?|authorization|headers|config|api_?key)$/i;
const DEEPEST = 6;
const MOST_ENTRIES = 50;
const LONGEST = 2_000;

const fieldsOf = (fields: Record<string, unknown>): Record<string, unknown> => entriesOf(fields, 0);

function entriesOf(fields: object, depth: number): Record<string, unknown> {
  const entries = Object.entries(fields).slice(0, MOST_ENTRIES);
  return Object.fromEntries(
    entries.map(([name, value]) => [plain(name), SECRET.test(name) ? '[redacted]' : cleaned(value, depth + 1)]),
  );
}

/** Anything, as short and harmless as a line of the log has to be. */
function cleaned(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return plain(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST) return '[deeper]';
  if (value instanceof Error) return errorOf(value, depth);
  if (value instanceof Date) return value;
  if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, MOST_ENTRIES).map((one: unknown) => cleaned(one, depth + 1));
  return entriesOf(value, depth);
}

/**
 * An error as a line may have it: what it is and where. PostgreSQL puts the row that it refuses beside its words (`detail`,
 * `where`), or the value into them; what libraries hang on their errors may be anything: requests, answers, whole rows.
 */
function errorOf(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? cleaned(error.code, depth + 1) : undefined;
  const isOfData = typeof code === 'string' && /^22[0-9A-Z]{3}$/.test(code);
  const words = isOfData ? (message.split(/[:,]? "/)[0] ?? '') : message;
  const frames = stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    type: name,
    message: plain(words),
    ...(code !== undefined && { code }),
    ...('constraint' in error && { constraint: cleaned(error.constraint, depth + 1) }),
    ...(frames && { stack: plain(frames.join('\n')) }),
    ...(cause !== undefined && { cause: cleaned(cause, depth + 1) }),
  };
}

/** JSON keeps control characters of ASCII from a terminal; these are the others that move its cursor or turn its text. */
const CONTROLS = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

function plain(text: string): string {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
  return short.replaceAll(CONTROLS, '\ufffd');
}
