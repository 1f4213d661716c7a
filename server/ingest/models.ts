/** Which model is in force when, cut to whole ticks so that live and replay switch at the same one. Pure. */
import type { SiteModel, SiteModelVersion } from '../contract/model.ts';
import { type CreateEngine, type Engine, type EngineSnapshot, TICK_MS } from '../engine/types.ts';

export const floorTick = (atMs: number): number => Math.floor(atMs / TICK_MS) * TICK_MS;
export const ceilTick = (atMs: number): number => Math.ceil(atMs / TICK_MS) * TICK_MS;

/** Of several versions within one tick the last counts; the first is in force from the beginning. */
export function alignedTimeline(timeline: readonly SiteModelVersion[]): SiteModelVersion[] {
  const aligned: SiteModelVersion[] = [];
  for (const { effectiveFromMs, model } of timeline) {
    const fromMs = aligned.length === 0 ? 0 : Math.max(ceilTick(effectiveFromMs), 0);
    if (aligned.at(-1)?.effectiveFromMs === fromMs) aligned.pop();
    aligned.push({ effectiveFromMs: fromMs, model });
  }
  return aligned;
}

/** An engine that goes on from the snapshot, with all later models entered. */
export function engineFrom(
  createEngine: CreateEngine,
  timeline: readonly SiteModelVersion[],
  snapshot: EngineSnapshot | undefined,
  watermarkMs = snapshot?.watermarkMs ?? 0,
): Engine {
  // A model that takes effect exactly at the watermark has not been applied by any tick before it.
  let inForce = 0;
  while (inForce + 1 < timeline.length && timeline[inForce + 1]!.effectiveFromMs < watermarkMs) inForce++;
  const engine = createEngine(timeline[inForce]!.model, snapshot);
  for (const version of timeline.slice(inForce + 1)) engine.setModel(version.model, version.effectiveFromMs);
  return engine;
}

const same = (a: SiteModel, b: SiteModel): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** From where on the second timeline computes differently; undefined where it does not. */
export function firstDifferenceMs(
  before: readonly SiteModelVersion[],
  after: readonly SiteModelVersion[],
): number | undefined {
  const length = Math.max(before.length, after.length);
  for (let i = 0; i < length; i++) {
    const a = before[i];
    const b = after[i];
    if (!a || !b) return (a ?? b)!.effectiveFromMs;
    if (a.effectiveFromMs !== b.effectiveFromMs) return Math.min(a.effectiveFromMs, b.effectiveFromMs);
    if (!same(a.model, b.model)) return a.effectiveFromMs;
  }
  return undefined;
}
