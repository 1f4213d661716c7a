/** Sites. Written by `npm run client` from the OpenAPI document: not to be changed by hand. */
import { type CallOptions, type Client, call, type Time } from '../core.ts';
import type {
  Changelog,
  ComparedDefinitions,
  CreateSiteBody,
  DefinitionsInput,
  DefinitionsVersion,
  Site,
  SiteInput,
} from '../types.ts';

/**
 * Sites on which the caller has a role.
 *
 * For owner, manager, retailer, installer, till. `GET /api/v1/sites`
 * @throws {ApiError} 401, 403, 429
 */
export function listSites(client: Client, options?: CallOptions): Promise<Site[]> {
  return call(client, 'GET', '/api/v1/sites', undefined, undefined, options);
}

/**
 * Create a site.
 *
 * For owner. `POST /api/v1/sites`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function createSite(client: Client, body: CreateSiteBody, options?: CallOptions): Promise<Site> {
  return call(client, 'POST', '/api/v1/sites', undefined, body, options);
}

/**
 * One site.
 *
 * For owner, manager, retailer, installer, till. `GET /api/v1/sites/{site}`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getSite(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<Site> {
  return call(client, 'GET', '/api/v1/sites/{site}', params, undefined, options);
}

/**
 * Change a site.
 *
 * For owner, manager. `PUT /api/v1/sites/{site}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function putSite(
  client: Client,
  params: {
    site: string;
  },
  body: SiteInput,
  options?: CallOptions,
): Promise<Site> {
  return call(client, 'PUT', '/api/v1/sites/{site}', params, body, options);
}

/**
 * The definitions in force.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/definitions`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getDefinitions(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<DefinitionsVersion> {
  return call(client, 'GET', '/api/v1/sites/{site}/definitions', params, undefined, options);
}

/**
 * New definitions, as a new version; what is left out gets its default.
 *
 * For owner, manager. `PUT /api/v1/sites/{site}/definitions`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function putDefinitions(
  client: Client,
  params: {
    site: string;
  },
  body: DefinitionsInput,
  options?: CallOptions,
): Promise<DefinitionsVersion> {
  return call(client, 'PUT', '/api/v1/sites/{site}/definitions', params, body, options);
}

/**
 * Every version of the definitions, the oldest first.
 *
 * For owner, manager. `GET /api/v1/sites/{site}/definitions/versions`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listDefinitionsVersions(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<DefinitionsVersion[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/definitions/versions', params, undefined, options);
}

/**
 * A metric over time under two versions of the definitions.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/definitions/compare`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function compareDefinitions(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** At least 1. */
    a: number;
    /** At least 1. */
    b: number;
    metric: 'footfall' | 'occupancy' | 'dwell' | 'unique-visitors' | 'capture-rate';
    /** Default: "day". */
    interval?: '15m' | 'hour' | 'day' | 'week' | undefined;
    zone?: string | undefined;
  },
  options?: CallOptions,
): Promise<ComparedDefinitions> {
  return call(client, 'GET', '/api/v1/sites/{site}/definitions/compare', params, undefined, options);
}

/**
 * Which hours moved when late data came or models changed, from what to what and why; the newest first.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/changelog`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getChangelog(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    zone?: string | undefined;
    /** 1 to 100. Default: 20. */
    limit?: number | undefined;
  },
  options?: CallOptions,
): Promise<Changelog> {
  return call(client, 'GET', '/api/v1/sites/{site}/changelog', params, undefined, options);
}
