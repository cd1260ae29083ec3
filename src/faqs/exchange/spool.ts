import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Rows that are kept outside of memory for a while. */
export interface Spool<Row> {
  put: (batch: readonly Row[]) => Promise<void>;
  /** The batches again, in their order, as often as asked for. */
  batches: () => AsyncGenerator<Row[]>;
  remove: () => Promise<void>;
}

/** A file in the folder for such files, readable by us alone. It is gone when it is removed. */
export async function openSpool<Row>(): Promise<Spool<Row>> {
  const folder = await mkdtemp(join(tmpdir(), `frontdesk-import-${process.pid}-`));
  const file = await open(join(folder, 'rows'), 'wx+', 0o600);
  const sizes: number[] = [];
  let end = 0;
  return {
    async put(batch) {
      const bytes = Buffer.from(JSON.stringify(batch));
      await file.write(bytes, 0, bytes.length, end);
      sizes.push(bytes.length);
      end += bytes.length;
    },
    async *batches() {
      let at = 0;
      for (const size of sizes) {
        const { buffer } = await file.read(Buffer.alloc(size), 0, size, at);
        // It is what was put, and nobody else can have written there.
        yield JSON.parse(buffer.toString()) as Row[];
        at += size;
      }
    },
    async remove() {
      await file.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
