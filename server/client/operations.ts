/** Every operation of the server, one function each. Written by `npm run client` from the OpenAPI document: not to be changed by hand. */
import {
  type CallOptions,
  type Client,
  call,
  download,
  downloadText,
  type Time,
  type Upload,
  type UploadOptions,
  upload,
  urlOf,
} from './core.ts';
import type {
  Account,
  Affinity,
  ApiToken,
  Attention,
  AttentionInput,
  AuditCarrier,
  AuditInput,
  BasketInput,
  BasketTaken,
  Campaign,
  CampaignDraft,
  CampaignImage,
  CampaignInput,
  Carrier,
  CarrierTag,
  Certificates,
  Changelog,
  ChangeMeBody,
  Clones,
  CodeCheck,
  CodeCheckInput,
  ComparedDefinitions,
  ConsentGiven,
  Counter,
  CoverageDraft,
  CoverageMap,
  CreateAccountLinkAnswer,
  CreateCarriersBodyItem,
  CreateSiteBody,
  CreateTokenAnswer,
  CreateTokenBody,
  DecisionView,
  DefinitionsInput,
  DefinitionsVersion,
  DeliveryReport,
  Erasure,
  FeedbackComments,
  FeedbackInput,
  Floor,
  FloorChange,
  FloorInput,
  Flows,
  Funnel,
  Gateway,
  GatewayInput,
  GetIngestCountersAnswer,
  HeardNow,
  Heatmap,
  HeldLog,
  IdentitiesView,
  IdentityGiven,
  IdentityInput,
  IdentityView,
  ImportFloorGeojsonAnswer,
  InsightDefinitions,
  InviteAccountAnswer,
  InviteAccountBody,
  Language,
  Ledger,
  ListDeadLettersAnswerItem,
  ListenedBeacons,
  ListServerAuditAnswerItem,
  ListSiteAuditAnswerItem,
  LiveSnapshot,
  LoyaltySettings,
  LoyaltySettingsInput,
  LoyaltyView,
  OfferKeyView,
  OfflineKit,
  OrdersFileTaken,
  OrdersTaken,
  PairTagBody,
  PauseOffersBody,
  PeakHours,
  People,
  PhoneSightings,
  PhoneSightingsAnswer,
  ProfileInput,
  ProfileView,
  Proof,
  PublicSite,
  PublicSites,
  Purpose,
  PushKey,
  PushSubscription,
  PutCarrierBody,
  PutCounterBody,
  PutGatewayBody,
  PutOrdersBody,
  Redemption,
  RedemptionConflict,
  RedemptionInput,
  RedemptionRow,
  ReferenceCount,
  ReferenceCountInput,
  RehearsalView,
  RejectionInput,
  Returning,
  RotateOfferKeysBody,
  Series,
  SetPasswordBody,
  SettleInput,
  Settlements,
  ShopFigures,
  ShopperMap,
  ShopperMe,
  ShopperReference,
  ShopperStart,
  SignInBody,
  SignInByLinkBody,
  Site,
  SiteInput,
  UnsubscribePushBody,
  Voided,
  VoidInput,
  VoidRow,
  WalkAudit,
  WalkAuditDetail,
  Wallet,
  WaypointsInput,
  WaypointsTaken,
  Zone,
  ZoneInput,
} from './types.ts';

// Access

/**
 * Sign in with a one-time link.
 *
 * Public: the link is the credential. `POST /api/v1/auth/welcome`
 * @throws {ApiError} 400, 409, 413, 415, 429
 */
export function signInByLink(client: Client, body: SignInByLinkBody, options?: CallOptions): Promise<Account> {
  return call(client, 'POST', '/api/v1/auth/welcome', undefined, body, options);
}

/**
 * Sign in with e-mail and password.
 *
 * Public: the password is the credential. `POST /api/v1/auth/sign-in`
 * @throws {ApiError} 400, 409, 413, 415, 429
 */
export function signIn(client: Client, body: SignInBody, options?: CallOptions): Promise<Account> {
  return call(client, 'POST', '/api/v1/auth/sign-in', undefined, body, options);
}

/**
 * End this session.
 *
 * For owner, manager, retailer, installer, till. `POST /api/v1/auth/sign-out`
 * @throws {ApiError} 401, 403, 409, 429
 */
export function signOut(client: Client, options?: CallOptions): Promise<void> {
  return call(client, 'POST', '/api/v1/auth/sign-out', undefined, undefined, options);
}

/**
 * Who is signed in, and what they may.
 *
 * For owner, manager, retailer, installer, till. `GET /api/v1/auth/me`
 * @throws {ApiError} 401, 403, 429
 */
