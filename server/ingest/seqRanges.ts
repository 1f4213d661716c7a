/** Exact set of sequence numbers as disjoint ranges in rising order. Pure. */
export type Range = [from: number, to: number];

export class SeqRanges {
  readonly #ranges: Range[];

  constructor(ranges: readonly Range[] = []) {
    this.#ranges = ranges.map(([from, to]) => [from, to]);
  }

  get size(): number {
    return this.#ranges.length;
  }

  /** Index of the first range that ends at or after `seq`. */
  #find(seq: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ranges[middle]![1] < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  has(seq: number): boolean {
    const range = this.#ranges[this.#find(seq)];
    return range !== undefined && range[0] <= seq;
  }

  add(from: number, to: number = from): void {
    // Ranges that overlap or touch [from, to] melt into it.
    const first = this.#find(from - 1);
    let last = first;
    let low = from;
    let high = to;
    while (last < this.#ranges.length && this.#ranges[last]![0] <= to + 1) {
      low = Math.min(low, this.#ranges[last]![0]);
      high = Math.max(high, this.#ranges[last]![1]);
      last++;
    }
    this.#ranges.splice(first, last - first, [low, high]);
  }

  /** How many of [from, to] are not in the set. */
  missing(from: number, to: number): number {
    let count = to - from + 1;
    for (let i = this.#find(from); i < this.#ranges.length && this.#ranges[i]![0] <= to; i++)
      count -= Math.min(to, this.#ranges[i]![1]) - Math.max(from, this.#ranges[i]![0]) + 1;
    return count;
  }

  /** End of the range that holds `seq`; undefined where it is not in the set. */
  endOf(seq: number): number | undefined {
    const range = this.#ranges[this.#find(seq)];
    return range !== undefined && range[0] <= seq ? range[1] : undefined;
  }

  lowest(): number | undefined {
    return this.#ranges[0]?.[0];
  }

  /** Fills the lowest hole; returns it. */
  fillLowestHole(): Range | undefined {
    const [first, second] = this.#ranges;
    if (!first || !second) return undefined;
    const hole: Range = [first[1] + 1, second[0] - 1];
    this.add(hole[0], hole[1]);
    return hole;
  }

  toJSON(): Range[] {
    return this.#ranges;
  }
}
