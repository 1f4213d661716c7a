/** `npm run replay`: recorded data becomes a site that lives in the data's own time, with nothing lost on the way. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import type { LiveSnapshot } from '../../server/contract/live.ts';
import type { Series } from '../../server/contract/metrics.ts';
import type { Floor, Gateway, Site, Zone } from '../../server/contract/model.ts';
import { png } from '../http/images.ts';
import { onBothEngines } from '../support/onBothEngines.ts';
import { seededRandom } from '../support/random.ts';
import { freePort, ServerProcess } from '../support/serverProcess.ts';
import { StartProgram } from '../support/startProgram.ts';

const FROM_MS = Date.UTC(2019, 10, 24, 2, 0, 10);
const WIDTH_M = 40;
const HEIGHT_M = 30;
const WALK_SECONDS = 100;
const WALKS = 7;
/** Of them walk into the first shop and stay there. */
const SHOPPERS = 3;
const GATEWAYS = [
  { id: '0C:25:76:1E:F4:7A', x: 5, y: 5 },
  { id: '0C:25:76:47:73:C5', x: 35, y: 5 },
  { id: 'E0:78:A3:3D:B5:D6', x: 5, y: 25 },
  { id: 'E0:78:A3:3D:B6:55', x: 35, y: 25 },
];

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

/** From metres to degrees, the other way round than the form of the data says. */
const METRES_PER_DEGREE = 111_319.49;
const ORIGIN = { lon: 120.0756, lat: 30.2938 };
function ringOf(x: number, y: number, width: number, height: number): [number, number][] {
  // The mean is over the outline's points, the repeated first one among them or not: a hair's breadth.
  const meanLat = ORIGIN.lat + HEIGHT_M / 2 / METRES_PER_DEGREE;
  const at = (xM: number, yM: number): [number, number] => [
    ORIGIN.lon + xM / (METRES_PER_DEGREE * Math.cos((meanLat * Math.PI) / 180)),
    ORIGIN.lat + yM / METRES_PER_DEGREE,
  ];
  return [at(x, y), at(x + width, y), at(x + width, y + height), at(x, y + height), at(x, y)];
}
const feature = (properties: object, ...box: [number, number, number, number]) => ({
  type: 'Feature',
  properties,
  geometry: { type: 'MultiPolygon', coordinates: [[ringOf(...box)]] },
});

/** Walks one after another, ten minutes apart: in the first shop, or along the other side. */
function sightings(): string[] {
  const random = seededRandom(11);
  const rows: string[] = ['t_ms,carrier,gateway,rssi'];
  for (let walk = 0; walk < WALKS; walk++) {
    for (let second = 0; second < WALK_SECONDS; second++) {
      const inShop = walk < SHOPPERS && second >= 20 && second < 90;
      const [xM, yM] = inShop ? [7, 7] : [20 + second * 0.15, 25];
      for (const gateway of GATEWAYS) {
        const distanceM = Math.max(1, Math.hypot(xM - gateway.x, yM - gateway.y));
        const rssi = Math.round(-60 - 20 * Math.log10(distanceM) + (random() - 0.5) * 4);
        rows.push(`${FROM_MS + (walk * 600 + second) * 1000 + 137},walk-${walk},${gateway.id},${rssi}`);
      }
    }
  }
  return rows;
}

function writeRecording(folder: string): { image: Buffer; readings: number; lastMs: number } {
  const drawn = join(folder, 'floors', 'F1');
  mkdirSync(drawn, { recursive: true });
  writeFileSync(join(drawn, 'floor_info.json'), JSON.stringify({ map_info: { width: WIDTH_M, height: HEIGHT_M } }));
  const features = [
    feature({}, 0, 0, WIDTH_M, HEIGHT_M),
    feature({ name: 'UNIQLO' }, 0, 0, 14, 14),
    feature({ name: 'STARBUCKS COFFEE' }, 28, 0, 12, 10),
    feature({ name: 'Lift 1' }, 18, 0, 4, 4),
  ];
  writeFileSync(join(drawn, 'geojson_map.json'), JSON.stringify({ type: 'FeatureCollection', features }));
  const image = png(80, 60);
  writeFileSync(join(drawn, 'floor_image.png'), image);
  const rows = sightings();
  const table = (name: string, lines: string[]) =>
    writeFileSync(join(folder, `${name}.csv.gz`), gzipSync(`${lines.join('\n')}\n`));
  table('gateways', ['id,floor,x,y,z,alias', ...GATEWAYS.map(({ id, x, y }) => `${id},F1,${x},${y},,`)]);
  table('sightings', rows);
  table('truth', ['t_ms,carrier,floor,x,y,zone,split']);
  return { image, readings: rows.length - 1, lastMs: Number(rows.at(-1)!.split(',')[0]) };
}

