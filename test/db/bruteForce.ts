/** Every question answered from plain rows by the definitions alone. */
import type { Interval, Metric, SeriesPoint } from '../../server/contract/metrics.ts';
import type { Zone } from '../../server/contract/model.ts';
import type { EngineRows, OpenRows } from '../../server/engine/types.ts';
import { affinityFigures } from '../../server/metrics/affinity.ts';
import { captureFigures } from '../../server/metrics/captureRate.ts';
import { carriersBehind } from '../../server/metrics/carriers.ts';
import {
  coverageOf,
  coverageShare,
  type ExpectedSpan,
  expectedSpans,
  MINUTE_MS,
} from '../../server/metrics/coverage.ts';
import { type DarkWindow, darkWindows, LONGEST_DARK_MS } from '../../server/metrics/dark.ts';
import { doorHours, doorSums, doorsOf, UNMEASURED_DOORS } from '../../server/metrics/doors.ts';
import {
  type Certain,
  doubtfulOf,
  doubtsOf,
  expectedMinutes,
  knownDark,
  type Light,
  lightOf,
} from '../../server/metrics/doubt.ts';
import { dwellOf } from '../../server/metrics/dwell.ts';
import { elsewhereOf } from '../../server/metrics/elsewhere.ts';
import { type FlowCount, flowFigures } from '../../server/metrics/flows.ts';
import { footfallFigures, lengthCounts, type Presence, startedIn } from '../../server/metrics/footfall.ts';
import { heatCells, heatFigures } from '../../server/metrics/heat.ts';
import { lengthOf } from '../../server/metrics/length.ts';
import {
  bucketEdges,
  DAY_MS,
  HOUR_MS,
  isoLocal,
  localDay,
  nextEdgeMs,
  offsetMs,
  QUARTER_MS,
} from '../../server/metrics/localTime.ts';
import { edgeSums, occupancyFigures, occupancyTotals } from '../../server/metrics/occupancy.ts';
import { type HourSample, peakHoursOf } from '../../server/metrics/peakHours.ts';
import { returningCounts, returningFigures } from '../../server/metrics/returning.ts';
import { intervalState, settledBeforeMs } from '../../server/metrics/state.ts';
import { blocksOf, dwellWithheld, withheldCells } from '../../server/metrics/suppression.ts';
import { bounceMs, counts, IDENTIFIED, minStayMs, minVisitMs } from '../../server/metrics/thresholds.ts';
import { uniqueCounts, uniqueFigures } from '../../server/metrics/uniqueVisitors.ts';
import type { Registry } from '../../server/registry/types.ts';

export interface PlainSite {
  siteId: string;
  registry: Registry;
  rows: EngineRows;
  open: OpenRows;
  watermarkMs: number;
  dirtyFromMs: number | null;
}

const timezoneOf = (site: PlainSite) => site.registry.site(site.siteId)!.timezone;
const definitionsOf = (site: PlainSite) => site.registry.definitions(site.siteId).definitions;

function presences(site: PlainSite, zone: Zone | undefined): Presence[] {
  if (!zone) return [...site.rows.visits, ...site.open.visits];
  return [...site.rows.stays, ...site.open.stays].filter((row) => row.zoneId === zone.id);
}

const minMsOf = (site: PlainSite, zone: Zone | undefined) =>
  zone ? minStayMs(definitionsOf(site), zone) : minVisitMs(definitionsOf(site));

/** Once for each state of the rows: `coverageOf` would look at every row for every interval. */
const known = new WeakMap<
  EngineRows['coverage'],
  { spans: ExpectedSpan[]; byHour: Map<number, EngineRows['coverage']> }
>();

function coverageIndex(site: PlainSite) {
  const before = known.get(site.rows.coverage);
  if (before) return before;
  const firsts = new Map<string, number>();
  const byHour = new Map<number, EngineRows['coverage']>();
  for (const row of site.rows.coverage) {
    firsts.set(row.gatewayId, Math.min(firsts.get(row.gatewayId) ?? Number.POSITIVE_INFINITY, row.minuteStartMs));
    const hour = Math.floor(row.minuteStartMs / HOUR_MS);
    byHour.set(hour, [...(byHour.get(hour) ?? []), row]);
  }
  const spans = expectedSpans(site.registry.modelTimeline(site.siteId), [], firsts, site.watermarkMs);
  const index = { spans, byHour };
  known.set(site.rows.coverage, index);
  return index;
}

