import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Zone } from '../../server/contract/model.ts';
import { floor, zone } from '../../server/contract/model.ts';
import { AppError } from '../../server/errors.ts';
import { areaOf, boundsOf, pointInShape } from '../../server/floor/geometry.ts';
import { importGeojson, MAX_FEATURES, zonesFromImport } from '../../server/floor/importGeojson.ts';
import { idFromName, slug } from '../../server/floor/zoneIds.ts';

type At = [number, number];
const square = (x: number, y: number, side: number): At[] => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
  [x, y],
];
const feature = (properties: object | null, geometry: unknown) => ({ type: 'Feature', properties, geometry });
const polygon = (properties: object | null, ...rings: unknown[]) =>
  feature(properties, { type: 'Polygon', coordinates: rings });
const collection = (...features: unknown[]) => ({ type: 'FeatureCollection', features });
const OUTLINE = polygon({ name: 'F1' }, square(0, 0, 100));

const failure = (input: unknown, options = {}): { path: string | undefined; message: string } => {
  try {
    importGeojson(input, options);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    const { status, path, message } = error as AppError;
    expect(status).toBe(400);
    return { path, message };
  }
  throw new Error('was accepted');
};

test('feature 0 is the outline, the others are zones by what they are', () => {
  const result = importGeojson(
    collection(
      OUTLINE,
      polygon({ name: '  CHOW&amp;RAY ' }, square(10, 10, 10)),
      polygon({ name: 'Lift 2' }, square(30, 10, 5)),
      polygon({ name: 'Main entrance' }, square(45, 0, 8)),
      polygon({ name: 'North corridor' }, square(40, 40, 20)),
      polygon({ name: 'zhongkong' }, square(70, 70, 10)),
      polygon({ name: '' }, square(70, 10, 5)),
      polygon({ name: 'Anything', kind: 'coupon' }, square(80, 10, 5)),
      feature(
        { name: 'a wall' },
        {
          type: 'LineString',
          coordinates: [
            [1, 1],
            [1, 9],
          ],
        },
      ),
      feature({ name: 'a point' }, { type: 'Point', coordinates: [5, 5] }),
      feature(null, null),
    ),
  );
  expect(result.crs).toBe('metres');
  expect([result.widthM, result.heightM]).toEqual([100, 100]);
  expect(result.zones.map(({ name, kind }) => [name, kind])).toEqual([
    ['CHOW&RAY', 'shop'],
    ['Lift 2', 'other'],
    ['Main entrance', 'entrance'],
    ['North corridor', 'corridor'],
    ['Anything', 'coupon'],
  ]);
  expect(result.zones[0]?.shape).toEqual({
    type: 'polygon',
    rings: [
      [
        [10, 10],
        [20, 10],
        [20, 20],
        [10, 20],
      ],
    ],
  });
  expect(result.skipped.map(({ feature, reason }) => [feature, reason])).toEqual([
    [5, 'is a void'],
    [6, 'has no name'],
    [9, 'is neither an area nor a line'],
    [10, 'is neither an area nor a line'],
  ]);
  expect(result.walls).toContainEqual([1, 1, 1, 9]);
});

test('longitude and latitude become metres as the shared data define it', () => {
  const outline: At[] = [
    [120.07, 30.29],
    [120.071, 30.29],
    [120.071, 30.292],
    [120.07, 30.292],
    [120.07, 30.29],
  ];
  const { crs, widthM, heightM } = importGeojson(collection(polygon({}, outline)));
  const meanLat = (30.29 * 3 + 30.292 * 2) / 5;
  expect(crs).toBe('lonlat');
  expect(widthM).toBeCloseTo(0.001 * 111319.49 * Math.cos((meanLat * Math.PI) / 180), 2);
  expect(heightM).toBeCloseTo(0.002 * 111319.49, 2);
});

