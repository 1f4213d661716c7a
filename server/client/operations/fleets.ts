/** Fleets. Written by `npm run client` from the OpenAPI document: not to be changed by hand. */
import { type CallOptions, type Client, call } from '../core.ts';
import type { Fleet, FleetBody, FleetFormat, FleetHealth, InboxGateway, PutFleetBody } from '../types.ts';

/**
 * Formats of other makes that can be listened to, with their usual topics and what may be expected of them.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/fleet-formats`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listFleetFormats(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<FleetFormat[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/fleet-formats', params, undefined, options);
}

/**
 * Fleets of other makes that the site listens to.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/fleets`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listFleets(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<Fleet[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/fleets', params, undefined, options);
}

/**
 * Listen to a fleet; topics and name are those of its format where they are left out.
 *
 * For owner, manager, installer. `POST /api/v1/sites/{site}/fleets`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function createFleet(
  client: Client,
  params: {
    site: string;
  },
  body: FleetBody,
  options?: CallOptions,
): Promise<Fleet> {
  return call(client, 'POST', '/api/v1/sites/{site}/fleets', params, body, options);
}

/**
 * One fleet.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/fleets/{fleet}`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getFleet(
  client: Client,
  params: {
    site: string;
    fleet: string;
  },
  options?: CallOptions,
): Promise<Fleet> {
  return call(client, 'GET', '/api/v1/sites/{site}/fleets/{fleet}', params, undefined, options);
}

/**
 * Listen to a fleet, or change how; what it is counted by begins anew.
 *
 * For owner, manager, installer. `PUT /api/v1/sites/{site}/fleets/{fleet}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function putFleet(
  client: Client,
  params: {
    site: string;
    fleet: string;
  },
  body: PutFleetBody,
  options?: CallOptions,
): Promise<Fleet> {
  return call(client, 'PUT', '/api/v1/sites/{site}/fleets/{fleet}', params, body, options);
}

/**
 * Listen to a fleet no longer; its gateways on the plan and what they heard stay.
 *
 * For owner, manager, installer. `DELETE /api/v1/sites/{site}/fleets/{fleet}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteFleet(
  client: Client,
  params: {
    site: string;
    fleet: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/sites/{site}/fleets/{fleet}', params, undefined, options);
}

/**
 * What came of a fleet’s messages, by reason; of unknown ones a masked sample; its gateways.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/fleets/{fleet}/health`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getFleetHealth(
  client: Client,
  params: {
    site: string;
    fleet: string;
  },
  options?: CallOptions,
): Promise<FleetHealth> {
  return call(client, 'GET', '/api/v1/sites/{site}/fleets/{fleet}/health', params, undefined, options);
}

/**
 * Gateways that were heard but are not on the plan, of Promenade’s own and of other makes, the latest first. One
 * that is put there under its id leaves the inbox and is heard from then on; nothing of it is counted before.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/inbox`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listInbox(
  client: Client,
  params: {
    site: string;
    dismissed?: 'true' | 'false' | undefined;
  },
  options?: CallOptions,
): Promise<InboxGateway[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/inbox', params, undefined, options);
}

/**
 * Put a gateway of the inbox aside: it is listed as dismissed from now on.
 *
 * For owner, manager, installer. `DELETE /api/v1/sites/{site}/inbox/{gateway}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function dismissInboxGateway(
  client: Client,
  params: {
    site: string;
    gateway: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/sites/{site}/inbox/{gateway}', params, undefined, options);
}

/**
 * Take a dismissed gateway back into the inbox.
 *
 * For owner, manager, installer. `PUT /api/v1/sites/{site}/inbox/{gateway}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function restoreInboxGateway(
  client: Client,
  params: {
    site: string;
    gateway: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'PUT', '/api/v1/sites/{site}/inbox/{gateway}', params, undefined, options);
}
