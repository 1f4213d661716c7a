/**
 * What of InfluxDB is at hand for SQL: tables in memory, filled by day as statements need it, bounded, the longest unused
 * going first. A question runs in one snapshot of them. Where a statement needs what is not there the question ends, what is
 * missing is read, and it is asked again: so it never sees two states.
 */
import { DAY_MS } from '../../metrics/localTime.ts';
import type { Duck, ReadSql, SqlRow, SqlValue } from '../duckdb.ts';
import { sqlNumber, sqlString } from '../sqlText.ts';
import { SERIES_TABLES } from '../tables.ts';
import type { Answer } from './client.ts';
import { isApartSql, LAYOUTS, type Layout, type PointRange, withinSql } from './layout.ts';
import { dayOf, type Need, type Planner } from './needs.ts';
import { columnsOf, influxString, selectedOf } from './points.ts';

/** Rows of one table, site and day of UTC; or all that lie apart, whatever their day. */
export interface Chunk {
  layout: Layout;
  siteId: string;
  day: number | undefined;
  /** Read as a whole, as of this state; undefined: parts of it only. */
  wholeSince: number | undefined;
  parts: Map<string, number>;
  rows: number;
  usedAt: number;
  pins: number;
}
/** Days of the first and the last point; null: none at all. */
type Extent = { first: number; last: number } | null;

/** In use, by one question or commit from its beginning to its end. */
export type Held = Set<Chunk>;

export interface SiteNeed extends Need {
  siteId: string;
}

/** To be read before the question can be answered. */
export class Missing extends Error {
  readonly needs: readonly SiteNeed[];
  constructor(needs: readonly SiteNeed[]) {
    super('rows are to be read from InfluxDB first');
    this.needs = needs;
  }
}

/** What holds rows back that have expired and still lie in InfluxDB, for they were emitted a little later. */
export interface Cut {
  column: string;
  below: number;
}

/** Reads of InfluxDB, each statement with an answer. */
export type Ask = (statements: string[]) => Promise<Answer[]>;

/** An answer of this size is parsed in some 50 ms, in which nothing else happens. */
const ROWS_PER_READ = 60_000;
const MOST_DAYS_PER_READ = 62;
/** Rows come uncompressed; this many take some 50 MB, a fifth of which is left after compression. */
const COMPACT_AFTER_ROWS = 400_000;

const keyOf = (table: string, siteId: string, day: number | undefined): string =>
  `${table} ${day ?? 'apart'} ${siteId}`;

export const createTablesSql = (): string[] =>
  SERIES_TABLES.map(
    ({ name, columns }) =>
      `create table ${name} (${columns.map((one) => `${one.name} ${one.type}${one.nullable ? '' : ' not null'}`).join(', ')})`,
  );

const SOURCES: Record<Layout['policy'], string[]> = {
  rows: ['rows', 'kept'],
  aggregates: ['aggregates', 'kept'],
  state: ['state'],
  kept: ['kept'],
};

export const sourceOf = ({ policy }: Layout, measurement: string): string =>
  SOURCES[policy].map((name) => `"${name}"."${measurement}"`).join(', ');

export class WorkingSet {
  readonly duck: Duck;
  readonly #planner: Planner;
  readonly #maxRows: number;
  readonly #chunks = new Map<string, Chunk>();
  readonly #extents = new Map<string, Extent>();
  readonly #cuts = new Map<string, Cut>();
  /** Rows a day, as found: how many days one read may ask for. */
  readonly #perDay = new Map<string, number>();
  readonly sites = new Set<string>();
  /** Counts what was added: a snapshot sees what came before it began. */
  #state = 0;
  #uses = 0;
  #rows = 0;
  #rowsSinceCompact = 0;
  /** Since the start, for the metrics. */
  rowsRead = 0;
  reads = 0;

  constructor(duck: Duck, planner: Planner, maxRows: number) {
    this.duck = duck;
    this.#planner = planner;
    this.#maxRows = maxRows;
  }

  get rows(): number {
    return this.#rows;
  }
  get state(): number {
    return this.#state;
  }

