/** Campaigns. Written by `npm run client` from the OpenAPI document: not to be changed by hand. */
import {
  type CallOptions,
  type Client,
  call,
  download,
  type Time,
  type Upload,
  type UploadOptions,
  upload,
  urlOf,
} from '../core.ts';
import type {
  Attention,
  AttentionInput,
  BasketInput,
  BasketTaken,
  Campaign,
  CampaignDraft,
  CampaignImage,
  CampaignInput,
  DecisionView,
  DeliveryReport,
  FeedbackComments,
  Funnel,
  HeldLog,
  LoyaltySettings,
  LoyaltySettingsInput,
  Proof,
  RehearsalView,
  RejectionInput,
} from '../types.ts';

/**
 * All campaigns, a retailer’s own.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/campaigns`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listCampaigns(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<{
  campaigns: Campaign[];
}> {
  return call(client, 'GET', '/api/v1/sites/{site}/campaigns', params, undefined, options);
}

/**
 * A new campaign, as a draft.
 *
 * For owner, manager, retailer. `POST /api/v1/sites/{site}/campaigns`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function createCampaign(
  client: Client,
  params: {
    site: string;
  },
  body: CampaignDraft,
  options?: CallOptions,
): Promise<Campaign> {
  return call(client, 'POST', '/api/v1/sites/{site}/campaigns', params, body, options);
}

/**
 * One campaign.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/campaigns/{campaign}`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getCampaign(
  client: Client,
  params: {
    site: string;
    campaign: string;
  },
  options?: CallOptions,
): Promise<Campaign> {
  return call(client, 'GET', '/api/v1/sites/{site}/campaigns/{campaign}', params, undefined, options);
}

/**
 * Creates a campaign as a draft, or changes one that has not ended. What is changed in substance is a draft again;
 * while it is live only name, stock, budget and the last day of its schedule change.
 *
 * For owner, manager, retailer. `PUT /api/v1/sites/{site}/campaigns/{campaign}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function putCampaign(
  client: Client,
  params: {
    site: string;
    campaign: string;
  },
  body: CampaignDraft,
  options?: CallOptions,
): Promise<Campaign> {
  return call(client, 'PUT', '/api/v1/sites/{site}/campaigns/{campaign}', params, body, options);
}

/**
 * Removes a campaign that is neither live nor paused; its decisions stay.
 *
 * For owner, manager, retailer. `DELETE /api/v1/sites/{site}/campaigns/{campaign}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteCampaign(
  client: Client,
  params: {
    site: string;
    campaign: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/sites/{site}/campaigns/{campaign}', params, undefined, options);
}

/**
 * Makes a campaign live; a draft is rehearsed first. 409 where the mall asks to approve it before.
 *
 * For owner, manager, retailer. `POST /api/v1/sites/{site}/campaigns/{campaign}/start`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function startCampaign(
  client: Client,
  params: {
    site: string;
    campaign: string;
  },
  options?: CallOptions,
): Promise<Campaign> {
  return call(client, 'POST', '/api/v1/sites/{site}/campaigns/{campaign}/start', params, undefined, options);
}

/**
 * Sends no more until it is started again; codes that are out stay good.
 *
 * For owner, manager, retailer. `POST /api/v1/sites/{site}/campaigns/{campaign}/pause`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function pauseCampaign(
  client: Client,
  params: {
    site: string;
    campaign: string;
  },
  options?: CallOptions,
): Promise<Campaign> {
  return call(client, 'POST', '/api/v1/sites/{site}/campaigns/{campaign}/pause', params, undefined, options);
}

/**
 * For good; codes that are out stay good until they expire.
 *
 * For owner, manager, retailer. `POST /api/v1/sites/{site}/campaigns/{campaign}/end`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function endCampaign(
  client: Client,
  params: {
    site: string;
    campaign: string;
  },
  options?: CallOptions,
): Promise<Campaign> {
  return call(client, 'POST', '/api/v1/sites/{site}/campaigns/{campaign}/end', params, undefined, options);
}

/**
 * The mall agrees to a campaign that was rehearsed; 409 where it is no longer the one that was `seen`.
 *
 * For owner, manager. `POST /api/v1/sites/{site}/campaigns/{campaign}/approve`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function approveCampaign(
  client: Client,
  params: {
    site: string;
    campaign: string;
  },
  body?: {
    seen?: CampaignInput | undefined;
  },
  options?: CallOptions,
): Promise<Campaign> {
  return call(client, 'POST', '/api/v1/sites/{site}/campaigns/{campaign}/approve', params, body, options);
}

/**
 * The mall sends a campaign back to draft, and says why.
 *
 * For owner, manager. `POST /api/v1/sites/{site}/campaigns/{campaign}/reject`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function rejectCampaign(
  client: Client,
  params: {
    site: string;
    campaign: string;
  },
  body: RejectionInput,
  options?: CallOptions,
): Promise<Campaign> {
  return call(client, 'POST', '/api/v1/sites/{site}/campaigns/{campaign}/reject', params, body, options);
}

/**
 * What was sent and what was held back, with the reason; names nobody, and times are quarter hours. What came of
 * baskets is shown of days that are over and had enough shoppers with one.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/campaigns/{campaign}/decisions`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listCampaignDecisions(
  client: Client,
  params: {
    site: string;
    campaign: string;
    /** 1 to 1000. Default: 100. */
    limit?: number | undefined;
  },
  options?: CallOptions,
): Promise<{
  decisions: DecisionView[];
}> {
  return call(client, 'GET', '/api/v1/sites/{site}/campaigns/{campaign}/decisions', params, undefined, options);
}