export function getMe(client: Client, options?: CallOptions): Promise<Account> {
  return call(client, 'GET', '/api/v1/auth/me', undefined, undefined, options);
}

/**
 * Change own name or e-mail.
 *
 * For owner, manager, retailer, installer, till. `PATCH /api/v1/auth/me`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function changeMe(client: Client, body: ChangeMeBody, options?: CallOptions): Promise<Account> {
  return call(client, 'PATCH', '/api/v1/auth/me', undefined, body, options);
}

/**
 * Set or change the own password; every other session of the account ends.
 *
 * For owner, manager, retailer, installer, till. `PUT /api/v1/auth/password`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function setPassword(client: Client, body: SetPasswordBody, options?: CallOptions): Promise<Account> {
  return call(client, 'PUT', '/api/v1/auth/password', undefined, body, options);
}

/**
 * Accounts that the caller looks after.
 *
 * For owner, manager. `GET /api/v1/accounts`
 * @throws {ApiError} 401, 403, 429
 */
export function listAccounts(client: Client, options?: CallOptions): Promise<Account[]> {
  return call(client, 'GET', '/api/v1/accounts', undefined, undefined, options);
}

/**
 * Invite a person; the answer has the one-time link to hand over.
 *
 * For owner, manager. `POST /api/v1/accounts`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function inviteAccount(
  client: Client,
  body: InviteAccountBody,
  options?: CallOptions,
): Promise<InviteAccountAnswer> {
  return call(client, 'POST', '/api/v1/accounts', undefined, body, options);
}

/**
 * A new one-time link for a person who cannot sign in.
 *
 * For owner, manager. `POST /api/v1/accounts/{account}/link`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function createAccountLink(
  client: Client,
  params: {
    account: string;
  },
  options?: CallOptions,
): Promise<CreateAccountLinkAnswer> {
  return call(client, 'POST', '/api/v1/accounts/{account}/link', params, undefined, options);
}

/**
 * Remove an account; its sessions end at once.
 *
 * For owner, manager. `DELETE /api/v1/accounts/{account}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteAccount(
  client: Client,
  params: {
    account: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/accounts/{account}', params, undefined, options);
}

/**
 * API tokens that the caller looks after, without their secrets.
 *
 * For owner, manager. `GET /api/v1/tokens`
 * @throws {ApiError} 401, 403, 429
 */
export function listTokens(client: Client, options?: CallOptions): Promise<ApiToken[]> {
  return call(client, 'GET', '/api/v1/tokens', undefined, undefined, options);
}

/**
 * Create an API token; its secret is told this once.
 *
 * For owner, manager. `POST /api/v1/tokens`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function createToken(client: Client, body: CreateTokenBody, options?: CallOptions): Promise<CreateTokenAnswer> {
  return call(client, 'POST', '/api/v1/tokens', undefined, body, options);
}

/**
 * Revoke an API token.
 *
 * For owner, manager. `DELETE /api/v1/tokens/{token}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteToken(
  client: Client,
  params: {
    token: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/tokens/{token}', params, undefined, options);
}

/**
 * Who read or changed what on this site, the newest first.
 *
 * For owner, manager. `GET /api/v1/sites/{site}/audit`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listSiteAudit(
  client: Client,
  params: {
    site: string;
    /** 1 to 1000. Default: 100. */
    limit?: number | undefined;
  },
  options?: CallOptions,
): Promise<ListSiteAuditAnswerItem[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/audit', params, undefined, options);
}

/**
 * Who read or changed what on this server, the newest first.
 *
 * For owner. `GET /api/v1/audit`
 * @throws {ApiError} 400, 401, 403, 429
 */
export function listServerAudit(
  client: Client,
  params: {
    /** 1 to 1000. Default: 100. */
    limit?: number | undefined;
  } = {},
  options?: CallOptions,
): Promise<ListServerAuditAnswerItem[]> {
  return call(client, 'GET', '/api/v1/audit', params, undefined, options);
}

// Sites

/**
 * Sites on which the caller has a role.
 *
 * For owner, manager, retailer, installer, till. `GET /api/v1/sites`
 * @throws {ApiError} 401, 403, 429
 */
export function listSites(client: Client, options?: CallOptions): Promise<Site[]> {
  return call(client, 'GET', '/api/v1/sites', undefined, undefined, options);
}