function coverageIn(site: PlainSite, fromMs: number, toMs: number, floorId: string | undefined) {
  const { spans, byHour } = coverageIndex(site);
  const rows: EngineRows['coverage'] = [];
  for (let hour = Math.floor(fromMs / HOUR_MS); hour * HOUR_MS < toMs; hour += 1)
    rows.push(...(byHour.get(hour) ?? []));
  const wanted = spans.filter((span) => floorId === undefined || span.floorId === floorId);
  return coverageOf(wanted, rows, fromMs, toMs);
}
const shareIn = (site: PlainSite, fromMs: number, toMs: number, floorId: string | undefined) => {
  const { reported, expected } = coverageIn(site, fromMs, toMs, floorId);
  return coverageShare(reported, expected);
};

/** Minutes of [fromMs, toMs) in which any gateway of the floor reported while it was expected to. */
function litMinutes(site: PlainSite, fromMs: number, toMs: number, floorId: string | undefined): Set<number> {
  const { spans } = coverageIndex(site);
  const wanted = spans.filter((span) => floorId === undefined || span.floorId === floorId);
  const minutes = new Set<number>();
  for (const { gatewayId, minuteStartMs } of site.rows.coverage)
    if (
      minuteStartMs >= fromMs &&
      minuteStartMs < toMs &&
      wanted.some((one) => one.gatewayId === gatewayId && minuteStartMs >= one.fromMs && minuteStartMs < one.toMs)
    )
      minutes.add(minuteStartMs);
  return minutes;
}

/** Of the site or of a floor, from their beginning to their end. */
function darkOf(site: PlainSite, floorId: string | undefined): DarkWindow[] {
  const { spans } = coverageIndex(site);
  const wanted = spans.filter((span) => floorId === undefined || span.floorId === floorId);
  const from = Math.min(site.watermarkMs, ...wanted.map((span) => span.fromMs));
  const to = Math.ceil(site.watermarkMs / MINUTE_MS) * MINUTE_MS;
  const lit = [...litMinutes(site, from, to, floorId)].sort((a, b) => a - b);
  const unreported = [from - MINUTE_MS, ...lit]
    .map((minuteMs, i) => ({ fromMs: minuteMs + MINUTE_MS, toMs: lit[i] ?? to }))
    .filter((gap) => gap.fromMs < gap.toMs);
  return darkWindows(unreported, wanted);
}

function lightIn(
  site: PlainSite,
  fromMs: number,
  toMs: number,
  floorId: string | undefined,
  coverage: number,
  known: ReturnType<typeof knownDark>,
): Light {
  const { spans } = coverageIndex(site);
  const wanted = spans.filter((span) => floorId === undefined || span.floorId === floorId);
  const expected = expectedMinutes(wanted, fromMs, toMs);
  const lit = expected > 0 ? Math.min(1, litMinutes(site, fromMs, toMs, floorId).size / expected) : 0;
  return lightOf(lit, lit > 0 ? Math.min(1, coverage / lit) : 0, known, fromMs, toMs);
}

function measuredQuarters(site: PlainSite, fromMs: number, toMs: number, floorId: string | undefined): Set<number> {
  const out = new Set<number>();
  for (let quarter = Math.floor(fromMs / QUARTER_MS) * QUARTER_MS; quarter < toMs; quarter += QUARTER_MS)
    if (coverageIn(site, Math.max(fromMs, quarter), Math.min(toMs, quarter + QUARTER_MS), floorId).reported > 0)
      out.add(quarter);
  return out;
}

type Figures = Omit<SeriesPoint, 'start' | 'coverage' | 'state'>;

