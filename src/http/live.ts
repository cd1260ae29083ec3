import type { Changes } from '../tenancy/changes.ts';

/** Whoever waits in this process for news of a thread, named as `<channel id>/<chat id>`. */
export interface Live {
  /**
   * Calls `wake` on every sign of news, and when something changes that decides who may listen to this tenant; gives a
   * function that stops it.
   */
  follow(subject: string, tenantId: string, wake: () => void): () => void;
}

/** Changes of these may mean that somebody listens who may not any more. */
const DOORS = new Set(['channels', 'channel_addresses', 'tenants']);

/** News travels between processes on the database's own channel: a sign to look again, never the words themselves. */
export function createLive(changes: Changes): Live {
  const ofSubject = createGroups();
  const ofTenant = createGroups();
  changes.onLive((subject) => ofSubject.wake(subject));
  changes.listen((tenantId, table) => {
    // Nobody knows what was missed.
    if (table === null) ofTenant.wakeAll();
    else if (tenantId !== null && DOORS.has(table)) ofTenant.wake(tenantId);
  });
  return {
    follow(subject, tenantId, wake) {
      const leave = [ofSubject.join(subject, wake), ofTenant.join(tenantId, wake)];
      return () => leave.forEach((one) => one());
    },
  };
}

function createGroups() {
  const groups = new Map<string, Set<() => void>>();
  const wake = (name: string) => {
    for (const one of groups.get(name) ?? []) one();
  };
  return {
    wake,
    wakeAll: () => [...groups.keys()].forEach(wake),
    join(name: string, member: () => void) {
      const group = groups.get(name) ?? new Set();
      group.add(member);
      groups.set(name, group);
      return () => {
        group.delete(member);
        if (group.size === 0) groups.delete(name);
      };
    },
  };
}
