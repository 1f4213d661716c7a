/** What somebody with bad intentions would try, each at the server's edge, and each refused. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type IdentitiesView, type IdentityGiven, SLOT_MS } from '../../server/contract/identity.ts';
import type { OfferPush } from '../../server/contract/live.ts';
import type { Redemption, WalletOffer } from '../../server/contract/offers.ts';
import { frameAt } from '../../simulators/rotatingBeacon.ts';
import type { OnAir } from '../support/rotatingGateways.ts';
import { AbuseMall, BEACONS, EAST, type Party, WEST } from './mall.ts';

let mall: AbuseMall;
beforeAll(async () => {
  mall = await AbuseMall.open();
});
afterAll(async () => {
  await mall.close();
  expect(mall.problems).toEqual([]);
});

const PATIENCE = { timeout: 20_000, interval: 100 };
const second = (): number => Math.floor(Date.now() / 1000) * 1000;
const decisions = async (): Promise<string[]> => {
  const { decisions: all } = await mall.owner.must<{ decisions: { outcome: string; code: string }[] }>(
    'GET',
    '/sites/mall/campaigns/bakery/decisions',
  );
  return all.map(({ outcome, code }) => (outcome === 'held' ? code : outcome)).sort();
};
const identities = () => mall.owner.must<IdentitiesView>('GET', '/sites/mall/identities');

/** Seconds that are over, out of an outbox: each frame at two ends of the mall in turn. */
async function copiesHeard(frames: (atMs: number) => OnAir['frame'][]): Promise<void> {
  const untilMs = second() - 100_000;
  for (let n = 50; n > 0; n--) {
    const atMs = untilMs - n * 1000;
    const at = n % 2 === 0 ? WEST : EAST;
    await mall.gateways.publish(
      atMs,
      frames(atMs).map((frame) => ({ frame, at })),
    );
  }
}

describe('beacons', () => {
  /** Everybody's phone is open, and all of them come into the bakery's zone. */
  const pushes = new Map<string, OfferPush[]>();
  const people = new Map<string, Party>();

  test('a cloned tag, a cloned app and played-back frames bring nobody an offer; the honest get theirs', async () => {
    const tags = { honest: await mall.tag(1), cloned: await mall.tag(2) };
    for (const name of ['honest', 'cloned'] as const) {
      const shopper = await mall.shopper();
      people.set(name, shopper);
      await shopper.must('POST', '/shopper/pair', { code: tags[name].code });
    }
    const apps = new Map<string, { uuid: string; secretHex: string; slotSeconds: number }>();
    for (const name of ['app', 'clonedApp', 'replayedApp']) {
      const shopper = await mall.shopper();
      people.set(name, shopper);
      const given = await shopper.must<IdentityGiven>('POST', '/shopper/identity', { mode: 'advertise' });
      apps.set(name, { ...given, uuid: given.uuid!, secretHex: given.secretHex! });
    }
    for (const [name, shopper] of people) pushes.set(name, await mall.phone(shopper));
    const frame = (name: string, atMs: number) => frameAt(apps.get(name)!, atMs);

    await copiesHeard((atMs) => [tags.cloned.frame, frame('clonedApp', atMs)]);
    await expect
      .poll(async () => (await mall.owner.must<{ clones: unknown[] }>('GET', '/sites/mall/clones')).clones, PATIENCE)
      .toHaveLength(2);

    const recordedMs = second() - 3 * SLOT_MS;
    const before = await identities();
    mall.gateways.onAir = (atMs) => [
      { frame: tags.honest.frame, at: WEST },
      { frame: tags.cloned.frame, at: WEST },
      { frame: frame('app', atMs), at: WEST },
      { frame: frame('clonedApp', atMs), at: WEST },
      // Recorded near its bearer a while ago, and sent from here.
      { frame: frame('replayedApp', recordedMs), at: WEST },
    ];
    mall.gateways.goLive();
    await expect.poll(decisions, PATIENCE).toEqual(['cloned', 'cloned', 'sent', 'sent']);
    await expect.poll(() => pushes.get('honest')!.length + pushes.get('app')!.length, PATIENCE).toBe(2);
    expect([...pushes].map(([name, { length }]) => [name, length])).toEqual([
      ['honest', 1],
      ['cloned', 0],
      ['app', 1],
      ['clonedApp', 0],
      ['replayedApp', 0],
    ]);
    const after = await identities();
    expect(after.replayed + after.unknown - before.replayed - before.unknown).toBeGreaterThan(3);
    expect(after.resolved).toBeGreaterThan(before.resolved);
    mall.gateways.onAir = () => [];
  });

  test('an offer is its shopper’s: not another shop’s, not another shopper’s, and not twice', async () => {
    const [offer] = pushes.get('honest')!;
    if (!offer?.code || !offer.shortCode) throw new Error('the test before gave no offer with its codes');
    const { code, shortCode } = offer;
    const tills = { own: await mall.token('till', 'bakery'), other: await mall.token('till', 'shoes') };
    const redeem = async (till: Party, shown: string) =>
      (await till.must<Redemption>('POST', '/redemptions', { code: shown })).result;
    expect(await redeem(tills.other, code)).toBe('unknown');
    expect(await redeem(tills.other, shortCode)).toBe('unknown');

    const thief = people.get('cloned')!;
    expect((await thief.call('POST', `/shopper/offers/${offer.offerId}/opened`)).status).toBe(404);
    const wallet = await thief.must<{ offers: WalletOffer[] }>('GET', '/shopper/offers');
    expect(wallet.offers).toEqual([]);
    // A shopper's cookie opens no till.
    expect((await thief.call('POST', '/redemptions', { code })).status).toBe(401);
    expect((await mall.party().call('POST', '/redemptions', { code })).status).toBe(401);
    const mine = await people.get('honest')!.must<{ offers: WalletOffer[] }>('GET', '/shopper/offers');
    expect(mine.offers).toMatchObject([{ id: offer.offerId, state: 'active', openedAt: null }]);

    const race = await Promise.all([redeem(tills.own, code), redeem(tills.own, shortCode)]);
    expect(race.sort()).toEqual(['already-redeemed', 'redeemed']);
  });
});

