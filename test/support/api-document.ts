import { z } from 'zod';
import type { World } from './world.ts';

/** JSON Schema, as far as the document of the API uses it. */
export interface Schema {
  $ref?: string | undefined;
  type?: string | string[] | undefined;
  const?: unknown;
  enum?: unknown[] | undefined;
  anyOf?: Schema[] | undefined;
  oneOf?: Schema[] | undefined;
  allOf?: Schema[] | undefined;
  properties?: Record<string, Schema> | undefined;
  required?: string[] | undefined;
  items?: Schema | boolean | undefined;
  prefixItems?: Schema[] | undefined;
  additionalProperties?: Schema | boolean | undefined;
  propertyNames?: Schema | undefined;
  format?: string | undefined;
  pattern?: string | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  minimum?: number | undefined;
  maximum?: number | undefined;
  minItems?: number | undefined;
  maxItems?: number | undefined;
  examples?: unknown[] | undefined;
  [more: string]: unknown;
}

const Schema: z.ZodType<Schema> = z.record(z.string(), z.unknown());

const Parameter = z.object({ name: z.string(), in: z.enum(['path', 'query', 'header', 'cookie']), schema: Schema });
const Document = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        operationId: z.string(),
        parameters: z.array(Parameter).default([]),
        requestBody: z.object({ content: z.record(z.string(), z.object({ schema: Schema })) }).optional(),
        responses: z.record(z.string(), z.unknown()),
        'x-access': z.enum(['tenant', 'platform', 'person', 'everyone']),
        'x-permission': z.string().optional(),
      }),
    ),
  ),
  components: z.object({ schemas: z.record(z.string(), Schema).default({}) }),
});

export interface Described {
  id: string;
  method: string;
  path: string;
  access: 'tenant' | 'platform' | 'person' | 'everyone';
  permission: string | null;
  parameters: z.infer<typeof Parameter>[];
  /** Of the body, with everything that it refers to in place; null where there is none. */
  body: Schema | null;
  mediaType: string;
  mediaTypes: string[];
}

/** Every operation that the served document knows. */
export async function describedOperations({ url }: Pick<World, 'url'>): Promise<Described[]> {
  const { paths, components } = Document.parse(await (await fetch(`${url}/api/v1/openapi.json`)).json());
  const resolve = (schema: Schema): Schema => inPlace(schema, components.schemas, 0);
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const [[mediaType, body] = ['application/json', null]] = Object.entries(operation.requestBody?.content ?? {});
      return {
        id: operation.operationId,
        method: method.toUpperCase(),
        path,
        access: operation['x-access'],
        permission: operation['x-permission'] ?? null,
        parameters: operation.parameters.map((one) => ({ ...one, schema: resolve(one.schema) })),
        body: body && resolve(body.schema),
        mediaType,
        mediaTypes: Object.keys(operation.requestBody?.content ?? {}),
      };
    }),
  );
}

const Nested = z.record(z.string(), z.unknown());

function inPlace(schema: Schema, all: Record<string, Schema>, depth: number): Schema {
  const name = schema.$ref?.split('/').at(-1);
  // What refers to itself is not followed for ever.
  if (name) return depth > 8 ? {} : inPlace(all[name] ?? {}, all, depth + 1);
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, within(value, all, depth)]));
}

function within(value: unknown, all: Record<string, Schema>, depth: number): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => within(one, all, depth));
  const nested = Nested.safeParse(value);
  return nested.success ? inPlace(nested.data, all, depth) : value;
}
