/** Recorded sets for the benchmarks of positions and zones: gateways, ticks of what was heard, truth, surveys. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { DEFAULT_DEFINITIONS } from '../../../server/contract/definitions.ts';
import type { Floor, Gateway, SiteModel, Zone } from '../../../server/contract/model.ts';
import { importGeojson } from '../../../server/floor/importGeojson.ts';
import type { HeardView } from '../../../server/positioning/types.ts';
import { idOf, levelOf } from '../../../simulators/recorded.ts';

const TICK_MS = 1_000;
/** Written by some receivers where there was no link. */
const NO_LINK_DBM = -100;
/** Around the outermost gateways, where no floor plan says how large the place is. */
const MARGIN_M = 1;

export interface Waypoint {
  atMs: number;
  floorId: string;
  xM: number;
  yM: number;
}
export interface Tick {
  tickEndMs: number;
  heard: HeardView[];
}
export interface Track {
  carrier: string;
  split: string;
  sightings: { atMs: number; gatewayId: string; rssiDbm: number }[];
  waypoints: Waypoint[];
  /** Labels of places instead of coordinates, where the set has those. */
  labels: { atMs: number; label: string }[];
}
export interface Fingerprint {
  floorId: string;
  xM: number;
  yM: number;
  gatewayId: string;
  count: number;
  meanDbm: number;
  spreadDb: number;
}
export interface Dataset {
  name: string;
  model: SiteModel;
  aliases: ReadonlyMap<string, string>;
  tracks: Track[];
  fingerprints: Fingerprint[];
  /** The gateways' places were computed from surveyed walks. */
  gatewaysEstimated: boolean;
}

type Row = Record<string, string>;
function rows(folder: string, name: string): Row[] {
  const path = join(folder, name);
  if (!existsSync(path))
    throw new Error(`${path} does not exist; --data must name a folder with gateways, sightings and truth as .csv.gz`);
  return parse(gunzipSync(readFileSync(path)), { columns: true, skip_empty_lines: true, relax_column_count: true });
}

const emptyFloor = (id: string, name: string): Floor => ({
  id,
  name,
  level: levelOf(name),
  widthM: 1,
  heightM: 1,
  outline: null,
  walls: [],
  image: null,
});

function drawnFloors(folder: string): { floors: Floor[]; zones: Zone[] } {
  const at = join(folder, 'floors');
  if (!existsSync(at)) return { floors: [], zones: [] };
  const zones: Zone[] = [];
  const floors = readdirSync(at)
    .sort()
    .map((name): Floor => {
      const plan = importGeojson(JSON.parse(readFileSync(join(at, name, 'geojson_map.json'), 'utf8')));
      const id = idOf(name);
      plan.zones.forEach((zone, i) => {
        zones.push({ ...zone, id: `${id}-${i}`, floorId: id, tenantId: null, minStaySeconds: null });
      });
      const { widthM, heightM, outline, walls } = plan;
      return { ...emptyFloor(id, name), widthM, heightM, outline, walls };
    });
  return { floors, zones };
}

function readTracks(folder: string, shiftX: number, shiftY: number, known: ReadonlySet<string>): Track[] {
  const tracks = new Map<string, Track>();
  const of = (carrier: string): Track => {
    let track = tracks.get(carrier);
    if (!track) {
      track = { carrier, split: '', sightings: [], waypoints: [], labels: [] };
      tracks.set(carrier, track);
    }
    return track;
  };
  const sightings = rows(folder, 'sightings.csv.gz');
  for (const { t_ms, carrier = '', gateway = '', rssi } of sightings) {
    const rssiDbm = Number(rssi);
    const gatewayId = idOf(gateway);
    if (!known.has(gatewayId) || !Number.isFinite(rssiDbm) || rssiDbm <= NO_LINK_DBM) continue;
    of(carrier).sightings.push({ atMs: Number(t_ms), gatewayId, rssiDbm });
  }
  for (const { t_ms, carrier = '', floor = '', x, y, zone, split = '' } of rows(folder, 'truth.csv.gz')) {
    const track = of(carrier);
    track.split = split;
    const atMs = Number(t_ms);
    if (zone) track.labels.push({ atMs, label: zone });
    if (x && y) track.waypoints.push({ atMs, floorId: idOf(floor), xM: Number(x) + shiftX, yM: Number(y) + shiftY });
  }
  const byTime = (a: { atMs: number }, b: { atMs: number }): number => a.atMs - b.atMs;
  for (const track of tracks.values()) {
    track.sightings.sort(byTime);
    track.waypoints.sort(byTime);
    track.labels.sort(byTime);
  }
  return [...tracks.values()].sort((a, b) => (a.carrier < b.carrier ? -1 : 1));
}

