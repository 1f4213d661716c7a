/** Numbers. Written by `npm run client` from the OpenAPI document: not to be changed by hand. */
import { type CallOptions, type Client, call, type Time } from '../core.ts';
import type { Affinity, Flows, Heatmap, LiveSnapshot, PeakHours, People, Returning, Series } from '../types.ts';

/**
 * Footfall: visits (of a zone: zone visits) that started in each interval.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/metrics/footfall`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getFootfall(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** A version of the definitions; left out, those in force. At least 1. */
    definitions?: number | undefined;
    /** Only this zone; left out, the whole site. */
    zone?: string | undefined;
    /** Default: "hour". */
    interval?: '15m' | 'hour' | 'day' | 'week' | undefined;
  },
  options?: CallOptions,
): Promise<Series> {
  return call(client, 'GET', '/api/v1/sites/{site}/metrics/footfall', params, undefined, options);
}

/**
 * Occupancy: carriers present, the mean of each interval, with its peak.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/metrics/occupancy`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getOccupancy(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** A version of the definitions; left out, those in force. At least 1. */
    definitions?: number | undefined;
    /** Only this zone; left out, the whole site. */
    zone?: string | undefined;
    /** Default: "hour". */
    interval?: '15m' | 'hour' | 'day' | 'week' | undefined;
  },
  options?: CallOptions,
): Promise<Series> {
  return call(client, 'GET', '/api/v1/sites/{site}/metrics/occupancy', params, undefined, options);
}

/**
 * Dwell: how long visits that started in each interval lasted, the median in seconds, with mean and p90.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/metrics/dwell`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getDwell(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** A version of the definitions; left out, those in force. At least 1. */
    definitions?: number | undefined;
    /** Only this zone; left out, the whole site. */
    zone?: string | undefined;
    /** Default: "hour". */
    interval?: '15m' | 'hour' | 'day' | 'week' | undefined;
  },
  options?: CallOptions,
): Promise<Series> {
  return call(client, 'GET', '/api/v1/sites/{site}/metrics/dwell', params, undefined, options);
}

/**
 * Unique visitors: distinct carriers with a visit that overlaps the interval.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/metrics/unique-visitors`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getUniqueVisitors(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** A version of the definitions; left out, those in force. At least 1. */
    definitions?: number | undefined;
    /** Only this zone; left out, the whole site. */
    zone?: string | undefined;
    /** Default: "hour". */
    interval?: '15m' | 'hour' | 'day' | 'week' | undefined;
  },
  options?: CallOptions,
): Promise<Series> {
  return call(client, 'GET', '/api/v1/sites/{site}/metrics/unique-visitors', params, undefined, options);
}

/**
 * Capture rate of a zone: zone visits of all who came or passed by, a share.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/metrics/capture-rate`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getCaptureRate(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** A version of the definitions; left out, those in force. At least 1. */
    definitions?: number | undefined;
    /** Only this zone; left out, the whole site. */
    zone?: string | undefined;
    /** Default: "hour". */
    interval?: '15m' | 'hour' | 'day' | 'week' | undefined;
  },
  options?: CallOptions,
): Promise<Series> {
  return call(client, 'GET', '/api/v1/sites/{site}/metrics/capture-rate', params, undefined, options);
}

/**
 * Mean footfall by local weekday and hour.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/metrics/peak-hours`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getPeakHours(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** A version of the definitions; left out, those in force. At least 1. */
    definitions?: number | undefined;
    /** Only this zone; left out, the whole site. */
    zone?: string | undefined;
  },
  options?: CallOptions,
): Promise<PeakHours> {
  return call(client, 'GET', '/api/v1/sites/{site}/metrics/peak-hours', params, undefined, options);
}

/**
 * Heat: where carriers were on a floor, by cell; dwell seconds per square metre, or distinct carriers.
 *
 * For owner, manager. `GET /api/v1/sites/{site}/metrics/heatmap`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getHeatmap(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** A version of the definitions; left out, those in force. At least 1. */
    definitions?: number | undefined;
    floor: string;
    /** Metres. 1 to 50. Default: 1. */
    cellM?: number | undefined;
    /** Default: "dwell". */
    measure?: 'dwell' | 'carriers' | undefined;
  },
  options?: CallOptions,
): Promise<Heatmap> {
  return call(client, 'GET', '/api/v1/sites/{site}/metrics/heatmap', params, undefined, options);
}

/**
 * Which zones share visitors within one visit.
 *
 * For owner, manager. `GET /api/v1/sites/{site}/metrics/affinity`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getAffinity(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** A version of the definitions; left out, those in force. At least 1. */
    definitions?: number | undefined;
    /** Only this zone; left out, the whole site. */
    zone?: string | undefined;
  },
  options?: CallOptions,
): Promise<Affinity> {
  return call(client, 'GET', '/api/v1/sites/{site}/metrics/affinity', params, undefined, options);
}

/**
 * From which zone to which visitors went next.
 *
 * For owner, manager. `GET /api/v1/sites/{site}/metrics/flows`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getFlows(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** A version of the definitions; left out, those in force. At least 1. */
    definitions?: number | undefined;
    /** Only this zone; left out, the whole site. */
    zone?: string | undefined;
  },
  options?: CallOptions,
): Promise<Flows> {
  return call(client, 'GET', '/api/v1/sites/{site}/metrics/flows', params, undefined, options);
}

/**
 * Share of identified visitors who had been here on an earlier day.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/metrics/returning`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getReturning(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** A version of the definitions; left out, those in force. At least 1. */
    definitions?: number | undefined;
    /** Only this zone; left out, the whole site. */
    zone?: string | undefined;
  },
  options?: CallOptions,
): Promise<Returning> {
  return call(client, 'GET', '/api/v1/sites/{site}/metrics/returning', params, undefined, options);
}

/**
 * Occupancy by zone and the state of gateways, now; each role gets its part.
 *
 * For owner, manager, retailer, installer. `GET /api/v1/sites/{site}/live`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getLive(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<LiveSnapshot> {
  return call(client, 'GET', '/api/v1/sites/{site}/live', params, undefined, options);
}

/**
 * Carriers that came in and the people they stand for, each with its interval; zone is an entrance.
 *
 * For owner, manager. `GET /api/v1/sites/{site}/metrics/people`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getPeople(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** A version of the definitions; left out, those in force. At least 1. */
    definitions?: number | undefined;
    /** Only this zone; left out, the whole site. */
    zone?: string | undefined;
    /** Default: "hour". */
    interval?: '15m' | 'hour' | 'day' | 'week' | undefined;
  },
  options?: CallOptions,
): Promise<People> {
  return call(client, 'GET', '/api/v1/sites/{site}/metrics/people', params, undefined, options);
}
