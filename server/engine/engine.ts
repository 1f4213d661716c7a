/** One site's engine: buffered batches in, ticks processed in order, rows and events out. Pure and deterministic. */
import type { SiteModel } from '../contract/model.ts';
import { createPositioner } from '../positioning/index.ts';
import type { CreatePositioner } from '../positioning/types.ts';
import { BatchBuffer } from './batchBuffer.ts';
import { EngineState, joinSnapshot } from './engineState.ts';
import { emptyOutput } from './output.ts';
import {
  type CreateEngine,
  type Engine,
  type EngineOutput,
  type EngineSnapshot,
  type LogBatch,
  type SnapshotPart,
  TICK_MS,
} from './types.ts';

export const createEngine: CreateEngine = (model, snapshot) => createEngineWith(createPositioner, model, snapshot);

/** For what is live: its rows mean nothing. */
export const createLiveEngine: CreateEngine = (model, snapshot) =>
  createEngineWith(createPositioner, model, snapshot, true);

export function createEngineWith(
  positioner: CreatePositioner,
  model: SiteModel,
  snapshot: EngineSnapshot | undefined,
  live = false,
): Engine {
  const state = new EngineState(positioner, model, snapshot, live);
  const buffer = new BatchBuffer();
  const switches: { model: SiteModel; tick: number }[] = [];
  let watermarkMs = snapshot?.watermarkMs ?? 0;

  function setModel(next: SiteModel, effectiveFromMs: number): void {
    const last = switches.at(-1);
    const tick = Math.max(Math.ceil(effectiveFromMs / TICK_MS), watermarkMs / TICK_MS);
    if (last && tick < last.tick)
      throw new RangeError(
        `setModel: effectiveFromMs ${effectiveFromMs} lies before that of the call before (${last.tick * TICK_MS}); calls must come in rising order`,
      );
    switches.push({ model: next, tick });
  }

  function advance(toMs: number): EngineOutput {
    const endTick = Math.floor(toMs / TICK_MS);
    let tick = watermarkMs / TICK_MS;
    if (endTick <= tick) return emptyOutput();
    const output = emptyOutput();
    for (;;) {
      tick = Math.max(tick, Math.min(buffer.nextTick(), switches[0]?.tick ?? Infinity, state.nextTick(tick)));
      if (tick >= endTick) break;
      while (switches[0] && switches[0].tick <= tick) state.switchModel(switches.shift()!.model);
      state.processTick(tick, buffer.takeBatches(tick), buffer.takeMarks(tick), output);
      tick += 1;
    }
    watermarkMs = endTick * TICK_MS;
    return output;
  }

  function* snapshotParts(): Generator<SnapshotPart> {
    const atMs = watermarkMs;
    for (const part of state.snapshotParts(atMs)) {
      if (watermarkMs !== atMs) throw new Error('the engine went on while its snapshot was being written');
      yield part;
    }
  }

  return {
    get watermarkMs() {
      return watermarkMs;
    },
    add: (batch: LogBatch) => buffer.add(batch, watermarkMs),
    setModel,
    advance,
    openRows: (withHeat = true) => state.openRows(withHeat),
    present: () => state.present(watermarkMs),
    clones: () => state.clonedCarriers(watermarkMs),
    learnedRadio: () => state.learnedRadio(),
    snapshot: () => joinSnapshot(structuredClone([...snapshotParts()])),
    snapshotParts,
  };
}