  extent(table: string, siteId: string): Extent | undefined {
    return this.#extents.get(`${table} ${siteId}`);
  }
  setExtent(table: string, siteId: string, extent: Extent): void {
    this.#extents.set(`${table} ${siteId}`, extent);
  }
  cut(table: string, siteId: string): Cut | undefined {
    return this.#cuts.get(`${table} ${siteId}`);
  }
  cutsOf(siteId: string): Record<string, Cut> {
    const own = [...this.#cuts].filter(([key]) => key.endsWith(` ${siteId}`));
    return Object.fromEntries(own.map(([key, cut]) => [key.split(' ')[0]!, cut]));
  }
  setCut(table: string, siteId: string, cut: Cut): void {
    this.#cuts.set(`${table} ${siteId}`, cut);
  }

  /** A look at the working set as it is now. What it looks at stays until `held` is let go. */
  view(held: Held): View {
    return new View(this, this.#planner, this.#state, held);
  }

  release(held: Held): void {
    for (const chunk of held) chunk.pins -= 1;
    held.clear();
  }

  #hold(chunk: Chunk, held: Held): void {
    if (held.has(chunk)) return;
    chunk.pins += 1;
    held.add(chunk);
  }

  /** What of the need is not there as of that state; what is there is pinned. */
  missing(need: Need, asOf: number, held: Held): SiteNeed[] {
    const sites = need.siteId === undefined ? [...this.sites] : [need.siteId];
    return sites.flatMap((siteId) => {
      const own = { ...need, siteId };
      return this.#isThere(own, asOf, held) ? [] : [own];
    });
  }

  #isThere({ layout, siteId, range, parts }: SiteNeed, asOf: number, held: Held): boolean {
    const extent = this.extent(layout.table.name, siteId);
    if (extent === undefined) return false;
    const chunks: Chunk[] = [];
    const isWhole = (day: number | undefined): boolean => {
      const chunk = this.#chunks.get(keyOf(layout.table.name, siteId, day));
      if (!chunk) return false;
      chunks.push(chunk);
      if (chunk.wholeSince !== undefined) return chunk.wholeSince <= asOf;
      return parts?.every((part) => (chunk.parts.get(part) ?? Number.POSITIVE_INFINITY) <= asOf) ?? false;
    };
    if (layout.apart !== undefined && !isWhole(undefined)) return false;
    for (const day of daysWithin(range, extent)) if (!isWhole(day)) return false;
    for (const chunk of chunks) {
      this.#touch(chunk);
      this.#hold(chunk, held);
    }
    return true;
  }

