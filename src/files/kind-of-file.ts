import { fileTypeFromBuffer } from 'file-type';
import type { FileFacts } from '../entities/stored-file.ts';

/**
 * What a file is, told by its content alone: what its sender says of it may be wrong, or meant to harm. Text is plain
 * text whatever language it is written in, so that no browser runs a page or a drawing of somebody else.
 */
export async function kindOfFile(bytes: Buffer): Promise<Pick<FileFacts, 'type' | 'mimeType'>> {
  const known = await fileTypeFromBuffer(bytes).catch(() => undefined);
  const isText = isPlainText(bytes);
  const mimeType = known && !(isText && MARKUP.test(known.mime)) ? known.mime : isText ? 'text/plain' : UNKNOWN;
  const [, general] = /^(image|video|audio)\//.exec(mimeType) ?? [];
  return { type: TYPES.find((type) => type === general) ?? 'file', mimeType };
}

const UNKNOWN = 'application/octet-stream';
const TYPES = ['image', 'video', 'audio'] as const;
const MARKUP = /[/+](xml|html)$/;

function isPlainText(bytes: Buffer): boolean {
  if (bytes.includes(0)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
