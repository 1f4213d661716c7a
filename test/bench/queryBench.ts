/**
 * Questions on a synthetic mall: 100 zones on five floors, 7,700 visits, 55,000 stays and 107,000 heat rows a day, a
 * twelfth of design.md's year each month. `run()` prints the median and the slowest of repeated questions beside the limit
 * that a dashboard's question has to keep, the processor time (which other work on the machine does not stretch), and what a commit costs that a live site makes every ten seconds.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Zone } from '../../server/contract/model.ts';
import { Duck } from '../../server/db/duckdb.ts';
import { openTimeSeries, type TimeSeries } from '../../server/db/duckTimeSeries.ts';
import { migrate } from '../../server/db/migrations/index.ts';
import type { SiteCommit } from '../../server/db/timeSeries.ts';
import type { EngineRows } from '../../server/engine/types.ts';
import { localDay } from '../../server/metrics/localTime.ts';
import { memoryRegistry } from '../support/memoryRegistry.ts';

const LIMIT_MS = 150;
const REPEATS = 5;
const SITE = 'mall';
const TIMEZONE = 'Europe/Prague';
const FLOORS = 5;
const ZONES = 100;
const GATEWAYS = 50;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const PER_DAY = { visits: 7_700, stays: 55_000, heat: 107_000 };

const emptyRows = (): EngineRows => ({ visits: [], stays: [], heat: [], occupancy: [], coverage: [] });
const commitAt = (watermarkMs: number, rows: EngineRows): SiteCommit => ({
  siteId: SITE,
  rewoundToMs: null,
  rows,
  open: undefined,
  watermarkMs,
  dirtyFromMs: null,
  checkpoint: '',
  committedMs: watermarkMs,
});

async function mall(duck: Duck): Promise<TimeSeries> {
  const registry = memoryRegistry();
  await registry.putSite({
    id: SITE,
    name: 'Bench',
    timezone: TIMEZONE,
    currency: 'EUR',
    clock: 'wall',
    uuids: [],
    countUnknowns: false,
    historyFromMs: null,
    historyUntilMs: null,
  });
  const floorOf = (i: number) => `f${i % FLOORS}`;
  await registry.floors.putAll(
    SITE,
    Array.from({ length: FLOORS }, (_, i) => ({
      id: `f${i}`,
      name: `Floor ${i}`,
      level: i,
      widthM: 150,
      heightM: 80,
      outline: null,
      walls: [],
      image: null,
    })),
  );
  await registry.zones.putAll(
    SITE,
    Array.from(
      { length: ZONES },
      (_, i): Zone => ({
        id: `z${i}`,
        floorId: floorOf(i),
        name: `Shop ${i}`,
        kind: 'shop',
        shape: { type: 'circle', xM: 0, yM: 0, radiusM: 5 },
        tenantId: null,
        minStaySeconds: i % 10 === 0 ? 60 : null,
      }),
    ),
  );
  await registry.gateways.putAll(
    SITE,
    Array.from({ length: GATEWAYS }, (_, i) => ({
      id: `g${i}`,
      floorId: floorOf(i),
      xM: 0,
      yM: 0,
      zM: 3,
      enabled: true,
    })),
  );
  return openTimeSeries(duck, registry);
}

/** One day's rows made by the database itself: generating them one by one would take longer than what is measured. */
async function addDay(duck: Duck, startMs: number): Promise<void> {
  const open = startMs + 9 * HOUR_MS;
  const spread = 12 * HOUR_MS;
  const day = localDay(TIMEZONE, open);
  await duck.transaction(async (sql) => {
    // A third of the visitors are identified and come again; lengths are exponential, a tenth of the visits short.
    await sql.run(
      `insert into visits select '${SITE}', case when n % 3 = 0 then 'c-' || (hash(n, ${day}) % 60000)
          else 'u-' || ${day} || '-' || n end, case when n % 3 = 0 then 'tag' else 'unknown' end,
          at_ms, at_ms + cast(-ln(1 - u) * 2400000 as bigint), null, at_ms + 3600000, 2000, 4,
          8000, 2000, 3, 12000, 2400, 2
        from (select n, ${open} + n * ${spread} // ${PER_DAY.visits} as at_ms, (hash(n, ${day}, 1) % 1000000) / 1000001.0 as u
          from range(${PER_DAY.visits}) r(n))`,
    );
    await sql.run(
      `insert into stays select '${SITE}', v.carrier_id, v.kind, 'z' || (h % ${ZONES}), 'f' || (h % ${FLOORS}),
          v.start_ms + s * 300000, v.start_ms + s * 300000 + cast(-ln(1 - (h % 1000003) / 1000004.0) * 300000 as bigint),
          v.start_ms, v.start_ms + s * 300000 + 600000, 2000, 4, 800
        from (select *, unnest(range(7)) as s, hash(carrier_id, start_ms, s) as h from visits
          where start_ms >= ${startMs} and start_ms < ${startMs + DAY_MS}) v order by v.start_ms + s * 300000`,
    );
    await sql.run(
      `insert into heat select '${SITE}', 'f' || (h % ${FLOORS}), ${open} + (n * 48 // ${PER_DAY.heat}) * 900000, ${day},
          cast(abs(h // 7 % 150 - h // 1100 % 150) as integer), (h // 200000 % 80)::integer,
          (hash(n // 14, ${day}) % 4294967296)::uinteger, 20000 + (h % 400000)::integer, ${startMs} + n
        from (select n, (hash(n, ${day}, 2) % 1000000007)::bigint as h from range(${PER_DAY.heat}) r(n))`,
    );
    await sql.run(
      `insert into occupancy select '${SITE}', case when z = ${ZONES} then '' else 'z' || z end, ${startMs} + q * 900000,
          case when q < 36 or q >= 84 then 0 else (hash(q, z, ${day}) % 9000000)::bigint end, 20, ${startMs} + q * 900000
        from range(96) a(q), range(${ZONES + 1}) b(z)`,
    );
    await sql.run(
      `insert into coverage select '${SITE}', 'g' || g, ${startMs} + m * 60000, ${startMs} + m * 60000
        from range(1440) a(m), range(${GATEWAYS}) b(g) where hash(m, g, ${day}) % 100 > 1`,
    );
  });
}

