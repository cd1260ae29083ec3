import { startEmbeddedPostgres } from '../../src/embedded/postgres.ts';
import { atExit, killNow } from './faults/exit.ts';
import { postmasterOf, temporaryFolder } from './faults/stores.ts';

/** A DATA_DIR that is not there yet. Whoever keeps a database in it must be gone when it is removed. */
export async function dataFolder(): Promise<{ dataDir: string; remove: () => Promise<void> }> {
  const folder = await temporaryFolder();
  const dataDir = `${folder.path}/data`;
  const forget = atExit(() => killNow(postmasterOf(`${dataDir}/postgres`)));
  return {
    dataDir,
    remove: async () => {
      // Whoever started the server is gone by now, and so it may be stopped from here.
      await (await startEmbeddedPostgres({ dataDir })).stop();
      forget();
      await folder.remove();
    },
  };
}
