import { afterEach, describe, it } from 'vitest';
import { runAgentsDrill } from '../support/faults/agents-drill.ts';
import { expectWhole } from '../support/faults/expect.ts';

const undos: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const undo of undos.splice(0).toReversed()) await undo();
});

describe('with workflows and managers who answer, and something killed every three seconds', () => {
  it('begins no run twice, sends no second answer and talks over nobody, with the queue on PostgreSQL', async () => {
    const drill = await runAgentsDrill('postgres', 2027, (undo) => undos.push(undo));
    expectWhole(drill, { victims: ['postgres', 'web', 'worker'], messages: 380 });
  }, 300_000);

  it('begins no run twice, sends no second answer and talks over nobody, with the queue on Redis', async () => {
    const drill = await runAgentsDrill('redis', 1124, (undo) => undos.push(undo));
    expectWhole(drill, { victims: ['postgres', 'redis', 'web', 'worker'], messages: 380 });
  }, 300_000);
});
