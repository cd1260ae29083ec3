import { deliverOutbound } from './deliver-outbound.ts';
import type { JobModule } from './define-job.ts';
import { handleInbound } from './handle-inbound.ts';
import { notifyManager } from './notify-manager.ts';
import { runAgent } from './run-agent.ts';
import { watchHandover } from './watch-handover.ts';
import { watchQueue } from './watch-queue.ts';

/** Every job there is. */
export const jobModules: readonly JobModule[] = [
  handleInbound,
  deliverOutbound,
  runAgent,
  notifyManager,
  watchHandover,
  watchQueue,
];
