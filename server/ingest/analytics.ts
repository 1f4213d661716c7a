/**
 * The analytics engine of one site: turns the log into rows. All that touches the engine runs in one loop, one thing after
 * another; what arrives meanwhile is pushed and marks dirt. Rows are a function of the log and the models alone: late data
 * makes the engine go back to a snapshot and compute from the log anew, a crash does the same, and so does a rebuild.
 */
import type { SiteModelVersion } from '../contract/model.ts';
import type { AwaitedGateway, Recomputation, TimeSeriesWriter } from '../db/timeSeries.ts';
import type { ClonedCarrier } from '../engine/clones.ts';
import { type EngineRows, type PresentCarrier, TICK_MS } from '../engine/types.ts';
import { phoneOf, type SightingBatch } from '../log/batch.ts';
import { HOUR_MS } from '../log/hourFile.ts';
import { readTail, replay } from '../log/replay.ts';
import type { Positions, SiteLog } from '../log/siteLog.ts';
import { mergeCauses } from '../metrics/changelog.ts';
import { finalUntilMs } from '../metrics/state.ts';
import { CauseBook } from './causes.ts';
import { formatCheckpoint } from './checkpoint.ts';
import { type Crowd, emptyCrowd } from './crowd.ts';
import type { EngineHost, EngineView } from './engineHost.ts';
import { alignedTimeline, firstDifferenceMs, floorTick } from './models.ts';
import { PendingBatches } from './pendingBatches.ts';
import type { ReceivedJson } from './received.ts';
import { appendRows, countRows, emptyRows } from './rows.ts';
import type { Snapshots } from './snapshots.ts';
import { Turns } from './turns.ts';

const MAX_STEP_MS = 3_600_000;
const STEP_SIGHTINGS = 10_000;
/** Longer than the longest visit gap that the definitions allow: nothing is under way after it. */
const IDLE_AFTER_MS = 5 * 3_600_000;
/** Rows that one commit takes: some hundred megabytes of a year's rebuild would not fit. */
export const ROWS_PER_COMMIT = 100_000;
/**
 * A computation anew that takes longer than this leaves a snapshot for each hour, so that late data that comes next need not
 * begin where it began. A shorter one stays one commit: nobody sees the watermark go back.
 */
const LONG_COMPUTATION_MS = 5_000;

export interface AnalyticsParts {
  siteId: string;
  log: SiteLog;
  snapshots: Snapshots;
  timeSeries: TimeSeriesWriter;
  engine: EngineHost;
  timeline: () => readonly SiteModelVersion[];
  /** Of the site, at this moment. */
  bookkeeping: () => {
    newestMs: number | null;
    prunedBeforeMs: number | null;
    received: { toJSON(): ReceivedJson };
  };
  nowMs: () => number;
  /** @default ROWS_PER_COMMIT */
  rowsPerCommit?: number;
  /** @default LONG_COMPUTATION_MS */
  longComputationMs?: number;
  /** Gateways whose data is still to come. */
  awaited: () => AwaitedGateway[];
  /** An entry of the changelog was made or changed. */
  onChangelog: () => void;
}

/** What is done at most so often that it takes so much of the time. */
const SNAPSHOT_TIMES = 30;
/** A crowd's open heat is written anew by then: some microseconds a row, on three threads. */
const OPEN_HEAT_MS_PER_ROW = 0.1;

/** What the last commit before a start left. */
export interface Left {
  watermarkMs: number;
  /** What was dirty then, or has arrived since. */
  dirtyFromMs: number | null;
  awaited: readonly AwaitedGateway[];
  causes: CauseBook;
  /** One that was under way. */
  recomputation: Recomputation | undefined;
}

const earliest = (awaited: readonly AwaitedGateway[]): number | null =>
  awaited.length === 0 ? null : Math.min(...awaited.map(({ fromMs }) => fromMs));

