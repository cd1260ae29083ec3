import { setTimeout as sleep } from 'node:timers/promises';
import { createRests } from './rests.ts';

interface FairOptions {
  /** Batches that run at the same time, each of another tenant. */
  atOnce: number;
  /** Subjects in one batch. */
  most: number;
}

export interface FairBatches {
  /**
   * Asks for a run over these subjects of a tenant. Resolves when they were run, rejects when that failed, and
   * resolves at once when the tenant has more than two batches waiting: whoever asks is not to be held up by its flood.
   */
  add(tenantId: string, subjects: string[]): Promise<void>;
  /** Forgets what waits, and begins nothing more: what is asked for from now on resolves at once. */
  close(): void;
}

type Waiting = Map<string, PromiseWithResolvers<void>>;

/** A tenant that is behind is not held up longer than this by others, however many they are. */
const GIVE_WAY_MS = 30;

/**
 * Runs work for many tenants as fair neighbours: one batch of a tenant at a time, the tenants in turn, whatever each
 * has waiting; a tenant with more than one batch waiting begins none while those run that have less, and rests between
 * its batches while there are such. What is asked for while a tenant's batch runs joins its next one, a subject once.
 */
export function createFairBatches(
  run: (tenantId: string, subjects: string[]) => Promise<void>,
  { atOnce, most }: FairOptions,
): FairBatches {
  const waiting = new Map<string, Waiting>();
  const running = new Set<string>();
  /** Running batches that are all their tenants have. */
  const light = new Set<Promise<void>>();
  const rests = createRests();
  let isClosed = false;
  /** In the order in which their turn comes. */
  const turns = new Set<string>();

  function next(): void {
    for (const tenantId of turns) {
      if (running.size >= atOnce) return;
      turns.delete(tenantId);
      void start(tenantId);
    }
  }

  async function start(tenantId: string): Promise<void> {
    const all: Waiting = waiting.get(tenantId) ?? new Map();
    const batch = [...all].slice(0, most);
    for (const [subject] of batch) all.delete(subject);
    running.add(tenantId);
    try {
      const rest = all.size > 0 ? rests.over(tenantId) : null;
      if (rest) await rest;
      if (all.size > 0 && light.size > 0) await Promise.race([Promise.allSettled(light), sleep(GIVE_WAY_MS)]);
      const isLight = all.size === 0;
      const began = performance.now();
      if (isLight) rests.seen(tenantId);
      const work = run(
        tenantId,
        batch.map(([subject]) => subject),
      );
      await (isLight ? noted(work) : work);
      if (!isLight) rests.worked(tenantId, performance.now() - began);
      for (const [, done] of batch) done.resolve();
    } catch (error) {
      for (const [, done] of batch) done.reject(error);
    } finally {
      running.delete(tenantId);
      if (all.size > 0) turns.add(tenantId);
      else waiting.delete(tenantId);
      next();
    }
  }

  async function noted(work: Promise<void>): Promise<void> {
    light.add(work);
    try {
      await work;
    } finally {
      light.delete(work);
    }
  }

  return {
    async add(tenantId, subjects) {
      if (isClosed) return;
      const all: Waiting = waiting.get(tenantId) ?? new Map();
      waiting.set(tenantId, all);
      const isBehind = all.size > 2 * most;
      const asked = subjects.map((subject) => {
        const done = all.get(subject) ?? Promise.withResolvers<void>();
        // Whether anybody waits for it or not, its failure is handled: by whoever does, or by the sweep.
        done.promise.catch(() => undefined);
        all.set(subject, done);
        return done.promise;
      });
      if (!running.has(tenantId)) turns.add(tenantId);
      next();
      if (!isBehind) await Promise.all(asked);
    },
    close() {
      isClosed = true;
      for (const all of waiting.values()) {
        for (const done of all.values()) done.resolve();
        all.clear();
      }
      turns.clear();
    },
  };
}
