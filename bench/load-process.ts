import { load } from './load.ts';

/** The load generator, in a process of its own: reads requests from its parent, answers with what it measured. */
process.on('message', (message: { port: number; connections: number; requests: string[]; rate?: number }) => {
  const { requests, ...rest } = message;
  void load({ ...rest, requests: requests.map((text) => Buffer.from(text, 'latin1')) }).then((result) =>
    process.send?.(result),
  );
});
