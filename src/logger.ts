import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger };

/** One JSON line per event: ids and counts, never message text, never a secret. */
export const createLogger = (level: string, destination: DestinationStream = pino.destination(1)): Logger => {
  const options = {
    level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    // A second wall behind "we log ids only": these never reach a line whole, wherever they are put.
    redact: {
      paths: ['authorization', 'headers', 'config', 'secret', 'token', '*.authorization', '*.headers', '*.config'],
      censor: '[redacted]',
    },
  };
  return pino(options, destination);
};
