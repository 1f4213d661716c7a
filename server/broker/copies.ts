/** A broker may hand a message over once for each filter that it matches: the server takes it once. Pure. */
import { createHash } from 'node:crypto';
import { matches, overlaps } from './filters.ts';

/** Copies of one delivery come one behind the other. */
const TOGETHER_MS = 2_000;
const MAX_AWAITED = 10_000;

export class Copies {
  /** Those that some other one crosses. */
  readonly #crossing: string[];
  readonly #awaited = new Map<string, { left: number; atMs: number }>();

  constructor(filters: readonly string[]) {
    this.#crossing = filters.filter((filter, i) => filters.some((other, k) => k !== i && overlaps(filter, other)));
  }

  isCopy(topic: string, payload: Uint8Array, nowMs: number): boolean {
    if (this.#crossing.length === 0) return false;
    const times = this.#crossing.reduce((sum, filter) => sum + (matches(filter, topic) ? 1 : 0), 0);
    if (times < 2) return false;
    const key = `${createHash('sha1').update(payload).digest('base64')} ${topic}`;
    const known = this.#awaited.get(key);
    if (known && nowMs - known.atMs <= TOGETHER_MS && known.left > 0) {
      known.left--;
      return true;
    }
    this.#awaited.delete(key);
    this.#awaited.set(key, { left: times - 1, atMs: nowMs });
    for (const [oldest, { atMs }] of this.#awaited) {
      if (nowMs - atMs <= TOGETHER_MS && this.#awaited.size <= MAX_AWAITED) break;
      this.#awaited.delete(oldest);
    }
    return false;
  }
}
