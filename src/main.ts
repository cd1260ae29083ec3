import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { startWorkers } from '../jobs/main.ts';
import { createApp } from './app.ts';
import { readConfig } from './config.ts';
import { WrongKeyError } from './database/check-key.ts';
import { openDatabase } from './database/open.ts';
import { createDeps, type Deps } from './deps.ts';
import { messageOf } from './errors.ts';
import { finishing, listen } from './listen.ts';
import { createLogger } from './logger.ts';
import { stopInOrder } from './stop.ts';
import { seedDemo } from './tenancy/demo.ts';
import { welcome } from './welcome.ts';

/** Together below 15 s: whoever asked may kill us then. */
const STOP_LIMITS_MS = { work: 10_000, connections: 1_500, database: 2_500 };

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
  // A large import may take minutes to arrive. Every other body has its own, shorter time: see raw-body.ts.
  const limits = { requestTimeout: 600_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 };
  const server = createServer(limits, (request, response) => answer(request, response));
  const closeServer = finishing(server);
  // Taken first: a port in use is found before anything is started, and links can name the real one.
  const port = config.role === 'worker' ? config.port : await listen(server, config.port, config.host);
  const publicUrl = config.publicUrl ?? `http://${config.host === '0.0.0.0' ? 'localhost' : config.host}:${port}`;
  const database = await openDatabase(config, log).catch((error: unknown) => {
    // The driver says what happened, and not to which setting.
    throw config.databaseUrl && !(error instanceof WrongKeyError)
      ? new Error(`DATABASE_URL: ${messageOf(error)}`, { cause: error })
      : error;
  });
  let deps: Deps | undefined;
  let workers: ReturnType<typeof startWorkers> | undefined;
  const stopAll = () =>
    stopInOrder(
      [
        // An agent may think for a minute; a job that is left is finished by another worker.
        { name: 'work', limitMs: STOP_LIMITS_MS.work, stop: () => Promise.all([closeServer(), workers?.stop()]) },
        { name: 'connections', limitMs: STOP_LIMITS_MS.connections, stop: async () => deps?.close() },
        { name: 'database', limitMs: STOP_LIMITS_MS.database, stop: () => database.stop() },
      ],
      (name, why) => log.warn({ part: name, why }, 'stop.left_behind'),
    );
  try {
    deps = await createDeps({ config, log, keys: database.keys, databaseUrl: database.databaseUrl, publicUrl });
    if (config.demo) await seedDemo(deps.orm, deps.keys);
    if (config.role !== 'worker') answer = createApp(deps).callback();
    if (config.role !== 'web') workers = startWorkers(deps);
    await deps.queue.ready();
    await welcome(deps);
  } catch (error) {
    // Otherwise the embedded server would go on without anybody.
    await stopAll();
    throw error;
  }

  let isStopping = false;
  const stop = async (signal: string) => {
    // The second time somebody means it.
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info({ signal }, 'stopping');
    await stopAll();
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
  response.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '2' });
  response.end(JSON.stringify({ status: 503, code: 'unavailable', detail: 'Frontdesk is starting; try again' }));
}
