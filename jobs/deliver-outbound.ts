import { defineJob } from './define-job.ts';

/** Sends what is due in some conversations. Many at once: almost all of a send is waiting for a platform. */
export const deliverOutbound = defineJob(
  'deliver-outbound',
  { concurrency: () => 64 },
  (deps, tenantId, conversationIds) => deps.delivery.deliver(tenantId, conversationIds),
);
