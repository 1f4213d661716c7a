/** Operation. Written by `npm run client` from the OpenAPI document: not to be changed by hand. */
import { type CallOptions, type Client, call, downloadText } from '../core.ts';
import type { GetIngestCountersAnswer, ListDeadLettersAnswerItem } from '../types.ts';

/**
 * Messages that could not be taken, each with its reason, the latest first.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/dead-letters`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listDeadLetters(
  client: Client,
  params: {
    site: string;
    /** 1 to 1000. Default: 100. */
    limit?: number | undefined;
  },
  options?: CallOptions,
): Promise<ListDeadLettersAnswerItem[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/dead-letters', params, undefined, options);
}

/**
 * Counters of the ingest since the start of the server, over all sites.
 *
 * For owner. `GET /api/v1/ingest`
 * @throws {ApiError} 401, 403, 429
 */
export function getIngestCounters(client: Client, options?: CallOptions): Promise<GetIngestCountersAnswer> {
  return call(client, 'GET', '/api/v1/ingest', undefined, undefined, options);
}

/**
 * The process answers.
 *
 * Public: supervisors ask without credentials; tells nothing but that. `GET /healthz`
 * @throws {ApiError} 429
 */
export function getHealth(
  client: Client,
  options?: CallOptions,
): Promise<{
  status: string;
}> {
  return call(client, 'GET', '/healthz', undefined, undefined, options);
}

/**
 * The log is recovered, messages are taken, the database answers.
 *
 * Public: load balancers ask without credentials; tells nothing but that. `GET /readyz`
 * @throws {ApiError} 429
 */
export function getReadiness(
  client: Client,
  options?: CallOptions,
): Promise<{
  status: string;
}> {
  return call(client, 'GET', '/readyz', undefined, undefined, options);
}

/**
 * Prometheus metrics; on this machine, or with an API token of an owner.
 *
 * Public: scrapers on the same machine carry no token; the handler refuses all others. `GET /metrics`
 * @throws {ApiError} 429
 */
export function getPrometheusMetrics(client: Client, options?: CallOptions): Promise<string> {
  return downloadText(client, '/metrics', undefined, options);
}

/**
 * This document.
 *
 * Public: describes the interface, holds no data. `GET /api/v1/openapi.json`
 * @throws {ApiError} 429
 */
export function getDocument(client: Client, options?: CallOptions): Promise<unknown> {
  return call(client, 'GET', '/api/v1/openapi.json', undefined, undefined, options);
}
