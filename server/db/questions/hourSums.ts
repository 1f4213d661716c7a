/** What is sealed of an interval: sums by hour, added up. A question adds what is later than the seal, and what is open. */
import type { DoorSums } from '../../metrics/doors.ts';
import { addEnds, noEnds } from '../../metrics/doors.ts';
import type { Doubts } from '../../metrics/doubt.ts';
import type { LengthCounts } from '../../metrics/footfall.ts';
import { HOUR_MS, hourStartMs } from '../../metrics/localTime.ts';

import { floorPlace, hoursSignature, lightSignature, sealKey, trustedUntil } from '../figures/seals.ts';
import { GREATEST, SUMMED, type SummedColumn } from '../figures/summed.ts';
import { edgesRelation, inRange, sqlNumber } from '../sqlText.ts';
import { minLengthMs, type SiteContext } from './context.ts';
import type { Frame } from './frame.ts';

/** Both ends are those of local hours, and so is all between but for quarter hours. */
const isHourly = (context: SiteContext, { interval, edges }: Pick<Frame, 'interval' | 'edges'>): boolean =>
  interval !== '15m' &&
  hourStartMs(context.timezone, edges[0]!) === edges[0] &&
  hourStartMs(context.timezone, edges.at(-1)!) === edges.at(-1);

/** Hours of the frame before it are read from sums, of closed visits and stays; those from it on from rows. */
export function sealedUntil(context: SiteContext, frame: Pick<Frame, 'interval' | 'edges' | 'zone'>): number {
  if (!isHourly(context, frame)) return 0;
  const { seals, rowsFromMs } = context;
  const seal = seals.get(sealKey('hours', frame.zone?.id ?? ''));
  return trustedUntil(seal, hoursSignature(context, frame.zone), frame.edges[0]!, rowsFromMs);
}

export function lightSealedUntil(
  context: SiteContext,
  frame: Pick<Frame, 'interval' | 'edges'>,
  floorId: string | undefined,
): number {
  if (!isHourly(context, frame)) return 0;
  const seal = context.seals.get(sealKey('light', floorId ?? ''));
  return trustedUntil(seal, lightSignature(context), frame.edges[0]!, context.rowsFromMs);
}

type Sums = Record<SummedColumn, number>;

const kept = new WeakMap<Frame, Promise<Map<number, Sums>>>();

/** By interval; the one after the last has what spills into the last. Each frame asks once. */
function sumsOf(context: SiteContext, frame: Frame): Promise<Map<number, Sums>> {
  const known = kept.get(frame);
  if (known) return known;
  const found = askSums(context, frame);
  kept.set(frame, found);
  return found;
}

/** A comparison of zones asks for each in turn: from the second on they are told what one statement found for all. */
function isOfAll(context: SiteContext, { interval, edges, zone, sealedMs }: Frame): boolean {
  if (!zone) return false;
  const zones = context.registry.zones.all(context.siteId).length;
  const hours = (edges.at(-1)! - edges[0]!) / HOUR_MS;
  if (edges.length * zones > MOST_SUMS || hours * zones > MOST_HOURS) return false;
  const what = JSON.stringify([context.siteId, interval, edges[0], edges.at(-1), sealedMs]);
  const first = context.askedFirst.get(what);
  if (first === undefined) context.askedFirst.set(what, zone.id);
  return first !== undefined && first !== zone.id;
}

const byZone = new WeakMap<readonly object[], Map<string, Map<number, Sums>>>();

