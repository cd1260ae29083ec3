import type { Context } from 'koa';
import { z } from 'zod';
import { invalidFields, notFound, unsupported } from '../../errors.ts';
import { parseJson, sanitizeText } from '../parse-json.ts';
import { readRawBody } from '../raw-body.ts';
import type { Operation } from './operation.ts';

/** Of a body or file whose operation says nothing else. */
export const MAX_BYTES = 256 * 1024;

/** What is asked, as the operation's schemas have it. Throws 404 for an id that is none, 422 naming every field that is wrong. */
export const readRequest = async (ctx: Context & { params: unknown }, operation: Operation) => ({
  params: readParams(operation, ctx.params),
  query: read(operation.query ?? z.strictObject({}), cleaned(ctx.query), 'query'),
  body: operation.upload ? undefined : await readBody(ctx, operation),
});

/** An id that is no id belongs to nothing, like any other that is not ours. */
function readParams(operation: Operation, given: unknown): unknown {
  const parsed = (operation.params ?? z.unknown()).safeParse(given);
  if (!parsed.success) throw notFound('there is nothing with this id');
  return parsed.data;
}

/** What no database takes is taken out of a query as it is out of a body. */
const cleaned = (query: Context['query']) =>
  Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, typeof value === 'string' ? sanitizeText(value) : value]),
  );

async function readBody(ctx: Context, operation: Operation): Promise<unknown> {
  if (operation.method !== 'get') refuseOtherTypes(ctx);
  const bytes = await readRawBody(ctx, operation.maxBytes ?? MAX_BYTES);
  if (!operation.body) {
    if (bytes.length === 0 || bytes.toString().trim() === '{}') return undefined;
    throw invalidFields([{ path: 'body', message: 'this operation takes none' }]);
  }
  if (bytes.length === 0) return read(operation.body, {}, 'body');
  if (!ctx.get('content-type')) throw jsonWanted();
  return read(operation.body, parseJson(bytes), 'body');
}

/** Those that a form of another site can send are none of ours, also where the body is empty. */
function refuseOtherTypes({ req }: Context): void {
  const types = req.headersDistinct['content-type'] ?? [];
  if (types.length > 1) throw unsupported('send one Content-Type, application/json');
  if (types.some((type) => !JSON_TYPE.test(type))) throw jsonWanted();
}

const JSON_TYPE = /^application\/([\w.-]+\+)?json *(;|$)/i;
const jsonWanted = () => unsupported('send the body as Content-Type: application/json');

/** Where nothing is said where something belongs, the place is named. */
function read(schema: z.ZodType, given: unknown, where: string): unknown {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw invalidFields(
    parsed.error.issues.map(({ path, message }) => ({ path: [where, ...path].map(String).join('.'), message })),
  );
}
