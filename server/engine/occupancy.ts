/**
 * How many carriers were present, second by second, by zone and for the site. Pure.
 *
 * Present in the site: between two sightings of one visit. Present in a zone: from the start of a confirmed stay to the last
 * tick in the zone. So occupancy adds up to the visits and stays themselves: the sum over an interval equals their length in
 * it. A silence is counted when the next sighting shows that it was none, and nobody is counted after the last sighting;
 * therefore a quarter hour stays open until no visit can reach back into it.
 */
import { HEAT_BUCKET_MS, type OccupancyRow, TICK_MS } from './types.ts';

const TICKS = HEAT_BUCKET_MS / TICK_MS;

/** Present carriers in each tick of the quarter hour; the key null is the site. */
type Bucket = Map<string | null, Uint32Array>;

/** Structured-cloneable. */
export interface OccupancyState {
  closedToMs: number;
  /** Runs of [length, count]. */
  buckets: { bucketStartMs: number; zones: { zoneId: string | null; runs: Uint32Array }[] }[];
}

export class OccupancyLedger {
  private readonly buckets = new Map<number, Bucket>();
  private closedToMs: number;
  // The bucket of the last call: nearly all calls of a tick go to the same one.
  private recentStartMs = -1;
  private recent: Bucket | undefined;

  constructor(state: OccupancyState | undefined) {
    this.closedToMs = state?.closedToMs ?? 0;
    for (const { bucketStartMs, zones } of state?.buckets ?? [])
      this.buckets.set(bucketStartMs, new Map(zones.map(({ zoneId, runs }) => [zoneId, unpack(runs)])));
  }

  /** Present in each tick that ends after `fromTickEndMs` and at or before `toTickEndMs`. */
  add(zoneId: string | null, fromTickEndMs: number, toTickEndMs: number): void {
    for (let startMs = Math.max(fromTickEndMs, this.closedToMs); startMs < toTickEndMs; ) {
      const bucketStartMs = startMs - (startMs % HEAT_BUCKET_MS);
      const untilMs = Math.min(toTickEndMs, bucketStartMs + HEAT_BUCKET_MS);
      const counts = this.counts(bucketStartMs, zoneId);
      const last = (untilMs - bucketStartMs) / TICK_MS;
      for (let tick = (startMs - bucketStartMs) / TICK_MS; tick < last; tick++) counts[tick]! += 1;
      startMs = untilMs;
    }
  }

  private counts(bucketStartMs: number, zoneId: string | null): Uint32Array {
    if (bucketStartMs !== this.recentStartMs || this.recent === undefined) {
      this.recent = this.buckets.get(bucketStartMs);
      if (!this.recent) {
        this.recent = new Map();
        this.buckets.set(bucketStartMs, this.recent);
      }
      this.recentStartMs = bucketStartMs;
    }
    let counts = this.recent.get(zoneId);
    if (!counts) {
      counts = new Uint32Array(TICKS);
      this.recent.set(zoneId, counts);
    }
    return counts;
  }

  /** Start of the earliest quarter hour that is still open. */
  firstBucketStartMs(): number | undefined {
    let first: number | undefined;
    for (const startMs of this.buckets.keys()) if (first === undefined || startMs < first) first = startMs;
    return first;
  }

  /** Closes what ends at or before `beforeMs`; nothing can be added there any more. */
  close(beforeMs: number): OccupancyRow[] {
    const closedToMs = Math.floor(beforeMs / HEAT_BUCKET_MS) * HEAT_BUCKET_MS;
    if (closedToMs <= this.closedToMs) return [];
    this.closedToMs = closedToMs;
    const rows: OccupancyRow[] = [];
    for (const startMs of this.starts()) {
      if (startMs + HEAT_BUCKET_MS > beforeMs) break;
      rows.push(...rowsOf(startMs, this.buckets.get(startMs)!));
      this.buckets.delete(startMs);
    }
    this.recentStartMs = -1;
    this.recent = undefined;
    return rows;
  }

  open(): OccupancyRow[] {
    return this.starts().flatMap((startMs) => rowsOf(startMs, this.buckets.get(startMs)!));
  }

  private starts(): number[] {
    return [...this.buckets.keys()].sort((a, b) => a - b);
  }

  state(): OccupancyState {
    const buckets = this.starts().map((bucketStartMs) => ({
      bucketStartMs,
      zones: [...this.buckets.get(bucketStartMs)!].map(([zoneId, counts]) => ({ zoneId, runs: pack(counts) })),
    }));
    return { closedToMs: this.closedToMs, buckets };
  }
}

function rowsOf(bucketStartMs: number, bucket: Bucket): OccupancyRow[] {
  const order = (zoneId: string | null): string => zoneId ?? '';
  return [...bucket]
    .sort(([a], [b]) => (order(a) < order(b) ? -1 : 1))
    .map(([zoneId, counts]) => {
      let sum = 0;
      let peak = 0;
      for (const count of counts) {
        sum += count;
        if (count > peak) peak = count;
      }
      return { zoneId, bucketStartMs, carrierMs: sum * TICK_MS, peak };
    });
}

function pack(counts: Uint32Array): Uint32Array {
  const runs: number[] = [];
  for (let i = 0; i < counts.length; ) {
    let end = i + 1;
    while (end < counts.length && counts[end] === counts[i]) end += 1;
    runs.push(end - i, counts[i]!);
    i = end;
  }
  return Uint32Array.from(runs);
}

function unpack(runs: Uint32Array): Uint32Array {
  const counts = new Uint32Array(TICKS);
  let at = 0;
  for (let i = 0; i < runs.length; i += 2) {
    counts.fill(runs[i + 1]!, at, at + runs[i]!);
    at += runs[i]!;
  }
  return counts;
}
