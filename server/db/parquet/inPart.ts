/** What of a backup can be taken without the rest of the site. */
import { rollupState } from '../rollups.ts';
import type { TimeSeries } from '../timeSeries.ts';
import { tableNamed } from './check.ts';
import { ExportError, type ExportedFile } from './manifest.ts';

/** Tables that are not taken, and why. */
export interface Left {
  table: string;
  why: string;
}

/** Sums of the past that can stand alone; the figures' seals would say nothing of others. */
const SUMS = ['visit_quarters', 'coverage_quarters', 'heat_days'];

export interface Taken {
  files: ExportedFile[];
  left: Left[];
}

/** @throws ExportError */
export async function takenInPart(series: TimeSeries, siteId: string, files: readonly ExportedFile[]): Promise<Taken> {
  const left: Left[] = [];
  const site = await series.sql.get<{ watermark_ms: number }>(
    'select watermark_ms from site_state where site_id = $1',
    [siteId],
  );
  if (!site)
    throw new ExportError(
      `site ${siteId} has no time series yet, so rows of a period alone cannot be taken: import a whole backup (made without --tables, --from and --to)`,
    );
  const rollups = await rollupState(series.sql, siteId);
  const rowsFromMs = rollups?.rowsFromMs ?? 0;
  const heatFromDay = rollups?.heatRowsFromDay ?? 0;
  const taken: ExportedFile[] = [];
  const leave = (table: string, why: string): void => {
    if (!left.some((one) => one.table === table && one.why === why)) left.push({ table, why });
  };
  for (const file of files) {
    const { kind } = tableNamed(file.table);
    if (kind === 'state' || kind === 'log') leave(file.table, 'it belongs to a whole site');
    else if (kind === 'rollup') {
      const expiredUntilMs = file.table === 'heat_days' ? heatFromDay * 86_400_000 : rowsFromMs;
      if (!SUMS.includes(file.table)) leave(file.table, 'it is computed from the rows');
      else if ((file.toMs ?? Number.POSITIVE_INFINITY) > expiredUntilMs)
        leave(
          file.table,
          `it is computed from the rows, which are kept from ${new Date(expiredUntilMs).toISOString()} on`,
        );
      else taken.push(file);
    } else {
      const keptFromMs =
        file.table === 'occupancy' ? 0 : file.table === 'heat' ? heatFromDay * 86_400_000 - 86_400_000 : rowsFromMs;
      if ((file.toMs ?? 0) <= keptFromMs)
        leave(
          file.table,
          `rows before ${new Date(keptFromMs).toISOString()} have expired here, and only their sums are kept`,
        );
      else if ((file.fromMs ?? 0) < keptFromMs && keptFromMs > 0)
        throw new ExportError(
          `${file.path} begins before ${new Date(rowsFromMs).toISOString()}, from where this site keeps rows: export from then on`,
        );
      else taken.push(file);
    }
  }
  return { files: taken, left };
}
