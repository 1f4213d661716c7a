/** Redemptions. Written by `npm run client` from the OpenAPI document: not to be changed by hand. */
import { type CallOptions, type Client, call, type Time } from '../core.ts';
import type {
  CodeCheck,
  CodeCheckInput,
  OfferKeyView,
  OfflineKit,
  Redemption,
  RedemptionConflict,
  RedemptionInput,
  RedemptionRow,
  RotateOfferKeysBody,
  SettleInput,
  Settlements,
  Voided,
  VoidInput,
  VoidRow,
} from '../types.ts';

/**
 * Redeems a code, once; a code of another tenant is unknown. With an idempotency key (in the body, or as the
 * header Idempotency-Key) a repetition is answered as the first try was.
 *
 * For owner, manager, retailer, till. `POST /api/v1/redemptions`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function redeem(client: Client, body: RedemptionInput, options?: CallOptions): Promise<Redemption> {
  return call(client, 'POST', '/api/v1/redemptions', undefined, body, options);
}

/**
 * What the own tills redeemed and took back, the newest first; without a period today, by the clock of the site.
 *
 * For owner, manager, retailer, till. `GET /api/v1/redemptions`
 * @throws {ApiError} 400, 401, 403, 429
 */
export function listRedemptions(
  client: Client,
  params: {
    /** ISO 8601 with its offset from UTC. */
    from?: Time | undefined;
    /** ISO 8601 with its offset from UTC. */
    to?: Time | undefined;
  } = {},
  options?: CallOptions,
): Promise<{
  redemptions: RedemptionRow[];
  voided: VoidRow[];
}> {
  return call(client, 'GET', '/api/v1/redemptions', params, undefined, options);
}

/**
 * Says what a code is good for and redeems nothing.
 *
 * For owner, manager, retailer, till. `POST /api/v1/redemptions/check`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function checkCode(client: Client, body: CodeCheckInput, options?: CallOptions): Promise<CodeCheck> {
  return call(client, 'POST', '/api/v1/redemptions/check', undefined, body, options);
}

/**
 * Takes a redemption back within 15 minutes: the code can be used again, once. Who did it and why is kept. The
 * same again is answered the same.
 *
 * For owner, manager, retailer, till. `POST /api/v1/redemptions/{redemption}/void`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function voidRedemption(
  client: Client,
  params: {
    redemption: string;
  },
  body?: VoidInput,
  options?: CallOptions,
): Promise<Voided> {
  return call(client, 'POST', '/api/v1/redemptions/{redemption}/void', params, body, options);
}

/**
 * What a till keeps to check codes without a network: public keys, the own offers’ words, codes that were used.
 * Ask again every few minutes.
 *
 * For owner, manager, retailer, till. `GET /api/v1/redemptions/offline`
 * @throws {ApiError} 401, 403, 429
 */
export function getOfflineKit(client: Client, options?: CallOptions): Promise<OfflineKit> {
  return call(client, 'GET', '/api/v1/redemptions/offline', undefined, undefined, options);
}

/**
 * Books what was accepted without a network; can be repeated. Each item is answered by its key. A code that two
 * tills accepted counts once, the other is answered double-use and reported.
 *
 * For owner, manager, retailer, till. `POST /api/v1/redemptions/settle`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function settleRedemptions(client: Client, body: SettleInput, options?: CallOptions): Promise<Settlements> {
  return call(client, 'POST', '/api/v1/redemptions/settle', undefined, body, options);
}

/**
 * What tills accepted without a network and does not count, with the redemption that does: double uses, codes that
 * had ended. The last 30 days unless a period is named.
 *
 * For owner, manager, retailer, till. `GET /api/v1/sites/{site}/redemptions/conflicts`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listRedemptionConflicts(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from?: Time | undefined;
    /** ISO 8601 with its offset from UTC. */
    to?: Time | undefined;
  },
  options?: CallOptions,
): Promise<{
  conflicts: RedemptionConflict[];
}> {
  return call(client, 'GET', '/api/v1/sites/{site}/redemptions/conflicts', params, undefined, options);
}

/**
 * Public keys that sign the codes of offers, the newest first; they are renewed every 90 days.
 *
 * For owner, manager. `GET /api/v1/sites/{site}/offer-keys`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listOfferKeys(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<{
  keys: OfferKeyView[];
}> {
  return call(client, 'GET', '/api/v1/sites/{site}/offer-keys', params, undefined, options);
}

/**
 * A new key from now on. `revoke`: codes signed so far are refused, and those still out are signed anew in the
 * wallets.
 *
 * For owner, manager. `POST /api/v1/sites/{site}/offer-keys/rotate`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function rotateOfferKeys(
  client: Client,
  params: {
    site: string;
  },
  body?: RotateOfferKeysBody,
  options?: CallOptions,
): Promise<{
  keys: OfferKeyView[];
  resigned: number;
}> {
  return call(client, 'POST', '/api/v1/sites/{site}/offer-keys/rotate', params, body, options);
}
