import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { followChanges } from '../../src/tenancy/changes.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

/** A way to the database that can fall silent, as a network does that has forgotten a connection. */
async function startNetwork() {
  const target = new URL(database.url);
  const open: Socket[] = [];
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) open.push(socket.on('error', () => undefined));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const url = new URL(database.url);
  url.port = String(typeof address === 'object' ? address?.port : '');
  return {
    url: url.href,
    forget: () => open.splice(0).forEach((socket) => socket.unpipe().pause()),
    close: () => {
      server.close();
      open.forEach((socket) => socket.destroy());
    },
  };
}

describe('followChanges', () => {
  it('notices that it hears nothing any more, says that anything may have changed, and hears again', async () => {
    const network = await startNetwork();
    const heard: (string | null)[] = [];
    const errors: string[] = [];
    const changes = await followChanges(network.url, (error) => errors.push(error.message), 100);
    changes.listen((tenantId) => heard.push(tenantId));
    expect(changes.isLive()).toBe(true);

    network.forget();
    await vi.waitFor(() => expect(changes.isLive()).toBe(false), 2_000);
    expect(errors).toEqual([expect.stringMatching(/does not answer/)]);
    await vi.waitFor(() => expect(changes.isLive()).toBe(true), 5_000);
    expect(heard).toEqual([null]);
    await changes.close();
    network.close();
  });
});