/**
 * What was held back: counts by reason and by local day, which campaigns ranked higher (named to the mall and to
 * their own tenant), and samples.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/campaigns/{campaign}/held`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getHeldOffers(
  client: Client,
  params: {
    site: string;
    campaign: string;
    /** 1 to 400. Default: 28. */
    days?: number | undefined;
  },
  options?: CallOptions,
): Promise<HeldLog> {
  return call(client, 'GET', '/api/v1/sites/{site}/campaigns/{campaign}/held', params, undefined, options);
}

/**
 * Would fire, sent, opened, redeemed; held back by reason; latency to the phone.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/campaigns/{campaign}/funnel`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getCampaignFunnel(
  client: Client,
  params: {
    site: string;
    campaign: string;
  },
  options?: CallOptions,
): Promise<Funnel> {
  return call(client, 'GET', '/api/v1/sites/{site}/campaigns/{campaign}/funnel', params, undefined, options);
}

/**
 * The attention budget of each shopper, over all tenants.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/attention`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getAttention(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<Attention> {
  return call(client, 'GET', '/api/v1/sites/{site}/attention', params, undefined, options);
}

/**
 * Changes the attention budget.
 *
 * For owner, manager. `PUT /api/v1/sites/{site}/attention`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function putAttention(
  client: Client,
  params: {
    site: string;
  },
  body: AttentionInput,
  options?: CallOptions,
): Promise<Attention> {
  return call(client, 'PUT', '/api/v1/sites/{site}/attention', params, body, options);
}

/**
 * What a campaign added against those held back, with intervals that hold 95 times of 100, or how many more
 * shoppers it takes to say; redemption by variant, by a test that may be looked at at any time.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/campaigns/{campaign}/proof`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getCampaignProof(
  client: Client,
  params: {
    site: string;
    campaign: string;
  },
  options?: CallOptions,
): Promise<Proof> {
  return call(client, 'GET', '/api/v1/sites/{site}/campaigns/{campaign}/proof', params, undefined, options);
}

/**
 * Replays the last four weeks under the campaign; a draft is rehearsed after it. Takes some seconds.
 *
 * For owner, manager, retailer. `POST /api/v1/sites/{site}/campaigns/{campaign}/rehearsal`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function rehearseCampaign(
  client: Client,
  params: {
    site: string;
    campaign: string;
  },
  options?: CallOptions,
): Promise<RehearsalView> {
  return call(client, 'POST', '/api/v1/sites/{site}/campaigns/{campaign}/rehearsal', params, undefined, options);
}

/**
 * The newest rehearsal; 404 where there was none.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/campaigns/{campaign}/rehearsal`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getCampaignRehearsal(
  client: Client,
  params: {
    site: string;
    campaign: string;
  },
  options?: CallOptions,
): Promise<RehearsalView> {
  return call(client, 'GET', '/api/v1/sites/{site}/campaigns/{campaign}/rehearsal', params, undefined, options);
}

/**
 * Webhook of a web shop: a basket was left, changed, bought or emptied. `reference` is what GET /shopper/reference
 * gave the shopper’s app. Told twice it counts once; the newest `at` wins; bought or emptied it is closed for
 * good. A campaign with the trigger “basket” fires when the shopper next enters its zone, once for a basket. The
 * answer is the same whether or not the reference is known.
 *
 * For owner, manager, retailer. `POST /api/v1/sites/{site}/baskets`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function putBasket(
  client: Client,
  params: {
    site: string;
  },
  body: BasketInput,
  options?: CallOptions,
): Promise<BasketTaken> {
  return call(client, 'POST', '/api/v1/sites/{site}/baskets', params, body, options);
}

/**
 * The basket was bought or emptied: nothing fires for it any more.
 *
 * For owner, manager, retailer. `DELETE /api/v1/sites/{site}/baskets/{basket}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteBasket(
  client: Client,
  params: {
    site: string;
    basket: string;
    tenant?: string | undefined;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/sites/{site}/baskets/{basket}', params, undefined, options);
}

/**
 * Pictures for offers, the newest first; a retailer’s own and the mall’s.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/images`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listCampaignImages(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<{
  images: CampaignImage[];
}> {
  return call(client, 'GET', '/api/v1/sites/{site}/images', params, undefined, options);
}

/**
 * Uploads a PNG, JPEG or WebP of at most 1 MB; `tenant` where the mall uploads it for a tenant.
 *
 * For owner, manager, retailer. `POST /api/v1/sites/{site}/images`
 * @param body At most 1048576 bytes. image/png, image/jpeg, image/webp, application/octet-stream
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function uploadCampaignImage(
  client: Client,
  params: {
    site: string;
    tenant?: string | undefined;
  },
  body: Upload,
  options?: UploadOptions,
): Promise<CampaignImage> {
  return upload(
    client,
    'POST',
    '/api/v1/sites/{site}/images',
    params,
    body,
    ['image/png', 'image/jpeg', 'image/webp', 'application/octet-stream'],
    options,
  );
}

/**
 * Removes a picture that no campaign shows any more; offers that are out lose it.
 *
 * For owner, manager, retailer. `DELETE /api/v1/sites/{site}/images/{image}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteCampaignImage(
  client: Client,
  params: {
    site: string;
    image: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/sites/{site}/images/{image}', params, undefined, options);
}

/**
 * A picture of an offer.
 *
 * Public: phones show it from a push message, without a session; its id cannot be guessed. `GET
 * /api/v1/images/{image}`
 * @throws {ApiError} 400, 404, 429
 */
