import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What was seen of one stretch of load. */
export interface Stretch {
  seconds: number;
  failed: number;
  latenciesMs: number[];
}

export interface LoadResult {
  /** Answered 2xx per second. */
  perSecond: number;
  failed: number;
  p50Ms: number;
  p99Ms: number;
}

/** One result for all of them, as if they had been one. */
export function resultOf(stretches: Stretch[]): LoadResult {
  const sum = (of: (stretch: Stretch) => number) => stretches.reduce((total, stretch) => total + of(stretch), 0);
  const latencies = Float64Array.from(stretches.flatMap(({ latenciesMs }) => latenciesMs)).sort();
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  const failed = sum((stretch) => stretch.failed);
  const perSecond = (latencies.length - failed) / sum(({ seconds }) => seconds);
  return { perSecond, failed, p50Ms: at(0.5), p99Ms: at(0.99) };
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
export async function load({ port, connections, requests, rate }: Load): Promise<Stretch> {
  const latenciesMs: number[] = Array.from({ length: requests.length }, () => 0);
  let failed = 0;
  let next = 0;
  let started = 0;
  const due = (n: number) => (rate ? started + (n / rate) * 1000 : 0);

  async function client(): Promise<() => Promise<void>> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let current = 0;
    let from = 0;
    const socket = open(port, (status) => {
      latenciesMs[current] = performance.now() - from;
      if (status < 200 || status > 299) failed += 1;
      step();
    });
    function step(): void {
      current = next++;
      const request = requests[current];
      if (!request) {
        socket.off('close', broken).destroy();
        return resolve();
      }
      const wait = due(current) - performance.now();
      if (wait > 1) setTimeout(send, wait, request);
      else send(request);
    }
    function send(request: Buffer): void {
      // Paced: a late answer counts from when its request was due, not from when its turn came.
      from = rate ? Math.min(due(current), performance.now()) : performance.now();
      socket.write(request);
    }
    const broken = () => reject(new Error('the server closed the connection'));
    await once(socket, 'connect');
    socket.once('error', reject).once('close', broken);
    return () => {
      step();
      return promise;
    };
  }

  const clients = await Promise.all(Array.from({ length: connections }, client));
  // What was made for this is not to be collected while the clock runs.
  globalThis.gc?.();
  started = performance.now();
  await Promise.all(clients.map((begin) => begin()));
  return { seconds: (performance.now() - started) / 1000, failed, latenciesMs };
}

/** The servers under test answer with a length and a small body: often one chunk, never a chunked encoding. */
function open(port: number, onAnswer: (status: number) => void): Socket {
  let text = '';
  const take = (count: number, buffer: Uint8Array) => {
    text += Buffer.from(buffer.buffer, buffer.byteOffset, count).toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return true;
    const length = LENGTH.exec(text)?.[1] ?? 0;
    if (text.length < end + 4 + Number(length)) return true;
    const status = Number(text.slice(9, 12));
    text = '';
    onAnswer(status);
    return true;
  };
  return connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer: Buffer.alloc(65_536), callback: take } });
}

const LENGTH = /content-length: (\d+)/i;