/**
 * Create a site.
 *
 * For owner. `POST /api/v1/sites`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function createSite(client: Client, body: CreateSiteBody, options?: CallOptions): Promise<Site> {
  return call(client, 'POST', '/api/v1/sites', undefined, body, options);
}

/**
 * One site.
 *
 * For owner, manager, retailer, installer, till. `GET /api/v1/sites/{site}`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getSite(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<Site> {
  return call(client, 'GET', '/api/v1/sites/{site}', params, undefined, options);
}

/**
 * Change a site.
 *
 * For owner, manager. `PUT /api/v1/sites/{site}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function putSite(
  client: Client,
  params: {
    site: string;
  },
  body: SiteInput,
  options?: CallOptions,
): Promise<Site> {
  return call(client, 'PUT', '/api/v1/sites/{site}', params, body, options);
}

/**
 * The definitions in force.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/definitions`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getDefinitions(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<DefinitionsVersion> {
  return call(client, 'GET', '/api/v1/sites/{site}/definitions', params, undefined, options);
}

/**
 * New definitions, as a new version; what is left out gets its default.
 *
 * For owner, manager. `PUT /api/v1/sites/{site}/definitions`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function putDefinitions(
  client: Client,
  params: {
    site: string;
  },
  body: DefinitionsInput,
  options?: CallOptions,
): Promise<DefinitionsVersion> {
  return call(client, 'PUT', '/api/v1/sites/{site}/definitions', params, body, options);
}

/**
 * Every version of the definitions, the oldest first.
 *
 * For owner, manager. `GET /api/v1/sites/{site}/definitions/versions`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listDefinitionsVersions(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<DefinitionsVersion[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/definitions/versions', params, undefined, options);
}

/**
 * A metric over time under two versions of the definitions.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/definitions/compare`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function compareDefinitions(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** At least 1. */
    a: number;
    /** At least 1. */
    b: number;
    metric: 'footfall' | 'occupancy' | 'dwell' | 'unique-visitors' | 'capture-rate';
    /** Default: "day". */
    interval?: '15m' | 'hour' | 'day' | 'week' | undefined;
    zone?: string | undefined;
  },
  options?: CallOptions,
): Promise<ComparedDefinitions> {
  return call(client, 'GET', '/api/v1/sites/{site}/definitions/compare', params, undefined, options);
}

/**
 * Which hours moved when late data came or models changed, from what to what and why; the newest first.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/changelog`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getChangelog(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    zone?: string | undefined;
    /** 1 to 100. Default: 20. */
    limit?: number | undefined;
  },
  options?: CallOptions,
): Promise<Changelog> {
  return call(client, 'GET', '/api/v1/sites/{site}/changelog', params, undefined, options);
}

// Plan

/**
 * Floors, the lowest first.
 *
 * For owner, manager, retailer, installer. `GET /api/v1/sites/{site}/floors`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listFloors(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<Floor[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/floors', params, undefined, options);
}

/**
 * Create a floor; without an id one is made from its name.
 *
 * For owner, manager, installer. `POST /api/v1/sites/{site}/floors`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function createFloor(
  client: Client,
  params: {
    site: string;
  },
  body: FloorInput,
  options?: CallOptions,
): Promise<Floor> {
  return call(client, 'POST', '/api/v1/sites/{site}/floors', params, body, options);
}

/**
 * One floor.
 *
 * For owner, manager, retailer, installer. `GET /api/v1/sites/{site}/floors/{floor}`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getFloor(
  client: Client,
  params: {
    site: string;
    floor: string;
  },
  options?: CallOptions,
): Promise<Floor> {
  return call(client, 'GET', '/api/v1/sites/{site}/floors/{floor}', params, undefined, options);
}

/**
 * Create or replace a floor; its uploaded image stays.
 *
 * For owner, manager, installer. `PUT /api/v1/sites/{site}/floors/{floor}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function putFloor(
  client: Client,
  params: {
    site: string;
    floor: string;
  },
  body: FloorInput,
  options?: CallOptions,
): Promise<Floor> {
  return call(client, 'PUT', '/api/v1/sites/{site}/floors/{floor}', params, body, options);
}

/**
 * Change parts of a floor, such as the scale of its image.
 *
 * For owner, manager, installer. `PATCH /api/v1/sites/{site}/floors/{floor}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function changeFloor(
  client: Client,
  params: {
    site: string;
    floor: string;
  },
  body: FloorChange,
  options?: CallOptions,
): Promise<Floor> {
  return call(client, 'PATCH', '/api/v1/sites/{site}/floors/{floor}', params, body, options);
}

/**
 * Remove a floor on which nothing stands any more.
 *
 * For owner, manager, installer. `DELETE /api/v1/sites/{site}/floors/{floor}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteFloor(
  client: Client,
  params: {
    site: string;
    floor: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/sites/{site}/floors/{floor}', params, undefined, options);
}

/**
 * Upload the image of a floor; without a scale it spans the width of the floor.
 *
 * For owner, manager, installer. `PUT /api/v1/sites/{site}/floors/{floor}/image`
 * @param body At most 20971520 bytes. image/png, image/jpeg, image/webp, application/octet-stream
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function uploadFloorImage(
  client: Client,
  params: {
    site: string;
    floor: string;
    metresPerPixel?: number | undefined;
    /** Metres, local to the floor: x to the right, y upwards. */
    originXM?: number | undefined;
    /** Metres, local to the floor: x to the right, y upwards. */
    originYM?: number | undefined;
  },
  body: Upload,
  options?: UploadOptions,
): Promise<Floor> {
  return upload(
    client,
    'PUT',
    '/api/v1/sites/{site}/floors/{floor}/image',
    params,
    body,
    ['image/png', 'image/jpeg', 'image/webp', 'application/octet-stream'],
    options,
  );
}

