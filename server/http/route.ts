/** How a route is declared. The declaration gives the check of input, who may use it, the OpenAPI entry, and the handler. */
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { Grant, Role } from '../contract/access.ts';

export { type Grant, ROLES, type Role } from '../contract/access.ts';

export type Principal =
  | { kind: 'account'; accountId: string; email: string; grants: Grant[] }
  | { kind: 'token'; tokenId: string; label: string; grants: Grant[] }
  | { kind: 'shopper'; shopperId: string; siteId: string };

/**
 * `site`: the path has `:site`, and the principal needs one of the roles there. `server`: one of the roles on any site.
 * A retailer's or till's tenant reaches the handler as `tenantId`, and every query of the handler must carry it.
 */
export type Access =
  | { public: true; why: string }
  | { public?: false; roles: readonly Role[]; scope: 'site' | 'server' | 'self' };

export interface RouteContext<P = unknown, Q = unknown, B = unknown> {
  params: P;
  query: Q;
  body: B;
  /** Undefined only on public routes. */
  principal: Principal | undefined;
  /** The role under which access was given. */
  role: Role | undefined;
  siteId: string;
  /** Not null: answers and writes are limited to this tenant. */
  tenantId: string | null;
  nowMs: number;
  ip: string;
  /** The request came from this machine itself, not through a proxy. */
  local?: boolean;
  /** Session cookie or bearer token as sent, for sign-out. */
  credential: string | undefined;
  /** The header Idempotency-Key, as sent. */
  idempotencyKey?: string | undefined;
  /** Raw upload where `upload` is declared. */
  upload?: Readable;
  contentType: string;
}

/** A handler returns plain data (status 200, or 204 for undefined) or a Reply. */
export class Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Record<string, string>;
  readonly cookies: { name: string; value: string; maxAgeSeconds: number }[];
  constructor(
    status: number,
    body: unknown,
    options: {
      headers?: Record<string, string>;
      cookies?: { name: string; value: string; maxAgeSeconds: number }[];
    } = {},
  ) {
    this.status = status;
    /** Buffers and streams are sent as they are with the content-type header; anything else as JSON. */
    this.body = body;
    this.headers = options.headers ?? {};
    this.cookies = options.cookies ?? [];
  }
}

export interface Route<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Below /api/v1 unless `root` is set; `:site` names the site. */
  path: string;
  root?: true;
  summary: string;
  access: Access;
  params?: P;
  query?: Q;
  body?: B;
  response?: z.ZodType;
  /** Statuses of success; default: 200, or 204 where neither `response` nor `contentTypes` is declared. */
  statuses?: readonly number[];
  /** Of a success whose body is not JSON by `response`. */
  contentTypes?: readonly string[];
  /** Reads the header Idempotency-Key: the same again does nothing twice. */
  takesIdempotencyKey?: true;
  /** Largest JSON body; default 1 MB. */
  maxBodyBytes?: number;
  /** Takes a raw body of at most this many bytes instead of JSON. */
  upload?: { maxBytes: number; contentTypes: string[] };
  /** Requests per minute and IP; default 600. */
  ratePerMinute?: number;
  handler: (context: RouteContext<z.output<P>, z.output<Q>, z.output<B>>) => Promise<unknown> | unknown;
}

/** Declares a route with its types inferred from its schemas. */
export function route<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(declared: Route<P, Q, B>): Route {
  return declared as unknown as Route;
}
