/** A change of the time series, done in the working set and written down as steps that do the same in InfluxDB. */
import { DAY_MS } from '../../metrics/localTime.ts';
import type { Columns, ReadSql, SqlRow, SqlValue, WriteSql } from '../duckdb.ts';
import { type Bounds, type Conditions, conditionsSql, type SeriesSql } from '../seriesSql.ts';
import { sqlNumber, sqlString } from '../sqlText.ts';
import { seriesTable, type TableName } from '../tables.ts';
import type { Step } from './journal.ts';
import {
  EVER,
  isApart,
  isApartSql,
  LAYOUTS,
  type Layout,
  NOTHING,
  type PointRange,
  pointRange,
  SPAN_MS,
  withinSql,
} from './layout.ts';
import { dayOf } from './needs.ts';
import { influxString, type PointBatch } from './points.ts';
import { type Ask, type Cut, sourceOf, type View, type WorkingSet } from './workingSet.ts';

/** Of rows that may expire by InfluxDB's own clock. */
export type PolicyOf = (layout: Layout, siteId: string, atMs: number) => string;

export interface Recorded {
  steps: Step[];
  /** State tables that have changed, by site. */
  states: Map<string, Set<string>>;
  /** New ones, by site and table. */
  cuts: Map<string, Record<string, Cut>>;
  /** To be done once all of it is in InfluxDB. */
  settle: () => void;
}

interface Placed {
  row: SqlValue[];
  atMs: number;
  apart: boolean;
}

/** Beside the state tables. */
export const CUTS = 'cuts';
const FOURTEEN_DAYS_MS = 14 * DAY_MS;

export class Recorder implements SeriesSql {
  readonly #sql: WriteSql;
  readonly #reading: ReadSql;
  readonly #view: View;
  readonly #set: WorkingSet;
  readonly #policyOf: PolicyOf;
  readonly #ask: Ask;
  readonly #steps: Step[] = [];
  readonly #states = new Map<string, Set<string>>();
  readonly #grown = new Map<Layout, Map<string, Map<number | undefined, number>>>();
  readonly #cuts: { table: string; siteId: string; cut: Cut }[] = [];

  constructor(sql: WriteSql, view: View, set: WorkingSet, policyOf: PolicyOf, ask: Ask) {
    this.#sql = sql;
    this.#view = view;
    this.#reading = view.over(sql);
    this.#set = set;
    this.#policyOf = policyOf;
    this.#ask = ask;
  }

  all<Row extends object = SqlRow>(text: string, params?: readonly SqlValue[]): Promise<Row[]> {
    return this.#reading.all<Row>(text, params);
  }
  get<Row extends object = SqlRow>(text: string, params?: readonly SqlValue[]): Promise<Row | undefined> {
    return this.#reading.get<Row>(text, params);
  }

