import net from 'node:net';

/** A way to the database on which it can fall silent: connections stay open, and nothing is said on them any more. */
export interface SilentProxy {
  url: string;
  /** On all connections, and on those to come. */
  silence(): void;
  /** New connections are answered; those that were silenced stay so. */
  speak(): void;
  /** Connections that were silenced and that the other side has given up. */
  abandoned(): number;
  close(): Promise<void>;
}

export async function startSilentProxy(databaseUrl: string): Promise<SilentProxy> {
  const target = new URL(databaseUrl);
  const connections = new Set<{ isSilent: boolean }>();
  const sockets = new Set<net.Socket>();
  let isSilent = false;
  let abandoned = 0;
  const server = net.createServer((client) => {
    const state = { isSilent };
    const upstream = net.connect(Number(target.port), target.hostname);
    connections.add(state);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => state.isSilent || to.write(bytes));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
    client.once('close', () => {
      connections.delete(state);
      if (state.isSilent) abandoned += 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return {
    url: url.href,
    silence() {
      isSilent = true;
      for (const state of connections) state.isSilent = true;
    },
    speak: () => void (isSilent = false),
    abandoned: () => abandoned,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
