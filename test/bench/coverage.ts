/**
 * Expected accuracy, as the coverage map predicts it, against what a tracker then achieves: in simulated halls with
 * different layouts of gateways, and with --data DIR on recorded walks.
 */
import { parseArgs } from 'node:util';
import { coverageOf, finish } from '../../server/calibration/coverage.ts';
import { oneMoreSteps } from '../../server/calibration/oneMoreGateway.ts';
import type { SiteModel } from '../../server/contract/model.ts';
import { createGridPositioner } from '../../server/positioning/gridPositioner.ts';
import { createPositioner } from '../../server/positioning/index.ts';
import type { CreatePositioner, Positioner } from '../../server/positioning/types.ts';
import { createRandom } from '../../simulators/random.ts';
import { hallModel, LAYOUTS, type Layout, type Sample, walkHall } from '../support/coverageWorld.ts';
import { createCentroidPositioner } from './positions/centroidPositioner.ts';
import { type Block, blocksOf, compare } from './positions/compareCoverage.ts';
import { type Dataset, placeAt, readDataset, type Track, ticksOf, type Waypoint } from './positions/dataset.ts';
import { fingerprintSurvey } from './positions/surveys.ts';

const TRACKERS: Readonly<Record<string, CreatePositioner>> = {
  'in-use': createPositioner,
  grid: (model, siteState, options) => createGridPositioner(model, siteState, options),
  centroid: (model) => createCentroidPositioner(model) as Positioner,
};
const BLOCK_M = 5;
const RANDOM_PLACES = 6;
const LEAST_SAMPLES = 40;
/** Recorded halls are small, and their walks short. */
const RECORDED_BLOCK_M = 3;
const LEAST_RECORDED = 10;

const { values } = parseArgs({
  options: {
    tracker: { type: 'string', default: 'in-use' },
    seeds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '600' },
    data: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
  },
});
const positioner = TRACKERS[values.tracker];
if (!positioner) {
  process.stderr.write(`bench:coverage: --tracker must be one of ${Object.keys(TRACKERS).join(', ')}\n`);
  process.exit(2);
}

/** The error predicted for the cell in which a place lies, or the nearest one. */
function predictor(model: SiteModel, floorId: string, siteState: unknown): (xM: number, yM: number) => number {
  const { cells, errorM } = coverageOf(model, floorId, { siteState });
  const keyOf = (column: number, row: number): number => 65_536 * row + column;
  const at = new Map(Array.from(errorM, (error, i) => [keyOf(cells.columns[i]!, cells.rows[i]!), error]));
  const middle = errorM.slice().sort()[errorM.length >> 1] ?? Number.NaN;
  return (xM, yM) => at.get(keyOf(Math.floor(xM / cells.cellM), Math.floor(yM / cells.cellM))) ?? middle;
}

const results: Record<string, unknown> = {};
const print = (text: string): void => {
  if (!values.json) process.stdout.write(`${text}\n`);
};
const line = (name: string, blocks: readonly Block[]): void => {
  const one = compare(blocks);
  results[name] = one;
  print(
    `${name.padEnd(34)} ${String(one.blocks).padStart(6)} ${one.rankCorrelation.toFixed(2).padStart(9)} ` +
      `${one.predictedM.toFixed(2).padStart(10)} ${one.measuredM.toFixed(2).padStart(9)} ${one.ratio.toFixed(2).padStart(7)}`,
  );
};

/** A track's first seconds are another matter. */
const FIRST_SCORED_AFTER_MS = 3_000;

/** Truth tapped by hand says nothing of the time between two taps. */
const isByHand = ({ waypoints }: Track): boolean => {
  const apart = waypoints.slice(1).map((one, i) => one.atMs - waypoints[i]!.atMs);
  return (apart.sort((a, b) => a - b)[apart.length >> 1] ?? 0) > 2_000;
};
const tapped = ({ waypoints }: Track, tickEndMs: number): Waypoint | undefined =>
  waypoints.find(({ atMs }) => atMs > tickEndMs - 1_000 && atMs <= tickEndMs);

