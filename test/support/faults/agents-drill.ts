import { findAgentsBroken, type AgentEvidence, type AgentFindings } from './agent-checks.ts';
import { fillWithAgentTenants } from './agent-tenants.ts';
import type { Drill } from './drill.ts';
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
import { loadWhileKilling } from './load.ts';
import { startManagers } from './manager.ts';
import { startRecordingNotices } from './notices.ts';
import { chanceFrom, chanceOf, type Chance } from './random.ts';
import { readRows } from './rows.ts';
import type { Sending } from './sender.ts';
import type { Service } from './services.ts';
import { restrictedUrl } from './tenants.ts';
import { startRecordingWorkflows } from './workflows.ts';

const TENANTS = 3;
/** A send or a notice that a worker died with is taken for lost after a minute. */
const DRAIN_LIMIT_MS = 90_000;
/** Between kills there is time for runs to be begun and answered, and for managers to come. */
const SIZE = {
  chats: 8,
  least: 16,
  paceMs: 1_800,
  kills: { rounds: 3, pauseMs: { least: 2_500, most: 3_500 }, spares: true },
};

/**
 * As `runDrill`, for turns that go to workflows and to humans: no run begins twice, no answer is sent twice, and nobody
 * talks over a manager, who answers and hands back meanwhile.
 */
export async function runAgentsDrill(queue: 'postgres' | 'redis', fallbackSeed: number, undo: Undo): Promise<Drill> {
  const chance = chanceFrom(fallbackSeed);
  const started = performance.now();
  const { parts, workflows, notices } = await openAll(queue, chance, undo);
  const { webs, workers, ownerUrl, key, tenants, platform } = parts;
  const services = [...webs, ...workers];
  await startAll(services);
  const managers = startManagers(tenants, webs, chanceOf(chance.seed + 5));
  const { sending, kills, loadMs } = await loadWhileKilling(parts, SIZE, chance);
  const drainStarted = performance.now();
  await managers.stop();
  const left = await drain(ownerUrl, DRAIN_LIMIT_MS);
  await workflows.settled();
  // What was called back at last, too.
  if (left.length === 0) left.push(...(await drain(ownerUrl, DRAIN_LIMIT_MS)));
  const drainMs = performance.now() - drainStarted;

  const evidence: AgentEvidence = {
    accepted: sending.accepted,
    rows: await readRows(ownerUrl),
    sends: platform.sends,
    calls: workflows.calls,
    callbacks: workflows.callbacks,
    tolds: notices.tolds,
    handBacks: managers.handBacks,
    kills,
    tenants,
  };
  const findings = findAgentsBroken(evidence);
  await keepTraces(`agents-${queue}`, services, evidence, sending);
  findings.broken.push(
    ...left,
    ...servicesBroken(services),
    ...sendingBroken(sending),
    ...[...new Set(workflows.strange)].map((answer) => `a callback was answered ${answer}`),
    ...[...new Set(managers.strange)].map((answer) => `a manager was answered ${answer}`),
    ...foreignAnswers(tenants, platform.sends),
    ...(await wallBroken(restrictedUrl(ownerUrl, key), tenants)),
  );
  const times = { loadMs, drainMs, allMs: performance.now() - started };
  const summary = summarize({ queue, seed: chance.seed, sending, evidence, findings, services, times });
  return { broken: findings.broken, summary, accepted: sending.accepted.length, kills };
}

async function openAll(queue: 'postgres' | 'redis', { seed }: Chance, undo: Undo) {
  const workflows = await startRecordingWorkflows(chanceOf(seed + 3));
  undo(() => workflows.close());
  const notices = await startRecordingNotices(chanceOf(seed + 4));
  undo(() => notices.close());
  const others = { workflowUrl: workflows.url, noticeUrl: notices.url };
  const fill = (ownerUrl: string, key: string) => fillWithAgentTenants(ownerUrl, key, others, TENANTS);
  const parts = await openParts({ queue, seed, fill }, undo);
  workflows.callBackAt(parts.webs);
  return { parts, workflows, notices };
}

interface Story {
  queue: string;
  seed: number;
  sending: Sending;
  evidence: AgentEvidence;
  findings: AgentFindings;
  services: Service[];
  times: { loadMs: number; drainMs: number; allMs: number };
}

function summarize({ queue, seed, sending, evidence, findings, services, times }: Story): string {
  const { runs, hands, notices, deliveries } = findings;
  const { rows, calls, callbacks, sends, kills } = evidence;
  const expired = [...runs.expired].map(([why, count]) => `${why} ${count}`).join(', ');
  return [
    `kill drill of agents, queue on ${queue}, FAULT_SEED=${seed}`,
    `${sending.accepted.length} messages accepted (${sending.refused} times 503, ${sending.unanswered} times no answer), ${sends.length} sends`,
    `${rows.runs.length} runs in ${calls.length} calls: ${runs.answered} answered, ${runs.discarded} discarded; without an answer: ${expired || 'none'}`,
    `${callbacks.length} callbacks, ${runs.late} answers recorded and not sent`,
    `${hands.handovers} handovers (asked for ${hands.wishes} times), ${hands.toHumans} messages to humans, ${hands.handBacks} handed back`,
    `${notices.notices} notices; again after a refusal ${notices.refused}, after a kill ${notices.killed}`,
    `killed: ${killed(kills)}; starts that met a dead store: ${failedStarts(services)}, slowest start ${seconds(Math.max(...services.map((service) => service.slowestStartMs)))}`,
    `duplicates flagged uncertain: ${deliveries.duplicatesUncertain}; flagged but sent once: ${deliveries.flaggedButSentOnce}; sent and withheld afterwards: ${deliveries.withheldTooLate}`,
    `wall time ${seconds(times.allMs)}: load ${seconds(times.loadMs)}, drain ${seconds(times.drainMs)}`,
  ].join('\n  ');
}
