/** A day of quarter hours of each gateway in memory, what is new of them for the database. Pure. */
import { HISTORY_BUCKET_MS } from '../contract/gatewayHealth.ts';
import type { StatusMessage } from '../contract/wire.ts';

const MINUTE_MS = 60_000;
/** A day, and the quarter hour under way. */
const KEPT_MS = 86_400_000 + HISTORY_BUCKET_MS;
/** A batch spans a minute at most; a heartbeat of data played fast may span more. */
const MOST_MINUTES = 15;

/** Sums and their counts, so that pieces add up. */
export interface Quarter {
  startMs: number;
  /** One bit for each minute in which it reported. */
  minutes: number;
  statuses: number;
  adverts: number;
  weakestCount: number;
  weakest: number;
  heardShare: number | null;
  hearingDb: number | null;
  outboxBatches: number | null;
  temperatureC: number | null;
}

const newQuarter = (startMs: number): Quarter => ({
  startMs,
  minutes: 0,
  statuses: 0,
  adverts: 0,
  weakestCount: 0,
  weakest: 0,
  heardShare: null,
  hearingDb: null,
  outboxBatches: null,
  temperatureC: null,
});

const bitsOf = (minutes: number): number => {
  let bits = 0;
  for (let left = minutes; left > 0; left &= left - 1) bits++;
  return bits;
};
export const coverageOf = ({ minutes }: Pick<Quarter, 'minutes'>): number => bitsOf(minutes) / 15;

const larger = (a: number | null, b: number | undefined): number | null => (b === undefined ? a : Math.max(a ?? b, b));

export class GatewayQuarters {
  readonly #gateways = new Map<string, Map<number, Quarter>>();
  #changed = new Map<Quarter, string>();
  /** Of each gateway, the last minute that was marked: most batches fall into it. */
  readonly #lastMinute = new Map<string, number>();

  load(gatewayId: string, quarter: Quarter): void {
    this.#of(gatewayId).set(quarter.startMs, quarter);
  }

  #of(gatewayId: string): Map<number, Quarter> {
    const known = this.#gateways.get(gatewayId);
    if (known) return known;
    const fresh = new Map<number, Quarter>();
    this.#gateways.set(gatewayId, fresh);
    return fresh;
  }

  #at(gatewayId: string, atMs: number): Quarter {
    const startMs = Math.floor(atMs / HISTORY_BUCKET_MS) * HISTORY_BUCKET_MS;
    const quarters = this.#of(gatewayId);
    let quarter = quarters.get(startMs);
    if (!quarter) {
      quarter = newQuarter(startMs);
      quarters.set(startMs, quarter);
    }
    this.#changed.set(quarter, gatewayId);
    return quarter;
  }

  /** It was listening. Of constant cost for nearly every batch. */
  listened(gatewayId: string, fromMs: number, toMs: number): void {
    const last = Math.floor(Math.max(fromMs, toMs - 1) / MINUTE_MS);
    const first = Math.max(Math.floor(fromMs / MINUTE_MS), last - MOST_MINUTES);
    if (first === last && this.#lastMinute.get(gatewayId) === last) return;
    for (let minute = first; minute <= last; minute++)
      this.#at(gatewayId, minute * MINUTE_MS).minutes |= 1 << (minute % 15);
    this.#lastMinute.set(gatewayId, last);
  }

  status(gatewayId: string, { advertsPerSecond, airDbm, outboxBatches, box }: StatusMessage, atMs: number): void {
    const quarter = this.#at(gatewayId, atMs);
    quarter.minutes |= 1 << (Math.floor(atMs / MINUTE_MS) % 15);
    if (advertsPerSecond !== undefined) {
      quarter.statuses++;
      quarter.adverts += advertsPerSecond;
    }
    if (airDbm) {
      quarter.weakestCount++;
      quarter.weakest += airDbm[0];
    }
    quarter.outboxBatches = larger(quarter.outboxBatches, outboxBatches);
    quarter.temperatureC = larger(quarter.temperatureC, box?.temperatureC);
  }

  hearing(gatewayId: string, heardShare: number | null, hearingDb: number | null, atMs: number): void {
    const quarter = this.#at(gatewayId, atMs);
    quarter.heardShare = heardShare;
    quarter.hearingDb = hearingDb;
  }

  /** Share of the minutes of the last `overMs` in which it reported; null where it is younger than a minute. */
  coverage(gatewayId: string, overMs: number, nowMs: number): number | null {
    const quarters = this.#gateways.get(gatewayId);
    if (!quarters || quarters.size === 0) return null;
    const untilMinute = Math.floor(nowMs / MINUTE_MS);
    let firstMs = Number.POSITIVE_INFINITY;
    for (const { startMs } of quarters.values()) firstMs = Math.min(firstMs, startMs);
    const fromMinute = Math.max(
      untilMinute - Math.round(overMs / MINUTE_MS),
      this.#firstMinute(quarters.get(firstMs)!),
    );
    if (fromMinute >= untilMinute) return null;
    let reported = 0;
    for (let minute = fromMinute; minute < untilMinute; minute++) {
      const startMs = Math.floor(minute / 15) * HISTORY_BUCKET_MS;
      if ((quarters.get(startMs)?.minutes ?? 0) & (1 << (minute % 15))) reported++;
    }
    return reported / (untilMinute - fromMinute);
  }

  #firstMinute({ startMs, minutes }: Quarter): number {
    const first = startMs / MINUTE_MS;
    for (let i = 0; i < 15; i++) if (minutes & (1 << i)) return first + i;
    return first + 15;
  }

  firstMs(gatewayId: string): number | null {
    const quarters = this.#gateways.get(gatewayId);
    return quarters && quarters.size > 0 ? Math.min(...quarters.keys()) : null;
  }

  /** Mean of the weakest packets' RSSI over the quarter hours since; undefined where none was told. */
  weakest(gatewayId: string, sinceMs: number): number | undefined {
    let count = 0;
    let sum = 0;
    for (const quarter of this.#gateways.get(gatewayId)?.values() ?? []) {
      if (quarter.startMs < sinceMs) continue;
      count += quarter.weakestCount;
      sum += quarter.weakest;
    }
    return count === 0 ? undefined : sum / count;
  }

  takeChanged(): [string, Quarter][] {
    const changed = [...this.#changed].map(([quarter, gatewayId]): [string, Quarter] => [gatewayId, quarter]);
    this.#changed = new Map();
    return changed;
  }

  /** They could not be written. */
  putBack(changed: readonly [string, Quarter][]): void {
    for (const [gatewayId, quarter] of changed) this.#changed.set(quarter, gatewayId);
  }

  forget(beforeMs: number, isKnown: (gatewayId: string) => boolean): void {
    for (const [gatewayId, quarters] of this.#gateways) {
      for (const startMs of quarters.keys()) if (startMs < beforeMs) quarters.delete(startMs);
      if (isKnown(gatewayId)) continue;
      this.#gateways.delete(gatewayId);
      this.#lastMinute.delete(gatewayId);
    }
  }

  /** What is older stands in the database alone. */
  static keptFromMs(nowMs: number): number {
    return nowMs - KEPT_MS;
  }
}
