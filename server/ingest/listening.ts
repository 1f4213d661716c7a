/** Whether the tag in somebody's hand is heard: kept for a few carriers that are asked for, for as long as they are asked for. */
import type { SightingBatch } from '../log/batch.ts';

export interface Listened {
  gateways: number;
  lastHeardMs: number | null;
  sinceMs: number;
}

/** Two advertising intervals of a slow tag. */
const NOW_MS = 6_000;
/** The page asks every two seconds. */
const FORGOTTEN_AFTER_MS = 30_000;
/** Installers at work at once. */
const MAX_LISTENED = 20;

interface Ear {
  sinceMs: number;
  askedMs: number;
  lastHeardMs: number | null;
  /** When each gateway last heard it. */
  gateways: Map<string, number>;
}

export class Listening {
  readonly #ears = new Map<string, Ear>();

  /** Of constant cost where nobody listens. Times by the site's clock. */
  heard(batch: SightingBatch): void {
    if (this.#ears.size === 0) return;
    for (const { id } of batch.carriers) {
      const ear = this.#ears.get(id);
      if (!ear) continue;
      ear.gateways.set(batch.gatewayId, Math.max(batch.toMs, ear.gateways.get(batch.gatewayId) ?? 0));
      ear.lastHeardMs = Math.max(batch.toMs, ear.lastHeardMs ?? 0);
    }
  }

  ask(carrierId: string, nowMs: number): Listened {
    for (const [id, { askedMs }] of this.#ears) if (nowMs - askedMs > FORGOTTEN_AFTER_MS) this.#ears.delete(id);
    let ear = this.#ears.get(carrierId);
    if (!ear) {
      const oldest = [...this.#ears].sort(([, a], [, b]) => a.askedMs - b.askedMs)[0];
      if (oldest && this.#ears.size >= MAX_LISTENED) this.#ears.delete(oldest[0]);
      ear = { sinceMs: nowMs, askedMs: nowMs, lastHeardMs: null, gateways: new Map() };
      this.#ears.set(carrierId, ear);
    }
    ear.askedMs = nowMs;
    const gateways = [...ear.gateways.values()].filter((atMs) => nowMs - atMs <= NOW_MS).length;
    return { gateways, lastHeardMs: ear.lastHeardMs, sinceMs: ear.sinceMs };
  }
}
