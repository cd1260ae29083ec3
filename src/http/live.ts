import type { Changes } from '../tenancy/changes.ts';

/** Whoever waits for news of a conversation in this process. */
export interface Live {
  /** Calls `wake` on every sign of news; gives a function that stops it. */
  follow(conversationId: string, wake: () => void): () => void;
}

/** News travels between processes on the database's own channel: a sign to look again, never the words themselves. */
export function createLive(changes: Changes): Live {
  const followers = new Map<string, Set<() => void>>();
  changes.onLive((conversationId) => {
    for (const wake of followers.get(conversationId) ?? []) wake();
  });
  return {
    follow(conversationId, wake) {
      const group = followers.get(conversationId) ?? new Set();
      group.add(wake);
      followers.set(conversationId, group);
      return () => {
        group.delete(wake);
        if (group.size === 0) followers.delete(conversationId);
      };
    },
  };
}
