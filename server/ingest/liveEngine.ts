/** The live engine of a site with a wall clock: a breath behind the present, fed with fresh sightings only, never rewound. */
import type { SiteModelVersion } from '../contract/model.ts';
import type { ClonedCarrier } from '../engine/clones.ts';
import { type CreateEngine, type Engine, type EngineEvent, type PresentCarrier, TICK_MS } from '../engine/types.ts';
import { phoneOf, type SightingBatch, toLogBatch } from '../log/batch.ts';
import { readTail, replay } from '../log/replay.ts';
import type { SiteLog } from '../log/siteLog.ts';
import { alignedTimeline, engineFrom, firstDifferenceMs, floorTick } from './models.ts';
import { Reported } from './reported.ts';
import { Turns } from './turns.ts';

/** A window of 1 s is sent when it ends; the rest is for the network and the disk. */
const HOLD_MS = 600;
/**
 * Where all who are awaited have told of a window it is over sooner; so much is left to a gateway that had heard nobody in the
 * window before, and whose clock or network is behind.
 */
const COMPLETE_HOLD_MS = 150;
/** An offer for where somebody stood a minute ago is of no use. */
export const FRESH_MS = 60_000;
/**
 * Phones gather what they hear and send it every few seconds, when its ticks are over. Where it was at the end of what it
 * sent, a phone is taken to be as it sends; not where that was longer ago than this. So are the carriers that a slow gateway
 * heard last.
 */
const PHONE_FRESH_MS = 20_000;
/** Of a walker in the last seconds of a message: as much as one fix needs, and still one place. */
const PHONE_LAST_MS = 3_000;
/** Longer than the default visit gap, so that those who are inside are known to be inside. */
const WARM_UP_MS = 20 * 60_000;

export class LiveEngine {
  readonly #createEngine: CreateEngine;
  readonly #log: SiteLog;
  #engine: Engine | undefined;
  readonly #reported = new Reported();
  #timeline: SiteModelVersion[] = [];
  #warmingUp: Promise<void> | undefined;
  #stopped = false;

  constructor(createEngine: CreateEngine, log: SiteLog) {
    this.#createEngine = createEngine;
    this.#log = log;
  }

  get running(): boolean {
    return this.#engine !== undefined;
  }

  /** Undefined while it is not running. */
  get watermarkMs(): number | undefined {
    return this.#engine?.watermarkMs;
  }

  /** Reads the last minutes from the log; what they would have set off is not set off again. */
  start(timeline: readonly SiteModelVersion[], nowMs: () => number): Promise<void> {
    this.#warmingUp ??= this.#warmUp(timeline, nowMs).finally(() => {
      this.#warmingUp = undefined;
    });
    return this.#warmingUp;
  }

  stop(): void {
    this.#stopped = true;
    this.#engine = undefined;
    this.#reported.clear();
  }

  /** `slow`: the newest of a gateway that tells every few seconds what it heard. */
  take(batch: SightingBatch, nowMs: number, slow = false): void {
    // Phones tell when they like.
    if (batch.carriers.length > 0 && phoneOf(batch.gatewayId) === undefined)
      this.#reported.heard(batch.gatewayId, batch.toMs);
    if (this.#engine) this.#add(this.#engine, batch, nowMs, slow);
  }

  modelsChanged(timeline: readonly SiteModelVersion[]): void {
    const after = alignedTimeline(timeline);
    const differsFromMs = firstDifferenceMs(this.#timeline, after);
    if (differsFromMs === undefined) return;
    const newest = after.at(-1)!;
    this.#timeline = after;
    // What is past stays as it was seen.
    this.#engine?.setModel(newest.model, Math.max(newest.effectiveFromMs, this.#engine.watermarkMs));
  }

  /** Fresh events of the ticks that are due now. */
  advance(nowMs: number): EngineEvent[] {
    const endMs = floorTick(nowMs);
    if (!this.#engine || endMs <= this.#engine.watermarkMs) return [];
    const targetMs = this.#targetMs(endMs, nowMs);
    if (targetMs <= this.#engine.watermarkMs) return [];
    const { events } = this.#engine.advance(targetMs);
    return events.filter((event) =>
      'sightingAtMs' in event ? event.sightingAtMs >= nowMs - FRESH_MS : event.atMs >= nowMs - FRESH_MS,
    );
  }

  present(): PresentCarrier[] {
    return this.#engine?.present() ?? [];
  }

  clones(): ClonedCarrier[] {
    return this.#engine?.clones() ?? [];
  }

  #targetMs(endMs: number, nowMs: number): number {
    if (this.#reported.everybody(endMs)) return endMs;
    const soonMs = floorTick(nowMs - COMPLETE_HOLD_MS);
    return this.#reported.complete(soonMs) ? soonMs : floorTick(nowMs - HOLD_MS);
  }

  #add(engine: Engine, batch: SightingBatch, nowMs: number, slow = false): void {
    if (batch.toMs < nowMs - FRESH_MS) return;
    if (!slow && phoneOf(batch.gatewayId) === undefined) {
      engine.add(toLogBatch(batch, nowMs - FRESH_MS));
      return;
    }
    const { watermarkMs } = engine;
    const last = toLogBatch(batch, Math.max(nowMs - PHONE_FRESH_MS, batch.toMs - PHONE_LAST_MS));
    const sightings = last.sightings.map((one) => (one.atMs < watermarkMs ? { ...one, atMs: watermarkMs } : one));
    engine.add({ ...last, sightings });
  }

  async #warmUp(timeline: readonly SiteModelVersion[], nowMs: () => number): Promise<void> {
    this.#stopped = false;
    this.#timeline = alignedTimeline(timeline);
    const startMs = floorTick(nowMs() - WARM_UP_MS);
    const engine = engineFrom(this.#createEngine, this.#timeline, undefined, startMs);
    engine.advance(startMs);
    const turns = new Turns();
    let positions = this.#log.positions();
    for await (const slice of replay(this.#log, startMs, positions)) {
      if (this.#stopped) return;
      for (const batch of slice.batches) engine.add(toLogBatch(batch));
      const endMs = Math.min(floorTick(nowMs() - HOLD_MS), floorTick(slice.untilMs));
      while (engine.watermarkMs < endMs) {
        engine.advance(Math.min(endMs, engine.watermarkMs + 10 * TICK_MS));
        await turns.yieldIfDue();
      }
    }
    for (;;) {
      const now = this.#log.positions();
      const tail: SightingBatch[] = [];
      await readTail(this.#log, positions, now, (batch) => tail.push(batch));
      for (const batch of tail) this.#add(engine, batch, nowMs());
      positions = now;
      if ([...this.#log.positions()].every(([hourMs, length]) => positions.get(hourMs) === length)) break;
    }
    if (this.#stopped) return;
    engine.advance(floorTick(nowMs() - HOLD_MS));
    this.#engine = engine;
  }
}
