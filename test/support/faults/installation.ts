import { mkdir, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kill } from './killer.ts';
import { startRecordingPlatform, type Send } from './platform.ts';
import { chanceOf } from './random.ts';
import { pendingWork, visibleTenants } from './rows.ts';
import type { Sending } from './sender.ts';
import { createWeb, createWorker, installationEnv, type Service } from './services.ts';
import { crashableRedis, startCrashablePostgres, temporaryFolder } from './stores.ts';
import { newKey } from './tenants.ts';

const DRAIN_LIMIT_MS = 150_000;

/** Undone in reverse, whatever happens in between. */
export type Undo = (undo: () => Promise<unknown>) => void;

interface Wishes<T> {
  queue: 'postgres' | 'redis';
  seed: number;
  /** Migrates the database and makes tenants. */
  fill: (ownerUrl: string, key: string) => Promise<T[]>;
}

/** Two webs, two workers and their stores. The services are not started yet. */
export async function openParts<T>({ queue, seed, fill }: Wishes<T>, undo: Undo) {
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
  const tenants = await fill(ownerUrl, key);
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

export async function startAll(services: Service[]): Promise<void> {
  for (const service of services) service.start();
  await Promise.all(services.map((service) => service.ready()));
}

/** Waits until nothing waits any more; gives what is left when it takes too long. */
export async function drain(ownerUrl: string, limitMs = DRAIN_LIMIT_MS): Promise<string[]> {
  const giveUpAt = performance.now() + limitMs;
  for (;;) {
    const work = await pendingWork(ownerUrl);
    if (work && Object.values(work).every((count) => count === 0)) return [];
    if (performance.now() > giveUpAt) return [`still waiting after ${limitMs / 1000} s: ${JSON.stringify(work)}`];
    await sleep(200);
  }
}

export const servicesBroken = (services: Service[]): string[] =>
  services.flatMap((service) =>
    service.crashes.map(
      (how) => `${service.name} ended by itself (${how}). Its last words:\n${service.output().slice(-3_000)}`,
    ),
  );

export function sendingBroken({ strange, timesNew, slowestMs }: Sending): string[] {
  const twice = [...timesNew].filter(([, times]) => times > 1).map(([key]) => `said to be new twice: ${key}`);
  const slow = slowestMs > 9_000 ? [`a webhook waited ${Math.round(slowestMs)} ms for its answer`] : [];
  return [...new Set(strange)].map((answer) => `a webhook was answered ${answer}`).concat(twice, slow);
}

/** Every answer names its tenant. */
export const foreignAnswers = (tenants: { slug: string; botToken: string }[], sends: Send[]): string[] =>
  sends.flatMap(({ bot, chat, text }) => {
    const tenant = tenants.find(({ botToken }) => botToken === bot);
    return tenant && text.startsWith(`${tenant.slug} `)
      ? []
      : [`chat ${chat} of ${tenant?.slug ?? bot} was told '${text}'`];
  });

export async function wallBroken(url: string, tenants: { id: string; slug: string }[]): Promise<string[]> {
  const broken: string[] = [];
  for (const { id, slug } of tenants) {
    const { none, own } = await visibleTenants(url, id);
    if (none > 0) broken.push(`without a tenant the service's role sees ${none} messages`);
    if (own.join() !== id) broken.push(`as ${slug} the service's role sees tenants ${own.join()}`);
  }
  return broken;
}

/** How often each kind of victim was killed, in words. */
export function killed(kills: Kill[]): string {
  const victims = [...new Set(kills.map(({ victim }) => victim))].toSorted();
  return victims.map((victim) => `${victim} ${kills.filter((kill) => kill.victim === victim).length}`).join(', ');
}

export const failedStarts = (services: Service[]): number =>
  services.reduce((sum, service) => sum + service.failedStarts, 0);

export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** With FAULT_TRACES set to a folder, everything that was seen is written there: to find out why a drill failed. */
export async function keepTraces(name: string, services: Service[], evidence: object, sending: Sending): Promise<void> {
  const root = process.env['FAULT_TRACES'];
  if (!root) return;
  const folder = `${root}/${name}`;
  await mkdir(folder, { recursive: true });
  for (const service of services) await writeFile(`${folder}/${service.name.replace(' ', '-')}.log`, service.output());
  const { slow } = sending;
  await writeFile(`${folder}/evidence.json`, JSON.stringify({ timeOrigin: performance.timeOrigin, slow, ...evidence }));
}
