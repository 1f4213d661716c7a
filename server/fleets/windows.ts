/**
 * Readings of one gateway of another make become what a gateway of ours sends: one row for each carrier and second of its
 * clock, with mean, maximum and number of the advertisements. Pure: times come in.
 */
import type { CarrierRef } from '../log/batch.ts';

export const WINDOW_MS = 1_000;
/**
 * A gateway repeats itself: a copy under another topic, a bridge, a broker that hands over again. A beacon that is heard
 * with the same strength so soon again tells nothing new, whether it is a copy or not.
 */
const COPY_WITHIN_MS = 400;
/** A carrier that stands still is told the same of for as long as it is heard: some of it is news. */
const RESTATED_FOR_MS = 5_000;
/** How many of a carrier's readings in one second are remembered for that. */
const REMEMBERED = 16;
/** A message that is cut into several, and the network between. */
const LINGER_MS = 250;
/** More than any hall gives one gateway in a second: then somebody floods the air. */
export const MAX_CARRIERS_PER_WINDOW = 4_000;
/** Of one gateway: an outage's minutes come in at once, and are handed on as they come. */
const MAX_OPEN_WINDOWS = 120;

export interface Heard {
  ref: CarrierRef;
  /** Calibrated power as the log has it. */
  powerCenti: number;
  rssiCenti: number;
  /** By the clock that its windows go by. */
  ownMs: number;
  /** A mean over seconds already: the last one of a second stands for it, and counts as one. */
  smoothed: boolean;
  /** Its time is the gateway's own; the same once more is a copy, whenever it comes. */
  timed: boolean;
  /** The format tells again what it told before. */
  restated: boolean;
}

export interface Tally {
  ref: CarrierRef;
  powerCenti: number;
  sumCenti: number;
  maxCenti: number;
  adverts: number;
  lastMs: number;
}

export interface ClosedWindow {
  fromMs: number;
  offsetMs: number;
  timed: boolean;
  rows: Tally[];
  /** Called once what it became is durable, or is known not to be needed. */
  waiters: ((error?: Error) => void)[];
}

interface Remembered {
  rssiCenti: number;
  ownMs: number;
}
interface OpenTally extends Tally {
  remembered: Remembered[];
}
interface OpenWindow extends Omit<ClosedWindow, 'rows'> {
  rows: Map<string, OpenTally>;
  lastAddedMs: number;
}

export type Addition = 'used' | 'copy' | 'over-capacity';

export class ForeignWindows {
  readonly #open = new Map<number, OpenWindow>();
  /** Of formats that restate: what was told last of each carrier. */
  readonly #told = new Map<string, Remembered>();

  get size(): number {
    return this.#open.size;
  }

  /** `offsetMs` is of the gateway's clock; `waiter` is told when the reading is durable. */
  add(heard: Heard, offsetMs: number, nowMs: number, waiter?: (error?: Error) => void): Addition {
    const { ref, rssiCenti, ownMs, timed } = heard;
    const { id } = ref;
    if (heard.restated && this.#isRestated(id, heard)) return 'copy';
    const fromMs = Math.floor(ownMs / WINDOW_MS) * WINDOW_MS;
    let window = this.#open.get(fromMs);
    if (!window) {
      if (this.#open.size >= MAX_OPEN_WINDOWS) return 'over-capacity';
      window = { fromMs, offsetMs, timed, rows: new Map(), waiters: [], lastAddedMs: nowMs };
      this.#open.set(fromMs, window);
    }
    let tally = window.rows.get(id);
    if (tally && isCopy(tally.remembered, heard)) {
      // It is as durable as its original.
      if (waiter) window.waiters.push(waiter);
      return 'copy';
    }
    if (!tally) {
      if (window.rows.size >= MAX_CARRIERS_PER_WINDOW) return 'over-capacity';
      tally = {
        ref,
        powerCenti: heard.powerCenti,
        sumCenti: 0,
        maxCenti: Number.NEGATIVE_INFINITY,
        adverts: 0,
        lastMs: ownMs,
        remembered: [],
      };
      window.rows.set(id, tally);
    }
    window.lastAddedMs = nowMs;
    if (waiter) window.waiters.push(waiter);
    if (tally.remembered.length < REMEMBERED) tally.remembered.push({ rssiCenti, ownMs });
    if (heard.smoothed) {
      if (tally.adverts === 0 || ownMs >= tally.lastMs) tally.sumCenti = tally.maxCenti = rssiCenti;
      tally.adverts = 1;
    } else {
      tally.sumCenti += rssiCenti;
      tally.maxCenti = Math.max(tally.maxCenti, rssiCenti);
      tally.adverts++;
    }
    tally.lastMs = Math.max(tally.lastMs, ownMs);
    return 'used';
  }

  /** Those that nothing more is expected for; `all`: those that are left. */
  close(nowMs: number, all = false): ClosedWindow[] {
    const closed: ClosedWindow[] = [];
    for (const [fromMs, window] of this.#open) {
      const endMs = fromMs + WINDOW_MS + window.offsetMs;
      // What goes by arrival is over with its second.
      const { lastAddedMs } = window;
      const dueMs = window.timed
        ? Math.max(lastAddedMs, Math.min(endMs, lastAddedMs + WINDOW_MS)) + LINGER_MS
        : Math.min(endMs, lastAddedMs + WINDOW_MS);
      if (!all && nowMs < dueMs) continue;
      this.#open.delete(fromMs);
      const { lastAddedMs: _, rows, ...rest } = window;
      closed.push({ ...rest, rows: [...rows.values()].map(({ remembered: __, ...tally }) => tally) });
    }
    if (this.#told.size > MAX_CARRIERS_PER_WINDOW) this.#told.clear();
    return closed.sort((a, b) => a.fromMs - b.fromMs);
  }

  #isRestated(id: string, { rssiCenti, ownMs, timed }: Heard): boolean {
    const told = this.#told.get(id);
    if (told) {
      if (timed && ownMs < told.ownMs) return true;
      const agoMs = ownMs - told.ownMs;
      // Whoever tells it again stamps it anew within moments; without a time only a change is news, or a while.
      if (told.rssiCenti === rssiCenti && agoMs < (timed ? COPY_WITHIN_MS : RESTATED_FOR_MS)) return true;
    }
    this.#told.set(id, { rssiCenti, ownMs });
    return false;
  }
}

const isCopy = (remembered: readonly Remembered[], { rssiCenti, ownMs, timed }: Heard): boolean =>
  remembered.some((one) => one.rssiCenti === rssiCenti && Math.abs(one.ownMs - ownMs) <= (timed ? 0 : COPY_WITHIN_MS));
