/**
 * An engine wherever it runs: in this thread, or in one of its own (engineThread.ts). Calls are carried out one
 * after another, in the order in which they were made.
 */
import type { SiteModel, SiteModelVersion } from '../contract/model.ts';
import type { ClonedCarrier } from '../engine/clones.ts';
import type { CreateEngine, EngineEvent, EngineRows, OpenRows, PresentCarrier } from '../engine/types.ts';
import type { SightingBatch } from '../log/batch.ts';
import type { Crowd } from './crowd.ts';
import { EngineDesk } from './engineDesk.ts';

export interface EngineStart {
  timeline: readonly SiteModelVersion[];
  /** Undefined: from nothing. */
  snapshotPath: string | undefined;
  /** Of the snapshot, or before which nothing is asked of the engine. */
  watermarkMs: number;
}

export interface EngineStep {
  rows: EngineRows;
  /** That the engine itself was at work. */
  tookMs: number;
}

/** Of an engine that is live: its rows are nobody's. */
export interface LiveStep {
  events: EngineEvent[];
  crowd: Crowd;
  clones: ClonedCarrier[];
}

/** What others look at. */
export interface EngineView {
  clones: ClonedCarrier[];
  learnedRadio: unknown;
}

export interface EngineHost {
  /** Of the calls made so far, whether or not they are carried out yet: what comes for a tick before it comes too late. */
  readonly watermarkMs: number;
  /** It failed, or its thread ended. Its state is gone; it is to be started anew. */
  readonly lost: boolean;
  /** A step that took less is followed by a longer one, and the other way round. */
  readonly stepMs: { readonly short: number; readonly long: number };
  /** False where the snapshot cannot be used. */
  start(from: EngineStart): Promise<boolean>;
  setModel(model: SiteModel, effectiveFromMs: number): void;
  /** Takes the batches and processes every tick that ends at or before `toMs`. */
  advance(batches: SightingBatch[], toMs: number): Promise<EngineStep>;
  /** Batches for a step that is still to come. */
  feed(batches: SightingBatch[]): void;
  /** As `advance`, of what was fed as well. */
  liveStep(batches: SightingBatch[], toMs: number): Promise<LiveStep>;
  openRows(withHeat: boolean): Promise<OpenRows>;
  saveSnapshot(path: string): Promise<void>;
  view(): Promise<EngineView>;
  crowd(): Promise<Crowd>;
  present(): Promise<PresentCarrier[]>;
  /** Leaves nothing running. */
  stop(): Promise<void>;
}

/** So that others get their turn. */
const STEP_MS = { short: 5, long: 25 };

/** In this thread: as tests want it. */
class EngineHere implements EngineHost {
  readonly stepMs = STEP_MS;
  readonly #desk: EngineDesk;
  watermarkMs = 0;
  lost = true;

  constructor(createEngine: CreateEngine) {
    this.#desk = new EngineDesk(createEngine);
  }

  async start(from: EngineStart): Promise<boolean> {
    this.watermarkMs = from.watermarkMs;
    this.lost = false;
    return this.#desk.start(from);
  }

  setModel(model: SiteModel, effectiveFromMs: number): void {
    // What is started anew is told all models.
    if (!this.lost) this.#desk.setModel(model, effectiveFromMs);
  }

  async advance(batches: SightingBatch[], toMs: number): Promise<EngineStep> {
    this.watermarkMs = toMs;
    try {
      return this.#desk.advance(batches, toMs);
    } catch (error) {
      this.lost = true;
      throw error;
    }
  }

  feed(batches: SightingBatch[]): void {
    if (!this.lost) this.#desk.feed(batches);
  }

  async liveStep(batches: SightingBatch[], toMs: number): Promise<LiveStep> {
    this.watermarkMs = toMs;
    try {
      return this.#desk.liveStep(batches, toMs);
    } catch (error) {
      this.lost = true;
      throw error;
    }
  }

  async openRows(withHeat: boolean): Promise<OpenRows> {
    return this.#desk.openRows(withHeat);
  }

  saveSnapshot(path: string): Promise<void> {
    return this.#desk.saveSnapshot(path);
  }

  async view(): Promise<EngineView> {
    return this.#desk.view();
  }

  async crowd(): Promise<Crowd> {
    return this.#desk.crowd();
  }

  async present(): Promise<PresentCarrier[]> {
    return this.#desk.present();
  }

  async stop(): Promise<void> {}
}

export const engineHere = (createEngine: CreateEngine): EngineHost => new EngineHere(createEngine);
