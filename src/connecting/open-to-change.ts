import type { z } from 'zod';
import type { KeyRing } from '../tenancy/secrets.ts';

/**
 * Sealed settings, to be changed: without what an older version saved and the kind does not know any more, and none at
 * all where their key is gone, so that they can be entered anew.
 */
export function openToChange(keys: KeyRing, schema: z.ZodType, sealed: Uint8Array, context: string): unknown {
  try {
    const opened = keys.open(sealed, context);
    return schema.safeParse(opened).data ?? opened;
  } catch {
    return {};
  }
}
