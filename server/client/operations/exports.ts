/** Exports. Written by `npm run client` from the OpenAPI document: not to be changed by hand. */
import { type CallOptions, type Client, call, download, urlOf } from '../core.ts';
import type { CreateExportBody, ExportJob, ExportJobs } from '../types.ts';

/**
 * A dashboard to import into Grafana, over the time series in InfluxDB (engine: influx).
 *
 * For owner, manager. `GET /api/v1/grafana.json`
 * @throws {ApiError} 401, 403, 429
 */
export function getGrafanaDashboard(client: Client, options?: CallOptions): Promise<unknown> {
  return call(client, 'GET', '/api/v1/grafana.json', undefined, undefined, options);
}

/**
 * Exports of this site that are waiting, being made, or kept for download; the newest first.
 *
 * For owner, manager. `GET /api/v1/sites/{site}/exports`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listExports(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<ExportJobs> {
  return call(client, 'GET', '/api/v1/sites/{site}/exports', params, undefined, options);
}

/**
 * Asks for figures as Parquet files, of the whole local days of a period that are over.
 *
 * For owner, manager. `POST /api/v1/sites/{site}/exports`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function createExport(
  client: Client,
  params: {
    site: string;
  },
  body: CreateExportBody,
  options?: CallOptions,
): Promise<ExportJob> {
  return call(client, 'POST', '/api/v1/sites/{site}/exports', params, body, options);
}

/**
 * How far an export is, and its files once it is done.
 *
 * For owner, manager. `GET /api/v1/sites/{site}/exports/{export}`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getExport(
  client: Client,
  params: {
    site: string;
    export: string;
  },
  options?: CallOptions,
): Promise<ExportJob> {
  return call(client, 'GET', '/api/v1/sites/{site}/exports/{export}', params, undefined, options);
}

/**
 * Removes an export and its files; one that is being made ends.
 *
 * For owner, manager. `DELETE /api/v1/sites/{site}/exports/{export}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteExport(
  client: Client,
  params: {
    site: string;
    export: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/sites/{site}/exports/{export}', params, undefined, options);
}

/**
 * All files of a finished export and manifest.json as one tar archive.
 *
 * For owner, manager. `GET /api/v1/sites/{site}/exports/{export}/archive`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getExportArchive(
  client: Client,
  params: {
    site: string;
    export: string;
  },
  options?: CallOptions,
): Promise<Blob> {
  return download(client, '/api/v1/sites/{site}/exports/{export}/archive', params, options);
}

/** The address of `getExportArchive`, for an `img`. */
export const exportArchiveUrl = (
  client: Client,
  params: {
    site: string;
    export: string;
  },
): string => urlOf(client, '/api/v1/sites/{site}/exports/{export}/archive', params);

/**
 * One file of a finished export: Parquet, or manifest.json.
 *
 * For owner, manager. `GET /api/v1/sites/{site}/exports/{export}/files/{file}`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getExportFile(
  client: Client,
  params: {
    site: string;
    export: string;
    file: string;
  },
  options?: CallOptions,
): Promise<Blob> {
  return download(client, '/api/v1/sites/{site}/exports/{export}/files/{file}', params, options);
}

/** The address of `getExportFile`, for an `img`. */
export const exportFileUrl = (
  client: Client,
  params: {
    site: string;
    export: string;
    file: string;
  },
): string => urlOf(client, '/api/v1/sites/{site}/exports/{export}/files/{file}', params);