export class Analytics {
  readonly #parts: AnalyticsParts;
  readonly #pending = new PendingBatches();
  readonly #engine: EngineHost;
  #view: EngineView = { clones: [], learnedRadio: undefined };
  #crowd: Crowd = emptyCrowd();
  #timeline: SiteModelVersion[] = [];
  /** While the log is read again, what arrives is found there. */
  #replaying = true;
  /** How far the log is read in a replay: what comes behind it may belong before the watermark. */
  #replayPositions: Positions = new Map();
  #rows: EngineRows = emptyRows();
  /** Goes out with the next commit. */
  #rewoundToMs: number | null = null;
  #dirtyFromMs: number | null = null;
  /** Why it is dirty. */
  #causes = new CauseBook();
  /** The computation anew that is under way, and is to be explained. */
  #recomputation: Recomputation | undefined;
  /** As of the last commit. */
  #shownDirtyFromMs: number | null = null;
  #shownWatermarkMs = 0;
  #shownAwaitedFromMs: number | null = null;
  #dirtWaiters: (() => void)[] = [];
  #stepMs = 60_000;
  #lastAddedToMs = Number.NEGATIVE_INFINITY;
  #abandoned = false;
  /** When a commit of the routine may do it again. */
  #snapshotAt = 0;
  #openHeatAt = 0;
  /** Sightings in batches that came too late for their ticks, since the start. */
  lateBatches = 0;
  changedSinceCommit = false;

  constructor(parts: AnalyticsParts) {
    this.#parts = parts;
    this.#engine = parts.engine;
  }

