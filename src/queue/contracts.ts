import { z } from 'zod';

const ids = z.array(z.uuid()).min(1);
const threads = z.array(z.string()).min(1);

/** Rows to look at again, by tenant. */
const wakesOf = <Subjects extends z.ZodType<string[]>>(subjects: Subjects) =>
  z.object({ wakes: z.array(z.object({ tenantId: z.uuid(), subjects })) });

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
