import { unreadable } from './unreadable.ts';

/** The bytes as they come. Throws 422 where they are not UTF-8. */
export async function* utf8Bytes(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decode = createDecoder();
  for await (const chunk of bytes) {
    decode(chunk);
    yield chunk;
  }
  decode(null);
}

/** The text of the bytes, without its byte order mark. Throws 422 where they are not UTF-8. */
export async function* utf8Text(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decode = createDecoder();
  for await (const chunk of bytes) yield decode(chunk);
  yield decode(null);
}

/** `null` ends the text. */
function createDecoder(): (chunk: Uint8Array | null) => string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let read = 0;
  return (chunk) => {
    try {
      if (read === 0 && chunk && isUtf16(chunk)) throw new TypeError('UTF-16');
      const text = chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
      read += chunk?.length ?? 0;
      return text;
    } catch {
      throw unreadable(
        `the file is not valid UTF-8 (after byte ${read}): save it as "CSV UTF-8" or as UTF-8, and send it again`,
      );
    }
  };
}

/** As some spreadsheets write "Unicode text". */
const isUtf16 = ([first, second]: Uint8Array) =>
  (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
