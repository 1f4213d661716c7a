/** GatewayHealth. Written by `npm run client` from the OpenAPI document: not to be changed by hand. */
import { type CallOptions, type Client, call } from '../core.ts';
import type { GatewayAdverts, GatewayHealth } from '../types.ts';

/**
 * How each gateway is: what it reports, how it hears beside its neighbours, and what is wrong in words.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/gateway-health`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listGatewayHealth(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<GatewayHealth[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/gateway-health', params, undefined, options);
}

/**
 * How much each gateway heard in the last seven days, by the quarter hour, of all in one answer.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/gateway-health/adverts`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getGatewayHealthAdverts(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<GatewayAdverts> {
  return call(client, 'GET', '/api/v1/sites/{site}/gateway-health/adverts', params, undefined, options);
}
