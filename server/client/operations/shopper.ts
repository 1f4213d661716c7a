/** Shopper. Written by `npm run client` from the OpenAPI document: not to be changed by hand. */
import { type CallOptions, type Client, call, download, urlOf } from '../core.ts';
import type {
  ConsentGiven,
  Erasure,
  FeedbackInput,
  IdentityGiven,
  IdentityInput,
  IdentityView,
  Language,
  Ledger,
  ListenedBeacons,
  LoyaltyView,
  PairTagBody,
  PauseOffersBody,
  PhoneSightings,
  PhoneSightingsAnswer,
  ProfileInput,
  ProfileView,
  PublicSite,
  PublicSites,
  Purpose,
  PushKey,
  PushSubscription,
  ShopperMap,
  ShopperMe,
  ShopperReference,
  ShopperStart,
  UnsubscribePushBody,
  Wallet,
} from '../types.ts';

/**
 * The reference by which the web shop of one tenant tells whose basket it is: the shopper’s app asks for it and
 * hands it over (as ?ref= of a link, or in the sign-in to the web shop). Random, another one for each tenant,
 * worth nothing to anybody else; gone with the consent to profiling.
 *
 * For shopper. `GET /api/v1/shopper/reference`
 * @throws {ApiError} 400, 401, 403, 429
 */
export function getShopperReference(
  client: Client,
  params: {
    tenant: string;
  },
  options?: CallOptions,
): Promise<ShopperReference> {
  return call(client, 'GET', '/api/v1/shopper/reference', params, undefined, options);
}

/**
 * Malls that a phone can join.
 *
 * Public: names of malls, before anybody has a session. `GET /api/v1/shopper/sites`
 * @throws {ApiError} 429
 */
export function listShopperSites(client: Client, options?: CallOptions): Promise<PublicSites> {
  return call(client, 'GET', '/api/v1/shopper/sites', undefined, undefined, options);
}

/**
 * Name, languages and the words of each consent.
 *
 * Public: what a person reads before agreeing to anything. `GET /api/v1/shopper/site/{siteId}`
 * @throws {ApiError} 400, 404, 429
 */
export function getShopperSite(
  client: Client,
  params: {
    siteId: string;
    /** Default: "en". */
    language?: Language | undefined;
  },
  options?: CallOptions,
): Promise<PublicSite> {
  return call(client, 'GET', '/api/v1/shopper/site/{siteId}', params, undefined, options);
}

/**
 * A new shopper with a random id and a session; consents only those that were given.
 *
 * Public: a shopper needs no account. `POST /api/v1/shopper/start`
 * @throws {ApiError} 400, 409, 413, 415, 429
 */
export function startShopper(client: Client, body: ShopperStart, options?: CallOptions): Promise<ShopperMe> {
  return call(client, 'POST', '/api/v1/shopper/start', undefined, body, options);
}

/**
 * Consents, pairing, pause.
 *
 * For shopper. `GET /api/v1/shopper/me`
 * @throws {ApiError} 401, 403, 429
 */
export function getShopper(client: Client, options?: CallOptions): Promise<ShopperMe> {
  return call(client, 'GET', '/api/v1/shopper/me', undefined, undefined, options);
}

/**
 * Changes the language of offers’ reasons.
 *
 * For shopper. `PATCH /api/v1/shopper/me`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function changeShopper(
  client: Client,
  body: {
    language: Language;
  },
  options?: CallOptions,
): Promise<ShopperMe> {
  return call(client, 'PATCH', '/api/v1/shopper/me', undefined, body, options);
}

/**
 * Agrees to one purpose, in the words that were shown.
 *
 * For shopper. `POST /api/v1/shopper/consent`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function giveConsent(client: Client, body: ConsentGiven, options?: CallOptions): Promise<ShopperMe> {
  return call(client, 'POST', '/api/v1/shopper/consent', undefined, body, options);
}

/**
 * Withdraws a consent, at once; without presence the tag is no longer paired.
 *
 * For shopper. `DELETE /api/v1/shopper/consent/{purpose}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function withdrawConsent(
  client: Client,
  params: {
    purpose: Purpose;
  },
  options?: CallOptions,
): Promise<ShopperMe> {
  return call(client, 'DELETE', '/api/v1/shopper/consent/{purpose}', params, undefined, options);
}

/**
 * Pairs the tag whose printed code this is; `takeover` where another phone holds it.
 *
 * For shopper. `POST /api/v1/shopper/pair`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function pairTag(client: Client, body: PairTagBody, options?: CallOptions): Promise<ShopperMe> {
  return call(client, 'POST', '/api/v1/shopper/pair', undefined, body, options);
}

/**
 * Gives the tag back; from now on it is not this shopper’s.
 *
 * For shopper. `DELETE /api/v1/shopper/pair`
 * @throws {ApiError} 401, 403, 409, 429
 */
