/** The client as it should be written now, from the routes as they are declared; no server runs for it. */
import { type ClientSource, clientSource } from './clientSource.ts';
import type { Json } from './documentSchemas.ts';
import { openApi, withDocument } from './openapi.ts';
import type { Route } from './route.ts';
import { type AllRouteParts, allRoutes } from './routes/all.ts';

/** Stands for whatever routes work with while nobody calls them. */
const stand = (known: Record<string, unknown> = {}): unknown =>
  new Proxy(() => undefined, {
    get: (_, key) => (typeof key === 'string' && key in known ? known[key] : stand()),
    apply: () => stand(),
  });

export const declaredRoutes = (): Route[] =>
  withDocument(allRoutes(stand({ services: stand({ dataDir: '' }) }) as AllRouteParts));

export const declaredDocument = (): Json => openApi(declaredRoutes(), '1');

export const writtenClient = (): ClientSource => clientSource(declaredDocument());
