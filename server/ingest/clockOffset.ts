/**
 * How far a gateway's clock is off, from the clock that its status messages name and their arrival: delay only ever makes
 * them late, so the smallest difference of a window is nearest to the truth. Pure.
 */
/** Status comes every 10 s: the last minute and a half. */
const WINDOW = 9;
/** NTP over Wi-Fi holds some tens of milliseconds; below this, correcting adds more jitter than it removes. */
export const NEGLIGIBLE_OFFSET_MS = 250;
/** The estimate in use moves only by more than this, so that successive windows keep their distance. */
const STEP_MS = 100;
/** Differences that agree to this after a jump are a clock that was set, not a message that was held up. */
const AGREE_MS = 1_000;
const JUMP_SAMPLES = 3;

export class ClockOffset {
  #samplesMs: number[] = [];
  #usedMs: number | undefined;

  /** `persistedMs`: what was in use before a restart. */
  constructor(persistedMs?: number) {
    this.#usedMs = persistedMs;
  }

  /** Whether anything is known of this clock. */
  get known(): boolean {
    return this.#usedMs !== undefined;
  }

  /** To be added to the gateway's times; negative where its clock is ahead. */
  get correctionMs(): number {
    const usedMs = this.#usedMs ?? 0;
    return Math.abs(usedMs) <= NEGLIGIBLE_OFFSET_MS ? 0 : usedMs;
  }

  get measuredMs(): number | undefined {
    return this.#usedMs;
  }

  sample(gatewayClockMs: number, arrivedMs: number): void {
    const samples = this.#samplesMs;
    samples.push(arrivedMs - gatewayClockMs);
    if (samples.length > WINDOW) samples.shift();
    const latest = samples.slice(-JUMP_SAMPLES);
    const smallestMs = Math.min(...samples);
    const latestMs = Math.min(...latest);
    const jumped =
      latest.length === JUMP_SAMPLES && latestMs - smallestMs > AGREE_MS && Math.max(...latest) - latestMs <= AGREE_MS;
    if (jumped) this.#samplesMs = latest;
    const estimateMs = jumped ? latestMs : smallestMs;
    if (this.#usedMs === undefined || Math.abs(estimateMs - this.#usedMs) > STEP_MS) this.#usedMs = estimateMs;
  }
}
