/** Runs of batches by epoch and seq, and the plan of which are yet to be sent. Pure. */

export interface Range {
  epoch: number;
  fromSeq: number;
  /** Inclusive. */
  toSeq: number;
}

export const sizeOf = (range: Range): number => range.toSeq - range.fromSeq + 1;

/** What is to be sent, in order. The newest may overtake a backlog; everything else goes oldest first. */
export class SendPlan {
  private ranges: Range[] = [];
  private size = 0;

  /** Begins anew with all that is unacknowledged, in order. */
  reset(ranges: readonly Range[]): void {
    this.ranges = ranges.filter((range) => sizeOf(range) > 0).map((range) => ({ ...range }));
    this.size = this.ranges.reduce((sum, range) => sum + sizeOf(range), 0);
  }

  get unsent(): number {
    return this.size;
  }

  /** A batch just made, behind all others. */
  add(epoch: number, seq: number): void {
    const last = this.ranges.at(-1);
    if (last && last.epoch === epoch && last.toSeq + 1 === seq) last.toSeq = seq;
    else this.ranges.push({ epoch, fromSeq: seq, toSeq: seq });
    this.size += 1;
  }

  /** Takes up to `max` from the oldest run. */
  take(max: number): Range | undefined {
    return this.takeAt(0, max);
  }

  /** Takes the first one of an epoch ahead of older epochs: the server counts from the first seq that it sees of each. */
  takeFirstOf(epoch: number): Range | undefined {
    const index = this.ranges.findIndex((range) => range.epoch === epoch);
    return index < 0 ? undefined : this.takeAt(index, 1);
  }

  lowestUnsent(epoch: number): number | undefined {
    return this.ranges.find((range) => range.epoch === epoch)?.fromSeq;
  }

  private takeAt(index: number, max: number): Range | undefined {
    const range = this.ranges[index];
    if (!range || max < 1) return undefined;
    const toSeq = Math.min(range.toSeq, range.fromSeq + max - 1);
    const taken = { epoch: range.epoch, fromSeq: range.fromSeq, toSeq };
    if (toSeq === range.toSeq) this.ranges.splice(index, 1);
    else range.fromSeq = toSeq + 1;
    this.size -= sizeOf(taken);
    return taken;
  }
}
