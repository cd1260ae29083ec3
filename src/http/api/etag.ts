import { createHash } from 'node:crypto';
import { AppError } from '../../errors.ts';

/** Names a state of a resource by what it looks like. */
export const etagOf = (shown: unknown): string =>
  `"${createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 27)}"`;

/** Whether `header`, an If-Match or If-None-Match, names this state. */
export const names = (header: string, etag: string): boolean =>
  header.split(',').some((one) => ['*', etag, `W/${etag}`].includes(one.trim()));

export const changedMeanwhile = () =>
  new AppError(
    412,
    'changed_meanwhile',
    'somebody else has changed this since you read it; read it again, and send your change with the new ETag as If-Match',
  );
