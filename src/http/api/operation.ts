import type { EntityManager } from '@mikro-orm/postgresql';
import type { Context } from 'koa';
import type { z } from 'zod';
import type { Actor, TenantActor } from '../../auth/actor.ts';
import type { Permission } from '../../auth/permissions.ts';
import type { UploadedFile } from './uploaded.ts';

/** What every handler is given; all of it was checked before. */
export interface Input<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
  requestId: string;
  ip: string;
  now: Date;
  /** For downloads and cookies only. */
  ctx: Context;
  /** Of an upload: the bytes of the file, sent as they are or in a form. To be read once. */
  file: UploadedFile;
  /**
   * Called with the result at the end of the transaction that has the whole effect: then the answer to a request with an
   * Idempotency-Key is remembered in the same transaction, and the effect is never had twice, whenever a process dies.
   * Gives the result.
   */
  keep: <Result>(em: EntityManager, result: Result) => Promise<Result>;
  /**
   * Given what the resource looks like just now, under its lock, as far as its ETag names it. Throws 412 when the
   * caller's If-Match knows another state of it.
   */
  expectUnchanged: (current: unknown) => void;
  /** For what takes long. Throws as at the beginning when whoever asks may not do so any more. */
  stillAllowed: () => Promise<void>;
}

interface Shape<Params, Query, Body, Result> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Below /api/v1, as OpenAPI writes it: `/faqs/{id}`. */
  path: string;
  tag: string;
  /** One line, as a heading. */
  summary: string;
  description?: string;
  params?: z.ZodType<Params>;
  query?: z.ZodType<Query>;
  body?: z.ZodType<Body>;
  /** Of the JSON that is sent: dates are strings here. */
  response: z.ZodType<Result>;
  /** Default 200; 201 for what makes something. */
  status?: 200 | 201 | 202;
  /** A resource that people edit: an answer names its state by an ETag, and what changes or deletes it minds If-Match. */
  hasETag?: true;
  /** `{id}` of the path is the tenant that is meant, whatever header or host say. */
  isTenantInPath?: true;
  /** What of the answer the ETag names, where that is not all of it; null where an answer has none. */
  stateOf?(result: Result): unknown;
  /** The status of an answer that is not `status`. */
  statusOf?(result: Result): 200 | undefined;
  /** The body is a file of these media types, at most `maxBytes` of it: the handler reads `file`. */
  upload?: string | string[];
  /** The handler writes the response's body itself: a download of these media types. */
  download?: string | string[];
  /** Bytes of a JSON body or a file; default 256 KiB. */
  maxBytes?: number;
  /** The path of the operation that this one is under another name. */
  aliasOf?: string;
}

/** For those who act for a tenant. */
interface OfTenant<Params, Query, Body, Result> extends Shape<Params, Query, Body, Result> {
  permission: Permission;
  handle(input: Input<Params, Query, Body> & { actor: TenantActor; tenantId: string }): Promise<Result>;
}

/** For those who run the service. */
interface OfPlatform<Params, Query, Body, Result> extends Shape<Params, Query, Body, Result> {
  handle(input: Input<Params, Query, Body> & { actor: Actor }): Promise<Result>;
}

/** For whoever has logged in, whichever tenants that person belongs to. */
interface OfPerson<Params, Query, Body, Result> extends Shape<Params, Query, Body, Result> {
  handle(input: Input<Params, Query, Body> & { userId: string }): Promise<Result>;
}

/** For everybody. */
interface OfEveryone<Params, Query, Body, Result> extends Shape<Params, Query, Body, Result> {
  handle(input: Input<Params, Query, Body>): Promise<Result>;
}

/** One method of one path, whole: what it takes, what it gives, who may. Router and OpenAPI document are made of these. */
export type Operation = Shape<unknown, unknown, unknown, unknown> &
  (
    | { access: 'tenant'; permission: Permission; handle: OfTenant<unknown, unknown, unknown, unknown>['handle'] }
    | { access: 'platform'; handle: OfPlatform<unknown, unknown, unknown, unknown>['handle'] }
    | { access: 'person'; handle: OfPerson<unknown, unknown, unknown, unknown>['handle'] }
    | { access: 'everyone'; handle: OfEveryone<unknown, unknown, unknown, unknown>['handle'] }
  );

export const tenantOperation = <P, Q, B, R>(shape: OfTenant<P, Q, B, R>): Operation =>
  erased({ ...shape, access: 'tenant' });

export const platformOperation = <P, Q, B, R>(shape: OfPlatform<P, Q, B, R>): Operation =>
  erased({ ...shape, access: 'platform' });

export const personOperation = <P, Q, B, R>(shape: OfPerson<P, Q, B, R>): Operation =>
  erased({ ...shape, access: 'person' });

export const openOperation = <P, Q, B, R>(shape: OfEveryone<P, Q, B, R>): Operation =>
  erased({ ...shape, access: 'everyone' });

/** What a handler is given was read by its own schemas, so their types hold although the list does not know them. */
const erased = (operation: object): Operation => operation as Operation;

/** Whether the caller's If-Match is held against what is changed. */
export const mindsIfMatch = ({ hasETag, method }: Operation): boolean =>
  hasETag === true && method !== 'get' && method !== 'post';
