/** Rows of a table written and removed, alike on every engine. */
import type { Columns } from '../../server/db/duckdb.ts';
import type { TablePeriod } from '../../server/db/tableAccess.ts';
import { seriesTable, type TableName } from '../../server/db/tables.ts';
import type { TimeSeries } from '../../server/db/timeSeries.ts';

const DAY_MS = 86_400_000;

/** Adds rows, all or none; columns as `readTable` gives them. */
export const writeTable = (series: Pick<TimeSeries, 'change'>, name: TableName, columns: Columns): Promise<void> =>
  series.change((sql) => sql.append(name, columns));

/** Removes a site's rows, of a period where one is given and the table has a time. */
export function clearTable(
  series: Pick<TimeSeries, 'change'>,
  name: TableName,
  siteId: string,
  period?: TablePeriod,
): Promise<void> {
  const { time } = seriesTable(name);
  if (!period || !time) return series.change((sql) => sql.remove(name, { site_id: siteId }));
  const unitMs = time.unit === 'days' ? DAY_MS : 1;
  const within = { from: Math.ceil(period.fromMs / unitMs), below: Math.ceil(period.toMs / unitMs) };
  return series.change((sql) => sql.remove(name, { site_id: siteId, [time.column]: within }));
}