/**
 * The image of a floor.
 *
 * For owner, manager, retailer, installer. `GET /api/v1/sites/{site}/floors/{floor}/image`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getFloorImage(
  client: Client,
  params: {
    site: string;
    floor: string;
    /** 0 to 20 characters. */
    v?: string | undefined;
  },
  options?: CallOptions,
): Promise<Blob> {
  return download(client, '/api/v1/sites/{site}/floors/{floor}/image', params, options);
}

/** The address of `getFloorImage`, for an `img`. */
export const floorImageUrl = (
  client: Client,
  params: {
    site: string;
    floor: string;
    /** 0 to 20 characters. */
    v?: string | undefined;
  },
): string => urlOf(client, '/api/v1/sites/{site}/floors/{floor}/image', params);

/**
 * Remove the image of a floor.
 *
 * For owner, manager, installer. `DELETE /api/v1/sites/{site}/floors/{floor}/image`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteFloorImage(
  client: Client,
  params: {
    site: string;
    floor: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/sites/{site}/floors/{floor}/image', params, undefined, options);
}

/**
 * Take outline, zones and walls from GeoJSON: feature 0 is the outline, named areas become zones. Zones of the
 * same name keep their id.
 *
 * For owner, manager, installer. `POST /api/v1/sites/{site}/floors/{floor}/geojson`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function importFloorGeojson(
  client: Client,
  params: {
    site: string;
    floor: string;
    /** Default: "auto". */
    crs?: 'auto' | 'lonlat' | 'mercator' | 'metres' | undefined;
  },
  body: {
    type: 'FeatureCollection';
    features: unknown[];
  },
  options?: CallOptions,
): Promise<ImportFloorGeojsonAnswer> {
  return call(client, 'POST', '/api/v1/sites/{site}/floors/{floor}/geojson', params, body, options);
}

