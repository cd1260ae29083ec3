import type { Server } from 'node:http';

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