  #touch(chunk: Chunk): void {
    this.#uses += 1;
    chunk.usedAt = this.#uses;
  }

  #chunk(layout: Layout, siteId: string, day: number | undefined): Chunk {
    const key = keyOf(layout.table.name, siteId, day);
    let chunk = this.#chunks.get(key);
    if (!chunk) {
      chunk = { layout, siteId, day, wholeSince: undefined, parts: new Map(), rows: 0, usedAt: 0, pins: 0 };
      this.#chunks.set(key, chunk);
    }
    this.#touch(chunk);
    return chunk;
  }

  /** Rows that a commit has added, and days that it begins. */
  grown(layout: Layout, siteId: string, rowsByDay: ReadonlyMap<number | undefined, number>): void {
    const table = layout.table.name;
    this.#state += 1;
    for (const [day, rows] of rowsByDay) {
      const chunk = this.#chunk(layout, siteId, day);
      chunk.wholeSince ??= this.#state;
      chunk.rows += rows;
      this.#rows += rows;
      if (day === undefined) continue;
      const extent = this.extent(table, siteId) ?? null;
      this.setExtent(table, siteId, {
        first: Math.min(extent?.first ?? day, day),
        last: Math.max(extent?.last ?? day, day),
      });
    }
  }

  /** A commit is done: what began before it does not see it, and must not be told that it does. */
  stepped(): void {
    this.#state += 1;
  }

  /** To be called by one at a time, and not during a commit. */
  async load(needs: readonly SiteNeed[], ask: Ask, held: Held): Promise<void> {
    for (const need of needs) {
      const { layout, siteId } = need;
      const { name } = layout.table;
      if (this.extent(name, siteId) === undefined) await this.#askExtents(siteId, ask);
      if (layout.apart !== undefined && this.#chunks.get(keyOf(name, siteId, undefined))?.wholeSince === undefined)
        await this.#loadApart(layout, siteId, ask, held);
      if (need.parts === undefined) await this.#loadDays(need, undefined, ask, held);
      else for (const part of need.parts) await this.#loadDays(need, part, ask, held);
    }
    await this.#shrink();
  }

  /** Of all tables that are not known: what asks for one soon asks for others. */
  async #askExtents(siteId: string, ask: Ask): Promise<void> {
    const unknown = [...LAYOUTS.values()].filter(({ table }) => this.extent(table.name, siteId) === undefined);
    const answers = await ask(
      unknown.flatMap((layout) => {
        const from = `from ${sourceOf(layout, layout.table.name)} where "site_id" = ${influxString(siteId)}`;
        return [`select first("${layout.certain}") ${from}`, `select last("${layout.certain}") ${from}`];
      }),
    );
    const dayIn = (answer: Answer | undefined): number | undefined => {
      const at = answer?.values[0]?.[0];
      return typeof at === 'number' ? dayOf(at) : undefined;
    };
    unknown.forEach(({ table }, i) => {
      const [first, last] = [dayIn(answers[2 * i]), dayIn(answers[2 * i + 1])];
      this.setExtent(table.name, siteId, first === undefined || last === undefined ? null : { first, last });
    });
  }

  async #loadApart(layout: Layout, siteId: string, ask: Ask, held: Held): Promise<void> {
    const rows = await this.#read(layout, layout.apart!, siteId, '', ask);
    this.#state += 1;
    const chunk = this.#chunk(layout, siteId, undefined);
    chunk.wholeSince = this.#state;
    this.#hold(chunk, held);
    this.#count(chunk, rows);
  }

  async #loadDays(need: SiteNeed, part: string | undefined, ask: Ask, held: Held): Promise<void> {
    const { layout, siteId } = need;
    const table = layout.table.name;
    const lacking = [...daysWithin(need.range, this.extent(table, siteId)!)].filter((day) => {
      const chunk = this.#chunks.get(keyOf(table, siteId, day));
      return chunk?.wholeSince === undefined && (part === undefined || !chunk?.parts.has(part));
    });
    const rate = `${table} ${part === undefined ? '' : 'part'}`;
    for (let i = 0; i < lacking.length; ) {
      const most = Math.max(
        1,
        Math.min(MOST_DAYS_PER_READ, Math.floor(ROWS_PER_READ / (this.#perDay.get(rate) ?? ROWS_PER_READ))),
      );
      let days = 1;
      while (days < most && i + days < lacking.length && lacking[i + days] === lacking[i]! + days) days += 1;
      const [first, last] = [lacking[i]!, lacking[i]! + days - 1];
      const rows = await this.#loadStretch(layout, siteId, first, last, part, ask, held);
      this.#perDay.set(rate, Math.max(1, (this.#perDay.get(rate) ?? 0) / 2, rows / days));
      i += days;
    }
  }

  async #loadStretch(
    layout: Layout,
    siteId: string,
    first: number,
    last: number,
    part: string | undefined,
    ask: Ask,
    held: Held,
  ): Promise<number> {
    const table = layout.table.name;
    const range: PointRange = { fromMs: first * DAY_MS, toMs: (last + 1) * DAY_MS - 1 };
    // What was there of it in parts comes again with the whole.
    const before: Chunk[] = [];
    for (let day = first; part === undefined && day <= last; day += 1) {
      const chunk = this.#chunks.get(keyOf(table, siteId, day));
      if (chunk) before.push(chunk);
    }
    if (before.length > 0) await this.#drop(before);
    const where = [
      `time >= ${range.fromMs}ms and time <= ${range.toMs}ms`,
      ...(part === undefined ? [] : [`"${layout.partition}" = ${influxString(part)}`]),
    ].join(' and ');
    const counts = new Map<number, number>();
    const rows = await this.#read(layout, table, siteId, where, ask, (atMs) => {
      const day = dayOf(atMs);
      counts.set(day, (counts.get(day) ?? 0) + 1);
    });
    this.#state += 1;
    for (let day = first; day <= last; day += 1) {
      const chunk = this.#chunk(layout, siteId, day);
      this.#hold(chunk, held);
      if (part === undefined) {
        chunk.wholeSince = this.#state;
        chunk.parts.clear();
      } else chunk.parts.set(part, this.#state);
      this.#count(chunk, counts.get(day) ?? 0);
    }
    return rows;
  }

  #count(chunk: Chunk, rows: number): void {
    chunk.rows += rows;
    this.#rows += rows;
  }

  async #read(
    layout: Layout,
    measurement: string,
    siteId: string,
    where: string,
    ask: Ask,
    seen?: (atMs: number) => void,
  ): Promise<number> {
    const table = layout.table.name;
    const cut = this.cut(table, siteId);
    const conditions = [
      `"site_id" = ${influxString(siteId)}`,
      ...(where === '' ? [] : [where]),
      ...(cut ? [`"${cut.column}" >= ${sqlNumber(cut.below)}`] : []),
    ];
    const [answer] = await ask([
      `select ${selectedOf(layout)} from ${sourceOf(layout, measurement)} where ${conditions.join(' and ')}`,
    ]);
    const rows = answer!.values.length;
    this.reads += 1;
    this.rowsRead += rows;
    if (rows === 0) return 0;
    if (seen) for (const row of answer!.values) seen(Number(row[0]));
    await this.duck.transaction((sql) => sql.append(table, columnsOf(layout, answer!)));
    this.#rowsSinceCompact += rows;
    if (this.#rowsSinceCompact >= COMPACT_AFTER_ROWS) await this.#compact();
    return rows;
  }

  async #compact(): Promise<void> {
    this.#rowsSinceCompact = 0;
    await this.duck.compact();
  }

  /** Lets go of what was used longest ago and is not in use. */
  async #shrink(): Promise<void> {
    if (this.#rows <= this.#maxRows) return;
    const idle = [...this.#chunks.values()].filter((chunk) => chunk.pins === 0).sort((a, b) => a.usedAt - b.usedAt);
    const gone: Chunk[] = [];
    let rows = this.#rows;
    for (const chunk of idle) {
      // A tenth more than must be, so that not every question has to.
      if (rows <= this.#maxRows * 0.9) break;
      rows -= chunk.rows;
      gone.push(chunk);
    }
    await this.#drop(gone);
    await this.#compact();
  }

  /** More is held than should be: what was in use could not be let go. */
  get isOver(): boolean {
    return this.#rows > this.#maxRows;
  }

  /** After a commit or a question: what it added may be too much. */
  shrink(): Promise<void> {
    return this.#shrink();
  }

  async #drop(chunks: readonly Chunk[]): Promise<void> {
    // Whoever looks from now on does not find them; whoever has pinned them sees them to the end of their snapshot.
    for (const { layout, siteId, day, rows } of chunks) {
      this.#chunks.delete(keyOf(layout.table.name, siteId, day));
      this.#rows -= rows;
    }
    for (const { layout, siteId, day, rows } of chunks) {
      if (rows === 0) continue;
      const apart = isApartSql(layout);
      const which =
        day === undefined
          ? apart
          : `not (${apart}) and ${withinSql(layout, { fromMs: day * DAY_MS, toMs: (day + 1) * DAY_MS - 1 })}`;
      await this.duck.run(`delete from ${layout.table.name} where site_id = ${sqlString(siteId)} and ${which}`);
    }
  }

  /** All rows, not the state: they are to be read again. */
  async forget(): Promise<void> {
    await this.#drop([...this.#chunks.values()]);
    this.#extents.clear();
    this.#state += 1;
    await this.#compact();
  }
}