function figuresOf(
  site: PlainSite,
  metric: Metric,
  zone: Zone | undefined,
  fromMs: number,
  toMs: number,
  coverage: number,
  certain: Certain,
  windows: readonly DarkWindow[],
): Figures {
  const rows = presences(site, zone);
  const minMs = minMsOf(site, zone);
  const definitions = definitionsOf(site);
  const nothing = { value: null, low: null, high: null };
  if (metric === 'footfall' || metric === 'capture-rate') {
    const capture = metric === 'capture-rate';
    if (coverage === 0) return capture ? { ...nothing, turnInRatio: null } : nothing;
    const counted = lengthCounts(rows, fromMs, toMs, minMs, bounceMs(definitions));
    if (!capture) return footfallFigures(counted, coverage, certain);
    if (!zone) return captureFigures(counted, coverage, certain);
    const onFloor = [...site.rows.stays, ...site.open.stays].filter((row) => row.floorId === zone.floorId);
    const others = site.registry.zones.all(site.siteId).filter((one) => one.floorId === zone.floorId).length - 1;
    const confirmMs = Math.round(definitions.enterConfirmSeconds * 1_000);
    const elsewhere = elsewhereOf(onFloor, zone.id, others, fromMs, toMs, minMs, confirmMs);
    return captureFigures(counted, coverage, certain, elsewhere);
  }
  if (metric === 'unique-visitors')
    return coverage === 0 ? nothing : uniqueFigures(uniqueCounts(rows, fromMs, toMs, minMs, windows), certain.light);
  const doors = zone
    ? UNMEASURED_DOORS
    : doorsOf(doorSums(site.rows.visits, site.open.visits, doorHours(fromMs, toMs, coverage)));
  if (metric === 'occupancy') {
    if (coverage === 0) return { ...nothing, peak: null };
    const present = [...site.rows.occupancy, ...site.open.occupancy].filter((row) => row.zoneId === (zone?.id ?? null));
    const measured = measuredQuarters(site, fromMs, toMs, zone?.floorId);
    const gapMs = zone ? undefined : Math.round(definitions.visitGapMinutes * 60_000);
    const mine = (list: readonly (Presence & { zoneId?: string })[]) => list.filter((row) => row.zoneId === zone?.id);
    const sums = zone
      ? edgeSums(mine(site.rows.stays), mine(site.open.stays), fromMs, toMs, gapMs, windows)
      : edgeSums(site.rows.visits, site.open.visits, fromMs, toMs, gapMs, windows);
    return occupancyFigures(occupancyTotals(present, measured, fromMs, toMs, site.watermarkMs), coverage, {
      ...certain,
      sums,
      doors,
    });
  }
  const long = rows.filter((row) => startedIn(row, fromMs, toMs) && lengthOf(row) >= minMs);
  const carriers = new Set(long.map((row) => row.carrierId)).size;
  if (coverage === 0) return dwellOf([], 0);
  if (dwellWithheld(zone?.id, carriers, definitions.kAnonymity)) return { ...dwellOf([], 0), suppressed: true };
  const gapMs = zone ? undefined : Math.round(definitions.visitGapMinutes * 60_000);
  return dwellOf(doubtfulOf(rows, fromMs, toMs, minMs, gapMs, windows), coverage, { ...certain, doors });
}

export function seriesByHand(
  site: PlainSite,
  query: { metric: Metric; interval: Interval; fromMs: number; toMs: number; zoneId?: string },
): SeriesPoint[] {
  const zone = query.zoneId === undefined ? undefined : site.registry.zones.get(site.siteId, query.zoneId);
  const edges = bucketEdges(timezoneOf(site), query.interval, query.fromMs, query.toMs);
  const openRows: Presence[] = zone ? site.open.stays.filter((row) => row.zoneId === zone.id) : site.open.visits;
  const closed = zone ? site.rows.stays.filter((row) => row.zoneId === zone.id) : site.rows.visits;
  const settledMs = settledBeforeMs(site, definitionsOf(site).visitGapMinutes);
  const unsettled = [...openRows, ...closed.filter((row) => row.endMs >= settledMs)];
  const gapMs = zone ? undefined : Math.round(definitionsOf(site).visitGapMinutes * 60_000);
  const shares = edges.slice(0, -1).map((fromMs, i) => shareIn(site, fromMs, edges[i + 1]!, zone?.floorId));
  const windows = darkOf(site, zone?.floorId);
  const endMs = edges.at(-1)!;
  // What starts after the last interval may belong into it, but not what starts after the next one.
  const nextMs = Math.min(nextEdgeMs(timezoneOf(site), query.interval, endMs), endMs + LONGEST_DARK_MS);
  const doubts = doubtsOf(presences(site, zone), [...edges, nextMs], minMsOf(site, zone), gapMs, windows);
  const known = knownDark(presences(site, zone), minMsOf(site, zone), windows);
  return edges.slice(0, -1).map((fromMs, i) => {
    const toMs = edges[i + 1]!;
    const coverage = shares[i]!;
    const light = lightIn(site, fromMs, toMs, zone?.floorId, coverage, known);
    const certain = { doubts: doubts[i]!, light };
    return {
      start: isoLocal(timezoneOf(site), fromMs),
      coverage,
      state: intervalState(
        toMs,
        definitionsOf(site).visitGapMinutes,
        site,
        unsettled.some((row) => startedIn(row, fromMs, toMs)),
      ),
      ...figuresOf(site, query.metric, zone, fromMs, toMs, coverage, certain, windows),
    };
  });
}

