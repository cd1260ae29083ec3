import { mkdir, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { findBroken, type Findings } from './fault-checks.ts';
import { startKilling, type Kill } from './fault-killer.ts';
import { startRecordingPlatform, type Send } from './fault-platform.ts';
import { chanceFrom, chanceOf } from './fault-random.ts';
import { pendingWork, readRows, visibleTenants } from './fault-rows.ts';
import { sendAll, type Sending } from './fault-sender.ts';
import { createWeb, createWorker, installationEnv, type Service } from './fault-services.ts';
import { crashableRedis, startCrashablePostgres, temporaryFolder } from './fault-stores.ts';
import { fillWithTenants, newKey, restrictedUrl } from './fault-tenants.ts';

const TENANTS = 5;
const CHATS = 10;
const LEAST_PER_CHAT = 40;
const DRAIN_LIMIT_MS = 150_000;

export interface Drill {
  /** Empty when every promise held. */
  broken: string[];
  summary: string;
  accepted: number;
  kills: Kill[];
}

/** Undone in reverse, whatever happens in between. */
export type Undo = (undo: () => Promise<unknown>) => void;

/**
 * Load with known messages on a whole installation, while its processes and stores are killed at random; then every
 * accepted message is looked for.
 */
export async function runDrill(queue: 'postgres' | 'redis', fallbackSeed: number, undo: Undo): Promise<Drill> {
  const chance = chanceFrom(fallbackSeed);
  const started = performance.now();
  const parts = await openParts(queue, chance.seed, undo);
  const { webs, workers, ownerUrl, key, tenants, platform } = parts;
  const services = [...webs, ...workers];
  for (const service of services) service.start();
  await Promise.all(services.map((service) => service.ready()));

  let isOver = false;
  const killing = startKilling(parts, chance);
  const over = killing.done.finally(() => (isOver = true));
  const loadStarted = performance.now();
  const [sending] = await Promise.all([
    sendAll({
      tenants,
      chats: CHATS,
      least: LEAST_PER_CHAT,
      webs,
      isOver: () => isOver,
      chance: chanceOf(chance.seed + 1),
    }),
    over,
  ]);
  const loadMs = performance.now() - loadStarted;
  const left = await drain(ownerUrl);
  const drainMs = performance.now() - loadStarted - loadMs;

  const evidence = {
    accepted: sending.accepted,
    rows: await readRows(ownerUrl),
    sends: platform.sends,
    kills: killing.kills,
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
    kills: killing.kills,
    sends: platform.sends,
  });
  return { broken: findings.broken, summary, accepted: sending.accepted.length, kills: killing.kills };
}

async function openParts(queue: 'postgres' | 'redis', seed: number, undo: Undo) {
  const folder = await temporaryFolder();
  undo(() => folder.remove());
  const postgres = await startCrashablePostgres(`${folder.path}/data`);
  undo(() => postgres.stop());
  const redis = queue === 'redis' ? await crashableRedis(folder.path) : null;
  if (redis) undo(() => redis.stop());
  await redis?.start();
  const platform = await startRecordingPlatform(chanceOf(seed + 2));
  undo(() => platform.close());
  const key = newKey();
  const ownerUrl = await postgres.createDatabase('frontdesk');
  const tenants = await fillWithTenants(ownerUrl, key, TENANTS);
  const env = installationEnv({
    databaseUrl: ownerUrl,
    key,
    platformUrl: platform.url,
    ...(redis ? { redisUrl: redis.url } : {}),
  });
  const webs = [await createWeb('web 1', env, true), await createWeb('web 2', env, true)];
  const workers: Service[] = [];
  for (const name of ['worker 1', 'worker 2']) {
    workers.push(createWorker(name, { ...env, TELEGRAM_API_BASE: await platform.openFor(name) }, true));
  }
  for (const service of [...webs, ...workers]) undo(() => service.kill());
  return { postgres, redis, platform, key, ownerUrl, tenants, webs, workers };
}

