/** A floor from GeoJSON: feature 0 is its outline, the others become zones and walls. Pure. */
import type { Floor, Point, Shape, Zone } from '../contract/model.ts';
import { badRequest } from '../errors.ts';
import { areaOf, shapeProblem } from './geometry.ts';
import { areBays, type FeatureUse, looksLikeBay, nameOf, useOf } from './importKinds.ts';
import { type Crs, detectCrs, projection } from './importProjection.ts';
import { idFromName } from './zoneIds.ts';

export const MAX_FEATURES = 5_000;
/** A mall floor of 700 shops has some 5,000. */
export const MAX_POINTS = 100_000;
const MAX_RING_POINTS = 5_000;
const MAX_RINGS = 50;
const MAX_WALLS = 20_000;
const MAX_FLOOR_M = 5_000;
/** Two plans of one wall differ by a centimetre at most. */
const WALL_GRID_M = 0.01;

export interface ImportedZone {
  name: string;
  kind: Zone['kind'];
  shape: Shape;
}
export interface FloorImport {
  crs: Crs;
  widthM: number;
  heightM: number;
  /** Null where the outline is of several parts: then the whole rectangle counts as walkable. */
  outline: Shape | null;
  walls: Floor['walls'];
  zones: ImportedZone[];
  /** Features that did not become zones, by what they are. */
  skipped: { feature: number; name: string | null; reason: string }[];
}
export interface ImportOptions {
  /** `auto` by default: what the numbers look like. */
  crs?: Crs | 'auto';
}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

interface Feature {
  index: number;
  properties: Json;
  /** As drawn: polygons of rings, or lines. */
  polygons: Point[][][];
  lines: Point[][];
}

/** Counts what is read, so that a hostile file ends early. */
class Reader {
  #points = 0;

  point(value: unknown, path: string): Point {
    if (++this.#points > MAX_POINTS)
      throw badRequest(`has more than ${MAX_POINTS} points; simplify the drawing`, 'body.features');
    if (!Array.isArray(value) || value.length < 2) throw badRequest('must be a point [x, y]', path);
    const [x, y] = value as unknown[];
    if (typeof x !== 'number' || typeof y !== 'number' || !Number.isFinite(x) || !Number.isFinite(y))
      throw badRequest('must be two finite numbers', path);
    return [x, y];
  }

  line(value: unknown, path: string, atLeast: number): Point[] {
    if (!Array.isArray(value)) throw badRequest('must be a list of points', path);
    if (value.length < atLeast) throw badRequest(`must have at least ${atLeast} points`, path);
    if (value.length > MAX_RING_POINTS)
      throw badRequest(`has ${value.length} points; at most ${MAX_RING_POINTS} are taken, so simplify it`, path);
    return value.map((point, i) => this.point(point, `${path}.${i}`));
  }

  /** GeoJSON's rings are closed. */
  ring(value: unknown, path: string): Point[] {
    const points = this.line(value, path, 4);
    const first = points[0]!;
    const last = points.at(-1)!;
    if (first[0] !== last[0] || first[1] !== last[1])
      throw badRequest('must be closed: its last point must be its first one again', path);
    return points;
  }

  polygon(value: unknown, path: string): Point[][] {
    if (!Array.isArray(value) || value.length === 0) throw badRequest('must be a list of rings', path);
    if (value.length > MAX_RINGS) throw badRequest(`must have at most ${MAX_RINGS} rings`, path);
    return value.map((ring, i) => this.ring(ring, `${path}.${i}`));
  }

  feature(value: unknown, index: number): Feature {
    const path = `body.features.${index}`;
    if (!isObject(value) || value.type !== 'Feature') throw badRequest('must be a Feature', path);
    const properties = isObject(value.properties) ? value.properties : {};
    const { geometry } = value;
    const feature: Feature = { index, properties, polygons: [], lines: [] };
    if (geometry === null || geometry === undefined) return feature;
    if (!isObject(geometry)) throw badRequest('must be a geometry', `${path}.geometry`);
    const { coordinates } = geometry;
    const at = `${path}.geometry.coordinates`;
    if (geometry.type === 'Polygon') feature.polygons.push(this.polygon(coordinates, at));
    else if (geometry.type === 'LineString') feature.lines.push(this.line(coordinates, at, 2));
    else if (geometry.type === 'MultiPolygon' || geometry.type === 'MultiLineString') {
      if (!Array.isArray(coordinates) || coordinates.length === 0) throw badRequest('must not be empty', at);
      if (coordinates.length > MAX_FEATURES) throw badRequest(`must have at most ${MAX_FEATURES} parts`, at);
      coordinates.forEach((part, i) => {
        if (geometry.type === 'MultiPolygon') feature.polygons.push(this.polygon(part, `${at}.${i}`));
        else feature.lines.push(this.line(part, `${at}.${i}`, 2));
      });
    }
    return feature;
  }
}

/** Open, without the points that rounding made equal. */
function openRing(ring: readonly Point[], project: (at: Point) => Point): Point[] {
  const points: Point[] = [];
  for (const drawn of ring) {
    const at = project(drawn);
    const last = points.at(-1);
    if (!last || last[0] !== at[0] || last[1] !== at[1]) points.push(at);
  }
  const [first, last] = [points[0], points.at(-1)];
  if (points.length > 1 && first && last && first[0] === last[0] && first[1] === last[1]) points.pop();
  return points;
}

function shapeOf(polygon: Point[][], path: string, project: (at: Point) => Point): Shape {
  const rings = polygon.map((ring, i) => {
    const open = openRing(ring, project);
    if (open.length < 3) throw badRequest('must enclose an area', `${path}.${i}`);
    return open;
  });
  const shape: Shape = { type: 'polygon', rings };
  const problem = shapeProblem(shape);
  // Its path starts with `rings`; in GeoJSON the rings are the coordinates themselves.
  if (problem) throw badRequest(problem.message, [path, ...problem.path.slice(1)].join('.'));
  return shape;
}

class Walls {
  readonly #walls = new Map<string, [number, number, number, number]>();

