/** What follows from restored rows: sums of them are taken back, gateways are known, what was open is closed. */
import { localDay } from '../../metrics/localTime.ts';
import type { Registry } from '../../registry/types.ts';
import type { Columns, SqlValue } from '../duckdb.ts';
import { type TouchedFigures, unsealFigures } from '../figures/unseal.ts';
import { unsealFrom } from '../rollups.ts';
import { insert, type SeriesSql } from '../seriesSql.ts';
import { seriesTable, type TableName } from '../tables.ts';

/** What came or goes there was counted in what is sealed since. */
export async function unseal(
  sql: SeriesSql,
  registry: Registry,
  siteId: string,
  table: string,
  fromMs: number,
): Promise<void> {
  const day = localDay(registry.site(siteId)?.timezone ?? 'UTC', fromMs);
  const touched: TouchedFigures = {
    rowsMs: Number.MAX_SAFE_INTEGER,
    coverageMs: Number.MAX_SAFE_INTEGER,
    occupancyMs: Number.MAX_SAFE_INTEGER,
  };
  if (table === 'visits' || table === 'stays') touched.rowsMs = fromMs;
  if (table === 'coverage') touched.coverageMs = fromMs;
  if (table === 'occupancy') touched.occupancyMs = fromMs;
  const counted = table === 'visits' || table === 'stays' || table === 'coverage';
  await unsealFrom(
    sql,
    siteId,
    counted ? fromMs : Number.MAX_SAFE_INTEGER,
    table === 'heat' ? day : Number.MAX_SAFE_INTEGER,
  );
  await unsealFigures(sql, registry, siteId, touched);
}

/** A gateway may have been heard earlier than the site knew. */
export async function noteGateways(sql: SeriesSql, siteId: string, columns: Columns): Promise<number> {
  const firsts = new Map<string, { first: number; emitted: number }>();
  const values = (name: string) => columns[name]!.values;
  values('gateway_id').forEach((gateway, i) => {
    const first = Number(values('minute_ms')[i]);
    const known = firsts.get(String(gateway));
    if (!known || first < known.first) firsts.set(String(gateway), { first, emitted: Number(values('emitted_ms')[i]) });
  });
  let fromMs = Number.MAX_SAFE_INTEGER;
  for (const [gatewayId, { first, emitted }] of firsts) {
    const before = await sql.get<{ first_ms: number }>(
      'select first_ms from gateways_heard where site_id = $1 and gateway_id = $2',
      [siteId, gatewayId],
    );
    if (before && before.first_ms <= first) continue;
    fromMs = Math.min(fromMs, first);
    await sql.remove('gateways_heard', { site_id: siteId, gateway_id: gatewayId });
    await insert(sql, 'gateways_heard', {
      site_id: siteId,
      gateway_id: gatewayId,
      first_ms: first,
      emitted_ms: emitted,
    });
  }
  return fromMs;
}

/** Where the log is not there the engine cannot take up what was open: it is closed as it was seen last. */
export async function closeOpen(sql: SeriesSql, registry: Registry, siteId: string): Promise<void> {
  const state = (await sql.get<{ watermark_ms: number; checkpoint: string } & Record<string, SqlValue>>(
    'select * from site_state where site_id = $1',
    [siteId],
  ))!;
  const names = (name: TableName, without: readonly string[]): string =>
    seriesTable(name)
      .columns.map((column) => (without.includes(column.name) ? String(state.watermark_ms) : column.name))
      .join(', ');
  const earliest = {
    visits: 'start_ms',
    stays: 'least(start_ms, visit_start_ms)',
    heat: 'bucket_ms',
    occupancy: 'bucket_ms',
  };
  for (const name of ['visits', 'stays', 'heat', 'occupancy'] as const) {
    const first = await sql.get<{ first: number | null }>(
      `select min(${earliest[name]}) as first from open_${name} where site_id = $1`,
      [siteId],
    );
    if (first?.first == null) continue;
    await sql.insertSelect(name, `select ${names(name, ['emitted_ms'])} from open_${name} where site_id = $1`, [
      siteId,
    ]);
    await sql.remove(`open_${name}`, { site_id: siteId });
    await unseal(sql, registry, siteId, name, first.first);
  }
  let checkpoint: Record<string, unknown> = {};
  try {
    checkpoint = JSON.parse(state.checkpoint) as Record<string, unknown>;
  } catch {
    // Of another version: what it says of the log is of no use where there is none.
  }
  const { received = {}, newestMs = state.watermark_ms } = checkpoint;
  await sql.remove('site_state', { site_id: siteId });
  await insert(sql, 'site_state', {
    ...state,
    dirty_from_ms: null,
    checkpoint: JSON.stringify({ v: 1, lengths: {}, newestMs, prunedBeforeMs: state.watermark_ms, received }),
  });
  for (const name of ['recomputations', 'figures_before'] as const) await sql.remove(name, { site_id: siteId });
}
