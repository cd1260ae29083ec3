import { afterEach, describe, it } from 'vitest';
import { runDrill } from '../support/faults/drill.ts';
import { expectWhole } from '../support/faults/expect.ts';

const undos: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const undo of undos.splice(0).toReversed()) await undo();
});

describe('under load, with something killed every two seconds', () => {
  it('keeps every accepted message, answers it once and in order, with the queue on PostgreSQL', async () => {
    const drill = await runDrill('postgres', 2026, (undo) => undos.push(undo));
    expectWhole(drill, { victims: ['postgres', 'web', 'worker'], messages: 2_000 });
  }, 400_000);

  it('keeps every accepted message, answers it once and in order, with the queue on Redis', async () => {
    const drill = await runDrill('redis', 1123, (undo) => undos.push(undo));
    expectWhole(drill, { victims: ['postgres', 'redis', 'web', 'worker'], messages: 2_000 });
  }, 400_000);
});
