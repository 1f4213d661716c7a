/**
 * Time series in InfluxDB 1.x. InfluxDB is the truth: the working set in memory is filled from it and holds nothing that it
 * does not. The questions and the commit are the same SQL as the embedded engine's, over the working set, and so agree with it
 * to the last digit. Natively InfluxQL answers what it answers exactly: first and last points, and the rows of one carrier.
 */
import type { Registry } from '../../registry/types.ts';
import { boundsIn, carrierRowsIn, lastCommitOf, questionsOver } from '../asking.ts';
import { commitRows } from '../commitRows.ts';
import type { Duck, ReadSql } from '../duckdb.ts';
import { DEFAULT_RETENTION, expireRows, type Retention } from '../expire.ts';
import type { SeriesSql } from '../seriesSql.ts';
import { sqlNumber } from '../sqlText.ts';
import type { TableName } from '../tables.ts';
import type { CarrierQuery, CarrierRow, EngineHealth, GatewayGauges, TimeSeries } from '../timeSeries.ts';
import { InfluxClient, type InfluxServer } from './client.ts';
import { databaseAway, databaseRefuses, InfluxAway } from './errors.ts';
import { Gate } from './gate.ts';
import { Journal, type Step } from './journal.ts';
import { isApartSql, LAYOUTS, type Layout, NOTHING, SPAN_MS } from './layout.ts';
import { Planner } from './needs.ts';
import { Persistent } from './persistent.ts';
import {
  checkNumbers,
  gatewayPoints,
  influxString,
  MEASUREMENTS,
  type PointBatch,
  pointOf,
  STATE_MEASUREMENT,
} from './points.ts';
import { CUTS, Recorder } from './recorder.ts';
import {
  commitQuestion,
  packed,
  SITE_STATE,
  STATE_QUESTION,
  STATE_TABLES,
  split,
  statePoints,
  storedStates,
  unpacked,
} from './state.ts';
import { type Cut, createTablesSql, type Held, Missing, sourceOf, type View, WorkingSet } from './workingSet.ts';

export interface InfluxOptions extends InfluxServer {
  /** Makes the database where it is missing. */
  createDatabase: boolean;
  /** How long somebody who asks is kept waiting for InfluxDB. */
  questionTimeoutMs: number;
  /** Points of one request. */
  batchPoints: number;
  /** Rows that are kept in memory. */
  workingRows: number;
}

export interface InfluxParts {
  duck: Duck;
  registry: Registry;
  options: InfluxOptions;
  retention?: Retention;
  /** The journal lies in it. */
  dataDir: string;
  /** One that others use too, and that is closed by whoever opened it. @default its own */
  planner?: Planner;
  nowMs: () => number;
  random: () => number;
  /** What keeps a commit or a start waiting, said when it begins and now and then while it lasts. */
  onProblem: (what: string, error: Error) => void;
  /** The server stops: what waits for InfluxDB then is left to the next start. */
  signal?: AbortSignal;
}

const DAY_MS = 86_400_000;
/** Of what is told by `snapshot`. */
const NEXT_VERSION = 'update series_version set version = version + 1';
let opened = 0;

class InfluxTimeSeries {
  readonly #parts: InfluxParts;
  readonly #client: InfluxClient;
  readonly #persistent: Persistent;
  readonly #journal: Journal;
  readonly #gate = new Gate();
  readonly #retention: Retention;
  #set!: WorkingSet;
  #planner: Planner | undefined;
  #memory!: Duck;
  /** Points of each stored state, so that what is longer than its successor goes. */
  readonly #stored = new Map<string, number>();
  #closed: Promise<void> | undefined;
  /** The commit whose site_state InfluxDB holds, by site. */
  readonly #written = new Map<string, number>();
  #commits = 0;
  #pointsWritten = 0;

