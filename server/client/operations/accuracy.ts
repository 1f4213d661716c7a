/** Accuracy. Written by `npm run client` from the OpenAPI document: not to be changed by hand. */
import { type CallOptions, type Client, call } from '../core.ts';
import type {
  AuditCarrier,
  AuditInput,
  Certificates,
  HeardNow,
  WalkAudit,
  WalkAuditDetail,
  WaypointsInput,
  WaypointsTaken,
} from '../types.ts';

/**
 * Carriers that one may walk with: those that no shopper has paired, at most 200, by label.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/audit-carriers`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listAuditCarriers(
  client: Client,
  params: {
    site: string;
    /** 0 to 120 characters. Default: "". */
    search?: string | undefined;
  },
  options?: CallOptions,
): Promise<AuditCarrier[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/audit-carriers', params, undefined, options);
}

/**
 * Whether the carrier in the hand is heard now; ask every two seconds, the first question starts the listening.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/audit-carriers/{carrier}/heard`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getHeardNow(
  client: Client,
  params: {
    site: string;
    carrier: string;
  },
  options?: CallOptions,
): Promise<HeardNow> {
  return call(client, 'GET', '/api/v1/sites/{site}/audit-carriers/{carrier}/heard', params, undefined, options);
}

/**
 * Walk audits, the newest first.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/audits`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listAudits(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<WalkAudit[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/audits', params, undefined, options);
}

/**
 * Begin a walk with a carrier in the hand; the same id again is the same walk.
 *
 * For owner, manager, installer. `POST /api/v1/sites/{site}/audits`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function beginAudit(
  client: Client,
  params: {
    site: string;
  },
  body: AuditInput,
  options?: CallOptions,
): Promise<WalkAudit> {
  return call(client, 'POST', '/api/v1/sites/{site}/audits', params, body, options);
}

/**
 * A walk with its taps, and how far off the fix was at each.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/audits/{audit}`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getAudit(
  client: Client,
  params: {
    site: string;
    audit: string;
  },
  options?: CallOptions,
): Promise<WalkAuditDetail> {
  return call(client, 'GET', '/api/v1/sites/{site}/audits/{audit}', params, undefined, options);
}

/**
 * Remove a walk with its taps, its certificates, and what it taught the radio model.
 *
 * For owner, manager, installer. `DELETE /api/v1/sites/{site}/audits/{audit}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteAudit(
  client: Client,
  params: {
    site: string;
    audit: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/sites/{site}/audits/{audit}', params, undefined, options);
}

/**
 * Add places where the walker stood, each with the time of the phone; the same id again is taken once.
 *
 * For owner, manager, installer. `POST /api/v1/sites/{site}/audits/{audit}/waypoints`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function addAuditWaypoints(
  client: Client,
  params: {
    site: string;
    audit: string;
  },
  body: WaypointsInput,
  options?: CallOptions,
): Promise<WaypointsTaken> {
  return call(client, 'POST', '/api/v1/sites/{site}/audits/{audit}/waypoints', params, body, options);
}

/**
 * Take a tap back, while the walk is under way.
 *
 * For owner, manager, installer. `DELETE /api/v1/sites/{site}/audits/{audit}/waypoints/{waypoint}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteAuditWaypoint(
  client: Client,
  params: {
    site: string;
    audit: string;
    waypoint: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/sites/{site}/audits/{audit}/waypoints/{waypoint}', params, undefined, options);
}

/**
 * End the walk: its taps are held against the fixes of those moments, and then teach the radio model.
 *
 * For owner, manager, installer. `POST /api/v1/sites/{site}/audits/{audit}/finish`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function finishAudit(
  client: Client,
  params: {
    site: string;
    audit: string;
  },
  options?: CallOptions,
): Promise<WalkAuditDetail> {
  return call(client, 'POST', '/api/v1/sites/{site}/audits/{audit}/finish', params, undefined, options);
}

/**
 * The newest certified accuracy of each zone and floor, and whether it still holds.
 *
 * For owner, manager, retailer, installer. `GET /api/v1/sites/{site}/certificates`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listCertificates(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<Certificates> {
  return call(client, 'GET', '/api/v1/sites/{site}/certificates', params, undefined, options);
}
