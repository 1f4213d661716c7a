/** Which gateways have told of a window: once all have that told of the one before, waiting longer brings nothing. Pure. */
import { TICK_MS } from '../engine/types.ts';

/** One that is silent for longer is met anew. */
const FORGOTTEN_AFTER_MS = 60_000;

export class Reported {
  /** End of the newest window in which it heard somebody. */
  readonly #newestMs = new Map<string, number>();

  /** Of windows in which somebody was heard: an empty one comes now and then, and is not waited for. */
  heard(gatewayId: string, toMs: number): void {
    if (toMs > (this.#newestMs.get(gatewayId) ?? Number.NEGATIVE_INFINITY)) this.#newestMs.set(gatewayId, toMs);
  }

  /** False also where nobody told anything of it. */
  complete(tickEndMs: number): boolean {
    let anybody = false;
    for (const [gatewayId, newestMs] of this.#newestMs) {
      if (newestMs >= tickEndMs) anybody = true;
      else if (newestMs >= tickEndMs - TICK_MS) return false;
      else if (newestMs < tickEndMs - FORGOTTEN_AFTER_MS) this.#newestMs.delete(gatewayId);
    }
    return anybody;
  }

  clear(): void {
    this.#newestMs.clear();
  }
}
