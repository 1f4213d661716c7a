/** What the engine said of the walking carrier at each tap, and nothing later. Pure. */
import { type Engine, type Fix, type LogBatch, TICK_MS } from '../engine/types.ts';

/**
 * `engine` stands before the walk, with the models that were in force during it: a survey made of these very taps is in none
 * of them, for it comes only after they were scored. A tap sees the ticks that ended at or before it, so no sighting that is
 * later. Times rise.
 */
export function fixesAt(
  engine: Engine,
  batches: readonly LogBatch[],
  carrierId: string,
  timesMs: readonly number[],
): (Fix | undefined)[] {
  const waiting = [...batches].sort((a, b) => a.fromMs - b.fromMs);
  let next = 0;
  return timesMs.map((atMs) => {
    const untilMs = Math.floor(atMs / TICK_MS) * TICK_MS;
    while (next < waiting.length && waiting[next]!.fromMs < untilMs) engine.add(waiting[next++]!);
    engine.advance(untilMs);
    return engine.present().find((carrier) => carrier.carrierId === carrierId)?.fix;
  });
}
