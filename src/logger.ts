import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger };

/** One JSON line per event: ids and counts, never message text, never a secret. */
export const createLogger = (level: string, destination: DestinationStream = pino.destination(1)): Logger => {
  const options = {
    level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: withoutRows },
    // A second wall behind "we log ids only": these never reach a line whole, wherever they are put.
    redact: {
      paths: ['authorization', 'headers', 'config', 'secret', 'token', '*.authorization', '*.headers', '*.config'],
      censor: '[redacted]',
    },
  };
  return pino(options, destination);
};

/**
 * An error as a line may have it: what it is and where. PostgreSQL puts the row that it refuses beside its words
 * (`detail`, `where`), or the value into them, and drivers hand on all that they were given.
 */
function withoutRows(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { type, message, stack, code } = pino.stdSerializers.err(error);
  const isOfData = typeof code === 'string' && /^22[0-9A-Z]{3}$/.test(code);
  return {
    type,
    message: isOfData ? message.split(/[:,]? "/)[0] : message,
    stack: stack
      .split('\n')
      .filter((line) => /^\s+at |^caused by/.test(line))
      .join('\n'),
    code,
    constraint: 'constraint' in error ? error.constraint : undefined,
  };
}