describe('guessing', () => {
  /** Well formed, and of nobody: eight of Crockford's letters. */
  const guess = (n: number): string => `ZZZZ-${String(n).padStart(4, '0')}`;
  const results = async (party: Party, from: number, count: number): Promise<number[]> => {
    const statuses: number[] = [];
    for (let n = from; n < from + count; n++)
      statuses.push((await party.call('POST', '/redemptions', { code: guess(n) })).status);
    return statuses;
  };
  const refused = (statuses: number[]): number => statuses.filter((status) => status === 429).length;

  test('codes of offers: a device is held up after ten, an account after twenty, an address after sixty', async () => {
    const first = await mall.account('till', 'bakery');
    const devices = [await first(), await first(), await first()];
    expect(refused(await results(devices[0]!, 0, 11))).toBe(1);
    expect(refused(await results(devices[1]!, 100, 11))).toBe(1);
    // The account has used its tries up, whatever it signs in with.
    expect(refused(await results(devices[2]!, 200, 2))).toBe(2);
    // Nor does a check instead of a redemption help.
    expect((await devices[2]!.call('POST', '/redemptions/check', { code: guess(3) })).status).toBe(429);

    // Many accounts behind one address.
    const address = '192.0.2.7';
    const statuses: number[] = [];
    for (let n = 0; n < 7; n++)
      statuses.push(...(await results(await mall.token('till', 'bakery', address), n * 10, 10)));
    expect(statuses.slice(0, 60)).not.toContain(429);
    expect(refused(statuses)).toBe(10);
    // Another till elsewhere goes on.
    expect(refused(await results(await mall.token('till', 'bakery'), 0, 3))).toBe(0);
    // Long codes are not there to be guessed, and held up is held up.
    const long = await mall.token('till', 'bakery', address);
    expect((await long.call<Redemption>('POST', '/redemptions', { code: 'A'.repeat(22) })).body.result).toBe('unknown');
  });

  test('codes of tags: a shopper is held up after five, an address after thirty, with ever new shoppers', async () => {
    const tag = await mall.tag(3);
    const tries = async (shopper: Party, count: number): Promise<number[]> => {
      const statuses: number[] = [];
      for (let n = 0; n < count; n++)
        statuses.push((await shopper.call('POST', '/shopper/pair', { code: `ZZZZZ-0000${n}` })).status);
      return statuses;
    };
    const guesser = await mall.shopper();
    expect(await tries(guesser, 6)).toEqual([404, 404, 404, 404, 404, 429]);
    // Even the right code is of no use to it now.
    expect((await guesser.call('POST', '/shopper/pair', { code: tag.code })).status).toBe(429);

    const address = '192.0.2.8';
    const statuses: number[] = [];
    for (let n = 0; n < 7; n++) statuses.push(...(await tries(await mall.shopper(address), 5)));
    expect(refused(statuses)).toBe(5);
    expect((await (await mall.shopper(address)).call('POST', '/shopper/pair', { code: tag.code })).status).toBe(429);
    const honest = await mall.shopper();
    expect((await honest.call('POST', '/shopper/pair', { code: tag.code })).status).toBe(200);
    // Who holds the tag keeps it, unless told in so many words.
    const other = await mall.shopper();
    expect((await other.call('POST', '/shopper/pair', { code: tag.code })).body.error.code).toBe('carrier-taken');
  });

  test('after ten minutes a cashier may mistype again', async () => {
    const till = await mall.token('till', 'bakery');
    expect(refused(await results(till, 0, 11))).toBe(1);
    mall.shiftMs += 11 * 60_000;
    expect(refused(await results(till, 0, 1))).toBe(0);
  });
});

