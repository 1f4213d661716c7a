/** What the rest of the server asks of the live side (socket.io). */
import type { LiveHeat, LiveSnapshot, OfferPush } from '../contract/live.ts';

export interface LiveHub {
  /** Latest value only: a slow client gets the newest, not a queue. */
  publishLive(siteId: string, snapshot: LiveSnapshot): void;
  publishHeat(siteId: string, heat: LiveHeat): void;
  /** To whoever may ask for the changelog. */
  publishChangelog(siteId: string): void;
  /** To every phone of that shopper that is connected now; resolves true once one of them has acknowledged it within `timeoutMs`. */
  pushOffer(shopperId: string, offer: OfferPush, timeoutMs: number): Promise<boolean>;
  isConnected(shopperId: string): boolean;
  notifyChanged(shopperId: string): void;
}
