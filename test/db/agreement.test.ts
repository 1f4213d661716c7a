/** SQL and the plain definitions agree on random rows, whatever the order and size of commits, rewinds and rollups. */
import { expect, test } from 'vitest';
import { INTERVALS, METRICS } from '../../server/contract/metrics.ts';
import type { CarrierKind } from '../../server/contract/model.ts';
import type { ReadSql } from '../../server/db/duckdb.ts';
import { rollupState } from '../../server/db/rollups.ts';
import type { TimeSeries } from '../../server/db/timeSeries.ts';
import type { EngineRows, OpenRows } from '../../server/engine/types.ts';
import { memoryRegistry } from '../support/memoryRegistry.ts';
import { seededRandom } from '../support/random.ts';
import {
  affinityByHand,
  coverageQuartersByHand,
  flowsByHand,
  heatDaysByHand,
  heatmapByHand,
  type PlainSite,
  peakHoursByHand,
  returningByHand,
  seriesByHand,
  visitQuartersByHand,
} from './bruteForce.ts';
import { onEachEngine } from './engines.ts';
import { addSite, commitOf, DAY, gatewayNamed, HOUR, MINUTE, noRows, SECOND, zoneNamed } from './rows.ts';

const ZONES = [
  zoneNamed('a'),
  zoneNamed('b', { minStaySeconds: 90 }),
  zoneNamed('up', { floorId: 'f2' }),
  zoneNamed('door', { kind: 'entrance', minStaySeconds: 0 }),
  zoneNamed('way', { kind: 'corridor' }),
  zoneNamed('spot', { kind: 'coupon' }),
];
const QUARTER = 15 * MINUTE;
const KINDS: CarrierKind[] = ['tag', 'tag', 'shopper', 'unknown', 'unknown', 'staff', 'cart'];

type Random = () => number;
const below = (random: Random, n: number) => Math.floor(random() * n);
const pick = <T>(random: Random, from: readonly T[]): T => from[below(random, from.length)]!;

