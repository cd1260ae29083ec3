import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { startWorkers } from '../jobs/main.ts';
import { createApp } from './app.ts';
import { readConfig } from './config.ts';
import { openDatabase } from './database/open.ts';
import { createDeps } from './deps.ts';
import { messageOf } from './errors.ts';
import { finishing, listen } from './listen.ts';
import { createLogger } from './logger.ts';
import { seedDemo } from './tenancy/demo.ts';
import { welcome } from './welcome.ts';

const STOP_LIMIT_MS = 25_000;

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write('Frontdesk needs Node 24; start it with "npm start", which brings its own.\n');
  process.exit(1);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
}

/** Reads ROLE, wires, listens, and stops in reverse. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLogger(config.logLevel);
  let answer: (request: IncomingMessage, response: ServerResponse) => unknown = notYet;
  const limits = { requestTimeout: 15_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 };
  const server = createServer(limits, (request, response) => answer(request, response));
  const closeServer = finishing(server);
  // Taken first: a port in use is found before anything is started, and links can name the real one.
  const port = config.role === 'worker' ? config.port : await listen(server, config.port, config.host);
  const publicUrl = config.publicUrl ?? `http://${config.host === '0.0.0.0' ? 'localhost' : config.host}:${port}`;
  const database = await openDatabase(config, log);
  const deps = await createDeps({ config, log, keys: database.keys, databaseUrl: database.databaseUrl, publicUrl });
  if (config.demo) await seedDemo(deps.orm, deps.keys);
  if (config.role !== 'worker') answer = createApp(deps).callback();
  const workers = config.role === 'web' ? null : startWorkers(deps);
  await deps.queue.ready();
  await welcome(deps);

  let isStopping = false;
  const stop = async (signal: string) => {
    // The second time somebody means it.
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    await closeServer();
    await workers?.stop();
    await deps.close();
    await database.stop();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      stop(signal).catch((error: unknown) => {
        log.error({ err: error }, 'stop.failed');
        process.exit(1);
      });
    });
  }
}

/** What a request gets while the database is being opened; without an answer it would wait until its sender gives up. */
function notYet(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '2' });
  response.end(JSON.stringify({ error: { code: 'unavailable', message: 'Frontdesk is starting; try again' } }));
}