/**
 * Zones; a retailer gets those of the own tenant, corridors and entrances.
 *
 * For owner, manager, retailer, installer. `GET /api/v1/sites/{site}/zones`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listZones(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<Zone[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/zones', params, undefined, options);
}

/**
 * Create a zone; without an id one is made from its name.
 *
 * For owner, manager, retailer, installer. `POST /api/v1/sites/{site}/zones`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function createZone(
  client: Client,
  params: {
    site: string;
  },
  body: ZoneInput,
  options?: CallOptions,
): Promise<Zone> {
  return call(client, 'POST', '/api/v1/sites/{site}/zones', params, body, options);
}

/**
 * One zone.
 *
 * For owner, manager, retailer, installer. `GET /api/v1/sites/{site}/zones/{zone}`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getZone(
  client: Client,
  params: {
    site: string;
    zone: string;
  },
  options?: CallOptions,
): Promise<Zone> {
  return call(client, 'GET', '/api/v1/sites/{site}/zones/{zone}', params, undefined, options);
}

/**
 * Create or replace a zone. Where its shape or floor changes, its campaigns that are rehearsed, approved or paused
 * are drafts again; 409 for a retailer while one is live.
 *
 * For owner, manager, retailer, installer. `PUT /api/v1/sites/{site}/zones/{zone}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function putZone(
  client: Client,
  params: {
    site: string;
    zone: string;
  },
  body: ZoneInput,
  options?: CallOptions,
): Promise<Zone> {
  return call(client, 'PUT', '/api/v1/sites/{site}/zones/{zone}', params, body, options);
}

/**
 * Remove a zone; what was counted in it stays. 409 for a retailer while a campaign is live in it.
 *
 * For owner, manager, retailer, installer. `DELETE /api/v1/sites/{site}/zones/{zone}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteZone(
  client: Client,
  params: {
    site: string;
    zone: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/sites/{site}/zones/{zone}', params, undefined, options);
}

/**
 * Gateways of the site.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/gateways`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listGateways(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<Gateway[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/gateways', params, undefined, options);
}

/**
 * Register a gateway.
 *
 * For owner, manager, installer. `POST /api/v1/sites/{site}/gateways`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function createGateway(
  client: Client,
  params: {
    site: string;
  },
  body: GatewayInput,
  options?: CallOptions,
): Promise<Gateway> {
  return call(client, 'POST', '/api/v1/sites/{site}/gateways', params, body, options);
}

/**
 * Gateways that publish to this site but are not registered, the latest first.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/gateways/waiting`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listWaitingGateways(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<
  {
    id: string;
    lastHeard: string;
    messages: number;
  }[]
> {
  return call(client, 'GET', '/api/v1/sites/{site}/gateways/waiting', params, undefined, options);
}

/**
 * One gateway.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/gateways/{gateway}`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getGateway(
  client: Client,
  params: {
    site: string;
    gateway: string;
  },
  options?: CallOptions,
): Promise<Gateway> {
  return call(client, 'GET', '/api/v1/sites/{site}/gateways/{gateway}', params, undefined, options);
}

/**
 * Register, move or change a gateway.
 *
 * For owner, manager, installer. `PUT /api/v1/sites/{site}/gateways/{gateway}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function putGateway(
  client: Client,
  params: {
    site: string;
    gateway: string;
  },
  body: PutGatewayBody,
  options?: CallOptions,
): Promise<Gateway> {
  return call(client, 'PUT', '/api/v1/sites/{site}/gateways/{gateway}', params, body, options);
}

/**
 * Remove a gateway; what it sends from now on is refused.
 *
 * For owner, manager, installer. `DELETE /api/v1/sites/{site}/gateways/{gateway}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteGateway(
  client: Client,
  params: {
    site: string;
    gateway: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/sites/{site}/gateways/{gateway}', params, undefined, options);
}

/**
 * Expected accuracy by cell from where the gateways hang, and the places where one more would help most; gateways
 * names those to reckon with, default the enabled ones.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/floors/{floor}/coverage`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getFloorCoverage(
  client: Client,
  params: {
    site: string;
    floor: string;
    /** Metres. 0.5 to 20. */
    cellM?: number | undefined;
    /** Default: "area". */
    weight?: 'area' | 'traffic' | undefined;
    /** 0 to 16500 characters. */
    gateways?: string | undefined;
  },
  options?: CallOptions,
): Promise<CoverageMap> {
  return call(client, 'GET', '/api/v1/sites/{site}/floors/{floor}/coverage', params, undefined, options);
}

/**
 * The same for a draft of this floor’s gateways; nothing is saved.
 *
 * For owner, manager, installer. `POST /api/v1/sites/{site}/floors/{floor}/coverage`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function tryFloorCoverage(
  client: Client,
  params: {
    site: string;
    floor: string;
  },
  body: CoverageDraft,
  options?: CallOptions,
): Promise<CoverageMap> {
  return call(client, 'POST', '/api/v1/sites/{site}/floors/{floor}/coverage', params, body, options);
}

// Operation

/**
 * Messages that could not be taken, each with its reason, the latest first.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/dead-letters`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listDeadLetters(
  client: Client,
  params: {
    site: string;
    /** 1 to 1000. Default: 100. */
    limit?: number | undefined;
  },
  options?: CallOptions,
): Promise<ListDeadLettersAnswerItem[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/dead-letters', params, undefined, options);
}

/**
 * Counters of the ingest since the start of the server, over all sites.
 *
 * For owner. `GET /api/v1/ingest`
 * @throws {ApiError} 401, 403, 429
 */
export function getIngestCounters(client: Client, options?: CallOptions): Promise<GetIngestCountersAnswer> {
  return call(client, 'GET', '/api/v1/ingest', undefined, undefined, options);
}

/**
 * The process answers.
 *
 * Public: supervisors ask without credentials; tells nothing but that. `GET /healthz`
 * @throws {ApiError} 429
 */
export function getHealth(
  client: Client,
  options?: CallOptions,
): Promise<{
  status: string;
}> {
  return call(client, 'GET', '/healthz', undefined, undefined, options);
}

/**
 * The log is recovered, messages are taken, the database answers.
 *
 * Public: load balancers ask without credentials; tells nothing but that. `GET /readyz`
 * @throws {ApiError} 429
 */
