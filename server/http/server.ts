/** The HTTP server: the declared routes, the built pages, and the live side on the same port. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler, type Express } from 'express';
import helmet from 'helmet';
import { AppError, notFound } from '../errors.ts';
import { assertDeclared, fullPath } from './declare.ts';
import { type DispatchParts, handlersOf } from './dispatch.ts';
import { clientError, errorBody } from './errorReply.ts';
import { withDocument } from './openapi.ts';
import { pages } from './pages.ts';
import type { Route } from './route.ts';

export interface HttpServerParts extends DispatchParts {
  routes: readonly Route[];
  /** Where Vite put the pages. */
  staticDir: string;
  /** Number of proxies before the server whose X-Forwarded-For is believed. */
  trustedProxies?: number;
  /** The live side, which shares the port. */
  live?: { attach(server: Server): void; close(): Promise<void> };
  version?: string;
  /** Failures that are the server's own; default: to standard error. */
  onFailure?: (error: unknown, where: string) => void;
}

export interface HttpServer {
  /** Port 0 takes a free one. */
  start(port: number, host: string): Promise<void>;
  stop(): Promise<void>;
  /** `http://host:port`, once started. */
  readonly url: string;
  /** Every declared route, this server's own included. */
  readonly routes: readonly Route[];
}

/** Slow phones upload a floor plan of 20 MB; nothing else lasts. */
const REQUEST_TIMEOUT_MS = 120_000;

function securityHeaders(publicUrl: string | null) {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        // Charts and maps position their tooltips by style attributes.
        styleSrcAttr: ["'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        workerSrc: ["'self'"],
        manifestSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: publicUrl?.startsWith('https:') ?? false,
    xFrameOptions: { action: 'deny' },
  });
}

function buildApp(parts: HttpServerParts, routes: readonly Route[]): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', parts.trustedProxies ?? 0);
  app.set('query parser', 'simple');
  app.use(securityHeaders(parts.publicUrl));
  app.use((_req, res, next) => {
    res.set('permissions-policy', 'camera=(self), geolocation=(), microphone=()');
    next();
  });
  for (const one of routes) app[one.method](fullPath(one), ...handlersOf(one, parts));
  app.use('/api', (req) => {
    throw notFound(`${req.method} ${req.originalUrl.split('?')[0]}`);
  });
  app.use(pages(parts.staticDir));
  app.use((req) => {
    throw notFound(`${req.method} ${req.path}`);
  });
  const onError: ErrorRequestHandler = (error, req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    let known = clientError(error);
    if (!known) {
      const report = parts.onFailure ?? ((failure, where) => console.error(`${where} failed:`, failure));
      report(error, `${req.method} ${req.path}`);
      known = new AppError(500, 'internal', 'the server failed at this; its log says why');
    }
    // What is left of an upload that was refused is not worth reading.
    if (known.status === 413) res.set('connection', 'close');
    res.status(known.status).set('cache-control', 'no-store').json(errorBody(known));
  };
  app.use(onError);
  return app;
}

/** @throws Error where a route does not declare who may use it. */
export function createHttpServer(parts: HttpServerParts): HttpServer {
  const routes = withDocument(parts.routes, parts.version);
  assertDeclared(routes);
  let server: Server | undefined;
  let url = '';
  return {
    routes,
    get url() {
      return url;
    },
    async start(port, host) {
      const starting = createServer(buildApp(parts, routes));
      starting.requestTimeout = REQUEST_TIMEOUT_MS;
      parts.live?.attach(starting);
      await new Promise<void>((resolve, reject) => {
        starting.once('error', reject);
        starting.listen(port, host, () => {
          starting.off('error', reject);
          resolve();
        });
      });
      server = starting;
      const address = starting.address() as AddressInfo;
      const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
      url = `http://${shown}:${address.port}`;
    },
    async stop() {
      const stopping = server;
      if (!stopping) return;
      server = undefined;
      await parts.live?.close();
      const closed = new Promise<void>((resolve) => stopping.close(() => resolve()));
      stopping.closeIdleConnections();
      // Requests under way get a moment to end; a browser that holds its connection does not hold up the server.
      const force = setTimeout(() => stopping.closeAllConnections(), 2_000);
      await closed;
      clearTimeout(force);
    },
  };
}
