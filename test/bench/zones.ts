/**
 * Crossings between two places, found by the engine's own zone tracking, beside the strongest gateway's side each second,
 * plain and with hysteresis. A place is what the gateways' names say (inside …, outside …), parted midway between them.
 *
 *   npm run bench:zones -- --data DIR [--confirm SECONDS] [--tracker in-use|grid] [--json]
 */
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { SiteModel, Zone } from '../../server/contract/model.ts';
import { createEngineWith } from '../../server/engine/engine.ts';
import type { LogBatch } from '../../server/engine/types.ts';
import { createGridPositioner } from '../../server/positioning/gridPositioner.ts';
import { createPositioner } from '../../server/positioning/index.ts';
import type { CreatePositioner } from '../../server/positioning/types.ts';
import { type Dataset, readDataset, type Track, ticksOf } from './positions/dataset.ts';

const TICK_MS = 1_000;
/** A crossing found this much before or after it counts; truth was tapped by hand. */
const EARLY_MS = 3_000;
const LATE_MS = 6_000;
/** A door is passed in a second or two; the definitions' 3 s suit shops, and are a setting of the site. */
const CONFIRM_SECONDS = 0;
const HYSTERESIS_DB = 3;
const HYSTERESIS_TICKS = 2;

interface Crossing {
  atMs: number;
  to: string;
}
interface Tally {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  medianLatencySeconds: number;
}

const placeOf = (alias: string): string => alias.split(' ')[0] ?? '';

/** Zones on both sides of the line midway between the two groups of gateways, across the axis that parts them best. */
function withZones(data: Dataset): SiteModel {
  const groups = new Map<string, { x: number[]; y: number[] }>();
  for (const { id, xM, yM } of data.model.gateways) {
    const place = placeOf(data.aliases.get(id) ?? '');
    const group = groups.get(place) ?? { x: [], y: [] };
    group.x.push(xM);
    group.y.push(yM);
    groups.set(place, group);
  }
  const [a, b] = [...groups].sort(([one], [other]) => (one < other ? -1 : 1));
  if (!a || !b || groups.size !== 2)
    throw new Error(
      'bench:zones needs gateways whose aliases begin with one of two places, such as inside and outside',
    );
  const floor = data.model.floors[0]!;
  const gapOf = (low: number[], high: number[]): number => Math.min(...high) - Math.max(...low);
  const cuts = (['x', 'y'] as const).flatMap((axis) => [
    { axis, low: a, high: b, gap: gapOf(a[1][axis], b[1][axis]) },
    { axis, low: b, high: a, gap: gapOf(b[1][axis], a[1][axis]) },
  ]);
  const { axis, low, high } = cuts.sort((one, other) => other.gap - one.gap)[0]!;
  const at = (Math.max(...low[1][axis]) + Math.min(...high[1][axis])) / 2;
  const box = (id: string, [x1, y1, x2, y2]: [number, number, number, number]): Zone => ({
    id,
    floorId: floor.id,
    name: id,
    kind: 'other',
    shape: {
      type: 'polygon',
      rings: [
        [
          [x1, y1],
          [x2, y1],
          [x2, y2],
          [x1, y2],
        ],
      ],
    },
    tenantId: null,
    minStaySeconds: null,
  });
  const { widthM, heightM } = floor;
  const zones =
    axis === 'x'
      ? [box(low[0], [0, 0, at, heightM]), box(high[0], [at, 0, widthM, heightM])]
      : [box(low[0], [0, 0, widthM, at]), box(high[0], [0, at, widthM, heightM])];
  return { ...data.model, zones };
}

function truthOf(track: Track, places: ReadonlySet<string>): Crossing[] {
  return track.labels.flatMap(({ atMs, label }, i) => {
    const before = track.labels[i - 1]?.label;
    return places.has(label) && before !== undefined && places.has(before) && before !== label
      ? [{ atMs, to: label }]
      : [];
  });
}

/** Stretches labelled with a known place. */
function isLabelled(track: Track, places: ReadonlySet<string>, atMs: number): boolean {
  let label: string | undefined;
  for (const one of track.labels) if (one.atMs <= atMs) label = one.label;
  return label !== undefined && places.has(label);
}

const TRACKERS: Readonly<Record<string, CreatePositioner>> = { 'in-use': createPositioner, grid: createGridPositioner };

function engineCrossings(create: CreatePositioner, model: SiteModel, track: Track): Crossing[] {
  const engine = createEngineWith(create, model, undefined);
  const crossings: Crossing[] = [];
  let current: string | undefined;
  let seq = 0;
  for (const { tickEndMs, heard } of ticksOf(track)) {
    seq += 1;
    for (const { gatewayId, rssiMeanDbm, rssiMaxDbm, adverts, atMs } of heard) {
      const batch: LogBatch = {
        gatewayId,
        epoch: 1,
        seq,
        fromMs: tickEndMs - TICK_MS,
        toMs: tickEndMs,
        clockOffsetMs: 0,
        receivedMs: tickEndMs,
        sightings: [{ carrierId: 'c-walk', kind: 'tag', rssiMeanDbm, rssiMaxDbm, adverts, atMs }],
      };
      engine.add(batch);
    }
    engine.advance(tickEndMs);
    const [zoneId] = engine.present()[0]?.zoneIds ?? [];
    if (zoneId === undefined || zoneId === current) continue;
    if (current !== undefined) crossings.push({ atMs: tickEndMs, to: zoneId });
    current = zoneId;
  }
  return crossings;
}