  get watermarkMs(): number {
    return this.#engine.watermarkMs;
  }
  get dirtyFromMs(): number | null {
    return this.#dirtyFromMs;
  }
  get pendingSightings(): number {
    return this.#pending.sightings;
  }
  get pendingRows(): number {
    return countRows(this.#rows);
  }
  get replaying(): boolean {
    return this.#replaying;
  }

  /** The engine failed: nothing goes on before `recoverEngine`. */
  get lost(): boolean {
    return this.#engine.lost;
  }

  /** As of the last `lookAround`. */
  crowd(): Crowd {
    return this.#crowd;
  }

  async present(): Promise<PresentCarrier[]> {
    return this.lost ? [] : this.#engine.present();
  }

  /** As of the last commit. */
  clones(): ClonedCarrier[] {
    return this.#view.clones;
  }

  /** As of the last commit. */
  learnedRadio(): unknown {
    return this.#view.learnedRadio;
  }

  async lookAround(): Promise<void> {
    this.#crowd = await this.#engine.crowd();
  }

  /**
   * A batch that has just become durable. Where it comes too late, the promise settles once the database says that its hours
   * are not final: until then the gateway is to be left without an answer.
   */
  take(batch: SightingBatch): Promise<void> | undefined {
    this.changedSinceCommit = true;
    if (this.#replaying) {
      // It will be found in the log.
      if (!this.#toldAsComputed(batch.fromMs)) return undefined;
    } else {
      this.#takeOrDirty(batch);
      if (batch.fromMs >= this.#engine.watermarkMs || !this.dirtIsHidden) return undefined;
    }
    return new Promise((resolve) => this.#dirtWaiters.push(resolve));
  }

  /** There is dirt that the database does not know of. */
  get dirtIsHidden(): boolean {
    return (
      this.#dirtyFromMs !== null && (this.#shownDirtyFromMs === null || this.#dirtyFromMs < this.#shownDirtyFromMs)
    );
  }

  /** To be computed anew because somebody asks for it. */
  markForRebuild(fromMs: number): void {
    this.#causes.rebuild(this.#finalUntilMs());
    this.#markDirty(fromMs);
  }

  #markDirty(fromMs: number): void {
    const tickMs = floorTick(fromMs);
    this.#dirtyFromMs = this.#dirtyFromMs === null ? tickMs : Math.min(this.#dirtyFromMs, tickMs);
  }

  /** Enters new models; where they concern what is computed already, it is dirty. */
  modelsChanged(): void {
    const before = this.#timeline;
    const after = alignedTimeline(this.#parts.timeline());
    if (after.length === 0) return;
    const differsFromMs = firstDifferenceMs(before, after);
    this.#timeline = after;
    if (differsFromMs === undefined) return;
    const untouched = this.#lastAddedToMs === Number.NEGATIVE_INFINITY && this.#engine.watermarkMs === 0;
    if (untouched && !this.#replaying) {
      // Where it fails the engine is lost, which the next turn sees.
      this.#engine.start({ timeline: after, snapshotPath: undefined, watermarkMs: 0 }).catch(() => {});
      return;
    }
    if (differsFromMs < this.#engine.watermarkMs || differsFromMs < (before.at(-1)?.effectiveFromMs ?? 0)) {
      this.#causes.model(this.#finalUntilMs());
      this.#markDirty(Math.min(differsFromMs, this.#engine.watermarkMs));
      return;
    }
    for (const version of after)
      if (version.effectiveFromMs >= differsFromMs) this.#engine.setModel(version.model, version.effectiveFromMs);
  }

  /**
   * After a start. `untilMs` is how far the log may be computed while it is read, so that it need not lie in memory. Where
   * there is something to explain the rows first come up to where they stood, so that like is compared with like.
   */
  async recover({ watermarkMs, dirtyFromMs, awaited, causes, recomputation }: Left, untilMs: number): Promise<void> {
    this.#timeline = alignedTimeline(this.#parts.timeline());
    this.#shownWatermarkMs = watermarkMs;
    this.#shownDirtyFromMs = dirtyFromMs;
    this.#shownAwaitedFromMs = earliest(awaited);
    this.#causes = causes;
    this.#recomputation = recomputation;
    await this.#comeBack(Math.min(dirtyFromMs ?? watermarkMs, watermarkMs), untilMs);
  }

  /** The same where the engine alone was lost. */
  recoverEngine(): Promise<void> {
    const fromMs = Math.min(this.#dirtyFromMs ?? Number.POSITIVE_INFINITY, this.#shownWatermarkMs);
    return this.#comeBack(Math.min(fromMs, this.#rewoundToMs ?? fromMs), this.#engine.watermarkMs);
  }

  async #comeBack(dirtyFromMs: number, untilMs: number): Promise<void> {
    let fromMs = dirtyFromMs;
    if (this.#recomputation || !this.#causes.empty) {
      await this.recompute(fromMs, Math.max(this.#shownWatermarkMs, this.#recomputation?.untilMs ?? 0), true);
      fromMs = this.#engine.watermarkMs;
    }
    await this.recompute(fromMs, Math.max(this.#shownWatermarkMs, fromMs, untilMs));
  }

  /**
   * Goes back to the newest snapshot at or before `fromMs`, and computes from the log up to where the rows stood. Rows of a
   * short stretch are replaced in one commit, those of a long one in several, the watermark telling how far they are.
   */
  async recompute(
    fromMs: number,
    untilMs = Math.max(this.#engine.watermarkMs, this.#recomputation?.untilMs ?? 0),
    andNoFurther = false,
  ): Promise<{ ticks: number; sightings: number }> {
    // What is compared with what comes of it must stand where that will stand.
    if (!this.lost && !this.#replaying && (this.pendingRows > 0 || this.#shownWatermarkMs !== this.#engine.watermarkMs))
      await this.commit();
    // What the log no longer has cannot be computed again; its rows stay.
    const keptFromMs = Math.max(fromMs, this.#parts.bookkeeping().prunedBeforeMs ?? 0);
    this.#explain(keptFromMs, untilMs);
    try {
      return await this.#recompute(keptFromMs, untilMs, andNoFurther);
    } catch (error) {
      this.#markDirty(Math.min(keptFromMs, this.#rewoundToMs ?? keptFromMs));
      throw error;
    }
  }

  /** What made it dirty is from now on what the computation is explained by. */
  #explain(fromMs: number, untilMs: number): void {
    const causes = this.#causes.toJSON();
    if (!causes) return;
    const known = this.#recomputation;
    this.#recomputation = known
      ? {
          fromMs: Math.min(known.fromMs, fromMs),
          untilMs: Math.max(known.untilMs, untilMs),
          causes: mergeCauses(known.causes, causes),
        }
      : { fromMs, untilMs, causes };
    this.#causes.clear();
  }

  async #recompute(
    fromMs: number,
    untilMs: number,
    andNoFurther: boolean,
  ): Promise<{ ticks: number; sightings: number }> {
    const { log, snapshots } = this.#parts;
    const turns = new Turns();
    const positions = log.positions();
    this.#replayPositions = positions;
    this.#replaying = true;
    this.#pending.clear();
    this.#rows = emptyRows();
    // A model that changes from here on marks anew.
    this.#dirtyFromMs = null;
    await snapshots.removeAfter(Math.max(0, fromMs));
    const loadedMs = await snapshots.loadNewest(fromMs, (snapshotPath, watermarkMs) =>
      this.#engine.start({ timeline: this.#timeline, snapshotPath, watermarkMs }),
    );
    // What the log no longer has must not be asked of the engine.
    const startMs = loadedMs ?? floorTick(this.#parts.bookkeeping().prunedBeforeMs ?? 0);
    if (loadedMs === undefined)
      await this.#engine.start({ timeline: this.#timeline, snapshotPath: undefined, watermarkMs: startMs });
    this.#lastAddedToMs = loadedMs !== undefined ? startMs : Number.NEGATIVE_INFINITY;
    this.#rewoundToMs = startMs;
    let sightings = 0;
    const longMs = this.#parts.longComputationMs ?? LONG_COMPUTATION_MS;
    let committed = { at: performance.now(), watermarkMs: startMs };
    for await (const slice of replay(log, startMs, positions)) {
      if (this.#abandoned) return { ticks: 0, sightings };
      for (const batch of slice.batches) {
        if (batch.toMs < startMs) continue;
        sightings += batch.carriers.length;
        this.#pending.push(batch);
      }
      await this.#advance(Math.min(untilMs, floorTick(slice.untilMs)), turns);
      const manyRows = this.pendingRows >= (this.#parts.rowsPerCommit ?? ROWS_PER_COMMIT);
      const hourPassed = this.#engine.watermarkMs - committed.watermarkMs >= HOUR_MS;
      if (manyRows || (hourPassed && performance.now() - committed.at >= longMs)) {
        await this.commit();
        committed = { at: performance.now(), watermarkMs: this.#engine.watermarkMs };
      }
      if (andNoFurther && this.#engine.watermarkMs >= untilMs) break;
    }
    await this.#advance(untilMs, turns);
    // What was written to the log meanwhile is read from there, until nothing has come since the last look.
    for (let seen = positions; ; ) {
      const now = log.positions();
      if (samePositions(seen, now)) break;
      await readTail(log, seen, now, (batch) => this.#takeOrDirty(batch));
      seen = now;
    }
    this.#replaying = false;
    await this.commit();
    return { ticks: Math.max(0, (this.#engine.watermarkMs - startMs) / TICK_MS), sightings };
  }

  /** Processes the ticks up to `targetMs`, giving others their turn; ends early where `enough` says so. */
  async advanceTo(targetMs: number, enough: () => boolean): Promise<void> {
    await this.#advance(targetMs, new Turns(), enough);
  }

  /** `whole`: not of the routine; all that can be asked for afterwards is there. */
  async commit(whole = true): Promise<void> {
    const { siteId, log, snapshots, timeSeries, bookkeeping, nowMs, onChangelog } = this.#parts;
    const engine = this.#engine;
    const { watermarkMs } = engine;
    const rows = this.#rows;
    const rewoundToMs = this.#rewoundToMs;
    const dirtyFromMs = this.#dirtyFromMs;
    const awaited = this.#parts.awaited();
    const recomputation = this.#recomputation;
    const explained = recomputation !== undefined && watermarkMs >= recomputation.untilMs;
    const checkpoint = formatCheckpoint({
      lengths: this.#replaying ? this.#replayPositions : log.positions(),
      ...bookkeeping(),
      causes: this.#causes.toJSON(),
      recomputation: explained ? undefined : recomputation,
    });
    // In a replay what waits is not marked yet.
    const waiters = this.#replaying ? [] : this.#dirtWaiters.splice(0);
    this.changedSinceCommit = false;
    try {
      // Before the checkpoint, which may be what a start goes on from.
      const startedAt = performance.now();
      if (whole || startedAt >= this.#snapshotAt) {
        await snapshots.save(watermarkMs, (path) => engine.saveSnapshot(path));
        this.#snapshotAt = performance.now() + SNAPSHOT_TIMES * (performance.now() - startedAt);
      }
      const keepOpenHeat =
        !whole && rewoundToMs === null && rows.heat.length === 0 && performance.now() < this.#openHeatAt;
      const open = await engine.openRows(!keepOpenHeat);
      if (!keepOpenHeat) this.#openHeatAt = performance.now() + OPEN_HEAT_MS_PER_ROW * open.heat.length;
      this.#view = await engine.view();
      const committed = await timeSeries.commit({
        siteId,
        rewoundToMs,
        rows,
        open,
        keepOpenHeat,
        watermarkMs,
        dirtyFromMs,
        checkpoint,
        committedMs: nowMs(),
        awaited,
        ...(recomputation ? { recomputation } : {}),
      });
      if (committed.changelog) onChangelog();
    } catch (error) {
      this.changedSinceCommit = true;
      this.#dirtWaiters.push(...waiters);
      throw error;
    }
    this.#rows = emptyRows();
    this.#rewoundToMs = null;
    this.#shownDirtyFromMs = dirtyFromMs;
    this.#shownWatermarkMs = watermarkMs;
    this.#shownAwaitedFromMs = earliest(awaited);
    if (explained) this.#recomputation = undefined;
    for (const resolve of waiters) resolve();
  }

  /** Ends what is under way without a commit. */
  abandon(): void {
    this.#abandoned = true;
  }

  #takeOrDirty(batch: SightingBatch): void {
    if (batch.fromMs < this.#engine.watermarkMs) {
      this.lateBatches++;
      // Of phones only so much is taken late as no final number stands on.
      if (phoneOf(batch.gatewayId) === undefined) this.#causes.late(batch, this.#finalUntilMs());
      this.#markDirty(batch.fromMs);
      return;
    }
    this.#pending.push(batch);
  }

  /** As of the last commit nothing says that this time is not computed for good. */
  #toldAsComputed(atMs: number): boolean {
    return atMs < this.#shownWatermarkMs && (this.#shownDirtyFromMs === null || atMs < this.#shownDirtyFromMs);
  }

  /** What the database tells as final, dirt left out. */
  #finalUntilMs(): number {
    const definitions = this.#timeline.at(-1)?.model.definitions;
    return finalUntilMs(
      { watermarkMs: this.#shownWatermarkMs, dirtyFromMs: null, awaitedFromMs: this.#shownAwaitedFromMs },
      definitions?.visitGapMinutes ?? 0,
    );
  }

  async #advance(targetMs: number, turns: Turns, enough: () => boolean = () => false): Promise<void> {
    const engine = this.#engine;
    while (engine.watermarkMs < targetMs && !this.#abandoned && !enough()) {
      const fromMs = engine.watermarkMs;
      let endMs = Math.min(targetMs, fromMs + this.#stepMs, this.#pending.endOfStep(fromMs, STEP_SIGHTINGS, TICK_MS));
      if (fromMs > this.#lastAddedToMs + IDLE_AFTER_MS)
        endMs = Math.max(endMs, Math.min(targetMs, floorTick(this.#pending.firstFromMs() ?? targetMs)));
      const batches: SightingBatch[] = [];
      this.#pending.takeUntil(endMs, (batch) => {
        this.#lastAddedToMs = Math.max(this.#lastAddedToMs, batch.toMs);
        batches.push(batch);
      });
      const { rows, tookMs } = await engine.advance(batches, endMs);
      appendRows(this.#rows, rows);
      if (tookMs < engine.stepMs.short) this.#stepMs = Math.min(MAX_STEP_MS, this.#stepMs * 2);
      else if (tookMs > engine.stepMs.long) this.#stepMs = Math.max(TICK_MS, floorTick(this.#stepMs / 2));
      await turns.yieldIfDue();
    }
  }
}

function samePositions(a: Positions, b: Positions): boolean {
  if (a.size !== b.size) return false;
  for (const [hourMs, length] of a) if (b.get(hourMs) !== length) return false;
  return true;
}
