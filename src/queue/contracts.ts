import { z } from 'zod';

const ids = z.array(z.uuid());
const threads = z.array(z.string());

/** What all subjects begin with is written once: the threads of a channel, or ids of one moment, take a third of the room. */
const Written = z.object({ tenantId: z.uuid(), prefix: z.string().default(''), subjects: z.array(z.string()).min(1) });

/** Rows of one tenant, as a job writes them. */
export function writeWake(tenantId: string, subjects: string[]): z.input<typeof Written> {
  const prefix = subjects.reduce(commonStart);
  return { tenantId, prefix, subjects: subjects.map((subject) => subject.slice(prefix.length)) };
}

function commonStart(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  // Never within a character: PostgreSQL takes no half of one.
  return one.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}

/** Rows to look at again, by tenant. */
const wakesOf = (subjects: z.ZodType<string[], string[]>) => {
  const wake = Written.transform(({ tenantId, prefix, subjects: ends }) => ({
    tenantId,
    subjects: ends.map((end) => prefix + end),
  })).pipe(z.object({ tenantId: z.uuid(), subjects }));
  return z.object({ wakes: z.array(wake) });
};

/**
 * Every job: its name and its data. A job carries ids, never content: the row is the truth, the job only says
 * "look again". So any job may be lost, doubled or late without harm.
 */
export const jobs = {
  /** Threads as `<channel id>/<chat id on the platform>`. */
  'handle-inbound': wakesOf(threads),
  /** Conversation ids. */
  'deliver-outbound': wakesOf(ids),
  /** Agent run ids. */
  'run-agent': wakesOf(ids),
  /** Notification ids. */
  'notify-manager': wakesOf(ids),
  /** Handover ids whose time has come. */
  'watch-handover': wakesOf(ids),
  /** Tenant ids: somebody waits, has left, or has room. */
  'watch-queue': wakesOf(ids),
} as const;

export type JobName = keyof typeof jobs;
export const jobNames = Object.keys(jobs).filter((name): name is JobName => name in jobs);

/** A subject of `handle-inbound`. */
export const threadSubject = (channelId: string, thread: string) => `${channelId}/${thread}`;

export function parseThreadSubject(subject: string): { channelId: string; thread: string } {
  return { channelId: subject.slice(0, 36), thread: subject.slice(37) };
}
