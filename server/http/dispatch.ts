/** One declared route as an express handler: limit, who, forgery check, input, handler, reply. */
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import type { z } from 'zod';
import { decide } from '../auth/access.ts';
import { type Auth, SESSION_COOKIE, SHOPPER_COOKIE } from '../auth/auth.ts';
import { AppError, notFound, tooMany } from '../errors.ts';
import type { Clock } from '../ingest/types.ts';
import type { Registry } from '../registry/types.ts';
import { validationError } from './errorReply.ts';
import { crossSite, readCookies } from './origin.ts';
import { type Access, type Principal, Reply, type Route, type RouteContext } from './route.ts';

/** Dashboards poll a few routes a second at most; a runaway script sends thousands. */
const RATE_PER_MINUTE = 600;
const BODY_BYTES = 1024 * 1024;

export interface DispatchParts {
  auth: Auth;
  registry: Registry;
  clock: Clock;
  /** Where browsers reach the server through a proxy. */
  publicUrl: string | null;
}

interface Candidate {
  credential: string;
  cookie: boolean;
}

/** A bearer token stands alone; a browser may hold both cookies, and the route's roles tell which one is meant. */
function candidates(req: Request, access: Access): Candidate[] {
  const header = req.headers.authorization;
  if (header !== undefined) {
    const bearer = /^Bearer ([\w.~+/=-]{1,200})$/i.exec(header)?.[1];
    return bearer ? [{ credential: bearer, cookie: false }] : [];
  }
  const cookies = readCookies(req.headers.cookie);
  const names = access.public
    ? [SESSION_COOKIE, SHOPPER_COOKIE]
    : [
        ...(access.roles.some((role) => role !== 'shopper') ? [SESSION_COOKIE] : []),
        ...(access.roles.includes('shopper') ? [SHOPPER_COOKIE] : []),
      ];
  return names.flatMap((name) => {
    const credential = cookies.get(name);
    return credential ? [{ credential, cookie: true }] : [];
  });
}

interface Admitted extends Partial<Candidate> {
  principal: Principal | undefined;
  role: RouteContext['role'];
  siteId: string;
  tenantId: string | null;
}

function admit(req: Request, access: Access, auth: Auth): Admitted {
  const pathSite = String(req.params.site ?? '');
  let refusal: AppError | undefined;
  for (const candidate of candidates(req, access)) {
    const principal = auth.principalFromCredential(candidate.credential);
    if (!principal) continue;
    const decision = decide(access, principal, pathSite);
    if (decision.ok) return { ...candidate, ...decision, principal };
    refusal ??= decision.error;
  }
  const anonymous = decide(access, undefined, pathSite);
  if (anonymous.ok) return { ...anonymous, principal: undefined };
  throw refusal ?? anonymous.error;
}

function parsed(where: string, schema: z.ZodType | undefined, input: unknown): unknown {
  if (!schema) return input;
  const result = schema.safeParse(input);
  if (!result.success) throw validationError(where, result.error);
  return result.data;
}

const isJson = (contentType: string): boolean => /^application\/(?:[\w.-]+\+)?json$/.test(contentType);
const hasBody = (req: Request): boolean =>
  req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;

function readJson(req: Request, res: Response, parser: RequestHandler): Promise<unknown> {
  return new Promise((resolve, reject) => {
    parser(req, res, (error?: unknown) => (error ? reject(error) : resolve(req.body)));
  });
}

/** Ends with an error once more than `maxBytes` have come. */
function bounded(req: Request, maxBytes: number): Transform {
  const tooLarge = () => new AppError(413, 'too-large', `the upload is larger than ${maxBytes} bytes`, 'body');
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  let bytes = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > maxBytes) done(tooLarge());
      else done(null, chunk);
    },
  });
  req.on('aborted', () => limit.destroy(new AppError(400, 'aborted', 'the upload was broken off', 'body')));
  limit.on('error', () => req.unpipe(limit));
  return req.pipe(limit);
}

function send(res: Response, result: unknown, secure: boolean): void {
  const reply = result instanceof Reply ? result : new Reply(result === undefined ? 204 : 200, result);
  for (const { name, value, maxAgeSeconds } of reply.cookies)
    res.cookie(name, value, { httpOnly: true, sameSite: 'lax', path: '/', secure, maxAge: maxAgeSeconds * 1000 });
  res.status(reply.status).set(reply.headers);
  if (!res.hasHeader('cache-control')) res.set('cache-control', 'no-store');
  if (reply.body === undefined) res.end();
  // Whoever goes away in the middle of a download is nobody's fault.
  else if (reply.body instanceof Readable) pipeline(reply.body, res).catch(() => res.destroy());
  else if (Buffer.isBuffer(reply.body)) res.end(reply.body);
  else if (typeof reply.body === 'string') res.send(reply.body);
  else res.json(reply.body);
}

export function handlersOf(route: Route, parts: DispatchParts): RequestHandler[] {
  const { auth, registry, clock, publicUrl } = parts;
  const { access, upload } = route;
  const parser = express.json({ limit: route.maxBodyBytes ?? BODY_BYTES, type: () => true });
  const changes = route.method !== 'get';
  const secureUrl = publicUrl?.startsWith('https:') ?? false;
  const limiter = rateLimit({
    windowMs: 60_000,
    limit: route.ratePerMinute ?? RATE_PER_MINUTE,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    validate: false,
    handler: (_req, _res, next) => next(tooMany('too many requests from this address; wait a minute')),
  });

  const handle: RequestHandler = async (req, res) => {
    const admitted = admit(req, access, auth);
    if (changes && crossSite(req.headers, publicUrl, admitted.cookie === true))
      throw new AppError(403, 'cross-site', 'requests that change something must come from the pages of this server');
    if (!access.public && access.scope === 'site' && !registry.site(admitted.siteId))
      throw notFound(`site ${admitted.siteId}`);
    const contentType = (req.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
    let body: unknown;
    let stream: Transform | undefined;
    if (upload) {
      if (!upload.contentTypes.includes(contentType))
        throw new AppError(
          415,
          'unsupported-media-type',
          `the upload must be ${upload.contentTypes.join(' or ')}`,
          'body',
        );
    } else if (route.body) {
      if (hasBody(req)) {
        if (!isJson(contentType))
          throw new AppError(415, 'unsupported-media-type', 'the body must be application/json', 'body');
        body = await readJson(req, res, parser);
      }
      body = parsed('body', route.body, body);
    }
    const params = parsed('params', route.params, req.params);
    const query = parsed('query', route.query, req.query);
    if (upload) stream = bounded(req, upload.maxBytes);
    const result = await route.handler({
      params,
      query,
      body,
      principal: admitted.principal,
      role: admitted.role,
      siteId: admitted.siteId,
      tenantId: admitted.tenantId,
      nowMs: clock(),
      ip: req.ip ?? '',
      local: isLocal(req),
      credential: admitted.credential,
      contentType,
      idempotencyKey: req.get('idempotency-key'),
      ...(stream ? { upload: stream } : {}),
    });
    send(res, result, secureUrl || req.secure);
  };
  return [limiter, handle];
}

/** Straight from this machine; behind a proxy on it, whoever the proxy speaks for is not local. */
function isLocal(req: Request): boolean {
  const address = req.socket.remoteAddress ?? '';
  const loopback = address === '::1' || /^(::ffff:)?127\./.test(address);
  return loopback && !['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'].some((name) => name in req.headers);
}