async function askSums(context: SiteContext, frame: Frame): Promise<Map<number, Sums>> {
  const { edges, zone, sealedMs } = frame;
  const [fromMs, toMs] = [edges[0]!, edges.at(-1)!];
  if (sealedMs <= fromMs) return new Map();
  const range = inRange('h.hour_ms', [fromMs, Math.min(toMs + 1, sealedMs)]);
  const ofAll = isOfAll(context, frame);
  if (!ofAll && toMs - fromMs <= FEW_MS) {
    const rows = await context.sql.all<{ hour_ms: number } & Sums>(
      `select h.hour_ms::double as hour_ms, ${SUMMED.map((name) => `h.${name}::double as ${name}`).join(', ')}
       from visit_hours h where h.site_id = $1 and h.zone_id = $2 and ${range}`,
      [context.siteId, zone?.id ?? ''],
    );
    return addHours(rows, edges);
  }
  const isEdge = 'h.hour_ms = e.from_ms';
  const column = (name: SummedColumn): string => {
    if (GREATEST.includes(name)) return `max(h.${name}) as ${name}`;
    const where = name.startsWith('edge_') || name.startsWith('spill_') ? ` filter (where ${isEdge})` : '';
    return `coalesce(cast(sum(h.${name})${where} as bigint), 0) as ${name}`;
  };
  const from = `visit_hours h asof join ${edgesRelation([...edges, toMs + 1])} e on h.hour_ms >= e.from_ms`;
  if (ofAll && zone) {
    const rows = await context.sql.all<{ i: number; zone: string } & Sums>(
      `select h.zone_id as zone, e.i, ${SUMMED.map(column).join(', ')}
       from ${from} where h.site_id = $1 and h.zone_id != '' and ${range} group by h.zone_id, e.i`,
      [context.siteId],
    );
    const known = byZone.get(rows) ?? new Map<string, Map<number, Sums>>();
    if (!byZone.has(rows)) {
      byZone.set(rows, known);
      for (const row of rows) {
        const sums = known.get(row.zone) ?? new Map<number, Sums>();
        known.set(row.zone, sums.set(row.i, row));
      }
    }
    return known.get(zone.id) ?? new Map();
  }
  const rows = await context.sql.all<{ i: number } & Sums>(
    `select e.i, ${SUMMED.map(column).join(', ')}
     from ${from} where h.site_id = $1 and h.zone_id = $2 and ${range} group by e.i`,
    [context.siteId, zone?.id ?? ''],
  );
  return new Map(rows.map((row) => [row.i, row]));
}

const NONE = Object.fromEntries(SUMMED.map((name) => [name, 0])) as Sums;
/** Of all zones and intervals together: few enough to be remembered. */
const MOST_SUMS = 1_000;
/** Of more than these nobody waits for all that need one. */
const MOST_HOURS = 100_000;
/** So few hours are added up faster than a statement that does it is planned. */
const FEW_MS = 9 * 24 * 3_600_000;
const AT_EDGE = SUMMED.filter((name) => name.startsWith('edge_') || name.startsWith('spill_'));

function addHours(rows: readonly ({ hour_ms: number } & Sums)[], edges: readonly number[]): Map<number, Sums> {
  const out = new Map<number, Sums>();
  for (const row of rows) {
    // The hour after the last interval is one more.
    const i = edges.findLastIndex((edge) => row.hour_ms >= edge);
    const sums = out.get(i) ?? { ...NONE };
    out.set(i, sums);
    const isEdge = row.hour_ms === edges[i];
    for (const name of SUMMED)
      if (GREATEST.includes(name)) sums[name] = Math.max(sums[name], row[name]);
      else if (isEdge || !AT_EDGE.includes(name)) sums[name] += row[name];
  }
  return out;
}

export interface SealedSums {
  lengths: LengthCounts;
  doubts: Doubts;
  edges: {
    edges: number;
    firstLagMs: number;
    firstLagSquareMs2: number;
    lastLagMs: number;
    lastLagSquareMs2: number;
    silentM: number;
  };
  own: { ownCountedM: number; ownBelowM: number; passedM: number; passedVarianceM: number };
  carrierMs: number;
  peak: number;
}

/** Of each interval of the frame. */
export async function sealedSums(context: SiteContext, frame: Frame): Promise<SealedSums[]> {
  const sums = await sumsOf(context, frame);
  return frame.edges.slice(0, -1).map((_, i): SealedSums => {
    const own = sums.get(i) ?? NONE;
    const next = sums.get(i + 1) ?? NONE;
    return {
      lengths: {
        counted: own.counted,
        surely: own.surely,
        possibly: own.possibly,
        below: own.below,
        bounced: own.bounced,
        dwellMs: own.dwell_ms,
      },
      doubts: {
        falseM: own.false_m + own.edge_false_m,
        falseSquareM: own.false_square_m + own.edge_false_square_m,
        missingM: own.missing_m + own.edge_missing_m + next.spill_m,
        missingSquareM: own.missing_square_m + own.edge_missing_square_m + next.spill_square_m,
        seenByOne: own.by_one,
        seenByTwo: own.by_two,
        seenByMore: own.by_more,
        longestLagMs: own.longest_lag_ms,
        darkened: own.darkened,
      },
      edges: {
        edges: own.edges,
        firstLagMs: own.first_lag_ms,
        firstLagSquareMs2: own.first_lag_square_ms2,
        lastLagMs: own.last_lag_ms,
        lastLagSquareMs2: own.last_lag_square_ms2,
        silentM: own.silent_m,
      },
      own: {
        ownCountedM: own.own_counted_m,
        ownBelowM: own.own_below_m,
        passedM: own.passed_m,
        passedVarianceM: own.passed_variance_m,
      },
      carrierMs: own.carrier_ms,
      peak: own.peak,
    };
  });
}

