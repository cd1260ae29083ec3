import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { mindsIfMatch, type Operation } from './operation.ts';

export const Problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'Stays the same over versions; for programs.' }),
    detail: z.string().meta({ description: 'Says what to do; for people.' }),
    requestId: z.string(),
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' });

/** The document of these operations: made of the schemas that requests and responses are held against. */
export function openApiOf(operations: readonly Operation[], publicUrl: string): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation) };
  }
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Frontdesk',
      version: '1',
      description:
        'Send an API key as `Authorization: Bearer fd_…`. People who have logged in name the tenant in `X-Frontdesk-Tenant`. ' +
        'A POST that carries an `Idempotency-Key` can be sent again. What people edit has an `ETag`; send it as `If-Match` ' +
        'with your change, and nobody else’s is written over.',
    },
    servers: [{ url: `${publicUrl}/api/v1` }],
    security: [{ key: [] }, { session: [] }],
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key of a tenant: fd_…' },
        session: { type: 'apiKey', in: 'cookie', name: 'frontdesk.session_token' },
      },
    },
    paths,
  });
}

function describe(operation: Operation): ZodOpenApiOperationObject {
  const { summary, description, tag, query, body, aliasOf } = operation;
  const needs = operation.access === 'tenant' ? `Permission: \`${operation.permission}\`.` : WHO[operation.access];
  const done = {
    description: 'Done',
    content: contentOf(operation.download ?? 'application/json', operation.response),
    ...(operation.hasETag && operation.method !== 'delete' && { headers: z.object({ ETag: z.string().optional() }) }),
  };
  const problem = { content: { 'application/problem+json': { schema: Problem } } };
  return {
    operationId: idOf(operation),
    summary,
    description: [aliasOf && `The same as \`${aliasOf}\`.`, description, needs].filter(Boolean).join('\n\n'),
    tags: [tag],
    ...(operation.access === 'everyone' && { security: [] }),
    ...(operation.access === 'tenant' && { 'x-permission': operation.permission }),
    'x-access': operation.access,
    ...(aliasOf && { 'x-alias-of': aliasOf }),
    requestParams: {
      header: z.object(headersOf(operation)),
      ...(operation.params instanceof z.ZodObject && { path: operation.params }),
      ...(query instanceof z.ZodObject && { query }),
    },
    ...(body && { requestBody: { content: { 'application/json': { schema: body } }, required: true } }),
    ...(operation.upload && {
      requestBody: { content: contentOf(operation.upload, z.string()), required: true },
    }),
    responses: {
      [String(operation.status ?? 200)]: done,
      ...(operation.statusOf && { '200': done }),
      default: { description: 'What was wrong, and what to do', ...problem },
    },
  };
}

const contentOf = (types: string | string[], schema: z.ZodType) =>
  Object.fromEntries([types].flat().map((type) => [type, { schema }]));

const WHO = {
  platform: 'For system admins.',
  person: 'For whoever has logged in.',
  everyone: 'For everybody.',
};

function headersOf(operation: Operation): Record<string, z.ZodType> {
  const { access, method, hasETag } = operation;
  return {
    ...(access === 'tenant' && { 'X-Frontdesk-Tenant': z.string().optional() }),
    ...(method === 'post' && { 'Idempotency-Key': z.string().max(200).optional() }),
    ...(hasETag && method === 'get' && { 'If-None-Match': z.string().optional() }),
    ...(mindsIfMatch(operation) && { 'If-Match': z.string().optional() }),
  };
}

/** `post /faqs/{id}/tests` is `postFaqsByIdTests`. */
const idOf = ({ method, path }: Operation) =>
  method +
  path
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => `by-${name}`)
    .replaceAll(/[^a-zA-Z]+([a-zA-Z])/g, (_, letter: string) => letter.toUpperCase());
