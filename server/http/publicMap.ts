/** The mall as a shopper sees it: floors, places, where offers run, where it is lively. Nobody is in it, and no count. */
import type { Campaigns } from '../campaigns/campaigns.ts';
import type { LiveHeat } from '../contract/live.ts';
import type { Floor, Zone } from '../contract/model.ts';
import type { MapFloor, MapZone, ShopperMap } from '../contract/shopper.ts';
import type { Questions } from '../db/timeSeries.ts';
import { areaOf } from '../floor/geometry.ts';
import { simplifyShape, simplifyWalls } from '../floor/simplify.ts';
import { livelinessOf, meanDensity, usualPeople } from '../metrics/liveliness.ts';
import type { Registry } from '../registry/types.ts';

export interface PublicMapParts {
  registry: Registry;
  campaigns: Pick<Campaigns, 'liveInZone'>;
  pipeline: { heat(siteId: string): LiveHeat | undefined };
  questions: Pick<Questions, 'series'>;
}

/** Who looks again and again learns nothing of single comings and goings. */
const LEVELS_FOR_MS = 30_000;
const USUAL_FOR_MS = 3_600_000;
const USUAL_OVER_MS = 7 * 86_400_000;

const floorAreaM2 = ({ outline, widthM, heightM }: Floor): number =>
  outline === null ? widthM * heightM : areaOf(outline);

interface Kept<T> {
  atMs: number;
  value: T;
}

export class PublicMap {
  readonly #parts: PublicMapParts;
  /** One entry for each site. */
  readonly #levels = new Map<string, Kept<Map<string, MapZone['liveliness']>>>();
  readonly #usual = new Map<string, Kept<Promise<number | undefined>>>();

  constructor(parts: PublicMapParts) {
    this.#parts = parts;
  }

  async of(siteId: string, nowMs: number): Promise<ShopperMap> {
    const { registry, campaigns } = this.#parts;
    const floors = registry.floors.all(siteId).sort((a, b) => a.level - b.level);
    const byId = new Map(floors.map((floor) => [floor.id, floor]));
    const levels = await this.#levelsOf(siteId, nowMs);
    const zones = registry.zones.all(siteId).flatMap((zone): MapZone[] => {
      const floor = byId.get(zone.floorId);
      const coupon = campaigns.liveInZone(siteId, zone.id).length > 0;
      // A coupon zone without an offer is a plan of its shop.
      if (floor === undefined || (zone.kind === 'coupon' && !coupon)) return [];
      const { id, floorId, name, kind } = zone;
      return [
        {
          id,
          floorId,
          name,
          kind,
          shape: simplifyShape(zone.shape, floor),
          coupon,
          liveliness: levels.value.get(id) ?? null,
        },
      ];
    });
    return { at: new Date(levels.atMs).toISOString(), floors: floors.map((floor) => publicFloor(floor)), zones };
  }

  async #levelsOf(siteId: string, nowMs: number): Promise<Kept<Map<string, MapZone['liveliness']>>> {
    const kept = this.#levels.get(siteId);
    if (kept !== undefined && nowMs - kept.atMs < LEVELS_FOR_MS && nowMs >= kept.atMs) return kept;
    const { registry, pipeline } = this.#parts;
    const heat = pipeline.heat(siteId);
    const areaM2 = registry.floors.all(siteId).reduce((sum, floor) => sum + floorAreaM2(floor), 0);
    const usual = await this.#usualOf(siteId, nowMs);
    const perM2 =
      usual !== undefined && areaM2 > 0 ? usual / areaM2 : heat === undefined ? 0 : meanDensity(heat, areaM2);
    const levels = new Map<string, MapZone['liveliness']>();
    // Coupon zones lie within places that have a level of their own.
    for (const zone of registry.zones.all(siteId))
      if (zone.kind !== 'coupon') levels.set(zone.id, this.#level(zone, heat, perM2));
    const fresh = { atMs: nowMs, value: levels };
    this.#levels.set(siteId, fresh);
    return fresh;
  }

  #level(zone: Zone, heat: LiveHeat | undefined, perM2: number): MapZone['liveliness'] {
    const floor = heat?.floors.find(({ floorId }) => floorId === zone.floorId);
    return livelinessOf(zone.shape, floor, perM2);
  }

  /** Of the hours of the last week in which at least k were there. */
  #usualOf(siteId: string, nowMs: number): Promise<number | undefined> {
    const kept = this.#usual.get(siteId);
    if (kept !== undefined && nowMs - kept.atMs < USUAL_FOR_MS && nowMs >= kept.atMs) return kept.value;
    const { registry, questions } = this.#parts;
    const k = registry.definitions(siteId).definitions.kAnonymity;
    const value = questions
      .series({ siteId, metric: 'occupancy', interval: 'hour', fromMs: nowMs - USUAL_OVER_MS, toMs: nowMs })
      .then(({ series }) => {
        return usualPeople(series.flatMap(({ value }) => (value !== null && value >= k ? [value] : [])));
      });
    this.#usual.set(siteId, { atMs: nowMs, value });
    // A question that failed is asked again by the next who looks.
    value.catch(() => this.#usual.delete(siteId));
    return value;
  }
}

function publicFloor(floor: Floor): MapFloor {
  const { id, name, level, widthM, heightM, outline, image } = floor;
  const walls = simplifyWalls(floor);
  const bare = outline === null && walls.length === 0;
  return {
    id,
    name,
    level,
    widthM,
    heightM,
    outline: outline === null ? null : simplifyShape(outline, floor),
    walls,
    image:
      image === null || !bare
        ? null
        : {
            url: `/api/v1/shopper/map/floors/${id}/image`,
            xM: image.originXM,
            yM: image.originYM,
            widthM: image.widthPx * image.metresPerPixel,
            heightM: image.heightPx * image.metresPerPixel,
          },
  };
}