export function unpairTag(client: Client, options?: CallOptions): Promise<ShopperMe> {
  return call(client, 'DELETE', '/api/v1/shopper/pair', undefined, undefined, options);
}

/**
 * No offers for so many minutes, or (null) until resumed.
 *
 * For shopper. `POST /api/v1/shopper/pause`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function pauseOffers(client: Client, body: PauseOffersBody, options?: CallOptions): Promise<ShopperMe> {
  return call(client, 'POST', '/api/v1/shopper/pause', undefined, body, options);
}

/**
 * Offers again.
 *
 * For shopper. `DELETE /api/v1/shopper/pause`
 * @throws {ApiError} 401, 403, 409, 429
 */
export function resumeOffers(client: Client, options?: CallOptions): Promise<ShopperMe> {
  return call(client, 'DELETE', '/api/v1/shopper/pause', undefined, undefined, options);
}

/**
 * The wallet, newest first.
 *
 * For shopper. `GET /api/v1/shopper/offers`
 * @throws {ApiError} 401, 403, 429
 */
export function listOffers(client: Client, options?: CallOptions): Promise<Wallet> {
  return call(client, 'GET', '/api/v1/shopper/offers', undefined, undefined, options);
}

/**
 * The shopper opened the offer.
 *
 * For shopper. `POST /api/v1/shopper/offers/{offer}/opened`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function tellOfferOpened(
  client: Client,
  params: {
    offer: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'POST', '/api/v1/shopper/offers/{offer}/opened', params, undefined, options);
}

/**
 * What was sent and held back, and why; in which zones one was seen.
 *
 * For shopper. `GET /api/v1/shopper/ledger`
 * @throws {ApiError} 401, 403, 429
 */
export function getLedger(client: Client, options?: CallOptions): Promise<Ledger> {
  return call(client, 'GET', '/api/v1/shopper/ledger', undefined, undefined, options);
}

/**
 * Everything that is kept of this shopper, as JSON.
 *
 * For shopper. `GET /api/v1/shopper/export`
 * @throws {ApiError} 401, 403, 429
 */
export function exportShopper(client: Client, options?: CallOptions): Promise<unknown> {
  return call(client, 'GET', '/api/v1/shopper/export', undefined, undefined, options);
}

/**
 * Forgets this shopper, at once, with a receipt; codes that are out die.
 *
 * For shopper. `POST /api/v1/shopper/erase`
 * @throws {ApiError} 401, 403, 409, 429
 */
export function eraseShopper(client: Client, options?: CallOptions): Promise<Erasure> {
  return call(client, 'POST', '/api/v1/shopper/erase', undefined, undefined, options);
}

/**
 * Rates a redemption, once: 0 to 10, and words if one likes.
 *
 * For shopper. `POST /api/v1/shopper/feedback`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function giveFeedback(client: Client, body: FeedbackInput, options?: CallOptions): Promise<void> {
  return call(client, 'POST', '/api/v1/shopper/feedback', undefined, body, options);
}

/**
 * What the shopper told of interests and brands, and brands to choose from.
 *
 * For shopper. `GET /api/v1/shopper/profile`
 * @throws {ApiError} 401, 403, 429
 */
export function getProfile(client: Client, options?: CallOptions): Promise<ProfileView> {
  return call(client, 'GET', '/api/v1/shopper/profile', undefined, undefined, options);
}

/**
 * Answers the quiz; needs the consent to profiling, and goes with it.
 *
 * For shopper. `PUT /api/v1/shopper/profile`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function putProfile(client: Client, body: ProfileInput, options?: CallOptions): Promise<ProfileView> {
  return call(client, 'PUT', '/api/v1/shopper/profile', undefined, body, options);
}

/**
 * Points of the last twelve months, the tier, and what the next one takes.
 *
 * For shopper. `GET /api/v1/shopper/loyalty`
 * @throws {ApiError} 401, 403, 429
 */
export function getPoints(client: Client, options?: CallOptions): Promise<LoyaltyView> {
  return call(client, 'GET', '/api/v1/shopper/loyalty', undefined, undefined, options);
}

