import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OfferPush } from '../../server/contract/live.ts';
import type { ConsentText, Erasure, Ledger, Redemption, ShopperMe, WalletOffer } from '../../server/contract/offers.ts';
import { campaignOf, entered, exited, NOW, SITE } from '../campaigns/world.ts';
import { type Client, type Mall, openMall } from './server.ts';

let mall: Mall;
beforeEach(async () => {
  mall = await openMall();
});
afterEach(async () => {
  expect(mall.errors).toEqual([]);
  await mall.close();
});

interface Refusal {
  error: { code: string; message: string; path?: string };
}
const tagCode = async (carrierId: string): Promise<string> => {
  const installer = await mall.account({ role: 'installer' });
  const { body } = await installer.get<{ code: string }>(`/sites/${SITE}/carriers/${carrierId}/tag`);
  return body.code;
};
const stateOf = (me: ShopperMe, purpose: string) => me.consents.find((one) => one.purpose === purpose)?.state;
const enters = async (carrierId = 'c-1', atMs = mall.clock.nowMs) => {
  mall.pipeline.nowMs = mall.clock.nowMs;
  mall.pipeline.emit([entered({ carrierId, atMs, sightingAtMs: atMs })]);
  await mall.services.offers.settle();
};
/** Consents, pairs, holds the phone open. */
const equipped = async (carrierId = 'c-1') => {
  const shopper = await mall.shopper();
  await shopper.post('/shopper/pair', { code: await tagCode(carrierId) });
  const phone = await mall.phone(shopper);
  const offers: OfferPush[] = [];
  phone.on('offer', (offer, received) => {
    offers.push(offer);
    received();
  });
  return { shopper, phone, offers };
};

test('from an empty phone to a redeemed offer', async () => {
  await mall.services.campaigns.put(SITE, campaignOf(), NOW);
  const { shopper, offers } = await equipped();
  await enters();
  expect(offers).toHaveLength(1);
  expect(offers[0]).toMatchObject({ title: 'Second coffee free', reason: 'Přišli jste do zóny Zone front.' });
  const wallet = await shopper.get<{ offers: WalletOffer[] }>('/shopper/offers');
  expect(wallet.body.offers).toMatchObject([{ id: offers[0]!.offerId, state: 'active', code: offers[0]!.code }]);
  // Of a tenant that has no shop on this plan.
  expect(wallet.body.offers[0]!.shopName).toBeNull();
  const front = mall.registry.zones.get(SITE, 'front')!;
  await mall.registry.zones.put(SITE, { ...front, id: 'shop', kind: 'shop', name: 'Café Galerie' });

  const till = await mall.account({ role: 'till', tenantId: 'cafe' });
  const wrong = await mall.account({ role: 'till', tenantId: 'shoes' });
  const { code } = offers[0]!;
  expect((await wrong.post<Redemption>('/redemptions', { code })).body.result).toBe('unknown');
  expect((await till.post<Redemption>('/redemptions', { code, amount: 125.5 })).body).toMatchObject({
    result: 'redeemed',
    title: 'Second coffee free',
  });
  expect((await till.post<Redemption>('/redemptions', { code })).body.result).toBe('already-redeemed');
  const used = (await shopper.get<{ offers: WalletOffer[] }>('/shopper/offers')).body.offers[0]!;
  expect(used).toMatchObject({ state: 'redeemed', zoneName: 'Zone front', shopName: 'Café Galerie' });

  const manager = await mall.account({});
  const funnel = await manager.get(`/sites/${SITE}/campaigns/coffee/funnel`);
  // Nobody said that it was opened, as from a phone without a connection: what was redeemed was looked at.
  expect(funnel.body).toMatchObject({ wouldFire: 1, sent: 1, opened: 1, redeemed: 1, control: 0 });
});

