import type { Person } from './people.ts';
import type { World } from './world.ts';

const TYPES = { csv: 'text/csv', json: 'application/json' };

interface Wish {
  format?: 'csv' | 'json';
  query?: string;
  headers?: Record<string, string>;
}

/** Sends a file to the import. A stream is sent as it comes. */
export async function importFile(
  { url }: Pick<World, 'url'>,
  { token }: Pick<Person, 'token'>,
  file: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
  { format = 'csv', query = '', headers = {} }: Wish = {},
) {
  const response = await fetch(`${url}/api/v1/faqs/import?format=${format}${query && `&${query}`}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': TYPES[format], ...headers },
    body: file,
    duplex: 'half',
  });
  const body: unknown = await response.json();
  return { status: response.status, body };
}

/** What the export gives. */
export async function exportFile({ url }: Pick<World, 'url'>, { token }: Pick<Person, 'token'>, query = '') {
  const response = await fetch(`${url}/api/v1/faqs/export?${query}`, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) };
}

export const textOf = (bytes: Uint8Array) => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
