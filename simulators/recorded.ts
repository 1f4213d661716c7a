/** Recorded data in the project's form: gateways, sightings and truth as gzipped CSV, floors as GeoJSON with an image. */
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';

/** Some receivers write this where there was no link; where it is that frequent it is no reading. */
const NO_LINK_DBM = -100;
const NO_LINK_SHARE = 0.05;

export interface RecordedGateway {
  /** As in the data. */
  name: string;
  /** As MQTT topics carry it: a MAC in lower case without colons. */
  id: string;
  floorId: string;
  xM: number;
  yM: number;
  zM: number | undefined;
  alias: string;
}
export interface RecordedSighting {
  atMs: number;
  carrier: number;
  gateway: number;
  rssiDbm: number;
}
export interface RecordedWaypoint {
  atMs: number;
  carrier: string;
  floorId: string;
  xM: number;
  yM: number;
}
export interface RecordedFloor {
  id: string;
  name: string;
  level: number;
  widthM: number;
  heightM: number;
  geojson: unknown;
  image: { bytes: Buffer; metresPerPixel: number } | undefined;
}
export interface Recorded {
  name: string;
  gateways: RecordedGateway[];
  carriers: string[];
  /** In the order of time. */
  sightings: RecordedSighting[];
  floors: RecordedFloor[];
  /** Rows that say "no link", name no known gateway, or cannot be read. */
  skipped: { noLink: number; unknownGateway: number; unreadable: number };
}

export class RecordedDataError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RecordedDataError';
  }
}

/** An id that topics can carry. */
export const idOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(':', '')
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .slice(0, 32);

/** B1 is -1, F1 and a plain 0 are the ground floor. */
export function levelOf(floorName: string): number {
  const basement = /^B(\d+)$/i.exec(floorName);
  if (basement) return -Number(basement[1]);
  const storey = /^[FL](\d+)$/i.exec(floorName);
  if (storey) return Number(storey[1]) - 1;
  return Number.isInteger(Number(floorName)) ? Number(floorName) : 0;
}

async function* rows(path: string): AsyncGenerator<Record<string, string>> {
  if (!existsSync(path))
    throw new RecordedDataError(
      `${path} does not exist; --data must name a folder with gateways, sightings and truth as .csv.gz`,
    );
  const parser = parse({ columns: true, relax_column_count: true, skip_empty_lines: true });
  const source = createReadStream(path);
  const unzip = createGunzip();
  source.on('error', (error) => parser.destroy(error));
  unzip.on('error', (error) => parser.destroy(new RecordedDataError(`${path}: ${error.message}`)));
  source.pipe(unzip).pipe(parser);
  for await (const row of parser) yield row as Record<string, string>;
}

export async function readWaypoints(folder: string): Promise<RecordedWaypoint[]> {
  const waypoints: RecordedWaypoint[] = [];
  for await (const row of rows(join(folder, 'truth.csv.gz'))) {
    const { t_ms, carrier = '', floor = '', x, y } = row;
    // A truth of zones alone has no coordinates.
    if (!x || !y) continue;
    waypoints.push({ atMs: Number(t_ms), carrier, floorId: idOf(floor), xM: Number(x), yM: Number(y) });
  }
  return waypoints;
}

const MARGIN_M = 3;

function readFloors(folder: string, gateways: RecordedGateway[], floorNames: Map<string, string>): RecordedFloor[] {
  const drawn = join(folder, 'floors');
  if (existsSync(drawn))
    return readdirSync(drawn).map((name) => {
      const at = join(drawn, name);
      const info = JSON.parse(readFileSync(join(at, 'floor_info.json'), 'utf8')) as {
        map_info: { width: number; height: number };
      };
      const { width: widthM, height: heightM } = info.map_info;
      const imagePath = join(at, 'floor_image.png');
      const bytes = existsSync(imagePath) ? readFileSync(imagePath) : undefined;
      return {
        id: idOf(name),
        name,
        level: levelOf(name),
        widthM,
        heightM,
        geojson: JSON.parse(readFileSync(join(at, 'geojson_map.json'), 'utf8')) as unknown,
        // The width of a PNG stands at byte 16.
        image: bytes && { bytes, metresPerPixel: widthM / bytes.readUInt32BE(16) },
      };
    });
  return [...floorNames].map(([id, name]) => {
    const here = gateways.filter((gateway) => gateway.floorId === id);
    return {
      id,
      name: `Floor ${name}`,
      level: levelOf(name),
      widthM: Math.ceil(Math.max(...here.map((gateway) => gateway.xM)) + MARGIN_M),
      heightM: Math.ceil(Math.max(...here.map((gateway) => gateway.yM)) + MARGIN_M),
      geojson: undefined,
      image: undefined,
    };
  });
}

export async function readRecorded(folder: string): Promise<Recorded> {
  const gateways: RecordedGateway[] = [];
  const floorNames = new Map<string, string>();
  for await (const { id = '', floor = '', x, y, z, alias = '' } of rows(join(folder, 'gateways.csv.gz'))) {
    floorNames.set(idOf(floor), floor);
    gateways.push({
      name: id,
      id: idOf(id),
      floorId: idOf(floor),
      xM: Number(x),
      yM: Number(y),
      zM: z ? Number(z) : undefined,
      alias,
    });
  }
  if (gateways.length === 0) throw new RecordedDataError(`${folder}: gateways.csv.gz names no gateway`);
  const gatewayIndex = new Map(gateways.map((gateway, i) => [gateway.name, i]));
  const carrierIndex = new Map<string, number>();
  let sightings: RecordedSighting[] = [];
  const skipped = { noLink: 0, unknownGateway: 0, unreadable: 0 };
  for await (const { t_ms, carrier = '', gateway: heardBy = '', rssi } of rows(join(folder, 'sightings.csv.gz'))) {
    const atMs = Number(t_ms);
    const rssiDbm = Number(rssi);
    const gateway = gatewayIndex.get(heardBy);
    if (!Number.isFinite(atMs) || !rssi || !Number.isFinite(rssiDbm)) skipped.unreadable++;
    else if (gateway === undefined) skipped.unknownGateway++;
    else {
      if (!carrierIndex.has(carrier)) carrierIndex.set(carrier, carrierIndex.size);
      sightings.push({ atMs, carrier: carrierIndex.get(carrier)!, gateway, rssiDbm });
    }
  }
  const noLink = sightings.filter((one) => one.rssiDbm === NO_LINK_DBM).length;
  if (noLink > NO_LINK_SHARE * sightings.length) {
    skipped.noLink = noLink;
    sightings = sightings.filter((one) => one.rssiDbm !== NO_LINK_DBM);
  }
  sightings.sort((a, b) => a.atMs - b.atMs);
  return {
    name: basename(folder),
    gateways,
    carriers: [...carrierIndex.keys()],
    sightings,
    floors: readFloors(folder, gateways, floorNames),
    skipped,
  };
}