export interface LightSums {
  expected: number;
  reported: number;
  /** Minutes in which any gateway was expected, and in which any reported. */
  minutes: number;
  lit: number;
  /** Of the hours before `measuredToMs`. */
  measuredMs: number;
}
export const NO_LIGHT: LightSums = { expected: 0, reported: 0, minutes: 0, lit: 0, measuredMs: 0 };

/** Of hours before `untilMs`. */
export async function sealedLight(
  context: SiteContext,
  edges: readonly number[],
  floorId: string | undefined,
  untilMs: number,
  measuredToMs: number,
): Promise<LightSums[]> {
  const [fromMs, toMs] = [edges[0]!, Math.min(edges.at(-1)!, untilMs)];
  const out = edges.slice(0, -1).map(() => NO_LIGHT);
  if (toMs <= fromMs) return out;
  const rows = await context.sql.all<{ i: number } & LightSums>(
    `select e.i, cast(sum(expected) as bigint) as expected, cast(sum(reported) as bigint) as reported,
       cast(sum(minutes) as bigint) as minutes, cast(sum(lit) as bigint) as lit,
       coalesce(cast(sum(bit_count(quarters)) filter (where h.hour_ms < ${sqlNumber(measuredToMs)}) as bigint), 0) * 900000 as "measuredMs"
     from light_hours h asof join ${edgesRelation(edges)} e on h.hour_ms >= e.from_ms
     where h.site_id = $1 and h.floor_id = $2 and ${inRange('h.hour_ms', [fromMs, toMs])} group by e.i`,
    [context.siteId, floorId ?? ''],
  );
  for (const { i, ...sums } of rows) out[i] = sums;
  return out;
}

/** Elsewhere of a floor's stays, by whether they were as long as the zone asks; no further than the zone itself is sealed. */
export async function sealedFloor(
  context: SiteContext,
  { edges, zone, sealedMs }: Frame,
): Promise<{ untilMs: number; byInterval: Map<number, { countedM: number; belowM: number }> }> {
  const none = { untilMs: 0, byInterval: new Map() };
  if (!zone || sealedMs === 0) return none;
  const minMs = minLengthMs(context, zone);
  const seal = context.seals.get(sealKey('floors', floorPlace(zone.floorId, minMs)));
  const untilMs = trustedUntil(seal, lightSignature(context), edges[0]!, context.rowsFromMs);
  if (untilMs <= edges[0]!) return none;
  const rows = await context.sql.all<{ i: number; countedM: number; belowM: number }>(
    `select e.i, cast(sum(counted_m) as bigint) as "countedM", cast(sum(below_m) as bigint) as "belowM"
     from floor_hours h asof join ${edgesRelation(edges)} e on h.hour_ms >= e.from_ms
     where h.site_id = $1 and h.floor_id = $2 and h.min_ms = ${sqlNumber(minMs)}
       and ${inRange('h.hour_ms', [edges[0]!, Math.min(edges.at(-1)!, untilMs, sealedMs)])} group by e.i`,
    [context.siteId, zone.floorId],
  );
  return { untilMs, byInterval: new Map(rows.map((row) => [row.i, row])) };
}

export interface DoorHour {
  hour: number;
  isLast: boolean;
  ends: number;
  byOne: number;
  nearMs2: number;
  visitMs2: number;
}

export const doorsSealedUntil = (context: SiteContext, fromMs: number): number =>
  trustedUntil(context.seals.get(sealKey('doors', '')), 'doors 1', fromMs, context.rowsFromMs);

export const sumEnds = (rows: readonly DoorHour[]): DoorSums => {
  const sums = { first: noEnds(), last: noEnds() };
  for (const row of rows) addEnds(row.isLast ? sums.last : sums.first, row);
  return sums;
};
