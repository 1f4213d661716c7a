/** What time it is for a site, and up to where its rows may be computed. */
import type { Site } from '../contract/model.ts';
import { TICK_MS } from '../engine/types.ts';
import { floorTick } from './models.ts';
import type { Clock } from './types.ts';

/** Gateways hand over within seconds; half a minute takes a reconnect of the network in. */
const HOLD_MS = 30_000;
/** At a wall clock the live engine's tick, on which offers wait, and what it sends go first in each second; they are done by then. */
const AFTER_LIVE_MS = 450;
/** A gateway that was silent for so long of real time is not waited for. */
const ACTIVE_MS = 2_000;

export class SiteClock {
  readonly #clock: Clock;
  readonly #idleMs: number;
  #newestMs: number | null = null;
  #heardAt = 0;
  /** Newest event time of each gateway, and when it came. */
  readonly #gateways = new Map<string, { newestMs: number; at: number }>();

  constructor(clock: Clock, idleMs: number) {
    this.#clock = clock;
    this.#idleMs = idleMs;
  }

  get newestMs(): number | null {
    return this.#newestMs;
  }

  load(newestMs: number | null): void {
    this.#newestMs = newestMs;
  }

  recovered(toMs: number): void {
    this.#newestMs = Math.max(this.#newestMs ?? toMs, toMs);
  }

  heard(gatewayId: string, toMs: number): void {
    this.recovered(toMs);
    this.#heardAt = performance.now();
    const known = this.#gateways.get(gatewayId);
    if (!known) this.#gateways.set(gatewayId, { newestMs: toMs, at: this.#heardAt });
    else {
      known.newestMs = Math.max(known.newestMs, toMs);
      known.at = this.#heardAt;
    }
  }

  /** Newest event time of a gateway since the start. */
  newestOf(gatewayId: string): number | undefined {
    return this.#gateways.get(gatewayId)?.newestMs;
  }

  /** What was received up to here is likely to be all there is. */
  heldMs(): number {
    return Math.max(0, floorTick((this.#newestMs ?? 0) - HOLD_MS));
  }

  /** 0 for a site that lives in its data and has none. */
  nowMs(mode: Site['clock']): number {
    return mode === 'wall' ? this.#clock() : (this.#newestMs ?? 0);
  }

  /**
   * In data time several gateways play at their own pace, and a thousand times as fast: none that is playing is left
   * behind. `crowded`: too much waits for the slowest.
   */
  watermarkTarget(mode: Site['clock'], crowded: boolean): number {
    if (mode === 'wall') return floorTick(this.#clock() - HOLD_MS - AFTER_LIVE_MS);
    if (this.#newestMs === null) return 0;
    const now = performance.now();
    if (now - this.#heardAt > this.#idleMs) return this.settleTarget(mode);
    let slowestMs = this.#newestMs - HOLD_MS;
    if (!crowded)
      for (const { newestMs, at } of this.#gateways.values())
        if (now - at < ACTIVE_MS) slowestMs = Math.min(slowestMs, newestMs);
    return floorTick(slowestMs);
  }

  /** Milliseconds until the target of a wall clock moves on by a tick; a site that lives in its data has no such moment. */
  nextTargetInMs(mode: Site['clock']): number {
    if (mode !== 'wall') return Number.POSITIVE_INFINITY;
    const sinceMs = this.#clock() - HOLD_MS - AFTER_LIVE_MS;
    return floorTick(sinceMs) + TICK_MS - sinceMs;
  }

  /** Past all that was received. */
  settleTarget(mode: Site['clock']): number {
    if (mode === 'wall') return floorTick(this.#clock());
    return this.#newestMs === null ? 0 : floorTick(this.#newestMs) + TICK_MS;
  }
}
