/** Carriers. Written by `npm run client` from the OpenAPI document: not to be changed by hand. */
import { type CallOptions, type Client, call } from '../core.ts';
import type { Carrier, CarrierTag, Clones, CreateCarriersBodyItem, IdentitiesView, PutCarrierBody } from '../types.ts';

/**
 * Carriers by id; `after` continues behind the last id of a page, named in the header x-next-after.
 *
 * For owner, manager. `GET /api/v1/sites/{site}/carriers`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listCarriers(
  client: Client,
  params: {
    site: string;
    kind?: 'shopper' | 'tag' | 'cart' | 'staff' | 'unknown' | undefined;
    /** 1 to 10000. Default: 1000. */
    limit?: number | undefined;
    after?: string | undefined;
  },
  options?: CallOptions,
): Promise<Carrier[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/carriers', params, undefined, options);
}

/**
 * Register up to 10000 carriers at once, all or none; one without an id gets a random one.
 *
 * For owner, manager. `POST /api/v1/sites/{site}/carriers`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function createCarriers(
  client: Client,
  params: {
    site: string;
  },
  body: CreateCarriersBodyItem[],
  options?: CallOptions,
): Promise<Carrier[]> {
  return call(client, 'POST', '/api/v1/sites/{site}/carriers', params, body, options);
}

/**
 * One carrier.
 *
 * For owner, manager. `GET /api/v1/sites/{site}/carriers/{carrier}`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getCarrier(
  client: Client,
  params: {
    site: string;
    carrier: string;
  },
  options?: CallOptions,
): Promise<Carrier> {
  return call(client, 'GET', '/api/v1/sites/{site}/carriers/{carrier}', params, undefined, options);
}

/**
 * Register or change a carrier.
 *
 * For owner, manager. `PUT /api/v1/sites/{site}/carriers/{carrier}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function putCarrier(
  client: Client,
  params: {
    site: string;
    carrier: string;
  },
  body: PutCarrierBody,
  options?: CallOptions,
): Promise<Carrier> {
  return call(client, 'PUT', '/api/v1/sites/{site}/carriers/{carrier}', params, body, options);
}

/**
 * Forget a carrier; its beacon counts as unknown from now on.
 *
 * For owner, manager. `DELETE /api/v1/sites/{site}/carriers/{carrier}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteCarrier(
  client: Client,
  params: {
    site: string;
    carrier: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/sites/{site}/carriers/{carrier}', params, undefined, options);
}

/**
 * Carriers heard at two far places at once within the last day, the newest first; they get no offers.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/clones`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listClones(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<Clones> {
  return call(client, 'GET', '/api/v1/sites/{site}/clones', params, undefined, options);
}

/**
 * Apps that are enrolled, numbers that were played back or are nobody’s, what phones told; since the start.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/identities`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getIdentities(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<IdentitiesView> {
  return call(client, 'GET', '/api/v1/sites/{site}/identities', params, undefined, options);
}

/**
 * The pairing code of a carrier, as text and as a QR code to print.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/carriers/{carrier}/tag`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getCarrierTag(
  client: Client,
  params: {
    site: string;
    carrier: string;
  },
  options?: CallOptions,
): Promise<CarrierTag> {
  return call(client, 'GET', '/api/v1/sites/{site}/carriers/{carrier}/tag', params, undefined, options);
}
