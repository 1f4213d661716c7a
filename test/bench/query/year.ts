/**
 * A synthetic mall of design.md's size, made by the database itself: 100 zones on five floors, 7,700 visits, 55,000 stays and
 * 107,000 heat rows a day. What is there already is kept, and made longer up to now: rows are those that ended meanwhile.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { carrier, floor, gateway, site, zone } from '../../../server/contract/model.ts';
import { Duck } from '../../../server/db/duckdb.ts';
import { openTimeSeries } from '../../../server/db/duckTimeSeries.ts';
import { settle } from '../../../server/db/figures/settling.ts';
import { migrate } from '../../../server/db/migrations/index.ts';
import type { EngineRows } from '../../../server/engine/types.ts';
import { formatCheckpoint } from '../../../server/ingest/checkpoint.ts';
import { dayStartMs, localDay } from '../../../server/metrics/localTime.ts';
import { openRegistry } from '../../../server/registry/registry.ts';
import type { Registry } from '../../../server/registry/types.ts';

export const SITE = 'mall';
export const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
export const TIMEZONE = 'Europe/Prague';
export const FLOORS = 5;
export const ZONES = 100;
export const GATEWAYS = 50;
export const CARRIERS = 1_500;
export const PER_DAY = { visits: 7_700, stays: 55_000, heat: 107_000 };
const [WIDTH_M, HEIGHT_M] = [150, 80];
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const QUARTER_MS = 900_000;
/** Two of a hundred minutes go unreported by each gateway, as on a network of fair quality. */
const REPORTED_PERCENT = 98;

export const floorOf = (i: number): string => `f${i % FLOORS}`;

async function addModel(registry: Registry): Promise<void> {
  await registry.putSite(site.parse({ id: SITE, name: 'Bench', timezone: TIMEZONE, uuids: [UUID] }));
  await registry.floors.putAll(
    SITE,
    Array.from({ length: FLOORS }, (_, i) =>
      floor.parse({ id: `f${i}`, name: `Floor ${i}`, level: i, widthM: WIDTH_M, heightM: HEIGHT_M }),
    ),
  );
  // Twenty to a floor, 15 m wide and 40 m deep.
  await registry.zones.putAll(
    SITE,
    Array.from({ length: ZONES }, (_, i) => {
      const nth = Math.floor(i / FLOORS);
      const [x, y] = [(nth % 10) * 15, Math.floor(nth / 10) * 40];
      const ring = [
        [x, y],
        [x + 15, y],
        [x + 15, y + 40],
        [x, y + 40],
      ];
      return zone.parse({
        id: `z${i}`,
        floorId: floorOf(i),
        name: `Shop ${i}`,
        kind: 'shop',
        shape: { type: 'polygon', rings: [ring] },
        minStaySeconds: i % 10 === 0 ? 60 : null,
      });
    }),
  );
  await registry.gateways.putAll(
    SITE,
    Array.from({ length: GATEWAYS }, (_, i) => {
      const nth = Math.floor(i / FLOORS);
      return gateway.parse({
        id: `g${i}`,
        floorId: floorOf(i),
        xM: 7.5 + (nth % 5) * 30,
        yM: 20 + Math.floor(nth / 5) * 40,
        zM: 3,
      });
    }),
  );
  await registry.carriers.putAll(
    SITE,
    Array.from({ length: CARRIERS }, (_, i) =>
      carrier.parse({ id: `c-live-${i}`, kind: 'tag', uuid: UUID, major: 1, minor: i }),
    ),
  );
}

