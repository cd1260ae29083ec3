import { startEmbeddedPostgres } from '../../src/embedded/postgres.ts';

// A process that starts the database of the folder given, says so, and dies without stopping it;
// at once, or when its standard input ends.
const [dataDir = '', when] = process.argv.slice(2);
const { port, started, superuserUrl } = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' } });
process.stdout.write(`${JSON.stringify({ port, started, url: superuserUrl('postgres') })}\n`);
if (when === 'wait') for await (const _ of process.stdin);
process.kill(process.pid, 'SIGKILL');
