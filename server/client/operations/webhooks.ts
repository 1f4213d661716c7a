/** Webhooks. Written by `npm run client` from the OpenAPI document: not to be changed by hand. */
import { type CallOptions, type Client, call } from '../core.ts';
import type {
  Delivery,
  DeliveryState,
  ReplayDeliveriesBody,
  Webhook,
  WebhookInput,
  WebhookWithSecret,
} from '../types.ts';

/**
 * Webhooks of the site; a retailer gets those of the own tenant.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/webhooks`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listWebhooks(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<Webhook[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/webhooks', params, undefined, options);
}

/**
 * Tell a receiver of events. The secret of its signatures is answered this once. Events of carriers are told only
 * of those who agreed to it.
 *
 * For owner, manager, retailer. `POST /api/v1/sites/{site}/webhooks`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function createWebhook(
  client: Client,
  params: {
    site: string;
  },
  body: WebhookInput,
  options?: CallOptions,
): Promise<WebhookWithSecret> {
  return call(client, 'POST', '/api/v1/sites/{site}/webhooks', params, body, options);
}

/**
 * One webhook, with the figures of its deliveries.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/webhooks/{webhook}`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getWebhook(
  client: Client,
  params: {
    site: string;
    webhook: string;
  },
  options?: CallOptions,
): Promise<Webhook> {
  return call(client, 'GET', '/api/v1/sites/{site}/webhooks/{webhook}', params, undefined, options);
}

/**
 * Change a webhook; enabling one that was switched off because its receiver was gone starts it anew.
 *
 * For owner, manager, retailer. `PUT /api/v1/sites/{site}/webhooks/{webhook}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function putWebhook(
  client: Client,
  params: {
    site: string;
    webhook: string;
  },
  body: WebhookInput,
  options?: CallOptions,
): Promise<Webhook> {
  return call(client, 'PUT', '/api/v1/sites/{site}/webhooks/{webhook}', params, body, options);
}

/**
 * Remove a webhook with all its deliveries.
 *
 * For owner, manager, retailer. `DELETE /api/v1/sites/{site}/webhooks/{webhook}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteWebhook(
  client: Client,
  params: {
    site: string;
    webhook: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/sites/{site}/webhooks/{webhook}', params, undefined, options);
}

/**
 * A new secret, answered this once; for a day deliveries are signed with the one before as well.
 *
 * For owner, manager, retailer. `POST /api/v1/sites/{site}/webhooks/{webhook}/secret`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function rotateWebhookSecret(
  client: Client,
  params: {
    site: string;
    webhook: string;
  },
  options?: CallOptions,
): Promise<WebhookWithSecret> {
  return call(client, 'POST', '/api/v1/sites/{site}/webhooks/{webhook}/secret', params, undefined, options);
}

/**
 * Sends an event of type webhook.test; what became of it is in the deliveries.
 *
 * For owner, manager, retailer. `POST /api/v1/sites/{site}/webhooks/{webhook}/test`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function testWebhook(
  client: Client,
  params: {
    site: string;
    webhook: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'POST', '/api/v1/sites/{site}/webhooks/{webhook}/test', params, undefined, options);
}

/**
 * Deliveries, the newest first; those that were given up are dead, and wait for a replay for a week.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/webhooks/{webhook}/deliveries`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listWebhookDeliveries(
  client: Client,
  params: {
    site: string;
    webhook: string;
    state?: DeliveryState | undefined;
    /** At least 0. */
    before?: number | undefined;
    /** 1 to 1000. Default: 100. */
    limit?: number | undefined;
  },
  options?: CallOptions,
): Promise<{
  deliveries: Delivery[];
}> {
  return call(client, 'GET', '/api/v1/sites/{site}/webhooks/{webhook}/deliveries', params, undefined, options);
}

/**
 * Sends one again, under the id that it had.
 *
 * For owner, manager, retailer. `POST /api/v1/sites/{site}/webhooks/{webhook}/deliveries/{delivery}/replay`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function replayDelivery(
  client: Client,
  params: {
    site: string;
    webhook: string;
    delivery: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(
    client,
    'POST',
    '/api/v1/sites/{site}/webhooks/{webhook}/deliveries/{delivery}/replay',
    params,
    undefined,
    options,
  );
}

/**
 * Sends everything again that was given up and happened since then.
 *
 * For owner, manager, retailer. `POST /api/v1/sites/{site}/webhooks/{webhook}/replay`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function replayDeliveries(
  client: Client,
  params: {
    site: string;
    webhook: string;
  },
  body: ReplayDeliveriesBody,
  options?: CallOptions,
): Promise<{
  replayed: number;
}> {
  return call(client, 'POST', '/api/v1/sites/{site}/webhooks/{webhook}/replay', params, body, options);
}
