/** Replays a campaign over its history: fires by its zones' stays, or by heat where they did not stand. */
import type { Campaign } from '../contract/campaigns.ts';
import type { Zone } from '../contract/model.ts';
import type { SiteContext } from '../db/questions/context.ts';
import { boundsOf, innerPoint, pointInShape } from '../floor/geometry.ts';
import { cellsOfShape, takingCells } from './rehearsalErrors.ts';
import {
  afterCooldown,
  type Fire,
  firesOfHeat,
  firesOfStays,
  heatNeededMs,
  type Moments,
  momentOf,
  type Passing,
  unitOfPerson,
} from './rehearsalFires.ts';
import { type History, newestDays, stoodSinceMs } from './rehearsalHistory.ts';
import type { LocalError } from './rehearsalLocalError.ts';
import type { Meant } from './rehearsalMeant.ts';
import { type HeatZone, heatRuns, heatSampleOf, type Past, personOfDay, staysIn } from './rehearsalReader.ts';
import { type Ground, type Likeness, type Reference, type Scale, scaleFor } from './rehearsalScale.ts';

/** More tell the same, and each costs a look at its heat. */
const MAX_REFERENCES = 12;

export interface Replayed {
  /** Before the cooldown, in order of time. */
  fires: Fire[];
  /** What one of them stands for: above one where heat shows too little. */
  weight: number;
  /** Persons are hashes of a day: some zone did not stand. */
  hashed: boolean;
  /** Of heat; null where all zones stood. */
  scale: Scale | null;
  /** By zone, the carriers and days of the newest days that set it off at any hour, whoever they are. */
  atAnyHour: Map<string, number>;
}

export const momentsOf = ({ definitions }: SiteContext): Moments => ({
  enterConfirmMs: definitions.enterConfirmSeconds * 1_000,
  exitAfterMs: definitions.exitAfterSeconds * 1_000,
});

/** On which kind of place a zone lies: coupon zones lie over others, and say nothing themselves. */
export function groundOf(zone: Zone, zones: readonly Zone[]): Ground {
  const there = zones.filter(({ floorId, kind }) => floorId === zone.floorId && kind !== 'coupon');
  const found = new Map<string, number>();
  let all = 0;
  for (const { cellX, cellY, inside } of cellsOfShape(zone.shape)) {
    const under = there.filter(({ shape }) => pointInShape(shape, cellX + 0.5, cellY + 0.5));
    const kind = under[0]?.kind ?? 'none';
    found.set(kind, (found.get(kind) ?? 0) + inside);
    all += inside;
  }
  return new Map([...found].map(([kind, share]) => [kind, share / all]));
}

/** The cells in which a fix sets the zone off; the zone's own where nothing is known of the error. */
const heatZoneOf = ({ id, floorId, shape }: Zone, error: LocalError | undefined): HeatZone => ({
  zoneId: id,
  floorId,
  cells: error
    ? takingCells(shape, error.sigmaM).map(({ cellX, cellY, taken }) => ({ cellX, cellY, inside: taken }))
    : cellsOfShape(shape),
});

/** As large as the place in which it is set off: that is where its heat is counted. */
const likenessOf = (zone: Zone, { cells }: HeatZone, zones: readonly Zone[]): Likeness => ({
  ground: groundOf(zone, zones),
  areaM2: Math.max(
    1,
    cells.reduce((sum, { inside }) => sum + inside, 0),
  ),
});

/** At any hour, whoever it is: what the heat of whole days is held against. */
function personDays(
  runs: readonly { zoneId: string; person: string; day: number }[],
  history: History,
): Map<string, Set<string>> {
  const newest = new Set(newestDays(history).map(({ day }) => day));
  const found = new Map<string, Set<string>>();
  for (const { zoneId, person, day } of runs)
    if (newest.has(day)) found.set(zoneId, (found.get(zoneId) ?? new Set()).add(`${day} ${person}`));
  return found;
}

/** Zones that stood for all of the time, those of the same floors and the nearest first. */
function referencesFor(context: SiteContext, targets: readonly Zone[], fromMs: number): Zone[] {
  const { registry, siteId } = context;
  const timeline = registry.modelTimeline(siteId);
  const middles = targets.map((zone) => ({ floorId: zone.floorId, at: innerPoint(zone.shape) }));
  const away = (zone: Zone): number => {
    const { minXM, minYM, maxXM, maxYM } = boundsOf(zone.shape);
    const [x, y] = [(minXM + maxXM) / 2, (minYM + maxYM) / 2];
    return Math.min(
      ...middles.map(({ floorId, at }) => Math.hypot(x - at[0], y - at[1]) + (floorId === zone.floorId ? 0 : 10_000)),
    );
  };
  return registry.zones
    .all(siteId)
    .filter((zone) => zone.kind !== 'entrance' && !targets.some(({ id }) => id === zone.id))
    .filter((zone) => stoodSinceMs(timeline, zone) <= fromMs)
    .map((zone) => ({ zone, away: away(zone) }))
    .sort((a, b) => a.away - b.away || (a.zone.id < b.zone.id ? -1 : 1))
    .slice(0, MAX_REFERENCES)
    .map(({ zone }) => zone);
}

