import type { z } from 'zod';
import type { SafeResponse } from '../safe-request.ts';

export const isSuccess = ({ status }: SafeResponse) => status >= 200 && status < 300;

/** The answer's JSON, or undefined when it is not the JSON that `schema` describes. */
export function readAnswer<T>(response: SafeResponse, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(response.body.toString('utf8'))).data;
  } catch {
    return undefined; // a proxy's error page, or an answer cut short
  }
}