  recorded(): Recorded {
    return {
      steps: this.#steps,
      states: this.#states,
      cuts: this.#cutsBySite(),
      settle: () => {
        for (const [layout, sites] of this.#grown)
          for (const [siteId, days] of sites) this.#set.grown(layout, siteId, days);
        for (const { table, siteId, cut } of this.#cuts) this.#set.setCut(table, siteId, cut);
        this.#set.stepped();
      },
    };
  }

  #cutsBySite(): Map<string, Record<string, Cut>> {
    const bySite = new Map<string, Record<string, Cut>>();
    for (const { table, siteId, cut } of this.#cuts) bySite.set(siteId, { ...bySite.get(siteId), [table]: cut });
    return bySite;
  }

  async append(table: TableName, columns: Columns): Promise<void> {
    const { kind, columns: described } = seriesTable(table);
    const values = described.map(({ name }) => columns[name]!.values);
    const count = values[0]!.length;
    if (count === 0) return;
    const siteIds = columns.site_id!.values as readonly string[];
    const layout = LAYOUTS.get(table);
    if (kind === 'state' || !layout) {
      for (const siteId of new Set(siteIds)) this.#changed(table, siteId);
      return this.#sql.append(table, columns);
    }
    const bySite = new Map<string, number[]>();
    siteIds.forEach((siteId, i) => {
      const own = bySite.get(siteId);
      if (own) own.push(i);
      else bySite.set(siteId, [i]);
    });
    const at = new Map(described.map(({ name }, i) => [name, i]));
    const point = at.get(layout.point.column)!;
    for (const [siteId, indexes] of bySite) {
      const placed = indexes.map((i): Placed => {
        const row = values.map((column) => column[i]!);
        const atMs = Number(row[point]) * layout.point.unitMs;
        const apart =
          layout.apart !== undefined &&
          isApart(layout, Number(row[at.get('emitted_ms')!]), (column) => row[at.get(column)!]!);
        return { row, atMs, apart };
      });
      this.#makeRoom(layout, siteId, placed);
      await this.#clearHidden(layout, siteId, placed);
      await this.#write(layout, siteId, placed, true);
    }
    await this.#sql.append(table, columns);
  }

  async insertSelect(table: TableName, query: string, params?: readonly SqlValue[]): Promise<void> {
    const { columns } = seriesTable(table);
    // Named, because a column that is called 1 would come first.
    const names = columns.map(({ name }) => name).join(', ');
    const rows = await this.all(`select * from (${query}) as made(${names})`, params);
    const made: Columns = {};
    for (const { name, type } of columns) made[name] = { type, values: rows.map((row) => row[name]!) };
    return this.append(table, made);
  }

  async remove(table: TableName, conditions: Conditions): Promise<void> {
    const siteId = conditions.site_id;
    const layout = LAYOUTS.get(table);
    const { where, params } = conditionsSql(conditions);
    const forget = (): Promise<void> => this.#sql.run(`delete from ${table} where ${where}`, params);
    if (!layout) {
      this.#changed(table, siteId);
      return forget();
    }
    const exact = exactly(layout, conditions);
    if (exact) {
      for (const range of exact.ranges)
        for (const measurement of measurementsOf(layout)) this.#removed(measurement, siteId, range, exact.tags);
      return forget();
    }
    const cut = cutOf(layout, conditions);
    if (cut) {
      const { toMs } = pointRange(layout, cut.column, Number.NEGATIVE_INFINITY, cut.below - 1);
      // All that was emitted before it began before it; what was emitted later goes with a later call.
      this.#removed(table, siteId, { fromMs: Number.NEGATIVE_INFINITY, toMs: toMs - SPAN_MS - slackOf(cut) });
      this.#cuts.push({ table, siteId, cut });
      this.#changed(CUTS, siteId);
      await this.#removeFew(layout, siteId, where, params, true, forget);
      return;
    }
    await this.#removeFew(layout, siteId, where, params, false, forget);
  }

  async first(table: TableName, column: string, siteId: string, from: number): Promise<number | null> {
    const layout = LAYOUTS.get(table)!;
    const least = async (upTo: number | undefined): Promise<number | null> => {
      const row = await this.get<{ first: number | null }>(
        `select min(${column}) as first from ${table} where site_id = $1 and ${column} >= $2${upTo === undefined ? '' : ` and ${column} <= ${sqlNumber(upTo)}`}`,
        [siteId, from],
      );
      return row?.first ?? null;
    };
    // Loads nothing, but the days of the first and the last point.
    this.#view.require([{ layout, siteId, range: NOTHING, parts: undefined }]);
    const extent = this.#set.extent(table, siteId);
    const begin = pointRange(layout, column, from, Number.POSITIVE_INFINITY).fromMs;
    if (!extent || (extent.last + 1) * DAY_MS - begin <= FOURTEEN_DAYS_MS) return least(undefined);
    // Far back: what lies between is not read for it.
    const [answer] = await this.#ask([
      `select first("${layout.certain}") from ${sourceOf(layout, table)} where "site_id" = ${influxString(siteId)} and time >= ${Math.ceil(begin)}ms`,
    ]);
    const at = answer!.values[0]?.[0];
    if (typeof at !== 'number') return least(undefined);
    const unitMs = column === 'day' ? DAY_MS : 1;
    for (let upToMs = at + DAY_MS; ; upToMs += FOURTEEN_DAYS_MS) {
      if (upToMs >= (extent.last + 1) * DAY_MS) return least(undefined);
      const found = await least(Math.floor(upToMs / unitMs));
      if (found !== null) return found;
    }
  }