export interface Timing {
  name: string;
  medianMs: number;
  /** Of one question, both cores added. */
  cpuMs: number;
  maxMs: number;
}

export async function run(options: { days?: number; print?: (line: string) => void } = {}): Promise<Timing[]> {
  const days = options.days ?? 30;
  const print = options.print ?? ((line: string) => console.log(line));
  const folder = mkdtempSync(join(tmpdir(), 'promenade-bench-'));
  const path = join(folder, 'bench.duckdb');
  const timings: Timing[] = [];
  const duck = await Duck.open(path);
  try {
    await migrate(duck, 0);
    const series = await mall(duck);
    const startMs = Date.parse('2026-01-05T00:00:00+01:00');
    const began = performance.now();
    for (let day = 0; day < days; day += 1) {
      await addDay(duck, startMs + day * DAY_MS);
      if (day % 30 === 29) print(`made ${day + 1} of ${days} days`);
    }
    await duck.run(
      `insert into gateways_heard select site_id, gateway_id, min(minute_ms), min(emitted_ms) from coverage group by 1, 2`,
    );
    const endMs = startMs + days * DAY_MS;
    const sealing = performance.now();
    for (let day = 0; day <= days; day += 13) await series.commit(commitAt(endMs, emptyRows()));
    await series.commit(commitAt(endMs, emptyRows()));
    print(
      `${days} days: rows in ${((sealing - began) / 1000).toFixed(1)} s, rollups in ${((performance.now() - sealing) / 1000).toFixed(1)} s, file ${(statSync(path).size / 1e6).toFixed(0)} MB`,
    );

    const time = async (name: string, work: (repeat: number) => Promise<unknown>) => {
      const took: number[] = [];
      const cpu = process.cpuUsage();
      for (let repeat = 0; repeat < REPEATS; repeat += 1) {
        const from = performance.now();
        await work(repeat);
        took.push(performance.now() - from);
      }
      took.sort((a, b) => a - b);
      const used = process.cpuUsage(cpu);
      const cpuMs = (used.user + used.system) / 1000 / REPEATS;
      const timing = { name, medianMs: took[REPEATS >> 1]!, cpuMs, maxMs: took.at(-1)! };
      timings.push(timing);
      print(
        `${name.padEnd(42)} ${timing.medianMs.toFixed(1).padStart(9)} ms, slowest ${timing.maxMs.toFixed(1).padStart(9)} ms, processor ${cpuMs.toFixed(1).padStart(9)} ms, ${(timing.medianMs / LIMIT_MS).toFixed(2).padStart(6)} × the limit of ${LIMIT_MS} ms`,
      );
    };

    const all = { siteId: SITE, fromMs: startMs, toMs: endMs };
    const lastDay = { ...all, fromMs: endMs - DAY_MS };
    const lastWeek = { ...all, fromMs: Math.max(startMs, endMs - 7 * DAY_MS) };
    for (const zoneId of [undefined, 'z7']) {
      const of = zoneId === undefined ? {} : { zoneId };
      const where = zoneId === undefined ? 'site' : 'zone';
      for (const metric of ['footfall', 'capture-rate', 'occupancy', 'unique-visitors', 'dwell'] as const) {
        await time(`${metric}, ${where}, today by hour`, () =>
          series.series({ ...lastDay, ...of, metric, interval: 'hour' }),
        );
        await time(`${metric}, ${where}, all by day`, () => series.series({ ...all, ...of, metric, interval: 'day' }));
      }
      await time(`peak hours, ${where}, all`, () => series.peakHours({ ...all, ...of }));
    }
    const heat = { floorId: 'f1', cellM: 2 };
    await time('heatmap dwell, one hour', (n) =>
      series.heatmap({
        ...all,
        fromMs: endMs - DAY_MS + (10 + n) * HOUR_MS,
        toMs: endMs - DAY_MS + (11 + n) * HOUR_MS,
        ...heat,
        measure: 'dwell',
      }),
    );
    await time('heatmap dwell, a week', () => series.heatmap({ ...lastWeek, ...heat, measure: 'dwell' }));
    await time('heatmap carriers, all', () => series.heatmap({ ...all, ...heat, measure: 'carriers' }));
    await time('affinity, a week', () => series.affinity(lastWeek));
    await time('flows, a week', () => series.flows(lastWeek));
    await time('returning, a week', () => series.returning(lastWeek));

    let watermarkMs = endMs;
    await time('commit of ten live seconds', () => {
      watermarkMs += 10_000;
      const at = watermarkMs;
      const rows = emptyRows();
      for (let i = 0; i < 12; i += 1)
        rows.stays.push({
          carrierId: `c-${i}`,
          kind: 'tag',
          zoneId: `z${i}`,
          floorId: 'f0',
          startMs: at - 300_000,
          endMs: at - 20_000,
          visitStartMs: at - 600_000,
          emittedAtMs: at,
        });
      rows.visits.push({
        carrierId: 'c-1',
        kind: 'tag',
        startMs: at - 4_000_000,
        endMs: at - 900_000,
        entranceZoneId: null,
        emittedAtMs: at,
      });
      const open = {
        visits: Array.from({ length: 500 }, (_, i) => ({
          carrierId: `o-${i}`,
          kind: 'tag' as const,
          startMs: at - 1_000_000,
          endMs: at,
          entranceZoneId: null,
        })),
        stays: [],
        heat: Array.from({ length: 4_000 }, (_, i) => ({
          floorId: 'f0',
          bucketStartMs: at - (at % 900_000),
          cellX: i % 100,
          cellY: i % 60,
          carrierId: `o-${i % 500}`,
          dwellMs: 1_000,
        })),
        occupancy: [],
      };
      return series.commit({ ...commitAt(at, rows), open });
    });
    return timings;
  } finally {
    await duck.close();
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  const days = process.argv.find((argument) => argument.startsWith('--days='));
  await run(days ? { days: Number(days.slice(7)) } : {});
}
