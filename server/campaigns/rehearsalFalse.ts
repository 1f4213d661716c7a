/** How many of a zone's fires are of people who are elsewhere, and where those are: the error there against the heat there. */
import type { Campaign } from '../contract/campaigns.ts';
import type { Zone } from '../contract/model.ts';
import type { SiteContext } from '../db/questions/context.ts';
import { areaOf, pointInShape } from '../floor/geometry.ts';
import { between, type FalseShare, firingCatchment, outsideByFix } from './rehearsalErrors.ts';
import { type History, newestDays } from './rehearsalHistory.ts';
import type { LocalError } from './rehearsalLocalError.ts';
import { heatSampleOf, misplacedIn, outsideByStays, type PlacedCatchment } from './rehearsalReader.ts';

export interface FalseFires extends FalseShare {
  /** Share of the zone's fires by place; null is no zone. */
  spill: Map<string | null, number>;
}

/** Places by which spill is told: what is drawn besides the campaign's own, coupon zones last, as they lie over others. */
function placesFor(zone: Zone, own: ReadonlySet<string>, all: readonly Zone[]): Zone[] {
  return all
    .filter(({ id, floorId }) => floorId === zone.floorId && !own.has(id))
    .sort(
      (a, b) =>
        Number(a.kind === 'coupon') - Number(b.kind === 'coupon') ||
        areaOf(a.shape) - areaOf(b.shape) ||
        (a.id < b.id ? -1 : 1),
    );
}

/** The campaign fires in any of its zones, so whoever is in another of them is rightly there. */
function placed(zone: Zone, siblings: readonly Zone[], places: readonly Zone[], error: LocalError): PlacedCatchment {
  const widest = firingCatchment(zone.shape, error.sigmaM * error.times);
  const key = (cellX: number, cellY: number): string => `${cellX} ${cellY}`;
  const caughtBy = (sigmaM: number): Map<string, number> =>
    new Map(firingCatchment(zone.shape, sigmaM).map(({ cellX, cellY, caught }) => [key(cellX, cellY), caught]));
  const as = caughtBy(error.sigmaM);
  const smaller = caughtBy(error.sigmaM / error.times);
  return {
    floorId: zone.floorId,
    cells: widest.map(({ cellX, cellY, inside, caught }) => {
      const [x, y] = [cellX + 0.5, cellY + 0.5];
      return {
        cellX,
        cellY,
        inside: siblings.some(({ shape }) => pointInShape(shape, x, y)) ? 1 : inside,
        caught: as.get(key(cellX, cellY)) ?? 0,
        caughtIf: [smaller.get(key(cellX, cellY)) ?? 0, caught],
        place: places.findIndex(({ shape }) => pointInShape(shape, x, y)),
      };
    }),
  };
}

/** Of the newest days: the layout and the error are those of now. */
export async function falseFires(
  context: SiteContext,
  campaign: Pick<Campaign, 'trigger' | 'zoneIds'>,
  history: History,
  zone: Zone,
  error: LocalError,
  /** Carriers and days of the newest days that set the zone off at any hour. */
  fires: number,
): Promise<FalseFires | null> {
  const days = newestDays(history);
  if (days.length === 0) return null;
  const { sql, registry, siteId } = context;
  const past = { siteId, fromMs: days[0]!.startMs, toMs: days.at(-1)!.endMs };
  const own = new Set(campaign.zoneIds);
  const siblings = history.zones
    .map((one) => one.zone)
    .filter(({ id, floorId }) => id !== zone.id && floorId === zone.floorId);
  const places = placesFor(zone, own, registry.zones.all(siteId));
  const sample = await heatSampleOf(sql, past, 10);
  const catchment = placed(zone, siblings, places, error);
  const found = await misplacedIn(sql, past, catchment, fires, sample);
  if (found === null) return null;
  const [value, smaller, larger] = found.shares;
  const byHeat = { value, low: Math.min(value, smaller, larger), high: Math.max(value, smaller, larger) };
  const leastMs = campaign.trigger.type === 'dwell' ? campaign.trigger.seconds * 1_000 : 0;
  const byStays = await outsideByStays(sql, past, zone.id, leastMs);
  const share = between(byHeat, byStays ?? outsideByFix(zone.shape, error.sigmaM));
  const times = value > 0 ? share.value / value : 0;
  return {
    ...share,
    spill: new Map([...found.spill].map(([place, part]) => [places[place]?.id ?? null, part * times])),
  };
}
