import { defineConfig } from 'vitest/config';

/** Tests of flow, queue and faults also run on Redis; everything else knows nothing of the queue's backend. */
const onBothBackends = ['test/flow/**/*.test.ts', 'test/queue/**/*.test.ts'];
const faults = ['test/faults/**/*.test.ts'];
/** What starts whole processes or a browser, hashes passwords, walks the API, works on much, or waits for a whole flow; `npm run check` leaves it to `npm test`. */
const long = [
  'test/auth/**/*.test.ts',
  'test/bench/faq-quality.test.ts',
  'test/canaries.test.ts',
  'test/channels/telegram.test.ts',
  'test/channels/whatsapp-too-much.test.ts',
  'test/channels/whatsapp.test.ts',
  'test/cli.test.ts',
  'test/conversations/find-conversations.test.ts',
  'test/conversations/move-contact.test.ts',
  'test/conversations/move-thread.test.ts',
  'test/conversations/open-turns.test.ts',
  'test/conversations/runs.test.ts',
  'test/database/no-connections.test.ts',
  'test/database/old-rows.test.ts',
  'test/database/silent.test.ts',
  'test/demo.test.ts',
  'test/embedded*.test.ts',
  'test/faqs/group-alike.test.ts',
  'test/faqs/match.test.ts',
  'test/faqs/matcher-of.test.ts',
  'test/faqs/quality-properties.test.ts',
  'test/faqs/side-by-side.test.ts',
  'test/faqs/slices.test.ts',
  'test/first-start.test.ts',
  'test/flow/**/*.test.ts',
  'test/handover/auto-assign.test.ts',
  'test/handover/business-hours.test.ts',
  'test/handover/email.test.ts',
  'test/handover/late-notices.test.ts',
  'test/handover/notify.test.ts',
  'test/handover/watch-handover.test.ts',
  'test/http/api/**/*.test.ts',
  'test/http/chat-page.test.ts',
  'test/http/desk-page.test.ts',
  'test/http/desk.test.ts',
  'test/http/faq-insight.test.ts',
  'test/http/faqs-*.test.ts',
  'test/http/hostile-bodies.test.ts',
  'test/http/large-webhooks.test.ts',
  'test/http/proof.test.ts',
  'test/http/shared-address.test.ts',
  'test/http/stored-first.test.ts',
  'test/http/threats/**/*.test.ts',
  'test/http/webchat.test.ts',
  'test/inbox/failing.test.ts',
  'test/inbox/kept-payloads.test.ts',
  'test/inbox/late-answers.test.ts',
  'test/inbox/put-off.test.ts',
  'test/inbox/retention.test.ts',
  'test/language/split-questions.test.ts',
  'test/language/understand.test.ts',
  'test/main.test.ts',
  'test/outbox/busy-channel.test.ts',
  'test/outbox/fence.test.ts',
  'test/queue/jobs.test.ts',
  'test/queue/silent-store.test.ts',
  'test/readme.test.ts',
  'test/tenancy.test.ts',
  'test/tenancy/changes.test.ts',
  'test/tenancy/claimants.test.ts',
  'test/tenancy/demo.test.ts',
  'test/tenancy/due-work.test.ts',
  'test/tenancy/jobs.test.ts',
];

const postgres = 'test/support/postgres-setup.ts';
// Files share a process: loading everything anew for each of them would take longer than most of them do.
const usual = { isolate: false, testTimeout: 30_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    // Most of a test's time is waiting for PostgreSQL and for timers.
    maxWorkers: 4,
    projects: [
      {
        test: {
          ...usual,
          name: 'embedded',
          include: ['test/**/*.test.ts'],
          exclude: [...faults, ...long],
          globalSetup: postgres,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: { ...usual, name: 'long', include: long, globalSetup: postgres, sequence: { groupOrder: 1 } },
      },
      {
        test: {
          ...usual,
          name: 'redis',
          include: onBothBackends,
          globalSetup: [postgres, 'test/support/redis-setup.ts'],
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'faults',
          include: faults,
          // Each has the machine for itself: where processes take too long to start, nothing is left to be killed.
          maxWorkers: 1,
          testTimeout: 600_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
