/** The mall of the bench: gateways in a grid, shops between them, shoppers who walk from shop to shop and stay a while. */
import { join } from 'node:path';
import { carrier, floor, gateway, site, zone } from '../../../server/contract/model.ts';
import { Duck } from '../../../server/db/duckdb.ts';
import { migrate } from '../../../server/db/migrations/index.ts';
import { openRegistry } from '../../../server/registry/registry.ts';

export const SITE = 'mall';
export const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
const SPACING_M = 14;
const SHOP_M = 28;
/** More stand on a floor of their own. */
const GATEWAYS_PER_FLOOR = 250;
/** Carriers that come in one after another: see generator.ts. */
export const PROBES = 3_000;

export interface Grid {
  floors: number;
  columns: number;
  rows: number;
  widthM: number;
  heightM: number;
}

/** As near to a square as goes, with exactly so many gateways. */
export function gridOf(gateways: number): Grid {
  const floors = Math.ceil(gateways / GATEWAYS_PER_FLOOR);
  const perFloor = gateways / floors;
  let rows = Math.floor(Math.sqrt(perFloor));
  while (rows > 1 && perFloor % rows !== 0) rows--;
  const columns = perFloor / rows;
  if (!Number.isInteger(columns)) throw new Error(`${gateways} gateways cannot be put on ${floors} equal floors`);
  return { floors, columns, rows, widthM: columns * SPACING_M, heightM: rows * SPACING_M };
}

export interface Place {
  id: string;
  level: number;
  column: number;
  row: number;
  xM: number;
  yM: number;
}

/** Floor by floor, column by column. */
export function placesOf({ floors, columns, rows }: Grid): Place[] {
  const places: Place[] = [];
  for (let level = 0; level < floors; level++)
    for (let column = 0; column < columns; column++)
      for (let row = 0; row < rows; row++)
        places.push({
          id: `g-${level}-${column}-${row}`,
          level,
          column,
          row,
          xM: (column + 0.5) * SPACING_M,
          yM: (row + 0.5) * SPACING_M,
        });
  return places;
}

/** Major and minor. */
export const beaconOf = (i: number): [major: number, minor: number] => [1 + Math.floor(i / 60_000), i % 60_000];
export const probeBeacon = (i: number): [major: number, minor: number] => [900, i];

const square = (xM: number, yM: number, toXM: number, toYM: number): [number, number][] => [
  [xM, yM],
  [toXM, yM],
  [toXM, toYM],
  [xM, toYM],
];

export async function prepare(dataDir: string, gateways: number, carriers: number, nowMs: number): Promise<void> {
  const grid = gridOf(gateways);
  const floorId = (level: number): string => `f${level}`;
  const duck = await Duck.open(join(dataDir, 'promenade.duckdb'));
  try {
    await migrate(duck, nowMs);
    const registry = await openRegistry(
      duck,
      () => nowMs,
      () => undefined,
    );
    await registry.putSite(site.parse({ id: SITE, name: 'Bench', timezone: 'Europe/Prague', uuids: [UUID] }));
    const shops = [];
    for (let level = 0; level < grid.floors; level++) {
      const { widthM, heightM } = grid;
      await registry.floors.put(
        SITE,
        floor.parse({ id: floorId(level), name: floorId(level), level, widthM, heightM }),
      );
      for (let xM = 0; xM < widthM; xM += SHOP_M)
        for (let yM = 0; yM < heightM; yM += SHOP_M) {
          const ring = square(xM, yM, Math.min(widthM, xM + SHOP_M), Math.min(heightM, yM + SHOP_M));
          const id = `z-${level}-${xM}-${yM}`;
          shops.push(
            zone.parse({
              id,
              floorId: floorId(level),
              name: id,
              kind: 'shop',
              shape: { type: 'polygon', rings: [ring] },
            }),
          );
        }
    }
    await registry.zones.putAll(SITE, shops);
    await registry.gateways.putAll(
      SITE,
      placesOf(grid).map(({ id, level, xM, yM }) => gateway.parse({ id, floorId: floorId(level), xM, yM, zM: 3 })),
    );
    const own = Array.from({ length: carriers }, (_, i) => ['c', i, ...beaconOf(i)] as const);
    const probes = Array.from({ length: PROBES }, (_, i) => ['p', i, ...probeBeacon(i)] as const);
    await registry.carriers.putAll(
      SITE,
      [...own, ...probes].map(([of, i, major, minor]) =>
        carrier.parse({ id: `c-${of}-${i}`, kind: 'tag', uuid: UUID, major, minor }),
      ),
    );
  } finally {
    await duck.close();
  }
}
