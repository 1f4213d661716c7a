/**
 * The clock of a gateway of another make, held against the arrival of its messages: delay only makes them late, so the
 * smallest difference of late is nearest to the truth. It may stand anywhere (1970, the seconds since its start), run away
 * slowly, or be set. A message that comes late and yet goes on where the last one ended has waited somewhere: it is taken by
 * the clock as it was. Any other that does not fit is doubtful until the next one tells: what runs along with the time was
 * set, what catches up with it had waited. Pure.
 */

/** Gateways gather for a second or ten, and networks hold up for seconds: later than that asks for a reason. */
const LATE_MS = 5_000;
/** A message that is earlier than possible by more than a busy moment: the clock was put forward. */
const AHEAD_MS = 2_000;
/** Two clocks that run alike agree to this over some seconds; one-second times are cut off. */
const ALONG_MS = 1_200;
/** From here on running along is no accident. */
const COMPARED_AFTER_MS = 2_000;
/** What goes on where it ended may be late for as long as a link is slow; for so long at the same pace, its clock was set. */
const LATE_ALONG_MS = 30_000;
/** Messages overtake each other by a little. */
const OVERTAKEN_MS = 2_000;
const BUCKET_MS = 10_000;
/** A minute and a half, as for our own gateways. */
const BUCKETS = 9;
/** The estimate in use moves only by more than this, so that successive seconds keep their distance. */
const STEP_MS = 100;

/** `steady`: times can be used. `doubtful`: wait for the next one. `jumped`: from now on they are to be read anew. */
export type ClockVerdict = 'steady' | 'doubtful' | 'jumped';

export class ForeignClock {
  /** To be added to its times. */
  #offsetMs: number | undefined;
  #buckets: { startMs: number; minMs: number }[] = [];
  /** Of the first doubtful message, or of the last that was compared. */
  #doubt: { ownMs: number; arrivedMs: number } | undefined;
  /** Of messages that are late but go on. */
  #late: { ownMs: number; arrivedMs: number } | undefined;
  /** Newest time that was taken. */
  #newestMs: number;

  /** What is known from before a restart. */
  constructor(offsetMs?: number, newestMs = Number.POSITIVE_INFINITY) {
    this.#offsetMs = offsetMs;
    this.#newestMs = newestMs;
    // The first messages after a start may have waited: what was known before still counts for a while.
    if (offsetMs !== undefined) this.#buckets.push({ startMs: Number.NEGATIVE_INFINITY, minMs: offsetMs });
  }

  get offsetMs(): number | undefined {
    return this.#offsetMs;
  }

  /** `ownMs`: the newest time in a message. */
  sample(ownMs: number, arrivedMs: number): ClockVerdict {
    const differenceMs = arrivedMs - ownMs;
    if (this.#offsetMs === undefined) {
      this.#set(differenceMs, ownMs, arrivedMs);
      return 'steady';
    }
    const laterMs = differenceMs - this.#offsetMs;
    if (laterMs >= -AHEAD_MS && laterMs <= LATE_MS) {
      this.#doubt = undefined;
      this.#late = undefined;
      this.#taken(ownMs);
      this.#follow(differenceMs, arrivedMs);
      return 'steady';
    }
    if (laterMs > LATE_MS && ownMs >= this.#newestMs - OVERTAKEN_MS) return this.#goesOn(ownMs, arrivedMs);
    const doubt = this.#doubt;
    if (!doubt) {
      this.#doubt = { ownMs, arrivedMs };
      return 'doubtful';
    }
    const passedMs = arrivedMs - doubt.arrivedMs;
    const gainedMs = ownMs - doubt.ownMs - passedMs;
    if (passedMs >= COMPARED_AFTER_MS && Math.abs(gainedMs) <= ALONG_MS) {
      this.#set(Math.min(differenceMs, doubt.arrivedMs - doubt.ownMs), ownMs, arrivedMs);
      return 'jumped';
    }
    if (laterMs > LATE_MS && gainedMs > COMPARED_AFTER_MS) {
      this.#doubt = { ownMs, arrivedMs };
      return 'steady';
    }
    if (Math.abs(gainedMs) > COMPARED_AFTER_MS) this.#doubt = { ownMs, arrivedMs };
    return 'doubtful';
  }

  #goesOn(ownMs: number, arrivedMs: number): ClockVerdict {
    this.#doubt = undefined;
    this.#taken(ownMs);
    const late = this.#late;
    const passedMs = late ? arrivedMs - late.arrivedMs : 0;
    if (!late || Math.abs(ownMs - late.ownMs - passedMs) > ALONG_MS) this.#late = { ownMs, arrivedMs };
    else if (passedMs >= LATE_ALONG_MS) {
      this.#set(Math.min(arrivedMs - ownMs, late.arrivedMs - late.ownMs), ownMs, arrivedMs);
      return 'jumped';
    }
    return 'steady';
  }

  #taken(ownMs: number): void {
    this.#newestMs = this.#newestMs === Number.POSITIVE_INFINITY ? ownMs : Math.max(this.#newestMs, ownMs);
  }

  #set(offsetMs: number, ownMs: number, arrivedMs: number): void {
    this.#newestMs = ownMs;
    this.#doubt = undefined;
    this.#late = undefined;
    this.#offsetMs = offsetMs;
    this.#buckets = [{ startMs: arrivedMs, minMs: offsetMs }];
  }

  #follow(differenceMs: number, arrivedMs: number): void {
    const last = this.#buckets.at(-1);
    if (last && arrivedMs - last.startMs < BUCKET_MS) last.minMs = Math.min(last.minMs, differenceMs);
    else {
      this.#buckets.push({ startMs: arrivedMs, minMs: differenceMs });
      if (this.#buckets.length > BUCKETS) this.#buckets.shift();
    }
    // A bucket that has just begun has seen few messages, and those may be late ones.
    const told = this.#buckets.length > 1 ? this.#buckets.slice(0, -1) : this.#buckets;
    const estimateMs = Math.min(this.#buckets.at(-1)!.minMs, ...told.map(({ minMs }) => minMs));
    if (this.#offsetMs === undefined || Math.abs(estimateMs - this.#offsetMs) > STEP_MS) this.#offsetMs = estimateMs;
  }
}