/** At the recorded place, by floor. */
function trackRecorded(data: Dataset, model: SiteModel): { byFloor: Map<string, Sample[]>; siteState: unknown } {
  const tracker = positioner!(model, null);
  const byFloor = new Map<string, Sample[]>();
  const tracks = data.tracks.filter((track) => track.sightings.length > 0 && track.waypoints.length > 1);
  for (const track of tracks.sort((a, b) => a.sightings[0]!.atMs - b.sightings[0]!.atMs)) {
    const byHand = isByHand(track);
    let state: unknown;
    for (const { tickEndMs, heard } of ticksOf(track)) {
      const step = tracker.step(state, tickEndMs, heard);
      state = step.state;
      const { fix } = step.position;
      const place = byHand ? tapped(track, tickEndMs) : placeAt(track, tickEndMs);
      if (!fix || !place || tickEndMs < track.sightings[0]!.atMs + FIRST_SCORED_AFTER_MS) continue;
      if (fix.floorId !== place.floorId) continue;
      const errorM = Math.hypot(fix.xM - place.xM, fix.yM - place.yM);
      const list = byFloor.get(place.floorId) ?? [];
      list.push({ xM: place.xM, yM: place.yM, errorM, accuracyM: fix.accuracyM });
      byFloor.set(place.floorId, list);
    }
  }
  return { byFloor, siteState: tracker.siteState() };
}

function recorded(folder: string): void {
  process.stderr.write(`reading ${folder} …\n`);
  const data = readDataset(folder);
  const ways: [string, SiteModel][] = [['positions only', data.model]];
  if (data.fingerprints.length > 0)
    ways.push(['with survey', { ...data.model, survey: { points: fingerprintSurvey(data.fingerprints) } }]);
  for (const [name, model] of ways) {
    const { byFloor, siteState } = trackRecorded(data, model);
    for (const [when, known] of [
      ['before', undefined],
      ['after', siteState],
    ] as const) {
      const blocks = [...byFloor].flatMap(([floorId, samples]) =>
        blocksOf(
          samples,
          predictor(model, floorId, known),
          data.model.floors.length > 1 ? 2 * BLOCK_M : RECORDED_BLOCK_M,
          LEAST_RECORDED,
        ),
      );
      line(`${data.name}, ${name}, ${when}`, blocks);
    }
  }
}

print(`tracker ${values.tracker}; radius that holds 68 %, by blocks of ${BLOCK_M} m`);
print(`${'layout'.padEnd(34)} blocks rank corr predicted  measured   ratio`);
const all: Block[] = [];
for (const layout of LAYOUTS) {
  const blocks: Block[] = [];
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const { samples, siteState } = walkHall(layout, positioner, { seed, walkers: 20, seconds: Number(values.seconds) });
    blocks.push(...blocksOf(samples, predictor(hallModel(layout), 'f0', siteState), BLOCK_M, LEAST_SAMPLES));
  }
  line(layout, blocks);
  all.push(...blocks);
}
line('all', all);

/** Mean error of all walkers with these gateways beside the layout's. */
function measured(layout: Layout, more: readonly [number, number][]): number {
  let sum = 0;
  let count = 0;
  for (let seed = 1; seed <= Number(values.seeds); seed++)
    for (const { errorM } of walkHall(layout, positioner!, { seed, walkers: 20, seconds: 300, more }).samples) {
      sum += errorM;
      count += 1;
    }
  return sum / count;
}
print('\none more gateway: mean error of walkers without it, where it was proposed, and at random places');
const random = createRandom('elsewhere');
for (const layout of ['sparse', 'quarter missing', 'one side'] as const) {
  const [best] = finish(oneMoreSteps(coverageOf(hallModel(layout), 'f0')));
  if (!best) continue;
  const { widthM, heightM } = hallModel(layout).floors[0]!;
  const elsewhere = Array.from({ length: RANDOM_PLACES }, () =>
    measured(layout, [[widthM * random(), heightM * random()]]),
  );
  const one = {
    without: measured(layout, []),
    proposed: measured(layout, [[best.xM, best.yM]]),
    random: elsewhere.reduce((a, b) => a + b, 0) / elsewhere.length,
    bestRandom: Math.min(...elsewhere),
  };
  results[`one more, ${layout}`] = one;
  print(
    `${layout.padEnd(34)} ${one.without.toFixed(2)} m without, ${one.proposed.toFixed(2)} m as proposed (${best.xM}, ${best.yM}); ` +
      `${RANDOM_PLACES} random places: mean ${one.random.toFixed(2)} m, best ${one.bestRandom.toFixed(2)} m`,
  );
}
for (const folder of values.data ?? []) recorded(folder);
if (values.json) process.stdout.write(`${JSON.stringify(results)}\n`);
