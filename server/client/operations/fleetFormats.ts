/** FleetFormats. Written by `npm run client` from the OpenAPI document: not to be changed by hand. */
import { type CallOptions, type Client, call } from '../core.ts';
import type { ListFleetFormatsAnswerItem } from '../types.ts';

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
): Promise<ListFleetFormatsAnswerItem[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/fleet-formats', params, undefined, options);
}