/** Lengths crowd around the thresholds. */
function lengthMs(random: Random): number {
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
function randomRows(random: Random, fromMs: number, toMs: number, silent: (atMs: number) => boolean): EngineRows {
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

function randomOpen(random: Random, watermarkMs: number): OpenRows {
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

const cut = <T extends { emittedAtMs: number }>(rows: T[], toMs: number) =>
  rows.filter((row) => row.emittedAtMs <= toMs);
const join = (a: EngineRows, b: EngineRows): EngineRows => ({
  visits: [...a.visits, ...b.visits],
  stays: [...a.stays, ...b.stays],
  heat: [...a.heat, ...b.heat],
  occupancy: [...a.occupancy, ...b.occupancy],
  coverage: [...a.coverage, ...b.coverage],
});

async function checkAll(site: PlainSite, series: TimeSeries, random: Random, startMs: number) {
  const span = site.watermarkMs + 3 * HOUR - startMs;
  const aligned = random() < 0.6;
  const step = aligned ? HOUR : 1;
  const fromMs = startMs + Math.floor((random() * span * 0.6) / step) * step;
  const toMs = fromMs + Math.max(1, Math.ceil((random() * span * 0.6) / step)) * step;
  const zoneId = pick(random, [undefined, 'a', 'b', 'up', 'door', 'way']);
  const period = { siteId: site.siteId, fromMs, toMs, ...(zoneId === undefined ? {} : { zoneId }) };
  for (const metric of METRICS) {
    const interval = pick(random, INTERVALS);
    const answer = await series.series({ ...period, metric, interval });
    expect(answer.series, `${metric} by ${interval} of ${zoneId}`).toEqual(
      seriesByHand(site, { ...period, metric, interval }),
    );
    for (const point of answer.series)
      if (point.value !== null) {
        expect(point.low).toBeLessThanOrEqual(point.value);
        expect(point.high).toBeGreaterThanOrEqual(point.value);
      }
  }
  expect(await series.peakHours(period)).toEqual(peakHoursByHand(site, fromMs, toMs, zoneId));
  const heat = {
    siteId: site.siteId,
    floorId: pick(random, ['f1', 'f2']),
    fromMs,
    toMs,
    cellM: pick(random, [1, 2, 3, 5]),
    measure: pick(random, ['dwell', 'carriers'] as const),
  };
  expect(await series.heatmap(heat)).toEqual(heatmapByHand(site, heat));
  expect((await series.affinity(period)).pairs).toEqual(affinityByHand(site, fromMs, toMs, zoneId));
  const { coverage: _, ...flows } = await series.flows(period);
  expect(flows).toEqual(flowsByHand(site, fromMs, toMs, zoneId));
  expect(await series.returning(period)).toEqual(returningByHand(site, fromMs, toMs, zoneId));
}

const inOrder = (rows: object[]) => rows.map((row) => JSON.stringify(row, Object.keys(row).sort())).sort();

/** Every rollup row, against what the rows give. */
async function checkRollups(look: ReadSql, site: PlainSite): Promise<number> {
  const state = (await rollupState(look, site.siteId))!;
  const of = (table: string) => look.all(`select * exclude (site_id) from ${table} where site_id = $1`, [site.siteId]);
  const visits = inOrder(await of('visit_quarters'));
  expect(visits).toEqual(inOrder(visitQuartersByHand(site, state.sealedMs)));
  expect(inOrder(await of('coverage_quarters'))).toEqual(inOrder(coverageQuartersByHand(site, state.coverageSealedMs)));
  expect(inOrder(await of('heat_days'))).toEqual(inOrder(heatDaysByHand(site, state.heatSealedDay)));
  return visits.length;
}

onEachEngine((engine) => {
  test.each([
    { seed: 1, timezone: 'Europe/Prague', from: '2026-03-27T00:00Z' },
    { seed: 2, timezone: 'Europe/Prague', from: '2026-10-23T00:00Z' },
    { seed: 3, timezone: 'Australia/Lord_Howe', from: '2026-04-03T00:00Z' },
    { seed: 4, timezone: 'Asia/Kathmandu', from: '2026-05-01T00:00Z' },
  ])('answers as the definitions do: seed $seed, $timezone', { timeout: 120_000 }, async ({ seed, timezone, from }) => {
    const random = seededRandom(seed);
    const registry = memoryRegistry();
    const { series, look, again } = await engine.open(registry);
    const gateways = [
      gatewayNamed('g1'),
      gatewayNamed('g2'),
      gatewayNamed('up', { floorId: 'f2' }),
      gatewayNamed('off', { enabled: false }),
    ];
    await addSite(registry, 'mall', timezone, ZONES, gateways);
    await addSite(registry, 'other', timezone, ZONES, gateways);
    // A small k, so that some figures show and some do not.
    for (const siteId of ['mall', 'other'])
      await registry.putDefinitions(siteId, { ...registry.definitions(siteId).definitions, kAnonymity: 3 });
    const startMs = Date.parse(from);
    const outage = startMs + 20 * HOUR + below(random, 30 * HOUR);
    const silent = (atMs: number) => atMs >= outage && atMs < outage + 7 * HOUR;
    const site: PlainSite = {
      siteId: 'mall',
      registry,
      rows: noRows(),
      open: { visits: [], stays: [], heat: [], occupancy: [] },
      watermarkMs: startMs,
      dirtyFromMs: null,
    };
    let rewinds = 0;
    let sealed = 0; // The most rollup rows that were compared.
    for (let step = 0; step < 24; step += 1) {
      let rewoundToMs: number | null = null;
      let computedFromMs = site.watermarkMs;
      if (step > 3 && random() < 0.3) {
        rewinds += 1;
        rewoundToMs = site.watermarkMs - below(random, 30 * HOUR);
        computedFromMs = rewoundToMs;
        for (const rows of Object.values(site.rows) as { emittedAtMs: number }[][])
          rows.splice(0, rows.length, ...cut(rows, rewoundToMs));
      }
      site.watermarkMs += MINUTE + below(random, 8 * HOUR);
      const rows = randomRows(random, computedFromMs, site.watermarkMs, silent);
      site.rows = join(site.rows, rows);
      site.dirtyFromMs = random() < 0.3 ? site.watermarkMs - below(random, DAY) : null;
      const open = random() < 0.7 ? randomOpen(random, site.watermarkMs) : undefined;
      if (open) site.open = open;
      await series.commit({
        ...commitOf('mall', site.watermarkMs, rows),
        rewoundToMs,
        open,
        dirtyFromMs: site.dirtyFromMs,
      });
      // The same rows in another site, unaltered by this one's rewinds, must show nowhere.
      if (step % 5 === 0) await series.commit(commitOf('other', site.watermarkMs, rows));
      if (step === 12)
        await registry.putDefinitions('mall', {
          ...registry.definitions('mall').definitions,
          minVisitSeconds: 120,
          minStaySeconds: 60,
        });
      if (step % 3 === 1) sealed = Math.max(sealed, await checkRollups(look, site));
      if (step % 3 === 2 || step === 12) {
        // By turns the engine that wrote it, and one that starts anew with hardly any room in memory.
        const asked = step % 2 === 0 ? series : await again({ workingRows: 2_000 });
        await checkAll(site, asked, random, startMs);
      }
    }
    expect(rewinds).toBeGreaterThan(0);
    expect(sealed).toBeGreaterThan(50);
  });
});
