/**
 * How far fixes lie from the truth on recorded walks, causally: a fix at time t uses nothing later than t. Scored at every
 * surveyed waypoint that heard three gateways in the last 6 s, or once a second where the truth is continuous, from 3 s
 * after a carrier is first heard. The simple methods and two peers' run on the same windows.
 *
 *   npm run bench:accuracy -- --data DIR [--survey DIR | --no-survey] [--tracker in-use|grid] [--seed N] [--json]
 */
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { SiteModel } from '../../server/contract/model.ts';
import type { SurveyPoint } from '../../server/contract/survey.ts';
import { createGridPositioner } from '../../server/positioning/gridPositioner.ts';
import { createPositioner } from '../../server/positioning/index.ts';
import type { Positioner } from '../../server/positioning/types.ts';
import { type Dataset, placeAt, readDataset, type Track, ticksOf, type Waypoint } from './positions/dataset.ts';
import { type Context, type Estimate, METHODS } from './positions/references.ts';
import { fingerprintSurvey, walkSurvey } from './positions/surveys.ts';
import { readingsBefore } from './positions/window.ts';

const FIRST_SCORED_AFTER_MS = 3_000;
/** Rows of truth this far apart were tapped by hand; closer ones come from a tracking system. */
const WAYPOINTS_APART_MS = 2_000;
const WAYPOINT_WINDOW_MS = 6_000;
const TRACK_WINDOW_MS = 3_000;
const WAYPOINT_GATEWAYS = 3;
const FOLDS = 5;
const KNN_WINDOW_MS = 6_000;
const KNN_STEP_MS = 3_000;

export type MakePositioner = (model: SiteModel, survey: readonly SurveyPoint[]) => Positioner;
interface Scored {
  track: string;
  /** Every other walk in the order of a hash of their names: half to develop on, half to check with. */
  isDev: boolean;
  errorM: number;
  floorRight: boolean;
  accuracyM: number | undefined;
}
export interface Summary {
  windows: number;
  medianM: number;
  meanM: number;
  p90M: number;
  floorAccuracy: number;
}

const isWaypointSet = ({ waypoints }: Track): boolean => {
  const apart = waypoints.slice(1).map((one, i) => one.atMs - waypoints[i]!.atMs);
  return apart.sort((a, b) => a - b)[apart.length >> 1]! > WAYPOINTS_APART_MS;
};