/** The same rules on zones of which both is known: their stays and their heat. */
async function tryReferences(
  context: SiteContext,
  campaign: Pick<Campaign, 'trigger' | 'cooldownMinutes'>,
  history: History,
  meant: Meant,
  targets: readonly Zone[],
  errorOf: (zone: Zone) => LocalError | undefined,
): Promise<Reference[]> {
  const { sql, registry, siteId } = context;
  const days = newestDays(history);
  if (days.length === 0) return [];
  const past: Past = { siteId, fromMs: days[0]!.startMs, toMs: days.at(-1)!.endMs };
  const zones = referencesFor(context, targets, past.fromMs);
  if (zones.length === 0) return [];
  const { trigger, cooldownMinutes } = campaign;
  const sample = await heatSampleOf(sql, past, zones.length);
  const passing: Passing = { isOpen: history.isOpen, dayOf: history.dayOf, isMeant: meant.isMeant };
  const places = zones.map((zone) => heatZoneOf(zone, errorOf(zone)));
  const runs = await heatRuns(sql, past, places, heatNeededMs(trigger), sample);
  const identify = identities(meant, history);
  const byHeat = firesOfHeat(trigger, runs, passing, identify);
  const stays = (
    await staysIn(
      sql,
      past,
      zones.map(({ id }) => id),
    )
  ).filter(({ carrierId, startMs }) => inSample(personOfDay(carrierId, history.dayOf(startMs)), sample));
  const byStays = firesOfStays(trigger, stays, momentsOf(context), passing, (carrierId) => carrierId);
  const count = (fires: readonly Fire[], zoneId: string): number =>
    afterCooldown(
      fires.filter((fire) => fire.zoneId === zoneId),
      cooldownMinutes * 60_000,
    ).length;
  const all = registry.zones.all(siteId);
  return zones.map((zone, i) => ({
    zoneId: zone.id,
    ...likenessOf(zone, places[i]!, all),
    byHeat: count(byHeat, zone.id),
    byStays: count(byStays, zone.id),
  }));
}

const inSample = (person: string, sample: number): boolean => Number(person.split(' ')[1]) % sample === 0;

/** The registered carrier behind a hash of a day. */
export function identities(meant: Meant, { fromMs, dayOf }: History): (person: string) => string | null {
  const known = new Map<string, string>();
  for (const { carrierId, startMs } of meant.visits)
    if (startMs >= fromMs) known.set(personOfDay(carrierId, dayOf(startMs)), carrierId);
  return (person) => known.get(person) ?? null;
}

export async function replay(
  context: SiteContext,
  campaign: Pick<Campaign, 'trigger' | 'cooldownMinutes'>,
  history: History,
  meant: Meant,
  errorOf: (zone: Zone) => LocalError | undefined,
): Promise<Replayed> {
  const { sql, registry, siteId } = context;
  const { days, zones } = history;
  const stood = zones.filter(({ basis }) => basis === 'stays').map(({ zone }) => zone);
  const drawn = zones.filter(({ basis }) => basis === 'heat').map(({ zone }) => zone);
  const hashed = drawn.length > 0;
  const atAnyHour = new Map<string, number>();
  if (days.length === 0) return { fires: [], weight: 1, hashed, scale: null, atAnyHour };
  const past: Past = { siteId, fromMs: days[0]!.startMs, toMs: days.at(-1)!.endMs };
  const passing: Passing = { isOpen: history.isOpen, dayOf: history.dayOf, isMeant: meant.isMeant };
  const { trigger } = campaign;
  const moments = momentsOf(context);
  const stays =
    stood.length === 0
      ? []
      : await staysIn(
          sql,
          past,
          stood.map(({ id }) => id),
        );
  const longEnough = stays.filter((stay) => momentOf(trigger, stay, moments) !== undefined);
  const dwellers = longEnough.map(({ zoneId, carrierId, startMs }) => ({
    zoneId,
    person: carrierId,
    day: history.dayOf(startMs),
  }));
  for (const [zoneId, persons] of personDays(dwellers, history)) atAnyHour.set(zoneId, persons.size);
  const fires = firesOfStays(trigger, stays, moments, passing, hashed ? personOfDay : (carrierId) => carrierId);
  if (!hashed) return { fires, weight: 1, hashed, scale: null, atAnyHour };

  const references = await tryReferences(context, campaign, history, meant, drawn, errorOf);
  const places = drawn.map((zone) => heatZoneOf(zone, errorOf(zone)));
  const runs = await heatRuns(sql, past, places, heatNeededMs(trigger), 1);
  const all = registry.zones.all(siteId);
  const scales = new Map(drawn.map((zone, i) => [zone.id, scaleFor(likenessOf(zone, places[i]!, all), references)]));
  for (const [zoneId, persons] of personDays(runs, history))
    atAnyHour.set(zoneId, persons.size * scales.get(zoneId)!.factor);
  const byHeat = firesOfHeat(trigger, runs, passing, identities(meant, history));
  // Whoever is left out is left out for good: an entry is the person's, not the quarter hour's.
  const kept = byHeat.filter(({ zoneId, person }) => unitOfPerson(`${zoneId} ${person}`) < scales.get(zoneId)!.factor);
  const due = kept.reduce((sum, { zoneId }) => sum + Math.max(1, scales.get(zoneId)!.factor), 0);
  const together = [...fires.map((fire) => ({ ...fire, visit: fire.person })), ...kept].sort(
    (a, b) => a.atMs - b.atMs || (a.person < b.person ? -1 : 1),
  );
  return {
    fires: together,
    weight: together.length > 0 ? (due + fires.length) / together.length : 1,
    hashed,
    scale: [...scales.values()].reduce((worst, one) => (one.doubt > worst.doubt ? one : worst)),
    atAnyHour,
  };
}