export function getReadiness(
  client: Client,
  options?: CallOptions,
): Promise<{
  status: string;
}> {
  return call(client, 'GET', '/readyz', undefined, undefined, options);
}

/**
 * Prometheus metrics; on this machine, or with an API token of an owner.
 *
 * Public: scrapers on the same machine carry no token; the handler refuses all others. `GET /metrics`
 * @throws {ApiError} 429
 */
export function getPrometheusMetrics(client: Client, options?: CallOptions): Promise<string> {
  return downloadText(client, '/metrics', undefined, options);
}

/**
 * This document.
 *
 * Public: describes the interface, holds no data. `GET /api/v1/openapi.json`
 * @throws {ApiError} 429
 */
export function getDocument(client: Client, options?: CallOptions): Promise<unknown> {
  return call(client, 'GET', '/api/v1/openapi.json', undefined, undefined, options);
}

// Carriers

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

// Numbers

/**
 * footfall by interval.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/metrics/footfall`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getFootfall(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** At least 1. */
    definitions?: number | undefined;
    zone?: string | undefined;
    /** Default: "hour". */
    interval?: '15m' | 'hour' | 'day' | 'week' | undefined;
  },
  options?: CallOptions,
): Promise<Series> {
  return call(client, 'GET', '/api/v1/sites/{site}/metrics/footfall', params, undefined, options);
}

/**
 * occupancy by interval.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/metrics/occupancy`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getOccupancy(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** At least 1. */
    definitions?: number | undefined;
    zone?: string | undefined;
    /** Default: "hour". */
    interval?: '15m' | 'hour' | 'day' | 'week' | undefined;
  },
  options?: CallOptions,
): Promise<Series> {
  return call(client, 'GET', '/api/v1/sites/{site}/metrics/occupancy', params, undefined, options);
}

/**
 * dwell by interval.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/metrics/dwell`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getDwell(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** At least 1. */
    definitions?: number | undefined;
    zone?: string | undefined;
    /** Default: "hour". */
    interval?: '15m' | 'hour' | 'day' | 'week' | undefined;
  },
  options?: CallOptions,
): Promise<Series> {
  return call(client, 'GET', '/api/v1/sites/{site}/metrics/dwell', params, undefined, options);
}

/**
 * unique visitors by interval.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/metrics/unique-visitors`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getUniqueVisitors(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** At least 1. */
    definitions?: number | undefined;
    zone?: string | undefined;
    /** Default: "hour". */
    interval?: '15m' | 'hour' | 'day' | 'week' | undefined;
  },
  options?: CallOptions,
): Promise<Series> {
  return call(client, 'GET', '/api/v1/sites/{site}/metrics/unique-visitors', params, undefined, options);
}

/**
 * capture rate by interval.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/metrics/capture-rate`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getCaptureRate(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** At least 1. */
    definitions?: number | undefined;
    zone?: string | undefined;
    /** Default: "hour". */
    interval?: '15m' | 'hour' | 'day' | 'week' | undefined;
  },
  options?: CallOptions,
): Promise<Series> {
  return call(client, 'GET', '/api/v1/sites/{site}/metrics/capture-rate', params, undefined, options);
}

/**
 * Mean footfall by local weekday and hour.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/metrics/peak-hours`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getPeakHours(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** At least 1. */
    definitions?: number | undefined;
    zone?: string | undefined;
  },
  options?: CallOptions,
): Promise<PeakHours> {
  return call(client, 'GET', '/api/v1/sites/{site}/metrics/peak-hours', params, undefined, options);
}

/**
 * Where carriers were, by cell.
 *
 * For owner, manager. `GET /api/v1/sites/{site}/metrics/heatmap`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getHeatmap(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** At least 1. */
    definitions?: number | undefined;
    floor: string;
    /** Metres. 1 to 50. Default: 1. */
    cellM?: number | undefined;
    /** Default: "dwell". */
    measure?: 'dwell' | 'carriers' | undefined;
  },
  options?: CallOptions,
): Promise<Heatmap> {
  return call(client, 'GET', '/api/v1/sites/{site}/metrics/heatmap', params, undefined, options);
}

/**
 * Which zones share visitors within one visit.
 *
 * For owner, manager. `GET /api/v1/sites/{site}/metrics/affinity`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getAffinity(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** At least 1. */
    definitions?: number | undefined;
    zone?: string | undefined;
  },
  options?: CallOptions,
): Promise<Affinity> {
  return call(client, 'GET', '/api/v1/sites/{site}/metrics/affinity', params, undefined, options);
}

