/** Hands an offer to its shopper: to an open page, which answers, or else to the push service of a closed one. */
import type { OfferPush } from '../contract/live.ts';
import type { Clock } from '../ingest/types.ts';
import type { LiveHub } from '../live/types.ts';
import type { WebPush } from '../push/webPush.ts';
import type { HandOverTimes } from './deliveryTimes.ts';
import type { ReasonCode, ReasonParams } from './reasons.ts';

export interface Hold {
  code: ReasonCode;
  params: ReasonParams;
}

export interface HandOver {
  siteId: string;
  shopperId: string;
  offer: OfferPush;
  /** Of the sighting that completed the trigger. */
  sightingAtMs: number;
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
  /** Undefined where nothing reaches a closed phone. */
  push: () => Pick<WebPush, 'canReach' | 'send'> | undefined;
  times: HandOverTimes;
  clock: Clock;
}

/** A page that was put to sleep keeps its connection and does not answer; an open one answers within a round trip. */
const OPEN_PAGE_ANSWERS_MS = 1_500;
/**
 * How long a push service keeps it for a phone that is off or out of reach: the visit goes on for about as long. What comes
 * hours later is about a place that the shopper has left.
 */
const MAX_TTL_SECONDS = 15 * 60;

export const offerPath = (offerId: string): string => `/shopper?offer=${encodeURIComponent(offerId)}`;

export class Delivery {
  readonly #parts: DeliveryParts;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  /** Whether there is anything to reach the shopper by; asked when an offer is decided. */
  canReach(shopperId: string): boolean {
    return this.#parts.hub.isConnected(shopperId) || this.#parts.push()?.canReach(shopperId) === true;
  }

  async handOver(wanted: HandOver): Promise<HandedOver> {
    const handed = await this.#handOver(wanted);
    if (handed.outcome === 'received' || handed.outcome === 'pushed') {
      const atMs = this.#parts.clock();
      const latencyMs = Math.max(0, atMs - wanted.sightingAtMs);
      this.#parts.times.add({ siteId: wanted.siteId, route: handed.outcome, atMs, latencyMs });
    }
    return handed;
  }

  async #handOver({ shopperId, offer, deadlineMs, holdNow }: HandOver): Promise<HandedOver> {
    const { hub, clock } = this.#parts;
    const hold = await holdNow();
    if (hold !== undefined) return { outcome: 'held', hold };
    const push = this.#parts.push();
    const closed = push?.canReach(shopperId) === true ? push : undefined;
    let shown = false;
    if (hub.isConnected(shopperId)) {
      const leftMs = deadlineMs - clock();
      shown = true;
      if (await hub.pushOffer(shopperId, offer, closed === undefined ? leftMs : Math.min(leftMs, OPEN_PAGE_ANSWERS_MS)))
        return { outcome: 'received' };
    }
    if (closed === undefined) return { outcome: shown ? 'failed' : 'no-route' };
    const pushed = await closed.send<Hold>(shopperId, {
      payload: {
        offerId: offer.offerId,
        title: offer.title,
        text: offer.text,
        expiresAtMs: offer.expiresAtMs,
        url: offerPath(offer.offerId),
      },
      topic: offer.offerId,
      ttlSeconds: Math.max(0, Math.min(MAX_TTL_SECONDS, Math.floor((offer.expiresAtMs - clock()) / 1_000))),
      timeoutMs: deadlineMs - clock(),
      holdNow,
    });
    // The page may have got it although it did not answer.
    return shown && pushed.outcome !== 'pushed' ? { outcome: 'failed' } : pushed;
  }
}
