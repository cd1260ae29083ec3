import { startKilling, type Kill, type KillPlan, type Targets } from './killer.ts';
import { chanceOf, type Chance } from './random.ts';
import { sendAll, type Sending } from './sender.ts';
import type { Web } from './services.ts';
import type { FaultTenant } from './tenants.ts';

interface Size {
  /** Of each tenant. */
  chats: number;
  /** Messages that each chat writes, however early the kills are over. */
  least: number;
  /** From one message of a chat to its next. */
  paceMs: number;
  kills: KillPlan;
}

/** Chats write until all kinds of victims have been killed and are starting again. */
export async function loadWhileKilling(
  parts: Targets & { webs: Web[]; tenants: FaultTenant[] },
  { chats, least, paceMs, kills }: Size,
  chance: Chance,
): Promise<{ sending: Sending; kills: Kill[]; loadMs: number }> {
  const { webs, tenants } = parts;
  let isOver = false;
  const killing = startKilling(parts, chance, kills);
  const over = killing.done.finally(() => (isOver = true));
  const started = performance.now();
  const order = { tenants, chats, least, paceMs, webs, isOver: () => isOver, chance: chanceOf(chance.seed + 1) };
  const [sending] = await Promise.all([sendAll(order), over]);
  return { sending, kills: killing.kills, loadMs: performance.now() - started };
}