export function readDataset(folder: string): Dataset {
  const recorded = rows(folder, 'gateways.csv.gz');
  const { floors, zones } = drawnFloors(folder);
  let shiftX = 0;
  let shiftY = 0;
  if (floors.length === 0) {
    const xs = recorded.map((row) => Number(row.x));
    const ys = recorded.map((row) => Number(row.y));
    shiftX = MARGIN_M - Math.min(...xs);
    shiftY = MARGIN_M - Math.min(...ys);
    for (const name of new Set(recorded.map((row) => row.floor ?? '0')))
      floors.push({
        ...emptyFloor(idOf(name), name),
        widthM: Math.max(...xs) + shiftX + MARGIN_M,
        heightM: Math.max(...ys) + shiftY + MARGIN_M,
      });
  }
  const gateways = recorded.map(
    (row): Gateway => ({
      id: idOf(row.id ?? ''),
      floorId: idOf(row.floor ?? ''),
      xM: Number(row.x) + shiftX,
      yM: Number(row.y) + shiftY,
      zM: row.z ? Number(row.z) : 2.5,
      enabled: true,
    }),
  );
  const fingerprints = existsSync(join(folder, 'fingerprints.csv.gz'))
    ? rows(folder, 'fingerprints.csv.gz').map(
        (row): Fingerprint => ({
          floorId: floors[0]!.id,
          xM: Number(row.x) + shiftX,
          yM: Number(row.y) + shiftY,
          gatewayId: idOf(row.gateway ?? ''),
          count: Number(row.n),
          meanDbm: Number(row.rssi_mean),
          spreadDb: Number(row.rssi_sd),
        }),
      )
    : [];
  return {
    name: basename(folder),
    model: {
      siteId: idOf(basename(folder)),
      timezone: 'UTC',
      floors,
      zones,
      gateways,
      definitionsVersion: 1,
      definitions: DEFAULT_DEFINITIONS,
      dwellSecondsByZone: {},
    },
    aliases: new Map(recorded.map((row) => [idOf(row.id ?? ''), row.alias ?? ''])),
    tracks: readTracks(folder, shiftX, shiftY, new Set(gateways.map((gateway) => gateway.id))),
    fingerprints,
    gatewaysEstimated: recorded.some((row) => row.alias?.startsWith('estimated')),
  };
}

/** Whole seconds in which anything was heard, as the engine hands them to the positioner. */
export function ticksOf(track: Track): Tick[] {
  const ticks: Tick[] = [];
  for (const { atMs, gatewayId, rssiDbm } of track.sightings) {
    const tickEndMs = Math.floor(atMs / TICK_MS) * TICK_MS + TICK_MS;
    let tick = ticks.at(-1);
    if (tick?.tickEndMs !== tickEndMs) {
      tick = { tickEndMs, heard: [] };
      ticks.push(tick);
    }
    const view = tick.heard.find((one) => one.gatewayId === gatewayId);
    if (!view) tick.heard.push({ gatewayId, rssiMeanDbm: rssiDbm, rssiMaxDbm: rssiDbm, adverts: 1, atMs });
    else {
      view.adverts += 1;
      view.rssiMeanDbm += (rssiDbm - view.rssiMeanDbm) / view.adverts;
      view.rssiMaxDbm = Math.max(view.rssiMaxDbm, rssiDbm);
      view.atMs = atMs;
    }
  }
  for (const { heard } of ticks) heard.sort((a, b) => (a.gatewayId < b.gatewayId ? -1 : 1));
  return ticks;
}

/** Truth between its rows; undefined outside. */
export function placeAt({ waypoints }: Track, atMs: number): Waypoint | undefined {
  const next = waypoints.findIndex((one) => one.atMs >= atMs);
  if (next < 0) return undefined;
  const after = waypoints[next]!;
  if (after.atMs === atMs) return after;
  const before = waypoints[next - 1];
  if (!before) return undefined;
  const t = (atMs - before.atMs) / (after.atMs - before.atMs);
  return {
    atMs,
    floorId: before.floorId,
    xM: before.xM + t * (after.xM - before.xM),
    yM: before.yM + t * (after.yM - before.yM),
  };
}
