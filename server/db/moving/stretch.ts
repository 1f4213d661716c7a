/** In which pieces a table of a site is moved: stretches of the column by which InfluxDB orders and deletes its points. Pure. */
import { DAY_MS } from '../../metrics/localTime.ts';
import { LAYOUTS } from '../influx/layout.ts';
import { sqlNumber } from '../sqlText.ts';
import type { SeriesTable } from '../tables.ts';

/** `to` is exclusive, in units of the column; null: the table of the site as a whole. */
export type Stretch = { from: number; to: number } | null;

/** Rows on one day of that column. */
export interface DayCount {
  day: number;
  rows: number;
}

/** A commit of so many takes half a second, and its journal 10 MB. */
const MOST_ROWS = 40_000;
/** What a site has little of goes in pieces of two months. */
const MOST_DAYS = 62;

/** The column, and how many of it a day is. */
export function orderOf(table: SeriesTable): { column: string; perDay: number } | undefined {
  const layout = LAYOUTS.get(table.name);
  return layout && { column: layout.point.column, perDay: DAY_MS / layout.point.unitMs };
}

/** Condition of the rows; `$1` must be the site. */
export function stretchSql(table: SeriesTable, stretch: Stretch): string {
  if (stretch === null) return 'site_id = $1';
  const { column } = orderOf(table)!;
  return `site_id = $1 and ${column} >= ${sqlNumber(stretch.from)} and ${column} < ${sqlNumber(stretch.to)}`;
}

export function stretchesOf(table: SeriesTable, days: readonly DayCount[]): Stretch[] {
  const order = orderOf(table);
  if (!order) return [null];
  const { perDay } = order;
  const found: { from: number; to: number; rows: number }[] = [];
  for (const { day, rows } of [...days].sort((a, b) => a.day - b.day)) {
    const from = day * perDay;
    const to = from + perDay;
    const parts = Math.min(perDay, Math.ceil(rows / MOST_ROWS));
    const last = found.at(-1);
    if (parts > 1) {
      const edge = (i: number): number => from + Math.round((perDay * i) / parts);
      for (let i = 0; i < parts; i += 1) found.push({ from: edge(i), to: edge(i + 1), rows: rows / parts });
    } else if (last && last.rows + rows <= MOST_ROWS && to - last.from <= MOST_DAYS * perDay) {
      last.to = to;
      last.rows += rows;
    } else found.push({ from, to, rows });
  }
  return found.map(({ from, to }) => ({ from, to }));
}
