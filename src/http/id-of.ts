import { z } from 'zod';
import { notFound } from '../errors.ts';

/** An id that is no id belongs to nothing, like any other that is not ours. */
export function idOf(given: string | undefined): string {
  const parsed = z.uuid().safeParse(given);
  if (!parsed.success) throw notFound('there is nothing with this id');
  return parsed.data;
}
