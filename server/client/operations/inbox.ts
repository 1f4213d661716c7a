/** Inbox. Written by `npm run client` from the OpenAPI document: not to be changed by hand. */
import { type CallOptions, type Client, call } from '../core.ts';
import type { ListInboxAnswerItem } from '../types.ts';

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
): Promise<ListInboxAnswerItem[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/inbox', params, undefined, options);
}

/**
 * Put a gateway of the inbox aside: it is listed as dismissed from now on.
 *
 * For owner, manager, installer. `DELETE /api/v1/sites/{site}/inbox/{gateway}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteInbox(
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
export function putInbox(
  client: Client,
  params: {
    site: string;
    gateway: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'PUT', '/api/v1/sites/{site}/inbox/{gateway}', params, undefined, options);
}
