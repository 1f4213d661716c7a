/** A mall with offers that are out, over the real HTTP server. */
import { expect } from 'vitest';
import { DEFAULT_ATTENTION } from '../../server/contract/campaigns.ts';
import type { Settlements, WalletOffer } from '../../server/contract/offers.ts';
import { campaignOf, entered, SITE } from '../campaigns/world.ts';
import { type Client, type Mall, openMall } from '../shopper/server.ts';

export { SITE } from '../campaigns/world.ts';

/** Each of the mall's three guests may have one. */
const CARRIERS = ['c-1', 'c-2', 'c-3'];

export class TillWorld {
  readonly mall: Mall;
  #next = 0;
  constructor(mall: Mall) {
    this.mall = mall;
  }
  static async open(options: { staticDir?: string; nowMs?: number } = {}): Promise<TillWorld> {
    const mall = await openMall({ demo: true, ...options });
    await mall.services.campaigns.putAttention(SITE, { ...DEFAULT_ATTENTION, quietHours: null }, mall.clock.nowMs);
    await mall.registry.putSite({ ...mall.registry.site(SITE)!, currency: 'CZK' });
    await mall.services.campaigns.put(SITE, campaignOf(), mall.clock.nowMs);
    return new TillWorld(mall);
  }
  get nowMs(): number {
    return this.mall.clock.nowMs;
  }
  pass(ms: number): void {
    this.mall.clock.nowMs += ms;
    this.mall.pipeline.nowMs = this.mall.clock.nowMs;
  }
  /** A shopper with an offer in the wallet. */
  async guest(): Promise<{
    shopper: Client;
    shopperId: string;
    offer: WalletOffer & { code: string; shortCode: string };
  }> {
    const { mall } = this;
    const carrierId = CARRIERS[this.#next++]!;
    const shopper = await mall.shopper(['presence', 'push', 'profiling']);
    const phone = await mall.phone(shopper);
    phone.on('offer', (_offer, answer) => answer());
    const { id: shopperId } = (await mall.duck.get<{ id: string }>(
      'select id from shoppers where id not in (select shopper_id from pairings)',
    ))!;
    // What triggers must have been heard after the pairing and the consent.
    await mall.services.pairings.pair(SITE, carrierId, shopperId, this.nowMs - 1_000, { takeover: false });
    this.pass(5_000);
    mall.pipeline.emit([entered({ carrierId, atMs: this.nowMs, sightingAtMs: this.nowMs - 500 })]);
    await mall.services.offers.settle();
    const { body } = await shopper.get<{ offers: WalletOffer[] }>('/shopper/offers');
    const [offer] = body.offers;
    expect(offer).toMatchObject({ code: expect.any(String), shortCode: expect.any(String) });
    return { shopper, shopperId, offer: { ...offer!, code: offer!.code!, shortCode: offer!.shortCode! } };
  }
  till = (tenantId: string | null = 'cafe'): Promise<Client> => this.mall.account({ role: 'till', tenantId });

  async settle(
    till: Client,
    items: { key: string; code: string; acceptedMs?: number; amountMinor?: number }[],
    options: { clockBehindMs?: number; till?: string } = {},
  ): Promise<Settlements> {
    const behindMs = options.clockBehindMs ?? 0;
    const { status, body } = await till.post<Settlements>('/redemptions/settle', {
      clock: new Date(this.nowMs - behindMs).toISOString(),
      ...(options.till === undefined ? {} : { till: options.till }),
      items: items.map(({ acceptedMs, ...item }) => ({
        ...item,
        acceptedAt: new Date((acceptedMs ?? this.nowMs) - behindMs).toISOString(),
      })),
    });
    expect(status, JSON.stringify(body)).toBe(200);
    return body;
  }
}