  #changed(table: string, siteId: string): void {
    const known = this.#states.get(siteId) ?? new Set();
    this.#states.set(siteId, known.add(table));
  }

  /** Days that rows are added to must be there as a whole; days that InfluxDB has nothing of are. */
  #makeRoom(layout: Layout, siteId: string, placed: readonly Placed[]): void {
    const table = layout.table.name;
    const sites = this.#grown.get(layout) ?? new Map<string, Map<number | undefined, number>>();
    this.#grown.set(layout, sites);
    const days = sites.get(siteId) ?? new Map<number | undefined, number>();
    sites.set(siteId, days);
    const extent = this.#set.extent(table, siteId);
    const needed = new Set<number>();
    for (const { atMs, apart } of placed) {
      const day = apart ? undefined : dayOf(atMs);
      if (day !== undefined) needed.add(day);
      days.set(day, (days.get(day) ?? 0) + 1);
    }
    const within = extent ? [...needed].filter((day) => day >= extent.first && day <= extent.last) : [];
    this.#view.require([
      // The one that asks for the extent, and for what lies apart.
      { layout, siteId, range: NOTHING, parts: undefined },
      ...within.map((day) => ({
        layout,
        siteId,
        range: { fromMs: day * DAY_MS, toMs: (day + 1) * DAY_MS - 1 },
        parts: undefined,
      })),
    ]);
    // What lies between the known days and new ones is as empty in InfluxDB as it is here.
    if (extent)
      for (const day of needed) for (const between of gap(extent, day)) if (!days.has(between)) days.set(between, 0);
  }

  /** Rows that are only held back could have the number that a new one takes: they go first. */
  async #clearHidden(layout: Layout, siteId: string, placed: readonly Placed[]): Promise<void> {
    const table = layout.table.name;
    const cut =
      this.#cuts.find((one) => one.table === table && one.siteId === siteId)?.cut ?? this.#set.cut(table, siteId);
    if (!cut) return;
    const reachMs = pointRange(layout, cut.column, Number.NEGATIVE_INFINITY, cut.below - 1).toMs;
    if (placed.every(({ atMs }) => atMs > reachMs)) return;
    const range = { fromMs: Number.NEGATIVE_INFINITY, toMs: reachMs };
    const left = await this.all(
      `select * from ${table} where site_id = $1 and ${withinSql(layout, range)} and not (${isApartSql(layout)})`,
      [siteId],
    );
    this.#removed(table, siteId, range);
    await this.#rewrite(layout, siteId, left, false);
  }

  /** Rows of the table, alone in their stretch. */
  #rewrite(layout: Layout, siteId: string, rows: readonly SqlRow[], apart: boolean): Promise<void> {
    const { column, unitMs } = layout.point;
    return this.#write(
      layout,
      siteId,
      rows.map((row) => ({
        row: layout.table.columns.map(({ name }) => row[name]!),
        atMs: Number(row[column]) * unitMs,
        apart,
      })),
      false,
    );
  }

  /** Rows of one millisecond and series are numbered after those that are there. */
  async #write(layout: Layout, siteId: string, placed: readonly Placed[], afterOthers: boolean): Promise<void> {
    const table = layout.table.name;
    const tags = layout.tags.map(({ name }) => name);
    const fields = layout.fields.map(({ name }) => name);
    const at = new Map(layout.table.columns.map(({ name }, i) => [name, i]));
    const tagAt = tags.map((name) => at.get(name)!);
    const fieldAt = fields.map((name) => at.get(name)!);
    const keyOf = (atMs: number, apart: boolean, tagValues: readonly SqlValue[]) =>
      `${atMs} ${apart} ${tagValues.join(' ')}`;
    const numbers = new Map<string, number>();
    if (afterOthers) {
      const [fromMs, toMs] = placed.reduce(
        ([least, most], { atMs }) => [Math.min(least, atMs), Math.max(most, atMs)],
        [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
      );
      const known = await this.#sql.all<SqlRow & { point_at: number; apart: boolean; n: number }>(
        `select ${layout.point.column} as point_at, ${isApartSql(layout)} as apart, ${tags.join(', ')}, count(*) as n from ${table}
         where site_id = ${sqlString(siteId)} and ${withinSql(layout, { fromMs, toMs })} group by all`,
      );
      for (const row of known)
        numbers.set(
          keyOf(
            row.point_at * layout.point.unitMs,
            row.apart,
            tags.map((name) => row[name]!),
          ),
          row.n,
        );
    }
    const batches = new Map<string, PointBatch>();
    for (const { row, atMs, apart } of placed) {
      const measurement = apart ? layout.apart! : table;
      const policy = this.#policyOf(layout, siteId, atMs);
      const tagValues = tagAt.map((i) => row[i]!);
      const key = keyOf(atMs, apart, tagValues);
      const n = numbers.get(key) ?? 0;
      numbers.set(key, n + 1);
      let batch = batches.get(`${policy} ${measurement}`);
      if (!batch) {
        batch = { measurement, policy, tags, fields, rows: [] };
        batches.set(`${policy} ${measurement}`, batch);
      }
      batch.rows.push([...tagValues, ...fieldAt.map((i) => row[i]!), atMs, n]);
    }
    this.#wrote([...batches.values()]);
  }

  #wrote(batches: PointBatch[]): void {
    if (batches.length === 0) return;
    const last = this.#steps.at(-1);
    if (last && 'write' in last) last.write.push(...batches);
    else this.#steps.push({ write: batches });
  }

  #removed(
    measurement: string,
    siteId: string,
    { fromMs, toMs }: PointRange,
    tags: readonly (readonly [string, string])[] = [],
  ): void {
    const parts = [
      `delete from "${measurement}" where "site_id" = ${influxString(siteId)}`,
      ...tags.map(([name, value]) => `"${name}" = ${influxString(value)}`),
      ...(Number.isFinite(fromMs) ? [`time >= ${Math.ceil(fromMs)}ms`] : []),
      ...(Number.isFinite(toMs) ? [`time < ${Math.floor(toMs) + 1}ms`] : []),
    ];
    const statement = parts.join(' and ');
    const last = this.#steps.at(-1);
    if (last && 'remove' in last) last.remove.push(statement);
    else this.#steps.push({ remove: [statement] });
  }

  /** InfluxDB cannot delete by what the condition names: the stretch goes, and what is left of it is written again. */
  async #removeFew(
    layout: Layout,
    siteId: string,
    where: string,
    params: readonly SqlValue[],
    apartOnly: boolean,
    forget: () => Promise<void>,
  ): Promise<void> {
    const { column, unitMs } = layout.point;
    const table = layout.table.name;
    const hits = await this.all<{ apart: boolean; first: number; last: number }>(
      `select apart, min(point_at) as first, max(point_at) as last
       from (select ${column} as point_at, ${isApartSql(layout)} as apart from ${table} where ${where}${apartOnly ? ` and ${isApartSql(layout)}` : ''})
       group by apart order by apart`,
      params,
    );
    await forget();
    for (const { apart, first, last } of hits) {
      const range = { fromMs: first * unitMs, toMs: last * unitMs };
      this.#removed(apart ? layout.apart! : table, siteId, range);
      const left = await this.all(
        `select * from ${table} where site_id = $1 and ${withinSql(layout, range)} and ${apart ? '' : 'not '}(${isApartSql(layout)})`,
        [siteId],
      );
      await this.#rewrite(layout, siteId, left, apart);
    }
  }
}

