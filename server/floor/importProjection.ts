/** Coordinates of a drawing as metres on the floor, y up. Pure. */
import type { Point } from '../contract/model.ts';
import { badRequest } from '../errors.ts';

export type Crs = 'lonlat' | 'mercator' | 'metres';

export const METRES_PER_DEGREE = 111_319.49;
const EARTH_RADIUS_M = 6_378_137;
/** Some five kilometres: no floor is that wide, so larger numbers are not degrees. */
const WIDEST_FLOOR_DEGREES = 0.05;
/** What a floor's coordinates may be; beyond it they are of a map's grid and are moved to the floor's corner. */
const LOCAL_LIMIT_M = 5_000;

/** `declared` is the crs member of older GeoJSON, where it has one. */
export function detectCrs(points: readonly Point[], declared: unknown): Crs {
  const text = JSON.stringify(declared ?? '');
  if (/3857|900913/.test(text)) return 'mercator';
  const xs = points.map((p) => p[0]);
  const ys = points.map((p) => p[1]);
  const [minX, maxX, minY, maxY] = bounds(xs, ys);
  const inDegrees = minX >= -180 && maxX <= 180 && minY >= -90 && maxY <= 90;
  return inDegrees && maxX - minX <= WIDEST_FLOOR_DEGREES && maxY - minY <= WIDEST_FLOOR_DEGREES ? 'lonlat' : 'metres';
}

function bounds(xs: readonly number[], ys: readonly number[]): [number, number, number, number] {
  const low = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return [low(xs), high(xs), low(ys), high(ys)];
}

const toDegrees = ([x, y]: Point): Point => [
  ((x / EARTH_RADIUS_M) * 180) / Math.PI,
  ((2 * Math.atan(Math.exp(y / EARTH_RADIUS_M)) - Math.PI / 2) * 180) / Math.PI,
];
/** Millimetres: finer than any survey, and equal corners become equal numbers. */
const rounded = (metres: number): number => Math.round(metres * 1000) / 1000 || 0;

/** The way from drawing to floor, fixed by the points of the outline: its lower left corner becomes 0, 0. */
export function projection(outline: readonly Point[], crs: Crs): (at: Point) => Point {
  if (crs === 'metres') {
    const [minX, maxX, minY, maxY] = bounds(
      outline.map((p) => p[0]),
      outline.map((p) => p[1]),
    );
    const local = minX >= 0 && minY >= 0 && maxX <= LOCAL_LIMIT_M && maxY <= LOCAL_LIMIT_M;
    return local ? ([x, y]) => [rounded(x), rounded(y)] : ([x, y]) => [rounded(x - minX), rounded(y - minY)];
  }
  const degrees = crs === 'mercator' ? outline.map(toDegrees) : outline;
  const lons = degrees.map((p) => p[0]);
  const lats = degrees.map((p) => p[1]);
  const [lonMin, , latMin] = bounds(lons, lats);
  const meanLat = lats.reduce((sum, lat) => sum + lat, 0) / lats.length;
  if (!(Math.abs(meanLat) < 85))
    throw badRequest('coordinates must be longitude and latitude in degrees', 'body.features.0');
  const perLon = METRES_PER_DEGREE * Math.cos((meanLat * Math.PI) / 180);
  return (at) => {
    const [lon, lat] = crs === 'mercator' ? toDegrees(at) : at;
    return [rounded((lon - lonMin) * perLon), rounded((lat - latMin) * METRES_PER_DEGREE)];
  };
}
