import type { Changes } from '../tenancy/changes.ts';

/** Whoever waits in this process for news of a thread, named as `<channel id>/<chat id>`. */
export interface Live {
  /** Calls `wake` on every sign of news; gives a function that stops it. */
  follow(subject: string, wake: () => void): () => void;
}

/** News travels between processes on the database's own channel: a sign to look again, never the words themselves. */
export function createLive(changes: Changes): Live {
  const followers = new Map<string, Set<() => void>>();
  changes.onLive((subject) => {
    for (const wake of followers.get(subject) ?? []) wake();
  });
  return {
    follow(subject, wake) {
      const group = followers.get(subject) ?? new Set();
      group.add(wake);
      followers.set(subject, group);
      return () => {
        group.delete(wake);
        if (group.size === 0) followers.delete(subject);
      };
    },
  };
}
