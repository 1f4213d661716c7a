/** Shops. Written by `npm run client` from the OpenAPI document: not to be changed by hand. */
import { type CallOptions, type Client, call, type Time, type Upload, type UploadOptions, upload } from '../core.ts';
import type { InsightDefinitions, OrdersFileTaken, OrdersTaken, PutOrdersBody, ShopFigures } from '../types.ts';

/**
 * Conversion, purchase frequency, order value, repeat purchases, guests, lifetime value and NPS of a shop, over
 * the whole local days that the period touches and that are over: `from` and `to` of the answer.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/shops/{zone}/figures`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getShopFigures(
  client: Client,
  params: {
    site: string;
    zone: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
  },
  options?: CallOptions,
): Promise<ShopFigures> {
  return call(client, 'GET', '/api/v1/sites/{site}/shops/{zone}/figures', params, undefined, options);
}

/**
 * The same of a tenant: all its shops, and its web shop.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/tenants/{tenant}/figures`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getTenantFigures(
  client: Client,
  params: {
    site: string;
    tenant: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
  },
  options?: CallOptions,
): Promise<ShopFigures> {
  return call(client, 'GET', '/api/v1/sites/{site}/tenants/{tenant}/figures', params, undefined, options);
}

/**
 * How each of these figures is counted, and where its interval comes from.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/insights/definitions`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getInsightDefinitions(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<InsightDefinitions> {
  return call(client, 'GET', '/api/v1/sites/{site}/insights/definitions', params, undefined, options);
}

/**
 * Takes orders of a shop; an order that is known already, by its number, counts once. What is wrong with single
 * ones is said for each, the others are taken.
 *
 * For owner, manager, retailer, till. `POST /api/v1/sites/{site}/orders`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function putOrders(
  client: Client,
  params: {
    site: string;
  },
  body: PutOrdersBody,
  options?: CallOptions,
): Promise<OrdersTaken> {
  return call(client, 'POST', '/api/v1/sites/{site}/orders', params, body, options);
}

/**
 * Takes orders from a CSV file with the columns order, at, amount and perhaps tenant, currency, items, zone,
 * source, offer, shopper, customer. Lines that are wrong are named, the others are taken; sending a file again is
 * safe.
 *
 * For owner, manager, retailer, till. `POST /api/v1/sites/{site}/orders/csv`
 * @param body At most 67108864 bytes. text/csv, text/plain, application/vnd.ms-excel
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function importOrders(
  client: Client,
  params: {
    site: string;
  },
  body: Upload,
  options?: UploadOptions,
): Promise<OrdersFileTaken> {
  return upload(
    client,
    'POST',
    '/api/v1/sites/{site}/orders/csv',
    params,
    body,
    ['text/csv', 'text/plain', 'application/vnd.ms-excel'],
    options,
  );
}