describe('another shop’s campaign', () => {
  const snapshot = () =>
    Promise.all(
      ['/campaigns/bakery', '/zones/west', '/attention'].map((path) => mall.owner.must('GET', `/sites/mall${path}`)),
    );

  test('is neither seen nor changed, its audience least of all', async () => {
    const rival = await mall.token('retailer', 'shoes');
    const own = await mall.token('retailer', 'bakery');
    // Paused, it could be changed by whoever may.
    await own.must('POST', '/sites/mall/campaigns/bakery/pause');
    const before = await snapshot();
    const campaign = before[0] as Record<string, unknown>;
    const at = '/sites/mall/campaigns/bakery';
    const attacks: [string, string, unknown?][] = [
      ['GET', at],
      ['PUT', at, { ...campaign, audience: { interests: ['shoes'] } }],
      ['PUT', at, { ...campaign, tenantId: 'shoes', audience: { who: 'new' } }],
      ['DELETE', at],
      ['POST', `${at}/pause`],
      ['POST', `${at}/end`],
      ['POST', `${at}/start`],
      ['POST', `${at}/approve`, {}],
      ['GET', `${at}/decisions`],
      ['GET', `${at}/funnel`],
      // A campaign of one's own in the other's zone, or in the other's name.
      ['POST', '/sites/mall/campaigns', { ...campaign, id: 'mine', tenantId: 'shoes' }],
      ['POST', '/sites/mall/campaigns', { ...campaign, id: 'theirs', zoneIds: ['east'] }],
      ['PUT', '/sites/mall/campaigns/shoes', { ...campaign, id: 'shoes', tenantId: 'shoes', zoneIds: ['west'] }],
      ['PUT', '/sites/mall/zones/west', { ...(before[1] as object), shape: { type: 'circle', ...EAST, radiusM: 3 } }],
      ['DELETE', '/sites/mall/zones/west'],
      ['PUT', '/sites/mall/attention', { pushesPerVisit: 20 }],
      ['GET', '/sites/mall/identities'],
    ];
    const taken: string[] = [];
    for (const [method, path, body] of attacks) {
      const { status } = await rival.call(method, path, body);
      if (![400, 403, 404, 409].includes(status)) taken.push(`${method} ${path} → ${status}`);
    }
    expect(taken).toEqual([]);
    expect(await snapshot()).toEqual(before);
    const { campaigns } = await rival.must<{ campaigns: { id: string }[] }>('GET', '/sites/mall/campaigns');
    expect(campaigns.map(({ id }) => id)).toEqual(['shoes']);
    // The very same request of the shop itself is taken.
    expect((await own.call('PUT', at, { ...campaign, audience: { interests: ['shoes'] } })).status).toBe(200);
    expect(await snapshot()).not.toEqual(before);
  });
});

describe('a phone that listens', () => {
  const heard = (seq: number, more: object = {}) => ({
    epoch: 1,
    seq,
    clockMs: Date.now(),
    sightings: [{ uuid: BEACONS, major: 1, minor: 0, rssiDbm: -60, atMs: Date.now() - 200, ...more }],
  });

  test('is believed only for itself, within reason, and not without end', async () => {
    const phone = await mall.shopper();
    const tell = (body: unknown) =>
      phone.call<{ accepted: number } & { error: { code: string } }>('POST', '/shopper/sightings', body);
    expect((await tell(heard(1))).body.error.code).toBe('not-listening');
    await phone.must('POST', '/shopper/identity', { mode: 'listen' });
    // An app sends the session's value as a bearer token; it is good for no more than the cookie.
    const app = mall.party(undefined, phone.cookie.slice(phone.cookie.indexOf('=') + 1));
    expect((await app.call<IdentityGiven>('GET', '/shopper/identity')).body).toMatchObject({
      mode: 'listen',
      uuid: null,
    });
    expect((await app.call('GET', '/sites/mall/identities')).status).toBe(403);
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    expect((await tell(heard(1))).body).toEqual({ accepted: 1, duplicate: false, unknownBeacons: 0 });
    expect((await tell(heard(1))).body).toEqual({ accepted: 1, duplicate: true, unknownBeacons: 0 });
    expect((await tell(heard(2, { minor: 77 }))).body).toEqual({ accepted: 0, duplicate: false, unknownBeacons: 1 });
    expect((await tell(heard(3, { atMs: Date.now() + 60_000 }))).body.error.code).toBe('future');
    expect((await tell(heard(4, { atMs: Date.now() - 3_600_000 }))).body.error.code).toBe('ancient');
    for (const rssiDbm of [0, 20, 127, -200]) expect((await tell(heard(5, { rssiDbm }))).status).toBe(400);
    const flood = Array.from({ length: 1_001 }, () => heard(6).sightings[0]);
    expect((await tell({ ...heard(6), sightings: flood })).status).toBe(400);

    const statuses = new Set<number>();
    for (let seq = 10; seq < 75; seq++) statuses.add((await tell(heard(seq))).status);
    expect([...statuses]).toEqual([200, 429]);

    // Without consent there is nothing to tell, from the very next message on.
    await phone.must('DELETE', '/shopper/consent/presence');
    expect((await tell(heard(99))).body.error.code).toBe('no-consent');
    expect((await phone.call('GET', '/shopper/identity')).status).toBe(404);
    expect((await mall.party().call('POST', '/shopper/sightings', heard(1))).status).toBe(401);
    expect((await identities()).phones.refused).toBeGreaterThan(3);
  });
});