/** Waits until nothing waits any more; gives what is left when it takes too long. */
async function drain(ownerUrl: string): Promise<string[]> {
  const giveUpAt = performance.now() + DRAIN_LIMIT_MS;
  for (;;) {
    const work = await pendingWork(ownerUrl);
    if (work && work.pending + work.unsent + work.turns === 0) return [];
    if (performance.now() > giveUpAt)
      return [`still waiting after ${DRAIN_LIMIT_MS / 1000} s: ${JSON.stringify(work)}`];
    await sleep(200);
  }
}

const servicesBroken = (services: Service[]): string[] =>
  services.flatMap((service) =>
    service.crashes.map(
      (how) => `${service.name} ended by itself (${how}). Its last words:\n${service.output().slice(-3_000)}`,
    ),
  );

function sendingBroken({ strange, timesNew, slowestMs }: Sending): string[] {
  const twice = [...timesNew].filter(([, times]) => times > 1).map(([key]) => `said to be new twice: ${key}`);
  const slow = slowestMs > 9_000 ? [`a webhook waited ${Math.round(slowestMs)} ms for its answer`] : [];
  return [...new Set(strange)].map((answer) => `a webhook was answered ${answer}`).concat(twice, slow);
}

const foreignAnswers = (tenants: { slug: string; botToken: string }[], sends: Send[]): string[] =>
  sends.flatMap(({ bot, chat, text }) => {
    const tenant = tenants.find(({ botToken }) => botToken === bot);
    return tenant && text.startsWith(`${tenant.slug} `)
      ? []
      : [`chat ${chat} of ${tenant?.slug ?? bot} was told '${text}'`];
  });

async function wallBroken(url: string, tenants: { id: string; slug: string }[]): Promise<string[]> {
  const broken: string[] = [];
  for (const { id, slug } of tenants) {
    const { none, own } = await visibleTenants(url, id);
    if (none > 0) broken.push(`without a tenant the service's role sees ${none} messages`);
    if (own.join() !== id) broken.push(`as ${slug} the service's role sees tenants ${own.join()}`);
  }
  return broken;
}

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
  const victims = [...new Set(kills.map(({ victim }) => victim))].toSorted();
  const killed = victims
    .map((victim) => `${victim} ${kills.filter((kill) => kill.victim === victim).length}`)
    .join(', ');
  const { latenciesMs } = findings;
  const at = (share: number) =>
    latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(latenciesMs.length * share))] ?? 0;
  const failedStarts = services.reduce((sum, service) => sum + service.failedStarts, 0);
  return [
    `kill drill, queue on ${queue}, FAULT_SEED=${seed}`,
    `${sending.accepted.length} messages accepted (${sending.refused} times 503, ${sending.unanswered} times no answer, ${sending.duplicates} sent again on purpose, slowest answer ${Math.round(sending.slowestMs)} ms)`,
    `${findings.turns} turns (${findings.joinedTurns} of several messages), ${sends.length} sends`,
    `killed: ${killed}; starts that met a dead store: ${failedStarts}`,
    `duplicates flagged uncertain: ${findings.duplicatesUncertain}; flagged but sent once: ${findings.flaggedButSentOnce}; sends that a worker may have died with: ${findings.sendsAtRisk}; writing down a send took up to ${Math.round(findings.recordLagMs)} ms`,
    `accept to delivery: p50 ${Math.round(at(0.5))} ms, p90 ${Math.round(at(0.9))} ms, p99 ${seconds(at(0.99))}, longest ${seconds(latenciesMs.at(-1) ?? 0)}`,
    `wall time ${seconds(times.allMs)}: load ${seconds(times.loadMs)}, drain ${seconds(times.drainMs)}`,
  ].join('\n  ');
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** With FAULT_TRACES set to a folder, everything that was seen is written there: to find out why a drill failed. */
async function keepTraces(queue: string, services: Service[], evidence: object, sending: Sending): Promise<void> {
  const root = process.env['FAULT_TRACES'];
  if (!root) return;
  const folder = `${root}/${queue}`;
  await mkdir(folder, { recursive: true });
  for (const service of services) await writeFile(`${folder}/${service.name.replace(' ', '-')}.log`, service.output());
  const { slow } = sending;
  await writeFile(`${folder}/evidence.json`, JSON.stringify({ timeOrigin: performance.timeOrigin, slow, ...evidence }));
}
