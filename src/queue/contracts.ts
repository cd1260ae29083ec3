import { z } from 'zod';

const ids = z.array(z.uuid()).min(1);

/**
 * Every job: its name and its data. A job carries ids, never content: the row is the truth, the job only says
 * "look again" at some rows of one tenant. So any job may be lost, doubled or late without harm.
 */
export const jobs = {
  /** Threads as `<channel id>/<chat id on the platform>`. */
  'handle-inbound': z.object({ tenantId: z.uuid(), subjects: z.array(z.string()).min(1) }),
  /** Conversation ids. */
  'deliver-outbound': z.object({ tenantId: z.uuid(), subjects: ids }),
  /** Agent run ids. */
  'run-agent': z.object({ tenantId: z.uuid(), subjects: ids }),
  /** Notification ids. */
  'notify-manager': z.object({ tenantId: z.uuid(), subjects: ids }),
  /** Handover ids whose time has come. */
  'watch-handover': z.object({ tenantId: z.uuid(), subjects: ids }),
} as const satisfies Record<string, z.ZodType<{ tenantId: string; subjects: string[] }>>;

export type JobName = keyof typeof jobs;
export const jobNames = Object.keys(jobs).filter((name): name is JobName => name in jobs);

/** A subject of `handle-inbound`. */
export const threadSubject = (channelId: string, thread: string) => `${channelId}/${thread}`;

export function parseThreadSubject(subject: string): { channelId: string; thread: string } {
  return { channelId: subject.slice(0, 36), thread: subject.slice(37) };
}
