/** Which gateways have told of a window: once all have that told of the one before, waiting longer brings nothing. Pure. */
import { TICK_MS } from '../engine/types.ts';

/** One that is silent for longer is met anew. */
const FORGOTTEN_AFTER_MS = 60_000;
/** What a crowded window takes more than one message for varies a little from window to window. */
const FEWER_SHARE = 0.1;

interface Told {
  /** End of the newest window in which it heard somebody. */
  newestMs: number;
  /** Messages of it that came, and those that the window before took. */
  messages: number;
  expected: number;
  /** Says of each message but the last of a window that another follows; and the last has come. */
  saysMore: boolean;
  ended: boolean;
}

export class Reported {
  readonly #gateways = new Map<string, Told>();

  /** Of windows in which somebody was heard: an empty one comes now and then, and is not waited for. */
  heard(gatewayId: string, toMs: number, more = false): void {
    const told = this.#gateways.get(gatewayId);
    if (!told) {
      this.#gateways.set(gatewayId, { newestMs: toMs, messages: 1, expected: 1, saysMore: more, ended: false });
      return;
    }
    if (toMs < told.newestMs) return;
    if (toMs > told.newestMs) {
      told.newestMs = toMs;
      told.expected = told.messages;
      told.messages = 1;
      told.ended = false;
    } else told.messages += 1;
    if (more) told.saysMore = true;
    else if (told.saysMore) told.ended = true;
  }

  /** False also where nobody told anything of it. */
  complete(tickEndMs: number): boolean {
    let anybody = false;
    for (const [gatewayId, told] of this.#gateways) {
      const { newestMs } = told;
      if (newestMs < tickEndMs - FORGOTTEN_AFTER_MS) this.#gateways.delete(gatewayId);
      else if (hasTold(told, tickEndMs)) anybody = true;
      else if (newestMs >= tickEndMs - TICK_MS) return false;
    }
    return anybody;
  }

  /** All that were heard of in the last minute have told of it: nobody else is to be expected. */
  everybody(tickEndMs: number): boolean {
    let anybody = false;
    for (const [gatewayId, told] of this.#gateways) {
      if (told.newestMs < tickEndMs - FORGOTTEN_AFTER_MS) this.#gateways.delete(gatewayId);
      else if (!hasTold(told, tickEndMs)) return false;
      else anybody = true;
    }
    return anybody;
  }

  clear(): void {
    this.#gateways.clear();
  }
}

const hasTold = ({ newestMs, messages, expected, saysMore, ended }: Told, tickEndMs: number): boolean =>
  newestMs > tickEndMs ||
  (newestMs === tickEndMs && (saysMore ? ended : messages >= expected - Math.floor(expected * FEWER_SHARE)));