export function getCampaignImage(
  client: Client,
  params: {
    image: string;
  },
  options?: CallOptions,
): Promise<Blob> {
  return download(client, '/api/v1/images/{image}', params, options);
}

/** The address of `getCampaignImage`, for an `img`. */
export const campaignImageUrl = (
  client: Client,
  params: {
    image: string;
  },
): string => urlOf(client, '/api/v1/images/{image}', params);

/**
 * What shoppers wrote after redeeming, by day; a retailer reads those of the own shop.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/feedback`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getFeedback(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<FeedbackComments> {
  return call(client, 'GET', '/api/v1/sites/{site}/feedback', params, undefined, options);
}

/**
 * What a point costs, and from how many points one has a tier.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/loyalty`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getLoyalty(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<LoyaltySettings> {
  return call(client, 'GET', '/api/v1/sites/{site}/loyalty', params, undefined, options);
}

/**
 * Changes them; points that were earned stay, tiers follow at once.
 *
 * For owner, manager. `PUT /api/v1/sites/{site}/loyalty`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function putLoyalty(
  client: Client,
  params: {
    site: string;
  },
  body: LoyaltySettingsInput,
  options?: CallOptions,
): Promise<LoyaltySettings> {
  return call(client, 'PUT', '/api/v1/sites/{site}/loyalty', params, body, options);
}

/**
 * How offers were handed over, and how long it took from the sighting; the last day where no time is given.
 *
 * For owner, manager. `GET /api/v1/sites/{site}/delivery`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getDelivery(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from?: Time | undefined;
    /** ISO 8601 with its offset from UTC. */
    to?: Time | undefined;
  },
  options?: CallOptions,
): Promise<DeliveryReport> {
  return call(client, 'GET', '/api/v1/sites/{site}/delivery', params, undefined, options);
}
