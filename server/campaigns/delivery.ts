/** Hands an offer to its shopper: to an open page, which answers, or else to the push service of a closed one. */
import type { OfferPush } from '../contract/live.ts';
import type { Clock } from '../ingest/types.ts';
import type { LiveHub } from '../live/types.ts';
import type { ReasonCode, ReasonParams } from './reasons.ts';

export interface Hold {
  code: ReasonCode;
  params: ReasonParams;
}

export interface HandOver {
  siteId: string;
  shopperId: string;
  offer: OfferPush;
  /** After it the offer is not sent any more. */
  deadlineMs: number;
  /** Asked last before each send: consent, zone, pause and deadline as they are then. Undefined: send. */
  holdNow: () => Promise<Hold | undefined>;
}

/**
 * `received`: a page answered. `pushed`: a push service took it, which is no proof that it arrived. `no-route`: nothing to
 * send it by. `failed`: sent, and nothing answered. `held`: never left, for the reason given.
 */
export type HandedOver = { outcome: 'received' | 'pushed' | 'no-route' | 'failed' } | { outcome: 'held'; hold: Hold };

export interface DeliveryParts {
  hub: Pick<LiveHub, 'pushOffer' | 'isConnected'>;
  clock: Clock;
}

export class Delivery {
  readonly #parts: DeliveryParts;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  /** Whether there is anything to reach the shopper by; asked when an offer is decided. */
  canReach(shopperId: string): boolean {
    return this.#parts.hub.isConnected(shopperId);
  }

  async handOver({ shopperId, offer, deadlineMs, holdNow }: HandOver): Promise<HandedOver> {
    const { hub, clock } = this.#parts;
    const hold = await holdNow();
    if (hold !== undefined) return { outcome: 'held', hold };
    if (!hub.isConnected(shopperId)) return { outcome: 'no-route' };
    const arrived = await hub.pushOffer(shopperId, offer, deadlineMs - clock());
    return { outcome: arrived ? 'received' : 'failed' };
  }
}
