/** All that touches an engine, in the thread in which it lives. */
import type { SiteModel } from '../contract/model.ts';
import type { CreateEngine, Engine, EngineSnapshot, OpenRows, PresentCarrier } from '../engine/types.ts';
import { type SightingBatch, toLogBatch } from '../log/batch.ts';
import { type Crowd, crowdOf } from './crowd.ts';
import type { EngineStart, EngineStep, EngineView, LiveStep } from './engineHost.ts';
import { engineFrom } from './models.ts';
import { readSnapshot, writeSnapshot } from './snapshotFile.ts';

export class EngineDesk {
  readonly #createEngine: CreateEngine;
  #engine: Engine | undefined;
  #version: number | undefined;

  constructor(createEngine: CreateEngine) {
    this.#createEngine = createEngine;
  }

  async start({ timeline, snapshotPath, watermarkMs }: EngineStart): Promise<boolean> {
    let snapshot: EngineSnapshot | undefined;
    if (snapshotPath !== undefined) {
      this.#version ??= engineFrom(this.#createEngine, timeline, undefined).snapshot().version;
      snapshot = await readSnapshot(snapshotPath);
      if (snapshot?.version !== this.#version || snapshot.watermarkMs !== watermarkMs) return false;
    }
    this.#engine = engineFrom(this.#createEngine, timeline, snapshot, watermarkMs);
    // Without a snapshot it is at 0; what the log no longer has must not be asked of it.
    if (!snapshot && watermarkMs > 0) this.#engine.advance(watermarkMs);
    return true;
  }

  setModel(model: SiteModel, effectiveFromMs: number): void {
    this.#started().setModel(model, effectiveFromMs);
  }

  advance(batches: readonly SightingBatch[], toMs: number): EngineStep {
    const engine = this.#started();
    const startedMs = performance.now();
    this.feed(batches);
    const { rows } = engine.advance(toMs);
    return { rows, tookMs: performance.now() - startedMs };
  }

  feed(batches: readonly SightingBatch[]): void {
    const engine = this.#started();
    for (const batch of batches) engine.add(toLogBatch(batch));
  }

  liveStep(batches: readonly SightingBatch[], toMs: number): LiveStep {
    const engine = this.#started();
    this.feed(batches);
    const { events } = engine.advance(toMs);
    return { events, crowd: crowdOf(engine.present()), clones: engine.clones() };
  }

  openRows(withHeat: boolean): OpenRows {
    return this.#started().openRows(withHeat);
  }

  saveSnapshot(path: string): Promise<void> {
    return writeSnapshot(path, this.#started().snapshotParts());
  }

  view(): EngineView {
    const engine = this.#started();
    return { clones: engine.clones(), learnedRadio: engine.learnedRadio() };
  }

  crowd(): Crowd {
    return crowdOf(this.present());
  }

  present(): PresentCarrier[] {
    return this.#started().present();
  }

  #started(): Engine {
    if (!this.#engine) throw new Error('the engine has not been started');
    return this.#engine;
  }
}
