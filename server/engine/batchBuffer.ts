/** Batches not yet processed, by tick, and given out in an order that does not depend on how they came. Pure. */
import { TickQueue } from './minHeap.ts';
import { type LogBatch, TICK_MS } from './types.ts';

export const MINUTE_MS = 60_000;

const byGatewayThenSequence = (a: LogBatch, b: LogBatch): number =>
  a.gatewayId < b.gatewayId
    ? -1
    : a.gatewayId > b.gatewayId
      ? 1
      : a.epoch - b.epoch || a.seq - b.seq || a.fromMs - b.fromMs;

interface CoverageMark {
  gatewayId: string;
  minuteStartMs: number;
}

export class BatchBuffer {
  /** A batch stands in every tick in which one of its sightings lies. */
  private readonly batches = new TickQueue<LogBatch>();
  private readonly marks = new TickQueue<CoverageMark>();

  /** Returns how many of its sightings lie before the watermark. */
  add(batch: LogBatch, watermarkMs: number): number {
    let late = 0;
    let lastTick = -1;
    let ticks: Set<number> | undefined;
    for (const { atMs } of batch.sightings) {
      if (!(atMs >= watermarkMs)) {
        late += 1;
        continue;
      }
      const tick = Math.floor(atMs / TICK_MS);
      if (tick === lastTick) continue;
      // Nearly every batch lies in one tick; the set is for the others.
      if (lastTick >= 0) {
        ticks ??= new Set([lastTick]);
        if (ticks.has(tick)) continue;
        ticks.add(tick);
      }
      lastTick = tick;
      this.batches.add(tick, batch);
    }
    // A window that ends on the full minute says nothing of the next one.
    const lastMs = Math.max(batch.fromMs, batch.toMs - 1);
    for (let m = Math.floor(batch.fromMs / MINUTE_MS); m <= Math.floor(lastMs / MINUTE_MS); m++) {
      const minuteStartMs = m * MINUTE_MS;
      const atMs = Math.max(batch.fromMs, minuteStartMs);
      if (atMs >= watermarkMs)
        this.marks.add(Math.floor(atMs / TICK_MS), { gatewayId: batch.gatewayId, minuteStartMs });
    }
    return late;
  }

  nextTick(): number {
    return Math.min(this.batches.nextTick() ?? Infinity, this.marks.nextTick() ?? Infinity);
  }

  /** Sorted by gateway, epoch, seq. */
  takeBatches(tick: number): LogBatch[] {
    return this.batches.take(tick).sort(byGatewayThenSequence);
  }

  /** Sorted by gateway; a minute may stand in it several times. */
  takeMarks(tick: number): CoverageMark[] {
    return this.marks.take(tick).sort((a, b) => (a.gatewayId < b.gatewayId ? -1 : a.gatewayId > b.gatewayId ? 1 : 0));
  }
}
