/** Plan. Written by `npm run client` from the OpenAPI document: not to be changed by hand. */
import {
  type CallOptions,
  type Client,
  call,
  download,
  type Upload,
  type UploadOptions,
  upload,
  urlOf,
} from '../core.ts';
import type {
  ChangeGatewayBody,
  CoverageDraft,
  CoverageMap,
  Floor,
  FloorChange,
  FloorInput,
  Gateway,
  GatewayHealthWithHistory,
  GatewayInput,
  ImportFloorGeojsonAnswer,
  PutGatewayBody,
  Zone,
  ZoneInput,
} from '../types.ts';

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
 * Name a gateway, switch it on or off, or set what it does otherwise than the others.
 *
 * For owner, manager, installer. `PATCH /api/v1/sites/{site}/gateways/{gateway}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 413, 415, 429
 */
export function changeGateway(
  client: Client,
  params: {
    site: string;
    gateway: string;
  },
  body: ChangeGatewayBody,
  options?: CallOptions,
): Promise<Gateway> {
  return call(client, 'PATCH', '/api/v1/sites/{site}/gateways/{gateway}', params, body, options);
}

/**
 * How one gateway is, with the quarter hours of its last seven days.
 *
 * For owner, manager, installer. `GET /api/v1/sites/{site}/gateways/{gateway}/health`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function getGatewayHealth(
  client: Client,
  params: {
    site: string;
    gateway: string;
  },
  options?: CallOptions,
): Promise<GatewayHealthWithHistory> {
  return call(client, 'GET', '/api/v1/sites/{site}/gateways/{gateway}/health', params, undefined, options);
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