/** Rows of one local day that ended in [fromMs, toMs). */
async function addDay(duck: Duck, dayMs: number, fromMs: number, toMs: number): Promise<void> {
  const openMs = dayMs + 9 * HOUR_MS;
  const spreadMs = 12 * HOUR_MS;
  const day = localDay(TIMEZONE, openMs);
  const within = (column: string): string => `${column} >= ${fromMs} and ${column} < ${toMs}`;
  const columns = (names: string): string => names.replaceAll('\n', ' ');
  await duck.transaction(async (sql) => {
    await sql.run(
      // A third of the visitors are identified and come again; lengths are exponential, a tenth of the visits short.
      `create or replace temp table day_visits as
       select case when n % 3 = 0 then 'c-' || (hash(n, ${day}) % 60000) else 'u-' || ${day} || '-' || n end as carrier_id,
         case when n % 3 = 0 then 'tag' else 'unknown' end as kind, at_ms as start_ms,
         at_ms + cast(-ln(1 - u) * 2400000 as bigint) as end_ms
       from (select n, ${openMs} + n * ${spreadMs} // ${PER_DAY.visits} as at_ms, (hash(n, ${day}, 1) % 1000000) / 1000001.0 as u
         from range(${PER_DAY.visits}) r(n))`,
    );
    await sql.run(
      columns(`insert into visits select '${SITE}', carrier_id, kind, start_ms, end_ms, null, end_ms + 900000, 2000, 4,
        8000, 2000, 3, 12000, 2400, 2 from day_visits where ${within('end_ms')} order by end_ms`),
    );
    await sql.run(
      columns(`insert into stays select '${SITE}', carrier_id, kind, 'z' || (h % ${ZONES}), 'f' || (h % ${FLOORS}),
        at_ms, end_at_ms, start_ms, end_at_ms + 20000, 2000, 4, 800
        from (select *, start_ms + s * 300000 as at_ms,
            start_ms + s * 300000 + cast(-ln(1 - (h % 1000003) / 1000004.0) * 300000 as bigint) as end_at_ms
          from (select *, unnest(range(${Math.round(PER_DAY.stays / PER_DAY.visits)})) as s, hash(carrier_id, start_ms, s) as h from day_visits))
        where ${within('end_at_ms')} order by end_at_ms`),
    );
    await sql.run(
      columns(`insert into heat select '${SITE}', 'f' || (h % ${FLOORS}), bucket_ms, ${day},
        cast(abs(h // 7 % ${WIDTH_M} - h // 1100 % ${WIDTH_M}) as integer), (h // 200000 % ${HEIGHT_M})::integer,
        (hash(n // 14, ${day}) % 4294967296)::uinteger, 20000 + (h % 400000)::integer, bucket_ms + ${QUARTER_MS}
        from (select n, ${openMs} + (n * 48 // ${PER_DAY.heat}) * ${QUARTER_MS} as bucket_ms, (hash(n, ${day}, 2) % 1000000007)::bigint as h
          from range(${PER_DAY.heat}) r(n)) where ${within(`(bucket_ms + ${QUARTER_MS - 1})`)}`),
    );
    await sql.run(
      columns(`insert into occupancy select '${SITE}', case when z = ${ZONES} then '' else 'z' || z end, bucket_ms,
        case when q < 36 or q >= 84 then 0 else (hash(q, z, ${day}) % 9000000)::bigint end, 20, bucket_ms + ${QUARTER_MS}
        from (select q, z, ${dayMs} + q * ${QUARTER_MS} as bucket_ms from range(96) a(q), range(${ZONES + 1}) b(z))
        where ${within(`(bucket_ms + ${QUARTER_MS - 1})`)}`),
    );
    await sql.run(
      columns(`insert into coverage select '${SITE}', 'g' || g, minute_ms, minute_ms + ${MINUTE_MS}
        from (select m, g, ${dayMs} + m * ${MINUTE_MS} as minute_ms from range(1440) a(m), range(${GATEWAYS}) b(g))
        where ${within('minute_ms')} and hash(m, g, ${day}) % 100 < ${REPORTED_PERCENT}`),
    );
  });
}

const NOTHING: EngineRows = { visits: [], stays: [], heat: [], occupancy: [], coverage: [] };

export interface MadeYear {
  rowsSeconds: number;
  rollupSeconds: number;
  figuresSeconds: number;
  days: number;
  /** Of the longest step that a commit would have waited for. */
  longestStepMs: number;
}

