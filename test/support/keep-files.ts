import type { Shop } from './tenants.ts';
import type { World } from './world.ts';

/** Telegram keeps files of a bot under these ids: bytes, or the status that it answers with instead. */
export function keepFiles(
  { platform }: World,
  { telegram: { botToken } }: Pick<Shop, 'telegram'>,
  files: Record<string, Buffer | number>,
): void {
  platform.answer = ({ path, body }, response) => {
    const kept = path === `/bot${botToken}/getFile` ? files[String(body['file_id'])] : undefined;
    if (kept !== undefined) {
      const isKept = typeof kept !== 'number' || kept >= 500;
      response.statusCode = isKept ? 200 : kept;
      const found = { ok: true, result: { file_path: `photos/${String(body['file_id'])}.jpg` } };
      const refusal = { ok: false, error_code: kept, description: 'Bad Request: file is too big' };
      response.end(JSON.stringify(isKept ? found : refusal));
      return true;
    }
    const [, name = ''] = new RegExp(`^/file/bot${botToken}/photos/(\\w+)\\.jpg$`).exec(path) ?? [];
    const bytes = files[name];
    if (bytes === undefined) return undefined;
    if (typeof bytes === 'number') response.statusCode = bytes;
    response.end(typeof bytes === 'number' ? 'an error page' : bytes);
    return true;
  };
}