/**
 * Floors, places and zones with offers, and where it is lively or quiet: levels, never counts.
 *
 * For shopper. `GET /api/v1/shopper/map`
 * @throws {ApiError} 401, 403, 429
 */
export function getShopperMap(client: Client, options?: CallOptions): Promise<ShopperMap> {
  return call(client, 'GET', '/api/v1/shopper/map', undefined, undefined, options);
}

/**
 * The plan of a floor that was not drawn.
 *
 * For shopper. `GET /api/v1/shopper/map/floors/{floor}/image`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getShopperMapFloorImage(
  client: Client,
  params: {
    floor: string;
  },
  options?: CallOptions,
): Promise<Blob> {
  return download(client, '/api/v1/shopper/map/floors/{floor}/image', params, options);
}

/** The address of `getShopperMapFloorImage`, for an `img`. */
export const shopperMapFloorImageUrl = (
  client: Client,
  params: {
    floor: string;
  },
): string => urlOf(client, '/api/v1/shopper/map/floors/{floor}/image', params);

/**
 * The server's public key for Web Push: `applicationServerKey` of a subscription.
 *
 * For shopper. `GET /api/v1/shopper/push-key`
 * @throws {ApiError} 401, 403, 429
 */
export function getPushKey(client: Client, options?: CallOptions): Promise<PushKey> {
  return call(client, 'GET', '/api/v1/shopper/push-key', undefined, undefined, options);
}

/**
 * Where offers reach this phone while the page is closed; needs the consent to offers.
 *
 * For shopper. `PUT /api/v1/shopper/push`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function subscribePush(client: Client, body: PushSubscription, options?: CallOptions): Promise<void> {
  return call(client, 'PUT', '/api/v1/shopper/push', undefined, body, options);
}

/**
 * Sends nothing more to this endpoint, or to any of this shopper where none is named.
 *
 * For shopper. `DELETE /api/v1/shopper/push`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function unsubscribePush(client: Client, body?: UnsubscribePushBody, options?: CallOptions): Promise<void> {
  return call(client, 'DELETE', '/api/v1/shopper/push', undefined, body, options);
}

/**
 * An identity for the shopper’s app, with its secret, told once; one that was there before ends.
 *
 * For shopper. `POST /api/v1/shopper/identity`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function enrolApp(client: Client, body: IdentityInput, options?: CallOptions): Promise<IdentityGiven> {
  return call(client, 'POST', '/api/v1/shopper/identity', undefined, body, options);
}

/**
 * What this shopper’s app is enrolled as, never its secret; 404 where it is not or no more.
 *
 * For shopper. `GET /api/v1/shopper/identity`
 * @throws {ApiError} 401, 403, 429
 */
export function getAppIdentity(client: Client, options?: CallOptions): Promise<IdentityView> {
  return call(client, 'GET', '/api/v1/shopper/identity', undefined, undefined, options);
}

/**
 * Ends the app’s identity and destroys its secret, at once.
 *
 * For shopper. `DELETE /api/v1/shopper/identity`
 * @throws {ApiError} 401, 403, 409, 429
 */
export function removeAppIdentity(client: Client, options?: CallOptions): Promise<void> {
  return call(client, 'DELETE', '/api/v1/shopper/identity', undefined, undefined, options);
}

/**
 * UUIDs of the mall’s own beacons, for an app that listens.
 *
 * For shopper. `GET /api/v1/shopper/beacons`
 * @throws {ApiError} 401, 403, 429
 */
export function listShopperBeacons(client: Client, options?: CallOptions): Promise<ListenedBeacons> {
  return call(client, 'GET', '/api/v1/shopper/beacons', undefined, undefined, options);
}

/**
 * What this phone heard of the mall’s beacons within the last minutes; durable when it is answered.
 *
 * For shopper. `POST /api/v1/shopper/sightings`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function sendSightings(
  client: Client,
  body: PhoneSightings,
  options?: CallOptions,
): Promise<PhoneSightingsAnswer> {
  return call(client, 'POST', '/api/v1/shopper/sightings', undefined, body, options);
}

/**
 * Pairs with a free simulated shopper; 404 unless the server runs as a demo.
 *
 * For shopper. `POST /api/v1/demo/pair`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function pairDemoCarrier(
  client: Client,
  body?: Record<string, unknown>,
  options?: CallOptions,
): Promise<ShopperMe> {
  return call(client, 'POST', '/api/v1/demo/pair', undefined, body, options);
}
