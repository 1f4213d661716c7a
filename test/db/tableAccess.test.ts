/** Every table that is described can be kept by every engine, whatever its values: a new one needs nothing else. */
import { expect, test } from 'vitest';
import type { Columns, SqlValue } from '../../server/db/duckdb.ts';
import { readTable, type TablePeriod } from '../../server/db/tableAccess.ts';
import { SERIES_TABLES, type SeriesTable, type TableColumn, type TableName } from '../../server/db/tables.ts';
import type { TimeSeries } from '../../server/db/timeSeries.ts';
import { seededRandom } from '../support/random.ts';
import { clearTable, writeTable } from '../support/seriesTables.ts';
import { onEachEngine } from './engines.ts';
import { DAY, HOUR } from './rows.ts';

const START = Date.parse('2026-03-09T22:30:00Z');
const WORDS = ['', 'a', 'shop-7', 'with "quotes", commas = and spaces', "it's", 'back\\slash\\', 'ž č ☂', 'two\nlines'];
const IDS = ['a', 'b', 'c-7', 'u-abc'];

type Random = () => number;
const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

/** Ids are ids; times lie in some days, most of an emission soon after; the rest is whatever its type holds. */
function anyValue(random: Random, { name, type, nullable }: TableColumn, atMs: number): SqlValue {
  if (name === 'site_id') return 'mall';
  if (nullable && random() < 0.3) return null;
  if (name.endsWith('zone_id')) return pick(random, nullable ? IDS : ['', ...IDS]);
  if (name === 'kind') return pick(random, ['tag', 'shopper', 'unknown', 'staff']);
  if (name.endsWith('_id') && type === 'VARCHAR') return pick(random, IDS);
  if (name === 'emitted_ms') return atMs + Math.floor(random() * (random() < 0.2 ? 3 * DAY : HOUR));
  if (name === 'day') return Math.floor(atMs / DAY);
  if (name === 'id' || name === 'entry_id') return 1 + Math.floor(random() * 30);
  if (name.endsWith('_ms') && type === 'BIGINT')
    return random() < 0.8 ? atMs - Math.floor(random() * 2 * HOUR) : Math.floor(random() * Number.MAX_SAFE_INTEGER);
  switch (type) {
    case 'VARCHAR':
      return pick(random, WORDS);
    case 'BIGINT':
      return pick(random, [0, -1, 2 ** 53 - 1, -(2 ** 53 - 1), Math.floor(random() * 1e12)]);
    case 'INTEGER':
      return pick(random, [0, -5, 2 ** 31 - 1, -(2 ** 31), Math.floor(random() * 100)]);
    case 'UINTEGER':
      return pick(random, [0, 2 ** 32 - 1, Math.floor(random() * 2 ** 32)]);
    case 'DOUBLE':
      return pick(random, [0, -0.1, 1 / 3, 1e-9, 12345678.9, 5e-324, random()]);
    case 'BOOLEAN':
      return random() < 0.5;
  }
}

function randomRows(table: SeriesTable, random: Random, count: number): Columns {
  const ats = Array.from({ length: count }, () => START + Math.floor(random() * 40) * 7 * 60_000 * 9);
  const columns: Columns = {};
  for (const column of table.columns)
    columns[column.name] = {
      type: column.type,
      values: ats.map((atMs) =>
        column.name === table.time?.column && table.time.unit === 'ms' ? atMs : anyValue(random, column, atMs),
      ),
    };
  return columns;
}

type Row = Record<string, SqlValue>;
const rowsIn = (columns: Columns): Row[] =>
  Array.from({ length: Object.values(columns)[0]!.values.length }, (_, i) =>
    Object.fromEntries(Object.entries(columns).map(([name, { values }]) => [name, values[i]!])),
  );
const sorted = (rows: Row[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
const bounded = (rows: Row[], column: string, from: number, below: number): Row[] =>
  rows.filter((row) => Number(row[column]) >= from && Number(row[column]) < below);

onEachEngine((engine) => {
  test('every table comes back as it was written, whole and by period', { timeout: 90_000 }, async () => {
    const { series, again } = await engine.openSite();
    const written = new Map<SeriesTable, Row[]>();
    const others = new Map<SeriesTable, Row[]>();
    for (const table of SERIES_TABLES) {
      const name = table.name as TableName;
      const random = seededRandom(name.length * 31);
      const rows: Row[] = [];
      for (let i = 0; i < 3; i += 1) {
        const columns = randomRows(table, random, 60);
        // Equal rows are as many as they were.
        if (i === 1 && table.kind === 'rows')
          for (const column of Object.values(columns)) (column.values as SqlValue[]).push(column.values[0]!);
        await writeTable(series, name, columns);
        rows.push(...rowsIn(columns));
      }
      written.set(table, rows);
      const other = randomRows(table, random, 5);
      (other.site_id!.values as SqlValue[]).fill('other');
      await writeTable(series, name, other);
      others.set(table, rowsIn(other));
    }
    const readBy = async (
      reader: TimeSeries,
      { name }: SeriesTable,
      period?: TablePeriod,
      siteId = 'mall',
    ): Promise<Row[]> => {
      const rows: Row[] = [];
      for await (const piece of readTable(reader, name as TableName, siteId, period)) rows.push(...rowsIn(piece));
      return rows;
    };

    const part = { fromMs: START + DAY, toMs: START + 2 * DAY + 7 * HOUR };
    const left = new Map<SeriesTable, Row[]>();
    const reader = await again({ workingRows: 100 });
    for (const [table, rows] of written) {
      const all = await readBy(reader, table);
      expect(sorted(all), table.name).toEqual(sorted(rows));
      // In the same order each time, and by time.
      expect(await readBy(series, table), table.name).toEqual(all);
      if (!table.time) continue;
      const { column, unit } = table.time;
      const times = all.map((row) => Number(row[column]));
      expect(times, table.name).toEqual([...times].sort((a, b) => a - b));
      const scale = unit === 'days' ? DAY : 1;
      const inside = bounded(rows, column, Math.ceil(part.fromMs / scale), Math.ceil(part.toMs / scale));
      expect(inside.length, table.name).toBeGreaterThan(0);
      expect(sorted(await readBy(series, table, part)), table.name).toEqual(sorted(inside));
      left.set(
        table,
        rows.filter((row) => !inside.includes(row)),
      );
    }
    expect(left.size).toBeGreaterThan(10);

    for (const { name } of left.keys()) await clearTable(series, name as TableName, 'mall', part);
    const afterwards = await again({ workingRows: 100 });
    for (const [table, rows] of left) expect(sorted(await readBy(afterwards, table)), table.name).toEqual(sorted(rows));

    for (const { name } of left.keys()) await clearTable(series, name as TableName, 'mall');
    const emptied = await again();
    for (const table of left.keys()) {
      expect(await readBy(emptied, table), table.name).toEqual([]);
      expect(sorted(await readBy(emptied, table, undefined, 'other')), table.name).toEqual(sorted(others.get(table)!));
    }
  });
});