function* daysWithin(range: PointRange, extent: Extent): Iterable<number> {
  if (extent === null) return;
  const first = Math.max(extent.first, dayOf(range.fromMs));
  const last = Math.min(extent.last, dayOf(range.toMs));
  for (let day = first; day <= last; day += 1) yield day;
}

/** One look, as of the state that it began with. */
export class View {
  readonly #set: WorkingSet;
  readonly #planner: Planner;
  readonly #asOf: number;
  readonly #held: Held;

  constructor(set: WorkingSet, planner: Planner, asOf: number, held: Held) {
    this.#held = held;
    this.#set = set;
    this.#planner = planner;
    this.#asOf = asOf;
  }

  /** @throws Missing */
  require(needs: readonly Need[]): void {
    const missing = needs.flatMap((need) => this.#set.missing(need, this.#asOf, this.#held));
    if (missing.length > 0) throw new Missing(missing);
  }

  /** Statements that throw Missing where they would not see all. */
  over(sql: ReadSql): ReadSql {
    const ready = async (text: string, params?: readonly SqlValue[]): Promise<void> =>
      this.require(await this.#planner.needs(text, params));
    return {
      async all<Row extends object = SqlRow>(text: string, params?: readonly SqlValue[]) {
        await ready(text, params);
        return sql.all<Row>(text, params);
      },
      async get<Row extends object = SqlRow>(text: string, params?: readonly SqlValue[]) {
        await ready(text, params);
        return sql.get<Row>(text, params);
      },
    };
  }
}

export { influxString };