onBothEngines((engine) => {
  test('a recording becomes a site with floor, zones and gateways, and all of its walks', async () => {
    const env = engine.env();
    const folder = mkdtempSync(join(tmpdir(), 'promenade-replay-'));
    cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
    const recording = join(folder, 'small-mall');
    const { image, readings, lastMs } = writeRecording(recording);
    const dataDir = join(folder, 'data');
    const program = new StartProgram(
      [
        'replay',
        ...['--data', recording, '--data-dir', dataDir, '--exit', '--json'],
        ...['--port', String(await freePort()), '--mqtt-port', String(await freePort())],
      ],
      env,
    );
    cleanUp.push(() => program.killAll());
    expect(await program.ended, program.output).toBe(0);
    const result = JSON.parse(program.output.split('\n').find((line) => line.startsWith('{'))!);
    expect(result).toMatchObject({
      sightingsRead: readings,
      sightingsPlayed: readings,
      carriers: WALKS,
      firstMs: FROM_MS + 137,
    });
    expect(result.batches).toBeGreaterThan(0);
    expect(result.batchesAcked).toBe(result.batches);
    expect(result.rowsAcked).toBe(result.rowsSent);
    // One reading a second of each walk and gateway: nothing is thinned out.
    expect(result.rowsSent).toBe(readings);

    const server = new ServerProcess(dataDir, env);
    cleanUp.push(() => server.kill9());
    await server.start();
    const get = <T>(path: string): Promise<T> => server.must<T>('GET', `/sites/small-mall${path}`);
    expect(await get<Site>('')).toMatchObject({
      clock: 'data',
      historyFromMs: FROM_MS + 137,
      historyUntilMs: lastMs + 1,
    });
    const { atMs } = await get<LiveSnapshot>('/live');
    expect(atMs).toBeGreaterThanOrEqual(lastMs);
    expect(atMs).toBeLessThan(lastMs + 120_000);

    const [floor, ...moreFloors] = await get<Floor[]>('/floors');
    expect(moreFloors).toEqual([]);
    expect(floor).toMatchObject({ id: 'f1', name: 'F1', level: 0, widthM: WIDTH_M, heightM: HEIGHT_M });
    expect(floor!.image).toMatchObject({ metresPerPixel: 0.5, widthPx: 80, heightPx: 60 });
    const picture = await fetch(`${server.ready.url}/api/v1/sites/small-mall/floors/f1/image`, {
      headers: { authorization: `Bearer ${server.token}` },
    });
    expect(Buffer.from(await picture.arrayBuffer()).equals(image)).toBe(true);
    const zones = await get<Zone[]>('/zones');
    expect(zones.map(({ name, kind }) => [name, kind]).sort()).toEqual([
      ['Lift 1', 'other'],
      ['STARBUCKS COFFEE', 'shop'],
      ['UNIQLO', 'shop'],
    ]);
    const shop = zones.find((zone) => zone.name === 'UNIQLO')!;
    const corners = shop.shape.type === 'polygon' ? shop.shape.rings[0]! : [];
    expect(Math.max(...corners.map(([x]) => x))).toBeCloseTo(14, 1);
    expect(Math.max(...corners.map(([, y]) => y))).toBeCloseTo(14, 1);
    const gateways = await get<Gateway[]>('/gateways');
    expect(gateways.map(({ id, xM, yM }) => ({ id, x: xM, y: yM })).sort((a, b) => a.id.localeCompare(b.id))).toEqual(
      GATEWAYS.map(({ id, x, y }) => ({ id: id.toLowerCase().replaceAll(':', ''), x, y })),
    );

    const day = 'from=2019-11-24T00:00:00Z&to=2019-11-25T00:00:00Z';
    const visits = await get<Series>(`/metrics/footfall?interval=day&${day}`);
    expect(visits.series.map((point) => point.value)).toEqual([WALKS]);
    const inShop = await get<Series>(`/metrics/footfall?interval=day&zone=${shop.id}&${day}`);
    expect(inShop.series.map((point) => point.value)).toEqual([SHOPPERS]);
  });
});