describe('consent', () => {
  test('nothing is granted that was not given, and each purpose stands alone', async () => {
    const shopper = await mall.shopper([]);
    const me = (await shopper.get<ShopperMe>('/shopper/me')).body;
    expect(me.consents.map((one) => one.state)).toEqual(['none', 'none', 'none', 'none']);
    const texts = (await shopper.get<{ consents: ConsentText[] }>(`/shopper/site/${SITE}?language=pl`)).body.consents;
    const push = texts.find((text) => text.purpose === 'push')!;
    const given = { purpose: 'push', version: push.version, textHash: push.textHash, language: 'pl' };
    const after = await shopper.post<ShopperMe>('/shopper/consent', given);
    expect([stateOf(after.body, 'presence'), stateOf(after.body, 'push')]).toEqual(['none', 'granted']);
    expect(after.body.consents[1]!.expiresAt).toBe('2027-05-06T12:00:00.000Z');
    const other = await shopper.post<Refusal>('/shopper/consent', { ...given, textHash: 'other words' });
    expect([other.status, other.body.error.code, other.body.error.path]).toEqual([
      409,
      'consent-text-changed',
      'body.textHash',
    ]);
  });

  test('withdrawn: the next event sends nothing; presence withdrawn ends the pairing', async () => {
    await mall.services.campaigns.put(SITE, campaignOf(), NOW);
    const { shopper, offers } = await equipped();
    const me = await shopper.delete<ShopperMe>('/shopper/consent/push');
    expect(stateOf(me.body, 'push')).toBe('withdrawn');
    await enters();
    expect(offers).toEqual([]);
    const without = await shopper.delete<ShopperMe>('/shopper/consent/presence');
    expect(without.body.pairing).toBeNull();
    await enters('c-1', NOW + 1);
    const decisions = await mall.services.log.ofCampaign(SITE, 'coffee', 10);
    expect(decisions.map((one) => one.code)).toEqual(['no-consent']);
    expect(await mall.duck.get('select count(*) as n from consents')).toEqual({ n: 4 });
  });

  test('a phone that starts again keeps its identity', async () => {
    const shopper = await mall.shopper(['push']);
    const again = await shopper.post<ShopperMe>('/shopper/start', { site: SITE, consents: [], language: 'cs' });
    expect(again.status).toBe(200);
    expect(stateOf(again.body, 'push')).toBe('granted');
    expect(await mall.duck.get('select count(*) as n from shoppers')).toEqual({ n: 1 });
  });
});