/** The side of the loudest gateway of each second, `marginDb` louder for `ticks` seconds. */
function loudestCrossings(data: Dataset, track: Track, marginDb: number, ticks: number): Crossing[] {
  const crossings: Crossing[] = [];
  let current: string | undefined;
  let rivals = 0;
  for (const { tickEndMs, heard } of ticksOf(track)) {
    const best = new Map<string, number>();
    for (const { gatewayId, rssiMeanDbm } of heard) {
      const place = placeOf(data.aliases.get(gatewayId) ?? '');
      best.set(place, Math.max(best.get(place) ?? -Infinity, rssiMeanDbm));
    }
    const [loudest] = [...best].sort((a, b) => b[1] - a[1]);
    if (!loudest) continue;
    const own = current === undefined ? -Infinity : (best.get(current) ?? -Infinity);
    rivals = loudest[0] !== current && loudest[1] >= own + marginDb ? rivals + 1 : 0;
    if (rivals < ticks) continue;
    if (current !== undefined) crossings.push({ atMs: tickEndMs, to: loudest[0] });
    current = loudest[0];
    rivals = 0;
  }
  return crossings;
}

function tally(truth: readonly Crossing[], found: readonly Crossing[]): Tally & { latencies: number[] } {
  const used = new Set<Crossing>();
  const latencies: number[] = [];
  for (const crossing of truth) {
    const match = found.find(
      (one) =>
        !used.has(one) &&
        one.to === crossing.to &&
        one.atMs >= crossing.atMs - EARLY_MS &&
        one.atMs <= crossing.atMs + LATE_MS,
    );
    if (!match) continue;
    used.add(match);
    latencies.push((match.atMs - crossing.atMs) / 1_000);
  }
  return {
    truePositives: used.size,
    falsePositives: found.length - used.size,
    falseNegatives: truth.length - used.size,
    medianLatencySeconds: median(latencies),
    latencies,
  };
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
};

function total(tallies: readonly (Tally & { latencies: number[] })[]): Tally {
  const sum = (of: (one: Tally) => number): number => tallies.reduce((all, one) => all + of(one), 0);
  return {
    truePositives: sum((one) => one.truePositives),
    falsePositives: sum((one) => one.falsePositives),
    falseNegatives: sum((one) => one.falseNegatives),
    medianLatencySeconds: Number(median(tallies.flatMap((one) => one.latencies)).toFixed(2)),
  };
}

export function runZones(
  data: Dataset,
  confirmSeconds: number,
  create: CreatePositioner = createPositioner,
): Record<string, Record<string, Tally>> {
  const zoned = withZones(data);
  const definitions = { ...zoned.definitions, enterConfirmSeconds: confirmSeconds };
  const model = { ...zoned, definitions };
  const places = new Set(model.zones.map((zone) => zone.id));
  const finders: Record<string, (track: Track) => Crossing[]> = {
    promenade: (track) => engineCrossings(create, model, track),
    loudestSide: (track) => loudestCrossings(data, track, 0, 1),
    loudestSideWithHysteresis: (track) => loudestCrossings(data, track, HYSTERESIS_DB, HYSTERESIS_TICKS),
  };
  // Where part of the truth is another kind of label, that part is not scored: such tracks are told apart.
  const whole = data.tracks.filter((track) => track.labels.every(({ label }) => places.has(label)));
  const partial = data.tracks.filter((track) => !whole.includes(track) && track.labels.length > 0);
  const of = (tracks: readonly Track[]): Record<string, Tally> =>
    Object.fromEntries(
      Object.entries(finders).map(([name, find]) => [
        name,
        total(
          tracks.map((track) =>
            tally(
              truthOf(track, places),
              find(track).filter((one) => isLabelled(track, places, one.atMs)),
            ),
          ),
        ),
      ]),
    );
  return { walks: of(whole), partlyLabelled: of(partial) };
}

function main(): void {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      confirm: { type: 'string', default: String(CONFIRM_SECONDS) },
      tracker: { type: 'string', default: 'in-use' },
      json: { type: 'boolean', default: false },
    },
  });
  if (!values.data) {
    process.stderr.write('bench:zones needs --data DIR, a folder with gateways, sightings and truth as .csv.gz\n');
    process.exitCode = 2;
    return;
  }
  const create = TRACKERS[values.tracker];
  if (!create) {
    process.stderr.write(`bench:zones: --tracker must be one of ${Object.keys(TRACKERS).join(', ')}\n`);
    process.exitCode = 2;
    return;
  }
  process.stderr.write(`reading ${values.data} …\n`);
  const confirmSeconds = Number(values.confirm);
  const { walks, partlyLabelled } = runZones(readDataset(values.data), confirmSeconds, create);
  const { promenade, ...methods } = walks!;
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ ...promenade, confirmSeconds, tracker: values.tracker, methods, partlyLabelled })}\n`,
    );
    return;
  }
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  print(`entry confirmed after ${confirmSeconds} s${' '.repeat(12)}found  false  missed  median delay`);
  for (const [set, tallies] of Object.entries({ walks: walks!, 'partly labelled': partlyLabelled! }))
    for (const [name, one] of Object.entries(tallies))
      print(
        `${`${set}: ${name}`.padEnd(40)} ${String(one.truePositives).padStart(5)} ${String(one.falsePositives).padStart(6)} ` +
          `${String(one.falseNegatives).padStart(7)} ${one.medianLatencySeconds.toFixed(2).padStart(9)} s`,
      );
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main();
