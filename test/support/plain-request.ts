import http from 'node:http';
import { UncertainError } from '../../src/errors.ts';
import type { SafeRequest } from '../../src/safe-request.ts';

/**
 * `SafeRequest` without the safety: for tests that talk to a server of their own on this machine. It keeps the one
 * promise that adapters build on: an error is uncertain only once a connection stood.
 */
export const plainRequest: SafeRequest = (url, { method, headers = {}, body, signal }) =>
  new Promise((resolve, reject) => {
    let connected = false;
    const fail = (error: Error) => reject(connected ? new UncertainError(error.message) : error);

    const request = http.request(url, { method, headers, signal, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', fail);
      response.once('end', () => {
        const answered = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(answered),
          body: Buffer.concat(chunks),
        });
      });
    });
    request.once('socket', (socket) => socket.once('connect', () => (connected = true)));
    request.once('error', fail);
    request.end(body);
  });