const measurementsOf = ({ table, apart }: Layout): string[] =>
  apart === undefined ? [table.name] : [table.name, apart];

function* gap(extent: { first: number; last: number }, day: number): Iterable<number> {
  for (let one = extent.last + 1; one < day; one += 1) yield one;
  for (let one = day + 1; one < extent.first; one += 1) yield one;
}

/** Values one after another, as first and last. */
function runs(values: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const value of [...values].sort((a, b) => a - b)) {
    const last = found.at(-1);
    if (last && value <= last[1] + 1) last[1] = value;
    else found.push([value, value]);
  }
  return found;
}

interface Exact {
  tags: [string, string][];
  /** Of point times. */
  ranges: PointRange[];
}

/** What InfluxQL can delete by: tags and the point's time. Undefined where the conditions name anything else. */
function exactly({ point, tags }: Layout, { site_id: _, ...others }: Conditions): Exact | undefined {
  const { column, unitMs } = point;
  const found: Exact = { tags: [], ranges: [EVER] };
  for (const [name, condition] of Object.entries(others)) {
    if (typeof condition === 'string' && tags.some((tag) => tag.name === name)) found.tags.push([name, condition]);
    else if (name === column && typeof condition !== 'string') found.ranges = rangesOf(condition, unitMs);
    else return undefined;
  }
  return found;
}

function rangesOf(condition: number | readonly number[] | Bounds, unitMs: number): PointRange[] {
  const one = (value: number): PointRange => ({ fromMs: value * unitMs, toMs: (value + 1) * unitMs - 1 });
  if (typeof condition === 'number') return [one(condition)];
  if (Array.isArray(condition))
    return runs(condition).map(([first, last]) => ({ fromMs: one(first).fromMs, toMs: one(last).toMs }));
  const { from = EVER.fromMs, above = EVER.fromMs, below = EVER.toMs, upTo = EVER.toMs } = condition as Bounds;
  return [{ fromMs: Math.max(from, above + 1) * unitMs, toMs: Math.min(below, upTo + 1) * unitMs - 1 }];
}

/** Rows of before a time, where points have the time of their emission. */
function cutOf(layout: Layout, { site_id: _, ...others }: Conditions): Cut | undefined {
  const entries = Object.entries(others);
  if (!layout.byEmission || entries.length !== 1) return undefined;
  const [column, condition] = entries[0]!;
  if (column !== layout.table.time?.column && column !== 'day') return undefined;
  const { below, ...rest } = condition as Bounds;
  return below === undefined || Object.keys(rest).length > 0 ? undefined : { column, below };
}

/** A local day ends up to a day and more away from UTC's. */
const slackOf = ({ column }: Cut): number => (column === 'day' ? DAY_MS + 26 * 3_600_000 : 0);