/** FNV-1a */
export function hashOf(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** The moments at which a track is scored, with the truth there. */
function momentsOf(track: Track, data: Dataset): Waypoint[] {
  const firstMs = track.sightings[0]?.atMs;
  if (firstMs === undefined || track.waypoints.length < 2) return [];
  const scoredFromMs = firstMs + FIRST_SCORED_AFTER_MS;
  if (!isWaypointSet(track)) {
    const moments: Waypoint[] = [];
    const untilMs = Math.min(track.waypoints.at(-1)!.atMs, track.sightings.at(-1)!.atMs + 1_000);
    for (let atMs = Math.ceil(scoredFromMs / 1_000) * 1_000; atMs <= untilMs; atMs += 1_000) {
      const place = placeAt(track, atMs);
      if (place) moments.push(place);
    }
    return moments;
  }
  const gateways = new Map(data.model.gateways.map((one) => [one.id, one]));
  return track.waypoints.filter(
    ({ atMs }) =>
      atMs >= scoredFromMs && readingsBefore(track, gateways, atMs, WAYPOINT_WINDOW_MS).length >= WAYPOINT_GATEWAYS,
  );
}

const score = (track: Track, isDev: boolean, truth: Waypoint, estimate: Estimate, accuracyM?: number): Scored => ({
  track: track.carrier,
  isDev,
  errorM: Math.hypot(estimate.xM - truth.xM, estimate.yM - truth.yM),
  floorRight: estimate.floorId === truth.floorId,
  accuracyM,
});

/** Path loss by least squares over a survey's means; the usual one where there is none. */
function pathLossOf(model: SiteModel, survey: readonly SurveyPoint[]): { powerDbm: number; exponent: number } {
  const gateways = new Map(model.gateways.map((one) => [one.id, one]));
  let n = 0;
  let sx = 0;
  let sy = 0;
  let sxx = 0;
  let sxy = 0;
  for (const { floorId, xM, yM, heard } of survey)
    for (const { gatewayId, rssiMeanDbm } of heard) {
      const gateway = gateways.get(gatewayId);
      if (gateway?.floorId !== floorId) continue;
      const x = -10 * Math.log10(Math.max(0.5, Math.hypot(xM - gateway.xM, yM - gateway.yM, gateway.zM - 1.1)));
      n += 1;
      sx += x;
      sy += rssiMeanDbm;
      sxx += x * x;
      sxy += x * rssiMeanDbm;
    }
  if (n < 10) return { powerDbm: -62, exponent: 2 };
  const exponent = Math.min(4, Math.max(1.2, (n * sxy - sx * sy) / (n * sxx - sx * sx)));
  return { powerDbm: (sy - exponent * sx) / n, exponent };
}

export interface RunOptions {
  data: Dataset;
  /** Survey of the tracker and of kNN for the tracks of one fold. */
  surveyOf: (fold: number) => { points: readonly SurveyPoint[]; forNeighbours: readonly SurveyPoint[] };
  folds: number;
  foldOf: (track: Track) => number;
  tracks: readonly Track[];
  make: MakePositioner;
  seed: number;
  withReferences: boolean;
}

export function run(options: RunOptions): Map<string, Scored[]> {
  const { data, tracks, make, seed } = options;
  const gateways = new Map(data.model.gateways.map((one) => [one.id, one]));
  const scored = new Map<string, Scored[]>();
  const shuffled = [...tracks].sort((a, b) => hashOf(a.carrier, seed) - hashOf(b.carrier, seed));
  const dev = new Set(shuffled.filter((_, i) => i % 2 === 0).map((track) => track.carrier));
  const keep = (method: string, one: Scored): void => {
    const list = scored.get(method);
    if (list) list.push(one);
    else scored.set(method, [one]);
  };
  for (let fold = 0; fold < options.folds; fold++) {
    const survey = options.surveyOf(fold);
    const context: Context = {
      model: data.model,
      ...pathLossOf(data.model, survey.points),
      survey: survey.forNeighbours,
    };
    const positioner = make(data.model, survey.points);
    // In the order of time, as a site would live through them: what is learned of its radio carries over.
    const inFold = tracks
      .filter((track) => track.sightings.length > 0 && options.foldOf(track) === fold)
      .sort((a, b) => a.sightings[0]!.atMs - b.sightings[0]!.atMs);
    for (const track of inFold) {
      const isDev = dev.has(track.carrier);
      const moments = momentsOf(track, data);
      const ticks = ticksOf(track);
      let state: unknown;
      let next = 0;
      let estimate: (Estimate & { accuracyM: number }) | undefined;
      for (const truth of moments) {
        for (; next < ticks.length && ticks[next]!.tickEndMs <= truth.atMs; next++) {
          const step = positioner.step(state, ticks[next]!.tickEndMs, ticks[next]!.heard);
          state = step.state;
          estimate = step.position.fix;
        }
        if (estimate) keep('promenade', score(track, isDev, truth, estimate, estimate.accuracyM));
        if (!options.withReferences) continue;
        const windowMs = isWaypointSet(track) ? WAYPOINT_WINDOW_MS : TRACK_WINDOW_MS;
        const readings = readingsBefore(track, gateways, truth.atMs, windowMs);
        for (const [name, method] of Object.entries(METHODS)) {
          const guess = method(readings, context);
          if (guess) keep(name, score(track, isDev, truth, guess));
        }
      }
    }
  }
  return scored;
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

export function summarize(scored: readonly Scored[]): Summary {
  const errors = scored.map((one) => one.errorM).sort((a, b) => a - b);
  const at = (share: number): number =>
    errors[Math.min(errors.length - 1, Math.floor(share * errors.length))] ?? Number.NaN;
  return {
    windows: errors.length,
    medianM: round(at(0.5), 3),
    meanM: round(errors.reduce((sum, one) => sum + one, 0) / errors.length, 3),
    p90M: round(at(0.9), 3),
    floorAccuracy: round(scored.filter((one) => one.floorRight).length / scored.length, 4),
  };
}

export const coverageOf = (scored: readonly Scored[]): number =>
  round(scored.filter((one) => one.errorM <= (one.accuracyM ?? 0)).length / scored.length, 3);

const withCoverage = (scored: readonly Scored[]): Summary & { within68: number } => ({
  ...summarize(scored),
  within68: coverageOf(scored),
});

export interface Plan extends Pick<RunOptions, 'surveyOf' | 'folds' | 'foldOf' | 'tracks'> {
  survey: string;
}

/** Which tracks are scored, and what stands as their survey. */
export function planOf(data: Dataset, surveyData: Dataset | undefined, noSurvey: boolean, seed: number): Plan {
  const none = { points: [], forNeighbours: [] };
  const test = data.tracks.filter((track) => track.split === 'test');
  const tracks = test.length > 0 ? test : data.tracks;
  const once = (survey: string, points: SurveyPoint[], forNeighbours: SurveyPoint[]): Plan => ({
    survey,
    tracks,
    folds: 1,
    foldOf: () => 0,
    surveyOf: () => ({ points, forNeighbours }),
  });
  if (noSurvey) return { ...once('none', [], []), surveyOf: () => none };
  const source = surveyData ?? (data.gatewaysEstimated ? data : undefined);
  if (!source) return once('none', [], []);
  if (source.fingerprints.length > 0) {
    const points = fingerprintSurvey(source.fingerprints);
    return once('fingerprints', points, points);
  }
  const tested = new Set(tracks.map((track) => track.carrier));
  const others = source.tracks.filter((track) => !tested.has(track.carrier));
  const surveyFrom = (walks: readonly Track[]): { points: SurveyPoint[]; forNeighbours: SurveyPoint[] } => ({
    points: walkSurvey(walks, 1_000, 1_000),
    forNeighbours: walkSurvey(walks, KNN_WINDOW_MS, KNN_STEP_MS),
  });
  if (others.length > 0) {
    const { points, forNeighbours } = surveyFrom(others);
    return once('other walks', points, forNeighbours);
  }
  const foldOf = (track: Track): number => (hashOf(track.carrier, seed + 1) >>> 3) % FOLDS;
  return {
    survey: `other walks, ${FOLDS} folds`,
    tracks,
    folds: FOLDS,
    foldOf,
    surveyOf: (fold) => surveyFrom(source.tracks.filter((track) => foldOf(track) !== fold)),
  };
}

const TRACKERS: Readonly<Record<string, MakePositioner>> = {
  'in-use': (model, survey) => createPositioner(model, null, { survey: { points: survey } }),
  grid: (model, survey) => createGridPositioner(model, null, { survey: { points: survey } }),
};

function main(): void {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      survey: { type: 'string' },
      'no-survey': { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      tracker: { type: 'string', default: 'in-use' },
      json: { type: 'boolean', default: false },
    },
  });
  if (!values.data) {
    process.stderr.write('bench:accuracy needs --data DIR, a folder with gateways, sightings and truth as .csv.gz\n');
    process.exitCode = 2;
    return;
  }
  const make = TRACKERS[values.tracker];
  if (!make) {
    process.stderr.write(`bench:accuracy: --tracker must be one of ${Object.keys(TRACKERS).join(', ')}\n`);
    process.exitCode = 2;
    return;
  }
  const seed = Number(values.seed);
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  say(`reading ${values.data} …`);
  const data = readDataset(values.data);
  const surveyData =
    values.survey === undefined ? undefined : values.survey === values.data ? data : readDataset(values.survey);
  const plan = planOf(data, surveyData, values['no-survey'], seed);
  say(`${plan.tracks.length} tracks, ${data.model.gateways.length} gateways, survey: ${plan.survey} …`);
  const scored = run({ ...plan, data, make, seed, withReferences: true });
  const own = scored.get('promenade') ?? [];
  const methods = Object.fromEntries(
    [...scored].filter(([name]) => name !== 'promenade').map(([name, list]) => [name, summarize(list)]),
  );
  const result = {
    dataset: data.name,
    ...summarize(own),
    within68: coverageOf(own),
    survey: plan.survey,
    seed,
    tracker: values.tracker,
    dev: withCoverage(own.filter((one) => one.isDev)),
    validation: withCoverage(own.filter((one) => !one.isDev)),
    methods,
  };
  if (values.json) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  const line = (name: string, s: Summary, more = ''): string =>
    `${name.padEnd(24)} ${s.medianM.toFixed(2).padStart(7)} ${s.meanM.toFixed(2).padStart(7)} ${s.p90M.toFixed(2).padStart(7)}` +
    `   ${(100 * s.floorAccuracy).toFixed(1).padStart(5)} % ${String(s.windows).padStart(6)}   ${more}`;
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  print(`${data.name}, survey: ${plan.survey}, tracker: ${values.tracker}, seed ${seed}`);
  print(`${'metres'.padEnd(24)}  median    mean     p90     floor windows`);
  print(line('promenade', result, `within accuracyM: ${(100 * result.within68).toFixed(0)} % (aim 68)`));
  print(line('  dev', result.dev, `${(100 * result.dev.within68).toFixed(0)} %`));
  print(line('  validation', result.validation, `${(100 * result.validation.within68).toFixed(0)} %`));
  for (const [name, summary] of Object.entries(methods))
    print(line(name, summary, `× ${(summary.medianM / result.medianM).toFixed(2)} promenade's median`));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main();
