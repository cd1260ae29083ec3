import { createServer } from 'node:http';
import { pino } from 'pino';
import { createApp } from '../../src/app.ts';
import type { Deps } from '../../src/deps.ts';
import { listen } from '../../src/listen.ts';
import type { Logger } from '../../src/logger.ts';
import { earsOf, type Ears } from './ears.ts';

/** The HTTP side once more, on a port of its own, over the same database: for a test that watches a part of it. */
export async function serve(deps: Deps): Promise<{ url: string; close(): void }> {
  const answer = createApp(deps).callback();
  const server = createServer((request, response) => {
    earsOf(deps).overhear(request, response);
    void answer(request, response);
  });
  const url = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`;
  return {
    url,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A log that keeps its lines, as they would be written, and tells them to whoever listens for leaks. */
export function recordLog(ears?: Ears): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  const write = (line: string) => {
    lines.push(line);
    ears?.lines.push(line);
  };
  return { log: pino({ level: 'info' }, { write }), lines };
}
