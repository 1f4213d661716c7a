/** SQL and the plain definitions agree on random rows, whatever the order and size of commits, rewinds and rollups. */
import { expect, test } from 'vitest';
import { INTERVALS, METRICS } from '../../server/contract/metrics.ts';
import type { ReadSql } from '../../server/db/duckdb.ts';
import { rollupState } from '../../server/db/rollups.ts';
import type { TimeSeries } from '../../server/db/timeSeries.ts';
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
import { below, cut, join, pick, type Random, randomOpen, randomRows, ZONES } from './randomRows.ts';
import { addSite, commitOf, DAY, gatewayNamed, HOUR, MINUTE, noRows } from './rows.ts';

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

const MALLS = [
  { seed: 1, timezone: 'Europe/Prague', from: '2026-03-27T00:00Z' },
  { seed: 2, timezone: 'Europe/Prague', from: '2026-10-23T00:00Z' },
  { seed: 3, timezone: 'Australia/Lord_Howe', from: '2026-04-03T00:00Z' },
  { seed: 4, timezone: 'Asia/Kathmandu', from: '2026-05-01T00:00Z' },
];

onEachEngine((engine) => {
  // Time zones are reckoned before the rows are read: an autumn is enough for another store of rows.
  test.each(engine.name === 'DuckDB' ? MALLS : MALLS.slice(1, 2))(
    'answers as the definitions do: seed $seed, $timezone',
    { timeout: 120_000 },
    async ({ seed, timezone, from }) => {
      const random = seededRandom(seed);
      const registry = memoryRegistry();
      const { series, anew, again } = await engine.open(registry);
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
        if (step % 3 === 1) sealed = Math.max(sealed, await anew((sql) => checkRollups(sql, site)));
        if (step % 3 === 2 || step === 12) {
          // By turns the engine that wrote it, and one that starts anew with hardly any room in memory.
          const asked = step % 2 === 0 ? series : await again({ workingRows: 2_000 });
          await checkAll(site, asked, random, startMs);
        }
      }
      expect(rewinds).toBeGreaterThan(0);
      expect(sealed).toBeGreaterThan(50);
    },
  );
});
