/** What an engine could have emitted, at random: of a site with two floors, whose outages the caller draws. */
import type { CarrierKind } from '../../server/contract/model.ts';
import type { EngineRows, OpenRows } from '../../server/engine/types.ts';
import { HOUR, MINUTE, noRows, SECOND, zoneNamed } from './rows.ts';

export const ZONES = [
  zoneNamed('a'),
  zoneNamed('b', { minStaySeconds: 90 }),
  zoneNamed('up', { floorId: 'f2' }),
  zoneNamed('door', { kind: 'entrance', minStaySeconds: 0 }),
  zoneNamed('way', { kind: 'corridor' }),
  zoneNamed('spot', { kind: 'coupon' }),
];
export const QUARTER = 15 * MINUTE;
const KINDS: CarrierKind[] = ['tag', 'tag', 'shopper', 'unknown', 'unknown', 'staff', 'cart'];

export type Random = () => number;
export const below = (random: Random, n: number) => Math.floor(random() * n);
export const pick = <T>(random: Random, from: readonly T[]): T => from[below(random, from.length)]!;

/** Lengths crowd around the thresholds. */
export function lengthMs(random: Random): number {
  const kind = random();
  if (kind < 0.1) return 0;
  if (kind < 0.5)
    return pick(random, [30, 60, 90, 120]) * SECOND + pick(random, [-1001, -1000, -999, -1, 0, 1, 999, 1000]);
  return below(random, kind < 0.9 ? 40 * MINUTE : 6 * HOUR);
}

/** As the engine measures it, or not known. */
const randomCertainty = (random: Random) =>
  random() < 0.2 ? {} : { lagMs: below(random, 6) * 900, gateways: below(random, 6) };

/** Of visits alone. */
const randomDoors = (random: Random) =>
  random() < 0.2
    ? {}
    : {
        firstGapMs: below(random, 9) * 1_100,
        firstLagMs: below(random, 6) * 700,
        firstGateways: below(random, 4),
        lastGapMs: below(random, 9) * 1_300,
        lastLagMs: below(random, 9) * 700,
        lastGateways: below(random, 4),
      };

/** What an engine could have emitted between two times of its clock. */
export function randomRows(
  random: Random,
  fromMs: number,
  toMs: number,
  silent: (atMs: number) => boolean,
): EngineRows {
  const rows = noRows();
  const visits = below(random, 25);
  for (let i = 0; i < visits; i += 1) {
    const emittedAtMs = fromMs + 1 + below(random, toMs - fromMs);
    const carrierId = `c-${below(random, 30)}`;
    const kind = KINDS[Number(carrierId.slice(2)) % KINDS.length]!;
    const length = lengthMs(random);
    const startMs = emittedAtMs - length - below(random, 20 * MINUTE);
    rows.visits.push({
      carrierId,
      kind,
      startMs,
      endMs: startMs + length,
      entranceZoneId: null,
      ...randomCertainty(random),
      ...randomDoors(random),
      emittedAtMs,
    });
    for (let s = below(random, 4); s > 0; s -= 1) {
      const stayStart = startMs + below(random, length + 1);
      const zone = pick(random, ZONES);
      rows.stays.push({
        carrierId,
        kind,
        zoneId: zone.id,
        floorId: zone.floorId,
        startMs: stayStart,
        endMs: stayStart + lengthMs(random),
        visitStartMs: startMs,
        massPermille: below(random, 1_001),
        ...randomCertainty(random),
        emittedAtMs: fromMs + 1 + below(random, toMs - fromMs),
      });
    }
  }
  for (let quarter = Math.ceil(fromMs / QUARTER) * QUARTER; quarter + QUARTER <= toMs; quarter += QUARTER) {
    const emittedAtMs = quarter + QUARTER;
    for (let i = below(random, 12); i > 0; i -= 1)
      rows.heat.push({
        floorId: pick(random, ['f1', 'f2']),
        bucketStartMs: quarter,
        cellX: below(random, 6) - 2,
        cellY: below(random, 4),
        carrierId: `c-${below(random, 40)}`,
        dwellMs: 1 + below(random, QUARTER),
        emittedAtMs,
      });
    for (const zoneId of [null, 'a', 'up'])
      rows.occupancy.push({
        zoneId,
        bucketStartMs: quarter,
        carrierMs: below(random, 20 * QUARTER),
        peak: below(random, 30),
        emittedAtMs,
      });
  }
  for (let minute = Math.ceil(fromMs / MINUTE) * MINUTE; minute + MINUTE <= toMs; minute += MINUTE)
    for (const [gatewayId, share] of [
      ['g1', 0.97],
      ['g2', 0.8],
      ['up', 0.95],
      ['off', 1],
    ] as const)
      if (!silent(minute) && random() < share)
        rows.coverage.push({ gatewayId, minuteStartMs: minute, emittedAtMs: minute + MINUTE });
  return rows;
}

export function randomOpen(random: Random, watermarkMs: number): OpenRows {
  const open: OpenRows = { visits: [], stays: [], heat: [], occupancy: [] };
  for (let i = below(random, 8); i > 0; i -= 1) {
    const startMs = watermarkMs - below(random, 5 * HOUR);
    const endMs = startMs + below(random, watermarkMs - startMs + 1);
    const carrierId = `c-${100 + i}`;
    const kind = pick(random, KINDS);
    open.visits.push({
      carrierId,
      kind,
      startMs,
      endMs,
      entranceZoneId: null,
      ...randomCertainty(random),
      ...randomDoors(random),
    });
    const stayStart = startMs + below(random, endMs - startMs + 1);
    open.stays.push({
      carrierId,
      kind,
      zoneId: 'a',
      floorId: 'f1',
      startMs: stayStart,
      endMs,
      visitStartMs: startMs,
      massPermille: 700,
      lagMs: 1_500,
    });
  }
  const bucketStartMs = Math.floor(watermarkMs / QUARTER) * QUARTER;
  open.heat.push({ floorId: 'f1', bucketStartMs, cellX: 0, cellY: 0, carrierId: 'c-1', dwellMs: 1000 });
  open.occupancy.push({ zoneId: null, bucketStartMs, carrierMs: 5 * MINUTE, peak: 7 });
  return open;
}

export const cut = <T extends { emittedAtMs: number }>(rows: T[], toMs: number) =>
  rows.filter((row) => row.emittedAtMs <= toMs);
export const join = (a: EngineRows, b: EngineRows): EngineRows => ({
  visits: [...a.visits, ...b.visits],
  stays: [...a.stays, ...b.stays],
  heat: [...a.heat, ...b.heat],
  occupancy: [...a.occupancy, ...b.occupancy],
  coverage: [...a.coverage, ...b.coverage],
});
