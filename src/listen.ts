import type { Server, ServerResponse } from 'node:http';
import { Places } from './places.ts';

const STREAMS_END_AFTER_MS = 3_000;

/** Takes the port, or says which one is taken and what to do. Gives the port, which differs from a wanted 0. */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const isTaken = 'code' in error && error.code === 'EADDRINUSE';
      reject(
        isTaken ? new Error(`Port ${port} is taken. Stop what uses it, or choose another: PORT=3001 npm start`) : error,
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/**
 * Gives a function that closes the server once all that was asked is answered. Every connection is told that this answer
 * is its last one: otherwise its next request would be on the way when the connection is cut.
 */
export function finishing(server: Server): () => Promise<void> {
  const open = new Places<ServerResponse>();
  let isClosing = false;
  server.prependListener('request', (_request, response) => {
    const place = open.take(response);
    response.once('close', () => open.leave(place));
    if (isClosing) endConnectionAfter(response);
  });
  return () =>
    new Promise((resolve) => {
      isClosing = true;
      for (const response of open) endConnectionAfter(response);
      if (!server.listening) return resolve();
      server.close(() => resolve());
      setTimeout(() => {
        // Streams to browsers never end by themselves: they are the answers that have begun and not ended.
        for (const response of open) if (response.headersSent) response.destroy();
        // And connections whose last answer was on its way when the closing began.
        server.closeIdleConnections();
      }, STREAMS_END_AFTER_MS).unref();
    });
}

function endConnectionAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close');
}
