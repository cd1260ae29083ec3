import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followChanges } from '../../src/tenancy/changes.ts';
import { query } from '../support/embedded.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/world.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

/** A way to the database that can fall silent: for good, as a network does that has forgotten a connection, or for a while. */
async function startNetwork() {
  const target = new URL(database.url);
  const open: [Socket, Socket][] = [];
  const join = ([near, far]: [Socket, Socket]) => void near.pipe(far).pipe(near);
  const server = createServer((near) => {
    const pair: [Socket, Socket] = [near, connect(Number(target.port), target.hostname)];
    for (const socket of pair) socket.on('error', () => undefined);
    open.push(pair);
    join(pair);
  });
  const silence = () => open.flat().forEach((socket) => socket.unpipe().pause());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const url = new URL(database.url);
  url.port = String(typeof address === 'object' ? address?.port : '');
  return {
    url: url.href,
    silence,
    speak: () => open.forEach(join),
    forget: () => {
      silence();
      open.splice(0);
    },
    close: () => {
      server.close();
      open.flat().forEach((socket) => socket.destroy());
    },
  };
}

describe('followChanges', () => {
  it('notices that it hears nothing any more, says that anything may have changed, and hears again', async () => {
    const network = await startNetwork();
    const heard: (string | null)[] = [];
    const errors: string[] = [];
    const changes = await followChanges(network.url, (error) => errors.push(error.message), 1_500);
    changes.listen((tenantId) => heard.push(tenantId));
    expect(changes.isLive()).toBe(true);

    network.forget();
    await until(() => expect(changes.isLive()).toBe(false));
    await until(() => expect(errors).toEqual([expect.stringMatching(/does not answer/)]));
    await until(() => expect(changes.isLive()).toBe(true));
    expect(heard).toEqual([null]);
    await changes.close();
    network.close();
  });

  it('counts as deaf as soon as nothing answers, and hears what was said meanwhile when the network is back', async () => {
    const network = await startNetwork();
    const heard: (string | null)[] = [];
    const errors: string[] = [];
    const changes = await followChanges(network.url, (error) => errors.push(error.message), 600_000);
    changes.listen((_tenantId, table) => heard.push(table));

    network.silence();
    await query(database.ownerUrl, `notify frontdesk_changes, 'faqs'`);
    await until(() => expect(changes.isLive()).toBe(false));
    expect(heard).toEqual([]);
    network.speak();
    await until(() => expect(changes.isLive()).toBe(true));
    expect(heard).toEqual(['faqs']);
    // It is the same connection: nobody had to forget everything.
    expect(errors).toEqual([]);
    await changes.close();
    network.close();
  });
});
