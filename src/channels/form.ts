import type { OutgoingFile } from './adapter.ts';

/** Until a file has arrived, and is looked at by the platform. Its send has no longer anyway. */
export const UPLOAD_LIMITS = { totalTimeoutMs: 45_000, responseTimeoutMs: 30_000 };

/** A form with these words and, under `field`, a file: its bytes and the header that says how to read them. */
export async function formWithFile(
  words: Record<string, string>,
  field: string,
  { fileName, mimeType, read }: Pick<OutgoingFile, 'fileName' | 'mimeType' | 'read'>,
): Promise<{ headers: Record<string, string>; body: Buffer }> {
  const form = new FormData();
  for (const [name, word] of Object.entries(words)) form.append(name, word);
  form.append(field, new Blob([new Uint8Array(await read())], { type: mimeType }), fileName);
  const encoded = new Response(form);
  const headers = { 'content-type': encoded.headers.get('content-type') ?? '' };
  return { headers, body: Buffer.from(await encoded.arrayBuffer()) };
}