/**
 * From which zone to which visitors went next.
 *
 * For owner, manager. `GET /api/v1/sites/{site}/metrics/flows`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getFlows(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** At least 1. */
    definitions?: number | undefined;
    zone?: string | undefined;
  },
  options?: CallOptions,
): Promise<Flows> {
  return call(client, 'GET', '/api/v1/sites/{site}/metrics/flows', params, undefined, options);
}

/**
 * Share of identified visitors who had been here on an earlier day.
 *
 * For owner, manager, retailer. `GET /api/v1/sites/{site}/metrics/returning`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getReturning(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** At least 1. */
    definitions?: number | undefined;
    zone?: string | undefined;
  },
  options?: CallOptions,
): Promise<Returning> {
  return call(client, 'GET', '/api/v1/sites/{site}/metrics/returning', params, undefined, options);
}

/**
 * Occupancy by zone and the state of gateways, now; each role gets its part.
 *
 * For owner, manager, retailer, installer. `GET /api/v1/sites/{site}/live`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getLive(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<LiveSnapshot> {
  return call(client, 'GET', '/api/v1/sites/{site}/live', params, undefined, options);
}

/**
 * Carriers that came in and the people they stand for, each with its interval; zone is an entrance.
 *
 * For owner, manager. `GET /api/v1/sites/{site}/metrics/people`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getPeople(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from: Time;
    /** ISO 8601 with its offset from UTC. */
    to: Time;
    /** At least 1. */
    definitions?: number | undefined;
    zone?: string | undefined;
    /** Default: "hour". */
    interval?: '15m' | 'hour' | 'day' | 'week' | undefined;
  },
  options?: CallOptions,
): Promise<People> {
  return call(client, 'GET', '/api/v1/sites/{site}/metrics/people', params, undefined, options);
}

// Counts

/**
 * Reference counts that overlap a period, the oldest first.
 *
 * For owner, manager. `GET /api/v1/sites/{site}/reference-counts`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listReferenceCounts(
  client: Client,
  params: {
    site: string;
    /** ISO 8601 with its offset from UTC. */
    from?: Time | undefined;
    /** ISO 8601 with its offset from UTC. */
    to?: Time | undefined;
    zone?: string | undefined;
  },
  options?: CallOptions,
): Promise<ReferenceCount[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/reference-counts', params, undefined, options);
}

/**
 * Add a count of people who came in by an entrance.
 *
 * For owner, manager, installer. `POST /api/v1/sites/{site}/reference-counts`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function createReferenceCount(
  client: Client,
  params: {
    site: string;
  },
  body: ReferenceCountInput,
  options?: CallOptions,
): Promise<ReferenceCount> {
  return call(client, 'POST', '/api/v1/sites/{site}/reference-counts', params, body, options);
}

/**
 * Correct a count.
 *
 * For owner, manager. `PUT /api/v1/sites/{site}/reference-counts/{count}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function putReferenceCount(
  client: Client,
  params: {
    site: string;
    count: string;
  },
  body: ReferenceCountInput,
  options?: CallOptions,
): Promise<ReferenceCount> {
  return call(client, 'PUT', '/api/v1/sites/{site}/reference-counts/{count}', params, body, options);
}

/**
 * Remove a count; an installer only an own one.
 *
 * For owner, manager, installer. `DELETE /api/v1/sites/{site}/reference-counts/{count}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteReferenceCount(
  client: Client,
  params: {
    site: string;
    count: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/sites/{site}/reference-counts/{count}', params, undefined, options);
}

/**
 * Door counters that are heard over MQTT.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/counters`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listCounters(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<Counter[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/counters', params, undefined, options);
}

/**
 * Enter a door counter, or change it.
 *
 * For owner, manager, installer. `PUT /api/v1/sites/{site}/counters/{counter}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function putCounter(
  client: Client,
  params: {
    site: string;
    counter: string;
  },
  body: PutCounterBody,
  options?: CallOptions,
): Promise<Counter> {
  return call(client, 'PUT', '/api/v1/sites/{site}/counters/{counter}', params, body, options);
}

/**
 * Remove a door counter; what it counted stays.
 *
 * For owner, manager, installer. `DELETE /api/v1/sites/{site}/counters/{counter}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteCounter(
  client: Client,
  params: {
    site: string;
    counter: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/sites/{site}/counters/{counter}', params, undefined, options);
}

/**
 * Add counts from a CSV file with the columns zone, from, to, people and perhaps out, note: all of them, or none
 * where a line is wrong. A period of an entrance that is there already is replaced.
 *
 * For owner, manager. `POST /api/v1/sites/{site}/reference-counts/csv`
 * @param body At most 8388608 bytes. text/csv, text/plain, application/vnd.ms-excel
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function importReferenceCounts(
  client: Client,
  params: {
    site: string;
  },
  body: Upload,
  options?: UploadOptions,
): Promise<{
  added: number;
  replaced: number;
}> {
  return upload(
    client,
    'POST',
    '/api/v1/sites/{site}/reference-counts/csv',
    params,
    body,
    ['text/csv', 'text/plain', 'application/vnd.ms-excel'],
    options,
  );
}

// Accuracy

/**
 * Carriers that one may walk with: those that no shopper has paired, at most 200, by label.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/audit-carriers`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listAuditCarriers(
  client: Client,
  params: {
    site: string;
    /** 0 to 120 characters. Default: "". */
    search?: string | undefined;
  },
  options?: CallOptions,
): Promise<AuditCarrier[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/audit-carriers', params, undefined, options);
}

