/** Counts. Written by `npm run client` from the OpenAPI document: not to be changed by hand. */
import { type CallOptions, type Client, call, type Time, type Upload, type UploadOptions, upload } from '../core.ts';
import type { Counter, PutCounterBody, ReferenceCount, ReferenceCountInput } from '../types.ts';

/**
 * Reference counts that overlap a period, the oldest first.
 *
 * For owner, manager. `GET /api/v1/sites/{site}/reference-counts`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listReferenceCounts(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from?: Time | undefined;
    /** ISO 8601 with its offset from UTC. */
    to?: Time | undefined;
    zone?: string | undefined;
  },
  options?: CallOptions,
): Promise<ReferenceCount[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/reference-counts', params, undefined, options);
}

/**
 * Add a count of people who came in by an entrance.
 *
 * For owner, manager, installer. `POST /api/v1/sites/{site}/reference-counts`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function createReferenceCount(
  client: Client,
  params: {
    site: string;
  },
  body: ReferenceCountInput,
  options?: CallOptions,
): Promise<ReferenceCount> {
  return call(client, 'POST', '/api/v1/sites/{site}/reference-counts', params, body, options);
}

/**
 * Correct a count.
 *
 * For owner, manager. `PUT /api/v1/sites/{site}/reference-counts/{count}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function putReferenceCount(
  client: Client,
  params: {
    site: string;
    count: string;
  },
  body: ReferenceCountInput,
  options?: CallOptions,
): Promise<ReferenceCount> {
  return call(client, 'PUT', '/api/v1/sites/{site}/reference-counts/{count}', params, body, options);
}

/**
 * Remove a count; an installer only an own one.
 *
 * For owner, manager, installer. `DELETE /api/v1/sites/{site}/reference-counts/{count}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteReferenceCount(
  client: Client,
  params: {
    site: string;
    count: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/sites/{site}/reference-counts/{count}', params, undefined, options);
}

/**
 * Door counters that are heard over MQTT.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/counters`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listCounters(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<Counter[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/counters', params, undefined, options);
}

/**
 * Enter a door counter, or change it.
 *
 * For owner, manager, installer. `PUT /api/v1/sites/{site}/counters/{counter}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function putCounter(
  client: Client,
  params: {
    site: string;
    counter: string;
  },
  body: PutCounterBody,
  options?: CallOptions,
): Promise<Counter> {
  return call(client, 'PUT', '/api/v1/sites/{site}/counters/{counter}', params, body, options);
}

/**
 * Remove a door counter; what it counted stays.
 *
 * For owner, manager, installer. `DELETE /api/v1/sites/{site}/counters/{counter}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteCounter(
  client: Client,
  params: {
    site: string;
    counter: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/sites/{site}/counters/{counter}', params, undefined, options);
}

/**
 * Add counts from a CSV file with the columns zone, from, to, people and perhaps out, note: all of them, or none
 * where a line is wrong. A period of an entrance that is there already is replaced.
 *
 * For owner, manager. `POST /api/v1/sites/{site}/reference-counts/csv`
 * @param body At most 8388608 bytes. text/csv, text/plain, application/vnd.ms-excel
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function importReferenceCounts(
  client: Client,
  params: {
    site: string;
  },
  body: Upload,
  options?: UploadOptions,
): Promise<{
  added: number;
  replaced: number;
}> {
  return upload(
    client,
    'POST',
    '/api/v1/sites/{site}/reference-counts/csv',
    params,
    body,
    ['text/csv', 'text/plain', 'application/vnd.ms-excel'],
    options,
  );
}