export function peakHoursByHand(site: PlainSite, fromMs: number, toMs: number, zoneId: string | undefined) {
  const zone = zoneId === undefined ? undefined : site.registry.zones.get(site.siteId, zoneId);
  const timezone = timezoneOf(site);
  const edges = bucketEdges(timezone, 'hour', fromMs, toMs);
  const samples = edges.slice(0, -1).map((start, i): HourSample => {
    const end = edges[i + 1]!;
    const local = start + offsetMs(timezone, start);
    const counted = lengthCounts(presences(site, zone), start, end, minMsOf(site, zone), 0);
    const cutAtStart = i === 0 && local % HOUR_MS !== 0;
    const cutAtEnd = end === toMs && (toMs + offsetMs(timezone, start)) % HOUR_MS !== 0;
    return {
      day: Math.floor(local / DAY_MS),
      hour: Math.floor(local / HOUR_MS) % 24,
      lengthMs: end - start,
      complete: !cutAtStart && !cutAtEnd && end <= site.watermarkMs,
      ...coverageIn(site, start, end, zone?.floorId),
      counted: counted.counted,
      surely: counted.surely,
      possibly: counted.possibly,
    };
  });
  return { timezone, ...peakHoursOf(samples, definitionsOf(site).minCoverage) };
}

export function heatmapByHand(
  site: PlainSite,
  query: { floorId: string; fromMs: number; toMs: number; cellM: number; measure: 'dwell' | 'carriers' },
) {
  const rows = [...site.rows.heat, ...site.open.heat].filter((row) => row.floorId === query.floorId);
  const timezone = timezoneOf(site);
  const cells = heatCells(rows, query.fromMs, query.toMs, query.cellM, (atMs) => localDay(timezone, atMs));
  const withheld = withheldCells(
    cells.map((cell) => ({ carriers: cell.carriers, groups: blocksOf(cell.x, cell.y) })),
    definitionsOf(site).kAnonymity,
  );
  return {
    floor: query.floorId,
    cellM: query.cellM,
    measure: query.measure,
    unit: query.measure === 'dwell' ? 'secondsPerM2' : 'carriers',
    coverage: shareIn(site, query.fromMs, query.toMs, query.floorId),
    state: intervalState(query.toMs, 0, site, false),
    ...heatFigures(cells, withheld, query.cellM, query.measure),
  };
}

/** Visits that started in the period, each with its zone visits to places in order. */
function paths(site: PlainSite, fromMs: number, toMs: number) {
  const definitions = definitionsOf(site);
  const minOf = (zoneId: string) => minStayMs(definitions, site.registry.zones.get(site.siteId, zoneId));
  const isPlace = (zoneId: string) =>
    ['shop', 'entrance', 'other'].includes(site.registry.zones.get(site.siteId, zoneId)?.kind ?? '');
  const visits = [
    ...site.rows.visits.map((row) => ({ ...row, isOpen: false })),
    ...site.open.visits.map((row) => ({ ...row, isOpen: true })),
  ].filter((row) => startedIn(row, fromMs, toMs) && lengthOf(row) >= minVisitMs(definitions));
  const stays = [...site.rows.stays, ...site.open.stays].filter(
    (row) => counts(row.kind) && isPlace(row.zoneId) && lengthOf(row) >= minOf(row.zoneId),
  );
  return visits.map((visit) => ({
    carrierId: visit.carrierId,
    kind: visit.kind,
    startMs: visit.startMs,
    isOpen: visit.isOpen,
    zones: stays
      .filter((row) => row.carrierId === visit.carrierId && row.visitStartMs === visit.startMs)
      .sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs || (a.zoneId < b.zoneId ? -1 : 1))
      .map((row) => row.zoneId),
  }));
}

type Path = ReturnType<typeof paths>[number];

export function affinityByHand(site: PlainSite, fromMs: number, toMs: number, zoneId: string | undefined) {
  const all = paths(site, fromMs, toMs);
  const timezone = timezoneOf(site);
  const dayOf = (atMs: number) => localDay(timezone, atMs);
  const ids = [...new Set(all.flatMap((path) => path.zones))];
  const came = (...zones: string[]) => {
    const those = all.filter((path) => zones.every((zone) => path.zones.includes(zone)));
    return { visits: those.length, carriers: carriersBehind(those, dayOf) };
  };
  const pairs = ids
    .flatMap((a) => ids.filter((b) => b !== a).map((b) => ({ a, b, ...came(a, b) })))
    .filter((pair) => pair.visits > 0 && (zoneId === undefined || pair.a === zoneId));
  return affinityFigures(
    ids.map((id) => ({ zoneId: id, ...came(id) })),
    pairs,
    all.length,
    definitionsOf(site).kAnonymity,
  );
}