/** Seals all that has settled, as a running server does by and by. */
async function seal(duck: Duck, registry: Registry, untilMs: number, say: (text: string) => void) {
  const series = openTimeSeries(duck, registry);
  const checkpoint = formatCheckpoint({
    lengths: new Map(),
    newestMs: untilMs,
    prunedBeforeMs: untilMs,
    received: { toJSON: () => ({}) },
  });
  const began = performance.now();
  for (let before = ''; ; ) {
    await series.commit({
      siteId: SITE,
      rewoundToMs: null,
      rows: NOTHING,
      open: undefined,
      watermarkMs: untilMs,
      dirtyFromMs: null,
      checkpoint,
      committedMs: untilMs,
    });
    const now = JSON.stringify(await duck.get('select * from rollup_state where site_id = $1', [SITE]));
    if (now === before) break;
    before = now;
  }
  const rollupSeconds = (performance.now() - began) / 1_000;
  say(`rollups of quarter hours and heat: ${rollupSeconds.toFixed(1)} s`);
  const settling = performance.now();
  let longestStepMs = 0;
  let toldMs = settling;
  for (;;) {
    const from = performance.now();
    const more = await settle(series, registry, SITE, 2 * DAY_MS);
    longestStepMs = Math.max(longestStepMs, performance.now() - from);
    if (!more) break;
    if (performance.now() - toldMs > 10_000) {
      toldMs = performance.now();
      const row = await duck.get<{ hours: number; points: number }>(
        `select min(sealed_ms) filter (where what = 'hours') as hours, coalesce(min(sealed_ms) filter (where what = 'points'), 0) as points
         from figure_seals where site_id = $1`,
        [SITE],
      );
      const date = (ms: number): string => (ms > 0 ? new Date(ms).toISOString().slice(0, 10) : 'not begun');
      say(`  figures: hours up to ${date(row?.hours ?? 0)}, days and weeks up to ${date(row?.points ?? 0)}`);
    }
  }
  return { rollupSeconds, figuresSeconds: (performance.now() - settling) / 1_000, longestStepMs };
}

/** The mall in `dataDir`, its last `days` local days (today, up to now, the last of them). */
export async function makeYear(
  dataDir: string,
  days: number,
  nowMs: number,
  say: (text: string) => void,
): Promise<MadeYear> {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, 'promenade.duckdb');
  const isNew = !existsSync(path);
  const duck = await Duck.open(path, { memoryLimit: '4GB' });
  try {
    await migrate(duck, nowMs);
    const today = localDay(TIMEZONE, nowMs);
    const untilMs = Math.floor(nowMs / QUARTER_MS) * QUARTER_MS;
    const firstMs = dayStartMs(TIMEZONE, today - days + 1);
    let atMs = isNew ? firstMs : untilMs;
    const registry = await openRegistry(
      duck,
      () => atMs,
      () => undefined,
    );
    if (isNew) await addModel(registry);
    else {
      const known = await duck.get<{ watermark_ms: number }>('select watermark_ms from site_state where site_id = $1', [
        SITE,
      ]);
      if (!known) throw new Error(`${dataDir} holds a mall that was not finished: remove it, or name another folder`);
      const first = await duck.get<{ first: number }>('select min(minute_ms) as first from coverage');
      if (first!.first > firstMs + HOUR_MS)
        throw new Error(`${dataDir} holds fewer than ${days} days: remove it, or ask for fewer`);
      atMs = known.watermark_ms;
    }
    const began = performance.now();
    const fromMs = atMs;
    let made = 0;
    for (let day = localDay(TIMEZONE, fromMs) - 1; day <= today; day += 1) {
      const dayMs = dayStartMs(TIMEZONE, day);
      if (day < today - days + 1) continue;
      // What ends after midnight belongs to its day.
      await addDay(duck, dayMs, isNew ? 0 : fromMs, untilMs);
      made += 1;
      if (made % 30 === 0) say(`made ${made} of ${days} days, ${((performance.now() - began) / 1_000).toFixed(0)} s`);
    }
    if (isNew)
      await duck.run(
        `insert into gateways_heard select site_id, gateway_id, min(minute_ms), min(emitted_ms) from coverage group by 1, 2`,
      );
    const rowsSeconds = (performance.now() - began) / 1_000;
    say(`rows of ${made} days: ${rowsSeconds.toFixed(1)} s`);
    atMs = untilMs;
    return { rowsSeconds, ...(await seal(duck, registry, untilMs, say)), days: made };
  } finally {
    await duck.close();
  }
}