  add(a: Point, b: Point): void {
    const key = (p: Point) => `${Math.round(p[0] / WALL_GRID_M)},${Math.round(p[1] / WALL_GRID_M)}`;
    const [from, to] = [key(a), key(b)];
    // A wall between two shops is drawn by both.
    if (from !== to) this.#walls.set(from < to ? `${from} ${to}` : `${to} ${from}`, [...a, ...b]);
  }
  addShape(shape: Shape): void {
    if (shape.type === 'polygon')
      for (const ring of shape.rings) for (const [i, a] of ring.entries()) this.add(a, ring[(i + 1) % ring.length]!);
  }
  /** The longest, where there are too many. */
  list(): Floor['walls'] {
    const all = [...this.#walls.values()];
    if (all.length <= MAX_WALLS) return all;
    const length = ([x1, y1, x2, y2]: [number, number, number, number]) => Math.hypot(x2 - x1, y2 - y1);
    return all.sort((a, b) => length(b) - length(a)).slice(0, MAX_WALLS);
  }
}

const partPath = (feature: Feature, part: number): string =>
  `body.features.${feature.index}.geometry.coordinates${feature.polygons.length > 1 ? `.${part}` : ''}`;

/** @throws AppError 400 with the path of what is wrong in the file. */
export function importGeojson(input: unknown, options: ImportOptions = {}): FloorImport {
  if (!isObject(input) || input.type !== 'FeatureCollection' || !Array.isArray(input.features))
    throw badRequest('must be a GeoJSON FeatureCollection', 'body');
  if (input.features.length === 0)
    throw badRequest('must not be empty: feature 0 is the outline of the floor', 'body.features');
  if (input.features.length > MAX_FEATURES)
    throw badRequest(`must have at most ${MAX_FEATURES} features`, 'body.features');
  const reader = new Reader();
  const features = input.features.map((value, i) => reader.feature(value, i));
  const [first, ...others] = features as [Feature, ...Feature[]];
  if (first.polygons.length === 0)
    throw badRequest('must be a Polygon or MultiPolygon: the outline of the floor', 'body.features.0.geometry');

  const drawn = first.polygons.flat(2);
  const crs =
    options.crs && options.crs !== 'auto'
      ? options.crs
      : detectCrs(drawn, input.crs ?? (input.features[0] as Json).crs);
  const project = projection(drawn, crs);
  const outlines = first.polygons.map((polygon, i) => shapeOf(polygon, partPath(first, i), project));
  const corners = outlines.flatMap((shape) => (shape.type === 'polygon' ? shape.rings.flat() : []));
  const widthM = corners.reduce((most, p) => Math.max(most, p[0]), 0);
  const heightM = corners.reduce((most, p) => Math.max(most, p[1]), 0);
  if (widthM > MAX_FLOOR_M || heightM > MAX_FLOOR_M || widthM < 1 || heightM < 1)
    throw badRequest(
      `gives a floor of ${widthM.toFixed(1)} × ${heightM.toFixed(1)} m; name the coordinates' system with crs=lonlat or crs=metres`,
      'body.features.0.geometry',
    );

  const walls = new Walls();
  for (const outline of outlines) walls.addShape(outline);
  const parts = others.map((feature) => {
    const name = nameOf(feature.properties);
    const shapes = feature.polygons.map((polygon, i) => shapeOf(polygon, partPath(feature, i), project));
    return { feature, name, shapes, use: useOf(name, feature.properties) };
  });
  const bay = (part: (typeof parts)[number]): boolean =>
    part.name !== undefined &&
    part.use.use === 'zone' &&
    part.use.kind === 'shop' &&
    part.shapes.length === 1 &&
    looksLikeBay(part.name, areaOf(part.shapes[0]!));
  const withBays = areBays(parts.filter(bay).length);

  const zones: ImportedZone[] = [];
  const skipped: FloorImport['skipped'] = [];
  for (const part of parts) {
    const { feature, name, shapes } = part;
    for (const line of feature.lines)
      for (let i = 1; i < line.length; i++) walls.add(project(line[i - 1]!), project(line[i]!));
    const use: FeatureUse = withBays && bay(part) ? { use: 'nothing', reason: 'is a parking bay' } : part.use;
    if (shapes.length === 0) {
      if (feature.lines.length === 0)
        skipped.push({ feature: feature.index, name: name ?? null, reason: 'is neither an area nor a line' });
      continue;
    }
    if (use.use !== 'nothing') for (const shape of shapes) walls.addShape(shape);
    if (use.use === 'zone')
      // A shop of two parts is two zones of one name: a zone is one area.
      for (const shape of shapes) zones.push({ name: name ?? `${use.kind} ${feature.index}`, kind: use.kind, shape });
    else skipped.push({ feature: feature.index, name: name ?? null, reason: use.reason });
  }
  return {
    crs,
    widthM,
    heightM,
    outline: outlines.length === 1 ? outlines[0]! : null,
    walls: walls.list(),
    zones,
    skipped,
  };
}

/**
 * Zones of a floor with ids. Where the floor already has a zone of that name, it keeps its id, tenant and threshold, so
 * that a newer plan can be imported over an older one. `existing` are all zones of the site.
 */
export function zonesFromImport(imported: readonly ImportedZone[], floorId: string, existing: readonly Zone[]): Zone[] {
  const ids = new Set(existing.map((zone) => zone.id));
  const counted = new Map<string, number>();
  const byName = new Map<string, Zone[]>();
  for (const zone of existing)
    if (zone.floorId === floorId) byName.set(zone.name, [...(byName.get(zone.name) ?? []), zone]);
  return imported.map(({ name, kind, shape }) => {
    const known = byName.get(name)?.shift();
    if (known) return { ...known, shape };
    const zoneId = idFromName(name, kind, (candidate) => ids.has(candidate), counted);
    ids.add(zoneId);
    return { id: zoneId, floorId, name, kind, shape, tenantId: null, minStaySeconds: null };
  });
}