describe('pairing', () => {
  test('needs the consent to presence and the code on the tag', async () => {
    const code = await tagCode('c-1');
    expect(code).toMatch(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/);
    const stranger = await mall.shopper(['push']);
    expect((await stranger.post<Refusal>('/shopper/pair', { code })).body.error.code).toBe('no-consent');
    const shopper = await mall.shopper();
    const paired = await shopper.post<ShopperMe>('/shopper/pair', { code: code.toLowerCase() });
    expect(paired.body.pairing).toMatchObject({ label: 'demo guest 1' });
    expect((await shopper.delete<ShopperMe>('/shopper/pair')).body.pairing).toBeNull();
  });

  test('tries are limited, and the right code is refused as well once they are', async () => {
    const shopper = await mall.shopper();
    const statuses = await Promise.all(
      Array.from(
        { length: 8 },
        async (_, i) => (await shopper.post('/shopper/pair', { code: `AAAAA-AAAA${i}` })).status,
      ),
    );
    expect(statuses.filter((status) => status === 404)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(3);
    const code = await tagCode('c-1');
    expect((await shopper.post('/shopper/pair', { code })).status).toBe(429);
    mall.clock.nowMs += 10 * 60_000;
    expect((await shopper.post('/shopper/pair', { code })).status).toBe(200);
  });

  test('another’s tag is taken over only when asked for, and the other learns it and keeps nothing of it', async () => {
    const first = await equipped('c-1');
    let told = 0;
    first.phone.on('changed', () => told++);
    const second = await mall.shopper();
    const code = await tagCode('c-1');
    const refused = await second.post<Refusal>('/shopper/pair', { code });
    expect([refused.status, refused.body.error.code]).toEqual([409, 'carrier-taken']);
    expect((await second.post('/shopper/pair', { code, takeover: true })).status).toBe(200);
    expect((await first.shopper.get<ShopperMe>('/shopper/me')).body.pairing).toBeNull();
    await mall.services.campaigns.put(SITE, campaignOf(), NOW);
    await enters();
    expect(first.offers).toEqual([]);
    await expect.poll(() => told).toBe(1);
  });

  test('the tag carries a QR code of the pairing page', async () => {
    const manager = await mall.account({});
    const { body } = await manager.get<{ url: string; svg: string; code: string }>(`/sites/${SITE}/carriers/c-2/tag`);
    expect(body.url).toBe(`https://mall.example/shopper?site=${SITE}#${body.code}`);
    expect(body.svg).toContain('<svg');
    expect((await manager.get<{ code: string }>(`/sites/${SITE}/carriers/c-2/tag`)).body.code).toBe(body.code);
    expect((await manager.get(`/sites/${SITE}/carriers/none/tag`)).status).toBe(404);
    const retailer = await mall.account({ role: 'retailer', tenantId: 'cafe' });
    expect((await retailer.get(`/sites/${SITE}/carriers/c-2/tag`)).status).toBe(403);
    const reads = (await mall.audit.entries({ siteId: SITE, limit: 10 })).filter(
      ({ action }) => action === 'tag.code-read',
    );
    expect(reads.map(({ subject }) => subject)).toEqual(['c-2', 'c-2']);
  });
});

describe('what one sees of oneself', () => {
  const stay = (carrierId: string, fromMs: number, toMs: number) =>
    mall.duck.run(
      `insert into stays (site_id, carrier_id, kind, zone_id, floor_id, start_ms, end_ms, visit_start_ms, emitted_ms)
       values ($1, $2, 'tag', 'front', 'ground', $3, $4, $3, $4)`,
      [SITE, carrierId, fromMs, toMs],
    );

  test('the ledger shows own stays within pairing and consent, and every decision with its reason', async () => {
    await mall.services.campaigns.put(SITE, campaignOf(), NOW);
    await stay('c-1', NOW - 600_000, NOW - 300_000);
    mall.clock.nowMs = NOW;
    const { shopper } = await equipped('c-1');
    await enters();
    await stay('c-1', NOW + 1_000, NOW + 61_000);
    await stay('c-2', NOW + 1_000, NOW + 61_000);
    mall.clock.nowMs = NOW + 120_000;
    await shopper.delete('/shopper/consent/presence');
    await stay('c-1', NOW + 130_000, NOW + 190_000);
    mall.clock.nowMs = NOW + 300_000;
    const { body } = await shopper.get<Ledger>('/shopper/ledger');
    expect(body.seen).toEqual([
      { zoneName: 'Zone front', from: new Date(NOW + 1_000).toISOString(), to: new Date(NOW + 61_000).toISOString() },
    ]);
    expect(body.decisions).toMatchObject([
      { outcome: 'sent', code: 'entered', reason: 'Přišli jste do zóny Zone front.', campaign: 'Second coffee free' },
    ]);
    const entries = await mall.audit.entries({ siteId: SITE, limit: 10 });
    expect(entries.map((entry) => entry.action)).toEqual(['shopper.read-ledger', 'tag.code-read']);
  });

  test('the export holds all of it, another shopper’s nothing', async () => {
    await mall.services.campaigns.put(SITE, campaignOf(), NOW);
    const { shopper } = await equipped('c-1');
    await enters();
    const own = await shopper.get<{
      offers: unknown[];
      consents: unknown[];
      pairings: unknown[];
      decisions: unknown[];
    }>('/shopper/export');
    expect(
      [own.body.offers, own.body.consents, own.body.pairings, own.body.decisions].map((list) => list.length),
    ).toEqual([1, 2, 1, 1]);
    const stranger = await mall.shopper();
    const other = await stranger.get<{ offers: unknown[]; decisions: unknown[]; pairings: unknown[] }>(
      '/shopper/export',
    );
    expect([...other.body.offers, ...other.body.decisions, ...other.body.pairings]).toEqual([]);
  });

  test('another shopper’s offer cannot be opened', async () => {
    await mall.services.campaigns.put(SITE, campaignOf(), NOW);
    const { offers } = await equipped('c-1');
    await enters();
    const stranger = await mall.shopper();
    expect((await stranger.post(`/shopper/offers/${offers[0]!.offerId}/opened`)).status).toBe(404);
    expect((await stranger.get<{ offers: unknown[] }>('/shopper/offers')).body.offers).toEqual([]);
  });
});

test('a pause holds offers back until it ends', async () => {
  await mall.services.campaigns.put(SITE, campaignOf(), NOW);
  const { shopper, offers } = await equipped();
  expect((await shopper.post<ShopperMe>('/shopper/pause', { minutes: null })).body.paused).toEqual({ until: null });
  await enters();
  expect(offers).toEqual([]);
  const paused = await shopper.post<ShopperMe>('/shopper/pause', { minutes: 60 });
  expect(paused.body.paused).toEqual({ until: new Date(NOW + 3_600_000).toISOString() });
  expect((await shopper.delete<ShopperMe>('/shopper/pause')).body.paused).toBeNull();
  await enters('c-1', NOW + 1);
  expect(offers).toHaveLength(1);
});

test('whoever leaves before the offer is out gets none', async () => {
  await mall.services.campaigns.put(SITE, campaignOf(), NOW);
  const { offers } = await equipped();
  mall.pipeline.emit([entered({ sightingAtMs: NOW }), exited({ atMs: NOW + 1, sightingAtMs: NOW + 1 })]);
  await mall.services.offers.settle();
  expect(offers).toEqual([]);
});

test('erasure: session and socket end, codes die, the receipt is in the audit without a name', async () => {
  await mall.services.campaigns.put(SITE, campaignOf(), NOW);
  const { shopper, phone, offers } = await equipped();
  await enters();
  const closed = new Promise((resolve) => phone.once('disconnect', resolve));
  const cookie = shopper.cookie!;
  const { body } = await shopper.post<Erasure>('/shopper/erase');
  expect(body.receipt).toMatch(/^[0-9A-Z]{12}$/);
  await closed;
  shopper.cookie = cookie;
  expect((await shopper.get('/shopper/me')).status).toBe(401);
  const manager = await mall.account({});
  expect((await manager.post<Redemption>('/redemptions', { code: offers[0]!.code })).body.result).toBe('unknown');
  const [entry] = await mall.audit.entries({ siteId: SITE, limit: 1 });
  expect(entry).toMatchObject({ action: 'shopper.erase', actorId: 'erased', subject: `receipt ${body.receipt}` });
});

test('nobody but a shopper reaches a shopper’s routes, and a shopper no other', async () => {
  const manager = await mall.account({ role: 'owner', siteId: null });
  const shopper = await mall.shopper();
  const paths = ['/shopper/me', '/shopper/offers', '/shopper/ledger', '/shopper/export'];
  for (const path of paths) {
    expect((await manager.get(path)).status, path).toBe(403);
    expect((await mall.anonymous().get(path)).status, path).toBe(401);
  }
  const refused: [Client, string][] = [
    [shopper, `/sites/${SITE}/campaigns`],
    [shopper, `/sites/${SITE}/attention`],
    [mall.anonymous(), `/sites/${SITE}/campaigns`],
  ];
  for (const [client, path] of refused) expect([401, 403]).toContain((await client.get(path)).status);
  expect((await shopper.post('/redemptions', { code: 'ABCDEF01' })).status).toBe(401);
});

describe('the demo’s simulated shopper', () => {
  test('does not exist outside the demo', async () => {
    const shopper = await mall.shopper();
    expect((await shopper.post('/demo/pair')).status).toBe(404);
  });

  test('pairs each phone with another free guest; when all are taken, with one whose phone has gone', async () => {
    const demo = await openMall({ demo: true });
    const shoppers = [await demo.shopper(), await demo.shopper(), await demo.shopper()];
    const phones = await Promise.all(shoppers.map((shopper) => demo.phone(shopper)));
    const labels = [];
    for (const shopper of shoppers) {
      const { body } = await shopper.post<ShopperMe>('/demo/pair');
      expect(body.demo).toBe(true);
      labels.push(body.pairing?.label);
    }
    expect(new Set(labels).size).toBe(3);
    const late = await demo.shopper();
    expect((await late.post('/demo/pair')).status).toBe(409);
    phones[1]!.disconnect();
    let answer = await late.post<ShopperMe>('/demo/pair');
    for (let i = 0; i < 100 && answer.status === 409; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      answer = await late.post<ShopperMe>('/demo/pair');
    }
    expect(answer.body.pairing?.label).toBe(labels[1]);
    expect(demo.errors).toEqual([]);
    await demo.close();
  });
});