  constructor(parts: InfluxParts) {
    this.#parts = parts;
    this.#retention = parts.retention ?? DEFAULT_RETENTION;
    this.#client = new InfluxClient(parts.options, MEASUREMENTS);
    this.#journal = new Journal(parts.dataDir);
    this.#persistent = new Persistent(this.#client, {
      retention: this.#retention,
      createDatabase: parts.options.createDatabase,
      batchPoints: parts.options.batchPoints,
      nowMs: parts.nowMs,
      random: parts.random,
      onProblem: parts.onProblem,
    });
    parts.signal?.addEventListener('abort', () => this.#persistent.stopSoon(), { once: true });
  }

  get set(): WorkingSet {
    return this.#set;
  }

  /** Waits for InfluxDB, finishes a commit that was under way, and reads what is small. */
  async start(): Promise<void> {
    const { duck } = this.#parts;
    await this.#persistent.prepare();
    const pending = await this.#journal.pending();
    if (pending) {
      const { database } = this.#parts.options;
      if (pending.database !== database)
        throw new Error(
          `a commit to the database ${pending.database} was interrupted: start once with influx.database: ${pending.database}, which finishes it, before going on with ${database}`,
        );
      await this.#persistent.apply(pending.steps, 'late');
      await this.#journal.done();
    }
    opened += 1;
    this.#memory = await duck.attachMemory(`series_${opened}`);
    this.#planner = this.#parts.planner ?? (await Planner.open());
    await this.#memory.transaction(async (sql) => {
      for (const statement of createTablesSql()) await sql.run(statement);
      // In memory as well: two processes need not count alike.
      await sql.run('create table series_version as select 0::bigint as version');
    });
    this.#set = new WorkingSet(this.#memory, this.#planner, this.#parts.options.workingRows);
    await this.#readState();
  }

  async #readState(): Promise<void> {
    const [answer] = await this.#persistent.ask([STATE_QUESTION], undefined);
    for (const { siteId, name, value, parts, commit } of storedStates(answer!)) {
      this.#set.sites.add(siteId);
      this.#stored.set(`${name} ${siteId}`, parts);
      this.#commits = Math.max(this.#commits, commit);
      if (name === SITE_STATE) this.#written.set(siteId, commit);
      if (name === CUTS) {
        for (const [table, cut] of Object.entries(value as Record<string, Cut>)) this.#set.setCut(table, siteId, cut);
        continue;
      }
      const table = STATE_TABLES.find((one) => one.name === name);
      if (!table) continue;
      const columns = unpacked(table, value as never);
      await this.#memory.transaction((sql) => sql.append(table.name, columns));
    }
  }

  /** One committed state; what is missing of it is read, and the work begins again. */
  snapshot<T>(work: (sql: ReadSql, version?: number) => Promise<T>): Promise<T> {
    return this.#looked((view) =>
      this.#memory.snapshot(async (sql) => {
        const row = await sql.get<{ version: number }>('select version from series_version');
        return work(view.over(sql), row?.version);
      }),
    );
  }

  async #looked<T>(work: (view: View) => Promise<T>): Promise<T> {
    const deadlineMs = this.#parts.nowMs() + this.#parts.options.questionTimeoutMs;
    const held: Held = new Set();
    try {
      for (;;) {
        const view = this.#set.view(held);
        try {
          return await work(view);
        } catch (error) {
          if (!(error instanceof Missing)) throw error;
          await this.#fetch(error, deadlineMs, held);
        }
      }
    } finally {
      this.#set.release(held);
      // Not waited for: behind a commit that waits for InfluxDB it would hold up the answer.
      if (this.#set.isOver) this.#gate.run(() => this.#set.shrink()).catch(() => {});
    }
  }

  /** Whoever asks does not wait for a commit that waits for InfluxDB. */
  async #fetch({ needs }: Missing, deadlineMs: number, held: Held): Promise<void> {
    const { problem } = this.#persistent;
    if (problem)
      throw problem.error instanceof InfluxAway ? databaseAway(problem.error) : databaseRefuses(problem.error);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const waitMs = Math.max(0, deadlineMs - this.#parts.nowMs());
      timer = setTimeout(
        () => reject(databaseAway(this.#persistent.problem?.error ?? new Error('it takes too long'))),
        waitMs + 50,
      );
    });
    const load = this.#gate.run(async () => {
      if (this.#parts.nowMs() > deadlineMs) return;
      await this.#set.load(needs, (statements) => this.#persistent.ask(statements, deadlineMs), held);
    });
    try {
      await Promise.race([load, late]);
    } finally {
      clearTimeout(timer);
      load.catch(() => {});
    }
  }

  /** Waits until all of it is in InfluxDB, however long that takes: the log is the truth, and nothing is lost meanwhile. */
  change<T>(work: (sql: SeriesSql) => Promise<T>): Promise<T> {
    return this.#gate.run(async () => {
      const held: Held = new Set();
      try {
        for (;;) {
          try {
            return await this.#changed(this.#set.view(held), work);
          } catch (error) {
            if (!(error instanceof Missing)) throw error;
            await this.#set.load(error.needs, (statements) => this.#persistent.ask(statements, undefined), held);
          }
        }
      } finally {
        this.#set.release(held);
        await this.#set.shrink();
      }
    });
  }

  async #changed<T>(view: View, work: (sql: SeriesSql) => Promise<T>): Promise<T> {
    let settle = (): void => {};
    const value = await this.#memory.bulkTransaction(async (sql) => {
      const recorder = new Recorder(
        sql,
        view,
        this.#set,
        (layout, siteId, atMs) => this.#policyOf(layout, siteId, atMs),
        (statements) => this.#persistent.ask(statements, undefined),
      );
      const made = await work(recorder);
      const { steps, states, cuts, settle: settled } = recorder.recorded();
      this.#commits += 1;
      const commit = this.#commits;
      for (const [siteId, tables] of states)
        steps.push(...(await this.#stateSteps(sql, siteId, tables, cuts.get(siteId))));
      if (steps.length > 0) {
        // What stands in the journal is tried until it is done.
        for (const step of steps) if ('write' in step) step.write.forEach(checkNumbers);
        for (const siteId of states.keys()) await this.#checkAlone(siteId);
        await this.#journal.write({
          database: this.#parts.options.database,
          siteId: [...states.keys()].join(', '),
          steps,
        });
        this.#pointsWritten += await this.#persistent.apply(steps);
        await this.#journal.done();
        await sql.run(NEXT_VERSION);
      }
      settle = () => {
        for (const [siteId, tables] of states) {
          this.#set.sites.add(siteId);
          if (tables.has(SITE_STATE)) this.#written.set(siteId, commit);
        }
        settled();
      };
      return made;
    });
    settle();
    if (this.#persistent.lost) await this.#startOver();
    return value;
  }

  /** Two servers on one database would write over each other: the one that notices stops writing. */
  async #checkAlone(siteId: string): Promise<void> {
    const known = this.#written.get(siteId);
    if (known === undefined) return;
    const [answer] = await this.#persistent.ask([commitQuestion(siteId, SITE_STATE)], undefined);
    const found = answer!.values[0]?.[1];
    if (found === known || this.#persistent.lost) return;
    if (found === undefined) {
      // It was emptied and not dropped.
      this.#persistent.lost = true;
      return;
    }
    throw new Error(
      `another server writes to the database ${this.#parts.options.database} of InfluxDB: give each its own by influx.database, and start this one again`,
    );
  }

  async #stateSteps(
    sql: ReadSql,
    siteId: string,
    changed: ReadonlySet<string>,
    cuts: Record<string, Cut> = {},
  ): Promise<Step[]> {
    const site = await sql.get<{ watermark_ms: number }>('select watermark_ms from site_state where site_id = $1', [
      siteId,
    ]);
    const remove: string[] = [];
    const batches: PointBatch[] = [];
    const store = (name: string, parts: string[]): void => {
      const before = this.#stored.get(`${name} ${siteId}`) ?? 0;
      if (before > parts.length)
        remove.push(
          `delete from "${STATE_MEASUREMENT}" where "site_id" = ${influxString(siteId)} and "state" = ${influxString(name)} and time >= ${parts.length}`,
        );
      this.#stored.set(`${name} ${siteId}`, parts.length);
      batches.push(statePoints(siteId, name, parts, site?.watermark_ms ?? 0, this.#commits));
    };
    if (changed.has(CUTS)) store(CUTS, split({ ...this.#set.cutsOf(siteId), ...cuts }));
    for (const table of STATE_TABLES) if (changed.has(table.name)) store(table.name, await packed(sql, table, siteId));
    return [...(remove.length > 0 ? [{ remove }] : []), { write: batches }];
  }

  /** The database was made again, empty: what is here is not the truth any more, but for how far the log has been computed. */
  async #startOver(): Promise<void> {
    this.#persistent.lost = false;
    await this.#set.forget();
    await this.#memory.run(NEXT_VERSION);
    const all = new Set(STATE_TABLES.map(({ name }) => name));
    this.#commits += 1;
    for (const siteId of this.#set.sites) {
      const steps = await this.#stateSteps(this.#memory, siteId, all);
      await this.#persistent.apply(steps);
      this.#written.set(siteId, this.#commits);
    }
  }

  #policyOf({ policy }: Layout, siteId: string, atMs: number): string {
    if (policy === 'state') return policy;
    const days = policy === 'rows' ? this.#retention.identifiedDays : this.#retention.aggregatesDays;
    const isKept = this.#parts.registry.site(siteId)?.clock !== 'wall' || atMs < this.#parts.nowMs() - days * DAY_MS;
    return isKept ? 'kept' : policy;
  }

  /** By the days of the first and last point, so that nothing is read for it. */
  bounds(table: TableName, siteId: string): Promise<{ fromMs: number; toMs: number } | null> {
    const layout = LAYOUTS.get(table);
    if (!layout) return boundsIn(this.#memory, table, siteId);
    return this.#looked(async (view) => {
      view.require([{ layout, siteId, range: NOTHING, parts: undefined }]);
      const extent = this.#set.extent(table, siteId);
      const far = await boundsIn(this.#memory, table, siteId, isApartSql(layout));
      const whole = layout.table.kind === 'log' ? await boundsIn(view.over(this.#memory), table, siteId) : null;
      const near = extent && {
        fromMs: extent.first * DAY_MS - (layout.byEmission ? SPAN_MS : 0),
        toMs: (extent.last + 1) * DAY_MS,
      };
      const found = [whole ?? near, far].filter((one) => one !== null && one !== undefined);
      if (found.length === 0) return null;
      return {
        fromMs: Math.min(...found.map(({ fromMs }) => fromMs)),
        toMs: Math.max(...found.map(({ toMs }) => toMs)),
      };
    });
  }

  /** Of all days at once, which is what InfluxDB does better than the working set: it need not hold the other carriers. */
  async carrierRows(query: CarrierQuery): Promise<CarrierRow[]> {
    const layout = LAYOUTS.get(query.table)!;
    const { siteId, carrierId, fromMs, toMs } = query;
    const zone = query.table === 'stays' ? ', "zone_id"' : '';
    const cut = this.#set.cut(query.table, siteId);
    const statement = (measurement: string, times: string) =>
      `select "start_ms", "end_ms"${zone} from ${sourceOf(layout, measurement)}
       where "site_id" = ${influxString(siteId)} and "carrier_id" = ${influxString(carrierId)}
         and "end_ms" >= ${sqlNumber(fromMs)} and "start_ms" <= ${sqlNumber(toMs)}${cut ? ` and "start_ms" >= ${sqlNumber(cut.below)}` : ''}${times}`;
    const deadlineMs = this.#parts.nowMs() + this.#parts.options.questionTimeoutMs;
    const answers = await this.#persistent.ask(
      [
        statement(query.table, ` and time >= ${sqlNumber(fromMs)}ms and time <= ${sqlNumber(toMs + SPAN_MS)}ms`),
        statement(layout.apart!, ''),
      ],
      deadlineMs,
    );
    const closed = answers.flatMap(({ values }) =>
      values.map((row): CarrierRow => {
        const [, startMs, endMs, zoneId] = row;
        return { zoneId: String(zoneId ?? ''), startMs: Number(startMs), endMs: Number(endMs), isOpen: false };
      }),
    );
    const open = query.withOpen === false ? [] : await carrierRowsIn(this.#memory, query, ['open']);
    return [...closed.filter(({ startMs, endMs }) => endMs - startMs >= (query.leastMs ?? 0)), ...open]
      .sort(
        (a, b) =>
          b.startMs - a.startMs ||
          (a.zoneId < b.zoneId ? -1 : a.zoneId > b.zoneId ? 1 : Number(a.isOpen) - Number(b.isOpen)),
      )
      .slice(0, Math.trunc(query.limit));
  }

  /** Once, and no matter: the next minute brings others. */
  async chart(siteId: string, atMs: number, gateways: readonly GatewayGauges[]): Promise<void> {
    if (gateways.length === 0 || this.#persistent.problem) return;
    const isWall = this.#parts.registry.site(siteId)?.clock === 'wall';
    const batch = gatewayPoints(siteId, atMs, isWall ? 'rows' : 'kept', gateways);
    await this.#client.write(
      batch.rows.map((row) => pointOf(batch, row)),
      batch.policy,
    );
  }

  health(): EngineHealth {
    const { problem } = this.#persistent;
    return {
      engine: 'influx',
      problem: problem ? { message: problem.error.message, sinceMs: problem.sinceMs } : null,
      figures: {
        workingRows: this.#set.rows,
        rowsRead: this.#set.rowsRead,
        reads: this.#set.reads,
        pointsWritten: this.#pointsWritten,
        commits: this.#commits,
        tries: this.#persistent.tries,
      },
    };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#persistent.stop();
    await this.#gate.idle();
    await this.#memory?.close();
    if (!this.#parts.planner) await this.#planner?.close();
    this.#client.close();
  }

  get sql(): ReadSql {
    return {
      all: (text, params) => this.snapshot((sql) => sql.all(text, params)),
      get: (text, params) => this.snapshot((sql) => sql.get(text, params)),
    };
  }
}

/** @throws once it is stopped while it still waits for InfluxDB */
export async function openInfluxTimeSeries(parts: InfluxParts): Promise<TimeSeries> {
  const { registry } = parts;
  const engine = new InfluxTimeSeries(parts);
  try {
    await engine.start();
  } catch (error) {
    await engine.close().catch(() => {});
    throw error;
  }
  const snapshot: TimeSeries['snapshot'] = (work) => engine.snapshot(work);
  const change: TimeSeries['change'] = (work) => engine.change(work);
  return {
    ...questionsOver(snapshot, registry),
    commit: (commit) => change((sql) => commitRows(sql, registry, commit)),
    lastCheckpoint: (siteId) => snapshot((sql) => lastCommitOf(sql, siteId)),
    expire: (siteId, nowMs) => change((sql) => expireRows(sql, registry, siteId, nowMs, parts.retention)),
    sql: engine.sql,
    snapshot,
    change,
    bounds: (table, siteId) => engine.bounds(table, siteId),
    carrierRows: (query) => engine.carrierRows(query),
    health: () => engine.health(),
    chart: (siteId, atMs, gateways) => engine.chart(siteId, atMs, gateways),
    close: () => engine.close(),
  };
}
