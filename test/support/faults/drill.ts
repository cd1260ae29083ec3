import { findBroken, type Findings } from './checks.ts';
import {
  drain,
  failedStarts,
  foreignAnswers,
  keepTraces,
  killed,
  openParts,
  seconds,
  sendingBroken,
  servicesBroken,
  startAll,
  wallBroken,
  type Undo,
} from './installation.ts';
import type { Kill } from './killer.ts';
import { loadWhileKilling } from './load.ts';
import type { Send } from './platform.ts';
import { chanceFrom } from './random.ts';
import { readRows } from './rows.ts';
import type { Sending } from './sender.ts';
import type { Service } from './services.ts';
import { fillWithTenants, restrictedUrl } from './tenants.ts';

const TENANTS = 5;
const SIZE = {
  chats: 10,
  least: 40,
  paceMs: 900,
  kills: { rounds: 4, pauseMs: { least: 1_500, most: 2_500 }, spares: false },
};

export interface Drill {
  /** Empty when every promise held. */
  broken: string[];
  summary: string;
  accepted: number;
  kills: Kill[];
}

/**
 * Load with known messages on a whole installation, while its processes and stores are killed at random; then every
 * accepted message is looked for.
 */
export async function runDrill(queue: 'postgres' | 'redis', fallbackSeed: number, undo: Undo): Promise<Drill> {
  const chance = chanceFrom(fallbackSeed);
  const started = performance.now();
  const parts = await openParts({ queue, seed: chance.seed, fill }, undo);
  const { webs, workers, ownerUrl, key, tenants, platform } = parts;
  const services = [...webs, ...workers];
  await startAll(services);
  const { sending, kills, loadMs } = await loadWhileKilling(parts, SIZE, chance);
  const drainStarted = performance.now();
  const left = await drain(ownerUrl);
  const drainMs = performance.now() - drainStarted;

  const evidence = {
    accepted: sending.accepted,
    rows: await readRows(ownerUrl),
    sends: platform.sends,
    kills,
    tenants,
  };
  const findings = findBroken(evidence);
  await keepTraces(queue, services, evidence, sending);
  findings.broken.push(
    ...left,
    ...servicesBroken(services),
    ...sendingBroken(sending),
    ...foreignAnswers(tenants, platform.sends),
    ...(await wallBroken(restrictedUrl(ownerUrl, key), tenants)),
  );
  const times = { loadMs, drainMs, allMs: performance.now() - started };
  const summary = summarize({
    queue,
    seed: chance.seed,
    sending,
    findings,
    services,
    times,
    kills,
    sends: platform.sends,
  });
  return { broken: findings.broken, summary, accepted: sending.accepted.length, kills };
}

const fill = (ownerUrl: string, key: string) => fillWithTenants(ownerUrl, key, TENANTS);

interface Story {
  queue: string;
  seed: number;
  sending: Sending;
  findings: Findings;
  services: Service[];
  times: { loadMs: number; drainMs: number; allMs: number };
  kills: Kill[];
  sends: Send[];
}

function summarize({ queue, seed, sending, findings, services, times, kills, sends }: Story): string {
  const { latenciesMs } = findings;
  const at = (share: number) =>
    latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(latenciesMs.length * share))] ?? 0;
  return [
    `kill drill, queue on ${queue}, FAULT_SEED=${seed}`,
    `${sending.accepted.length} messages accepted (${sending.refused} times 503, ${sending.unanswered} times no answer, ${sending.duplicates} sent again on purpose, slowest answer ${Math.round(sending.slowestMs)} ms)`,
    `${findings.turns} turns (${findings.joinedTurns} of several messages), ${sends.length} sends`,
    `killed: ${killed(kills)}; starts that met a dead store: ${failedStarts(services)}`,
    `duplicates flagged uncertain: ${findings.duplicatesUncertain}; flagged but sent once: ${findings.flaggedButSentOnce}; sends that a worker may have died with: ${findings.sendsAtRisk}; writing down a send took up to ${Math.round(findings.recordLagMs)} ms`,
    `accept to delivery: p50 ${Math.round(at(0.5))} ms, p90 ${Math.round(at(0.9))} ms, p99 ${seconds(at(0.99))}, longest ${seconds(latenciesMs.at(-1) ?? 0)}`,
    `wall time ${seconds(times.allMs)}: load ${seconds(times.loadMs)}, drain ${seconds(times.drainMs)}`,
  ].join('\n  ');
}
