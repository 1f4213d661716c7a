/** Tells when a place fills and when it empties again. Pure but for its memory. */
import type { OccupancyThreshold } from '../contract/outgoing.ts';

interface State {
  /** Undefined until it is known. */
  above: boolean | undefined;
  /** Since when it is otherwise. */
  otherSinceMs: number | undefined;
}

export type Crossing = 'rose' | 'fell';

export class ThresholdWatch {
  readonly #states = new Map<string, State>();

  /** What was told last, from before a restart. */
  load(key: string, above: boolean): void {
    this.#states.set(key, { above, otherSinceMs: undefined });
  }

  /** Those that are watched no longer. */
  keep(keys: ReadonlySet<string>): void {
    for (const key of this.#states.keys()) if (!keys.has(key)) this.#states.delete(key);
  }

  /** `first`: nothing is to be told of it, only kept. */
  observe(
    key: string,
    { limit, hysteresis, forSeconds }: OccupancyThreshold,
    occupancy: number,
    atMs: number,
  ): { crossing: Crossing; first: boolean } | undefined {
    const state = this.#states.get(key) ?? { above: undefined, otherSinceMs: undefined };
    this.#states.set(key, state);
    if (state.above === undefined) {
      state.above = occupancy >= limit;
      return { crossing: state.above ? 'rose' : 'fell', first: true };
    }
    const other = state.above ? occupancy < limit - hysteresis : occupancy >= limit;
    if (!other) {
      state.otherSinceMs = undefined;
      return undefined;
    }
    state.otherSinceMs ??= atMs;
    if (atMs - state.otherSinceMs < forSeconds * 1_000) return undefined;
    state.above = !state.above;
    state.otherSinceMs = undefined;
    return { crossing: state.above ? 'rose' : 'fell', first: false };
  }
}