test('Web Mercator is undone before it is measured; a projected grid is moved to the corner', () => {
  const lon = 14.42;
  const lat = 50.08;
  const R = 6378137;
  const toMercator = ([x, y]: At): At => [
    (x * Math.PI * R) / 180,
    R * Math.log(Math.tan(Math.PI / 4 + (y * Math.PI) / 360)),
  ];
  const degrees: At[] = square(lon, lat, 0.001);
  const drawn = collection(polygon({}, degrees.map(toMercator)));
  const mercator = importGeojson({
    ...drawn,
    crs: { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::3857' } },
  });
  const geographic = importGeojson(collection(polygon({}, degrees)));
  expect(mercator.crs).toBe('mercator');
  expect(mercator.widthM).toBeCloseTo(geographic.widthM, 1);
  expect(mercator.heightM).toBeCloseTo(geographic.heightM, 1);
  const grid = importGeojson(collection(polygon({}, square(3_460_100, 5_550_200, 40))));
  expect([grid.crs, grid.widthM, grid.heightM]).toEqual(['metres', 40, 40]);
});

test('a wall that two shops share is one wall', () => {
  const { walls } = importGeojson(
    collection(OUTLINE, polygon({ name: 'A' }, square(10, 10, 10)), polygon({ name: 'B' }, square(20, 10, 10))),
  );
  expect(walls).toHaveLength(4 + 4 + 4 - 1);
});

test('bays of a car park are no shops, a few shops with numbers are', () => {
  const bays = (count: number) =>
    Array.from({ length: count }, (_, i) => polygon({ name: `B${100 + i}` }, square(i * 3, 10, 3)));
  expect(importGeojson(collection(OUTLINE, ...bays(5))).zones).toHaveLength(5);
  const parking = importGeojson(collection(OUTLINE, ...bays(30), polygon({ name: 'B999' }, square(0, 50, 20))));
  expect(parking.zones.map((one) => one.name)).toEqual(['B999']);
  expect(parking.skipped).toHaveLength(30);
  expect(parking.walls).toHaveLength(8);
});

test('holes stay holes, an outline of two parts is no single outline', () => {
  const ring = importGeojson(collection(OUTLINE, polygon({ name: 'Ring' }, square(10, 10, 30), square(20, 20, 10))));
  expect(pointInShape(ring.zones[0]!.shape, 15, 15)).toBe(true);
  expect(pointInShape(ring.zones[0]!.shape, 25, 25)).toBe(false);
  const parts = importGeojson(
    collection(feature({}, { type: 'MultiPolygon', coordinates: [[square(0, 0, 10)], [square(20, 0, 10)]] })),
  );
  expect(parts.outline).toBeNull();
  expect([parts.widthM, parts.heightM]).toEqual([30, 10]);
  expect(parts.walls).toHaveLength(8);
});

describe('what is refused, and where', () => {
  const BOW_TIE: At[] = [
    [10, 10],
    [20, 20],
    [20, 10],
    [10, 20],
    [10, 10],
  ];
  const at = 'body.features.1.geometry.coordinates';
  const many = (count: number): At[] => {
    const points = Array.from({ length: count }, (_, i): At => {
      const angle = (i / count) * 2 * Math.PI;
      return [50 + 40 * Math.cos(angle), 50 + 40 * Math.sin(angle)];
    });
    return [...points, points[0]!];
  };
  test.each([
    ['no GeoJSON', { type: 'Topology' }, 'body', 'FeatureCollection'],
    ['nothing', undefined, 'body', 'FeatureCollection'],
    ['no features', collection(), 'body.features', 'empty'],
    ['too many features', collection(...Array(MAX_FEATURES + 1).fill(OUTLINE)), 'body.features', '5000'],
    ['no feature', collection(OUTLINE, 7), 'body.features.1', 'Feature'],
    [
      'an outline that is a line',
      collection(feature({}, { type: 'LineString', coordinates: square(0, 0, 9) })),
      'body.features.0.geometry',
      'outline',
    ],
    ['an open ring', collection(OUTLINE, polygon({ name: 'A' }, square(1, 1, 5).slice(0, 4))), `${at}.0`, 'closed'],
    [
      'too few points',
      collection(
        OUTLINE,
        polygon({ name: 'A' }, [
          [1, 1],
          [1, 1],
        ]),
      ),
      `${at}.0`,
      'at least 4',
    ],
    [
      'no area',
      collection(
        OUTLINE,
        polygon({ name: 'A' }, [
          [1, 1],
          [5, 5],
          [9, 9],
          [1, 1],
        ]),
      ),
      `${at}.0`,
      '',
    ],
    [
      'one spot',
      collection(
        OUTLINE,
        polygon({ name: 'A' }, [
          [1, 1],
          [1, 1],
          [1, 1],
          [1, 1],
        ]),
      ),
      `${at}.0`,
      'area',
    ],
    ['a polygon that crosses itself', collection(OUTLINE, polygon({ name: 'A' }, BOW_TIE)), `${at}.0`, 'cross'],
    [
      'an outline that crosses itself',
      collection(polygon({}, BOW_TIE)),
      'body.features.0.geometry.coordinates.0',
      'cross',
    ],
    [
      'a crossing in one part of many',
      collection(
        OUTLINE,
        feature({ name: 'A' }, { type: 'MultiPolygon', coordinates: [[square(1, 1, 5)], [BOW_TIE]] }),
      ),
      `${at}.1.0`,
      'cross',
    ],
    [
      'a hole outside',
      collection(OUTLINE, polygon({ name: 'A' }, square(1, 1, 5), square(50, 50, 5))),
      `${at}.1`,
      'inside',
    ],
    [
      'NaN',
      collection(
        OUTLINE,
        polygon({ name: 'A' }, [
          [1, 1],
          [Number.NaN, 5],
          [9, 9],
          [1, 1],
        ]),
      ),
      `${at}.0.1`,
      'finite',
    ],
    [
      'text for a number',
      collection(
        OUTLINE,
        polygon({ name: 'A' }, [
          [1, 1],
          ['2', 5],
          [9, 9],
          [1, 1],
        ]),
      ),
      `${at}.0.1`,
      'finite',
    ],
    [
      'a point of one number',
      collection(OUTLINE, polygon({ name: 'A' }, [[1, 1], [2], [9, 9], [1, 1]])),
      `${at}.0.1`,
      'point',
    ],
    ['no coordinates', collection(OUTLINE, feature({}, { type: 'Polygon' })), at, 'rings'],
    ['a ring of too many points', collection(OUTLINE, polygon({ name: 'A' }, many(5_001))), `${at}.0`, '5000'],
    ['a continent', collection(polygon({}, square(0, 0, 20_000))), 'body.features.0.geometry', 'crs='],
  ])('%s', (_, input, path, message) => {
    const refused = failure(input);
    expect(refused.path).toBe(path);
    expect(refused.message).toContain(message);
  });

  test('degrees that are none', () => {
    expect(failure(collection(polygon({}, square(10, 200, 0.001))), { crs: 'lonlat' }).message).toContain('degrees');
  });
});

describe('ids', () => {
  test('come from names', () => {
    expect(slug('STARBUCKS COFFEE')).toBe('starbucks-coffee');
    expect(slug('Bäckerei Müller & Söhne')).toBe('backerei-muller-sohne');
    expect(slug('Żółta Łódź')).toBe('zolta-lodz');
    expect(slug('优衣库')).toBe('');
    expect(slug(`${'x'.repeat(26)} yz`)).toMatch(/^[a-z0-9-]{1,27}$/);
    expect(slug(`${'x'.repeat(26)} yz`)).not.toMatch(/-$/);
  });
  test('are unique, also without Latin letters', () => {
    const ids = new Set<string>();
    for (const name of ['UNIQLO', 'Uniqlo', '优衣库', '星巴克', 'uniqlo']) {
      const id = idFromName(name, 'shop', (one) => ids.has(one));
      ids.add(id);
    }
    expect([...ids]).toEqual(['uniqlo', 'uniqlo-2', 'shop-1', 'shop-2', 'uniqlo-3']);
  });
  test('stay with the zone of the same name on that floor, and are not taken from another floor', () => {
    const imported = importGeojson(
      collection(
        OUTLINE,
        polygon({ name: 'Shoes' }, square(10, 10, 10)),
        polygon({ name: 'Hats' }, square(30, 10, 10)),
      ),
    ).zones;
    const elsewhere: Zone = {
      id: 'hats',
      floorId: 'f2',
      name: 'Hats',
      kind: 'shop',
      shape: { type: 'circle', xM: 1, yM: 1, radiusM: 1 },
      tenantId: null,
      minStaySeconds: null,
    };
    const known: Zone = { ...elsewhere, id: 'the-shoe-shop', floorId: 'f1', name: 'Shoes', tenantId: 'shoes' };
    const zones = zonesFromImport(imported, 'f1', [elsewhere, known]);
    expect(zones.map((one) => [one.id, one.tenantId, one.floorId])).toEqual([
      ['the-shoe-shop', 'shoes', 'f1'],
      ['hats-2', null, 'f1'],
    ]);
    expect(zones[0]?.shape).toEqual(imported[0]?.shape);
  });
});

const DATA = join(
  process.env.PROMENADE_DATA ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'data'),
  'mall-hangzhou',
  'floors',
);
describe.skipIf(!existsSync(DATA))(`a real mall (${existsSync(DATA) ? 'present' : `skipped: no ${DATA}`})`, () => {
  const floors = existsSync(DATA) ? readdirSync(DATA).sort() : [];
  test('has five floors', () => expect(floors).toEqual(['B1', 'F1', 'F2', 'F3', 'F4']));

  test.each(floors)('%s is imported whole and within its bounds', (name) => {
    const geojson = JSON.parse(readFileSync(join(DATA, name, 'geojson_map.json'), 'utf8'));
    const { map_info: info } = JSON.parse(readFileSync(join(DATA, name, 'floor_info.json'), 'utf8'));
    const result = importGeojson(geojson);
    expect(result.crs).toBe('lonlat');
    expect(result.widthM).toBeCloseTo(info.width, 1);
    expect(result.heightM).toBeCloseTo(info.height, 1);
    expect(result.zones.length + result.skipped.length).toBe(geojson.features.length - 1);
    const shops = result.zones.filter((one) => one.kind === 'shop');
    expect(shops.length).toBeGreaterThan(25);
    for (const { shape } of result.zones) {
      const { minXM, minYM, maxXM, maxYM } = boundsOf(shape);
      expect([minXM > -5, minYM > -5, maxXM < result.widthM + 5, maxYM < result.heightM + 5]).not.toContain(false);
      expect(areaOf(shape)).toBeGreaterThan(0);
    }
    const zones = zonesFromImport(result.zones, name.toLowerCase(), []);
    expect(new Set(zones.map((one) => one.id)).size).toBe(zones.length);
    for (const one of zones) zone.parse(one);
    const { widthM, heightM, outline, walls } = result;
    floor.parse({ id: name.toLowerCase(), name, level: 0, widthM, heightM, outline, walls });
  });

  test('the names of F1 are kept', () => {
    const geojson = JSON.parse(readFileSync(join(DATA, 'F1', 'geojson_map.json'), 'utf8'));
    const names = importGeojson(geojson)
      .zones.filter((one) => one.kind === 'shop')
      .map((one) => one.name);
    for (const name of ['UNIQLO', 'adidas', 'STARBUCKS COFFEE', 'CHOW&RAY']) expect(names).toContain(name);
    expect(names.filter((name) => /fuzhumian|zhongkong|feikaifang/.test(name))).toEqual([]);
  });
});
