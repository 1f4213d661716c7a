/** Where on a floor do people spend their time? */
import type { Heatmap } from '../../contract/metrics.ts';
import { badRequest } from '../../errors.ts';
import { type HeatCell, heatFigures, heatFromMs, KEPT_CELLS_M, MAX_CELL_M } from '../../metrics/heat.ts';
import { checkPeriod, dayStartMs, localDay } from '../../metrics/localTime.ts';
import { intervalState } from '../../metrics/state.ts';
import { blocksOf, withheldCells } from '../../metrics/suppression.ts';
import { sqlNumber } from '../sqlText.ts';
import type { HeatmapQuery } from '../timeSeries.ts';
import type { SiteContext } from './context.ts';
import { coverageOfPeriod } from './coverage.ts';

/** Whole local days of the period that the rollup holds: [from, to), empty where none. */
function sealedDays(context: SiteContext, query: HeatmapQuery): { from: number; to: number } {
  const { timezone } = context;
  const first = localDay(timezone, query.fromMs);
  const from = dayStartMs(timezone, first) === query.fromMs ? first : first + 1;
  return { from, to: Math.min(localDay(timezone, query.toMs), context.heatSealedDay) };
}

async function cellsOf(context: SiteContext, query: HeatmapQuery): Promise<HeatCell[]> {
  const kept = (KEPT_CELLS_M as readonly number[]).includes(query.cellM);
  const days = kept ? sealedDays(context, query) : { from: 0, to: 0 };
  const fromMs = heatFromMs(query.fromMs);
  const cell = (column: string) => `cast(floor(${column} / ${sqlNumber(query.cellM)}.0) as integer)`;
  const sealed = days.from < days.to ? days : { from: 0, to: 0 };
  // Two ranges: under an `or` of them no row group would be left out.
  const rowsOf = (table: string) =>
    ['day < $5', 'day >= $6']
      .map(
        (days) => `select day, cell_x, cell_y, carrier, dwell_ms from ${table} where site_id = $1 and floor_id = $2
           and bucket_ms >= $3 and bucket_ms < $4 and ${days}`,
      )
      .join(' union all ');
  // A day's bits above the hash keep two days' carriers apart.
  const rows = `select ${cell('cell_x')} as x, ${cell('cell_y')} as y, sum(dwell_ms) as dwell_ms,
      count(distinct (day::bigint << 32) | carrier::bigint) as carriers
    from (${rowsOf('heat')} union all ${rowsOf('open_heat')}) group by x, y`;
  const rollup = `select cell_x as x, cell_y as y, sum(dwell_ms) as dwell_ms, sum(carriers) as carriers
    from heat_days where site_id = $1 and floor_id = $2 and cell_m = ${sqlNumber(query.cellM)} and day >= $5 and day < $6
    group by cell_x, cell_y`;
  const found = await context.sql.all<{ x: number; y: number; dwell_ms: number; carriers: number }>(
    `select x, y, sum(dwell_ms) as dwell_ms, sum(carriers) as carriers
     from (${rows}${sealed.from < sealed.to ? ` union all ${rollup}` : ''}) group by x, y order by y, x`,
    [context.siteId, query.floorId, fromMs, query.toMs, sealed.from, sealed.to],
  );
  return found.map((row) => ({ x: row.x, y: row.y, dwellMs: row.dwell_ms, carriers: row.carriers }));
}

export async function heatmap(context: SiteContext, query: HeatmapQuery): Promise<Heatmap> {
  checkPeriod(query.fromMs, query.toMs);
  if (!Number.isInteger(query.cellM) || query.cellM < 1 || query.cellM > MAX_CELL_M)
    throw badRequest(`must be a whole number of metres from 1 to ${MAX_CELL_M}`, 'cellM');
  if (!context.registry.floors.get(context.siteId, query.floorId))
    throw badRequest(`${query.floorId} is not a floor of this site`, 'floor');
  if (
    !(KEPT_CELLS_M as readonly number[]).includes(query.cellM) &&
    localDay(context.timezone, query.fromMs) < context.heatRowsFromDay
  )
    throw badRequest(`must be one of ${KEPT_CELLS_M.join(', ')} for a time so long ago`, 'cellM');
  const cells = await cellsOf(context, query);
  const coverage = await coverageOfPeriod(context, query.fromMs, query.toMs, query.floorId);
  const withheld = withheldCells(
    cells.map((cell) => ({ carriers: cell.carriers, groups: blocksOf(cell.x, cell.y) })),
    context.definitions.kAnonymity,
  );
  return {
    floor: query.floorId,
    cellM: query.cellM,
    measure: query.measure,
    unit: query.measure === 'dwell' ? 'secondsPerM2' : 'carriers',
    coverage,
    // Heat of a quarter hour is whole once the hour is: no visit needs to end for it.
    state: intervalState(query.toMs, 0, context.progress, false),
    ...heatFigures(cells, withheld, query.cellM, query.measure),
  };
}
