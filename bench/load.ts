import { connect, type Socket } from 'node:net';

export interface LoadResult {
  /** Answered 2xx per second. */
  perSecond: number;
  failed: number;
  p50Ms: number;
  p99Ms: number;
}

interface Load {
  port: number;
  connections: number;
  /** Each is sent once, in order. */
  requests: Buffer[];
  /** Requests per second over all connections; absent = as fast as answers come. */
  rate?: number;
}

/**
 * Writes ready-made requests to keep-alive sockets, one at a time on each. Made for this: a general HTTP client costs
 * more than the server under test, on the same two cores.
 */
export async function load({ port, connections, requests, rate }: Load): Promise<LoadResult> {
  const latencies: number[] = [];
  let failed = 0;
  let next = 0;
  const started = performance.now();
  const due = (n: number) => (rate ? started + (n / rate) * 1000 : 0);

  async function client(): Promise<void> {
    const socket = await open(port);
    while (next < requests.length) {
      const n = next++;
      const request = requests[n];
      if (!request) break;
      const wait = due(n) - performance.now();
      if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
      // Paced: a late answer counts from when its request was due, not from when its turn came.
      const from = Math.max(due(n), rate ? 0 : performance.now());
      const status = await roundTrip(socket, request);
      latencies.push(performance.now() - from);
      if (status < 200 || status > 299) failed += 1;
    }
    socket.destroy();
  }

  await Promise.all(Array.from({ length: connections }, client));
  const seconds = (performance.now() - started) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return { perSecond: (requests.length - failed) / seconds, failed, p50Ms: at(0.5), p99Ms: at(0.99) };
}

const open = (port: number) =>
  new Promise<Socket>((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => resolve(socket));
  });

/** The servers under test answer with a length and a small body: often one chunk, never a chunked encoding. */
function roundTrip(socket: Socket, request: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    const onData = (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (text.length < end + 4 + length) return;
      socket.off('data', onData);
      socket.off('close', onClose);
      resolve(Number(text.slice(9, 12)));
    };
    const onClose = () => reject(new Error('the server closed the connection'));
    socket.on('data', onData);
    socket.once('close', onClose);
    socket.write(request);
  });
}