/**
 * Whether the carrier in the hand is heard now; ask every two seconds, the first question starts the listening.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/audit-carriers/{carrier}/heard`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getHeardNow(
  client: Client,
  params: {
    site: string;
    carrier: string;
  },
  options?: CallOptions,
): Promise<HeardNow> {
  return call(client, 'GET', '/api/v1/sites/{site}/audit-carriers/{carrier}/heard', params, undefined, options);
}

/**
 * Walk audits, the newest first.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/audits`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listAudits(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<WalkAudit[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/audits', params, undefined, options);
}

/**
 * Begin a walk with a carrier in the hand; the same id again is the same walk.
 *
 * For owner, manager, installer. `POST /api/v1/sites/{site}/audits`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function beginAudit(
  client: Client,
  params: {
    site: string;
  },
  body: AuditInput,
  options?: CallOptions,
): Promise<WalkAudit> {
  return call(client, 'POST', '/api/v1/sites/{site}/audits', params, body, options);
}

/**
 * A walk with its taps, and how far off the fix was at each.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/audits/{audit}`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getAudit(
  client: Client,
  params: {
    site: string;
    audit: string;
  },
  options?: CallOptions,
): Promise<WalkAuditDetail> {
  return call(client, 'GET', '/api/v1/sites/{site}/audits/{audit}', params, undefined, options);
}

/**
 * Remove a walk with its taps, its certificates, and what it taught the radio model.
 *
 * For owner, manager, installer. `DELETE /api/v1/sites/{site}/audits/{audit}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteAudit(
  client: Client,
  params: {
    site: string;
    audit: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/sites/{site}/audits/{audit}', params, undefined, options);
}

/**
 * Add places where the walker stood, each with the time of the phone; the same id again is taken once.
 *
 * For owner, manager, installer. `POST /api/v1/sites/{site}/audits/{audit}/waypoints`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function addAuditWaypoints(
  client: Client,
  params: {
    site: string;
    audit: string;
  },
  body: WaypointsInput,
  options?: CallOptions,
): Promise<WaypointsTaken> {
  return call(client, 'POST', '/api/v1/sites/{site}/audits/{audit}/waypoints', params, body, options);
}

/**
 * Take a tap back, while the walk is under way.
 *
 * For owner, manager, installer. `DELETE /api/v1/sites/{site}/audits/{audit}/waypoints/{waypoint}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteAuditWaypoint(
  client: Client,
  params: {
    site: string;
    audit: string;
    waypoint: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/sites/{site}/audits/{audit}/waypoints/{waypoint}', params, undefined, options);
}

/**
 * End the walk: its taps are held against the fixes of those moments, and then teach the radio model.
 *
 * For owner, manager, installer. `POST /api/v1/sites/{site}/audits/{audit}/finish`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function finishAudit(
  client: Client,
  params: {
    site: string;
    audit: string;
  },
  options?: CallOptions,
): Promise<WalkAuditDetail> {
  return call(client, 'POST', '/api/v1/sites/{site}/audits/{audit}/finish', params, undefined, options);
}

/**
 * The newest certified accuracy of each zone and floor, and whether it still holds.
 *
 * For owner, manager, retailer, installer. `GET /api/v1/sites/{site}/certificates`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listCertificates(
  client: Client,
  params: {
    site: string;
  },
  options?: CallOptions,
): Promise<Certificates> {
  return call(client, 'GET', '/api/v1/sites/{site}/certificates', params, undefined, options);
}

// Campaigns

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

// Shops

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

// Shopper

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

// Redemptions

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