export function flowsByHand(site: PlainSite, fromMs: number, toMs: number, zoneId: string | undefined) {
  const timezone = timezoneOf(site);
  const dayOf = (atMs: number) => localDay(timezone, atMs);
  const flows = new Map<string, FlowCount & { seen: Path[] }>();
  const count = (from: string | null, to: string | null, path: Path) => {
    if (zoneId !== undefined && from !== zoneId && to !== zoneId) return;
    const flow = flows.get(`${from} ${to}`) ?? { from, to, visits: 0, carriers: 0, seen: [] };
    flow.visits += 1;
    flow.seen.push(path);
    flow.carriers = carriersBehind(flow.seen, dayOf);
    flows.set(`${from} ${to}`, flow);
  };
  for (const path of paths(site, fromMs, toMs)) {
    path.zones.forEach((zone, i) => {
      if (i === 0 || path.zones[i - 1] !== zone) count(path.zones[i - 1] ?? null, zone, path);
    });
    const last = path.zones.at(-1);
    if (last !== undefined && !path.isOpen) count(last, null, path);
  }
  return flowFigures([...flows.values()], definitionsOf(site).kAnonymity);
}

export function returningByHand(site: PlainSite, fromMs: number, toMs: number, zoneId: string | undefined) {
  const zone = zoneId === undefined ? undefined : site.registry.zones.get(site.siteId, zoneId);
  const definitions = definitionsOf(site);
  const visits = presences(site, zone).filter(
    (row) => IDENTIFIED.includes(row.kind) && lengthOf(row) >= minMsOf(site, zone),
  );
  const timezone = timezoneOf(site);
  const { identified, returning } = returningCounts(visits, fromMs, toMs, definitions.returnWindowDays, (atMs) =>
    localDay(timezone, atMs),
  );
  const coverage = shareIn(site, fromMs, toMs, zone?.floorId);
  return {
    ...returningFigures(identified, returning, coverage, definitions.kAnonymity),
    windowDays: definitions.returnWindowDays,
    coverage,
  };
}

/** The visit rollup before `sealedMs`, as the rows have it: quarter hours without rows are not in it. */
export function visitQuartersByHand(site: PlainSite, sealedMs: number) {
  const zones: (Zone | undefined)[] = [undefined, ...site.registry.zones.all(site.siteId)];
  const out: Record<string, number | string>[] = [];
  for (const zone of zones) {
    const rows = (zone ? site.rows.stays.filter((row) => row.zoneId === zone.id) : site.rows.visits).filter(
      (row) => counts(row.kind) && row.startMs < sealedMs,
    );
    const quarters = new Set(rows.map((row) => Math.floor(row.startMs / QUARTER_MS) * QUARTER_MS));
    for (const quarter of quarters) {
      const counted = lengthCounts(
        rows,
        quarter,
        quarter + QUARTER_MS,
        minMsOf(site, zone),
        bounceMs(definitionsOf(site)),
      );
      const { dwellMs, ...more } = counted;
      out.push({ zone_id: zone?.id ?? '', bucket_ms: quarter, ...more, dwell_ms: dwellMs });
    }
  }
  return out;
}

export function coverageQuartersByHand(site: PlainSite, sealedMs: number) {
  const out: Record<string, number | string>[] = [];
  const firstMs = Math.min(...site.rows.coverage.map((row) => row.minuteStartMs));
  for (let quarter = Math.floor(firstMs / QUARTER_MS) * QUARTER_MS; quarter < sealedMs; quarter += QUARTER_MS)
    for (const floorId of ['f1', 'f2']) {
      const counted = coverageIn(site, quarter, quarter + QUARTER_MS, floorId);
      if (counted.expected > 0) out.push({ floor_id: floorId, bucket_ms: quarter, ...counted });
    }
  return out;
}

export function heatDaysByHand(site: PlainSite, sealedDay: number) {
  const timezone = timezoneOf(site);
  const dayOf = (atMs: number) => localDay(timezone, atMs);
  const out: Record<string, number | string>[] = [];
  const rows = site.rows.heat.filter((row) => dayOf(row.bucketStartMs) < sealedDay);
  for (const cellM of [1, 2, 5, 10])
    for (const floorId of ['f1', 'f2'])
      for (const day of new Set(rows.map((row) => dayOf(row.bucketStartMs)))) {
        const those = rows.filter((row) => row.floorId === floorId && dayOf(row.bucketStartMs) === day);
        for (const cell of heatCells(those, 0, Number.MAX_SAFE_INTEGER, cellM, dayOf))
          out.push({
            cell_m: cellM,
            floor_id: floorId,
            day,
            cell_x: cell.x,
            cell_y: cell.y,
            dwell_ms: cell.dwellMs,
            carriers: cell.carriers,
          });
      }
  return out;
}
