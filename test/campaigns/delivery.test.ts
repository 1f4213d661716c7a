/** An offer for a phone whose page is closed, or asleep: through a push service over TLS, read with the phone's own keys. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_ATTENTION } from '../../server/contract/campaigns.ts';
import type { Purpose } from '../../server/contract/offers.ts';
import { Browser, PushStub, vapidClaims } from '../push/stub.ts';
import { campaignOf, entered, exited, NOW, openWorld, SITE, type World } from './world.ts';

let stub: PushStub;
let world: World;
let folder: string;
const pushOptions = () => ({
  keyFile: join(folder, 'vapid.json'),
  subject: 'mailto:mall@example.org',
  service: stub.parts,
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'promenade-delivery-'));
  stub = new PushStub();
  await stub.start();
  world = await openWorld({ push: pushOptions() });
  await world.services.campaigns.put(SITE, campaignOf(), NOW);
});
afterEach(async () => {
  expect(world.errors).toEqual([]);
  await world.close();
  await stub.stop();
  rmSync(folder, { recursive: true, force: true });
});

const happens = async (...events: Parameters<World['pipeline']['emit']>[0]) => {
  world.pipeline.nowMs = world.clock.nowMs;
  world.pipeline.emit(events);
  await world.services.offers.settle();
};
const subscribe = async (shopperId: string, path?: string): Promise<Browser> => {
  const browser = new Browser(stub.endpoint(path));
  expect(await world.services.push.subscriptions.put(shopperId, browser.subscription, world.clock.nowMs)).toBe(true);
  return browser;
};
const closedPhone = async (carrierId = 'c-1') => {
  const shopperId = await world.shopper(carrierId);
  world.hub.connected.delete(shopperId);
  return { shopperId, browser: await subscribe(shopperId) };
};
const stateOf = async () => (await world.duck.get<{ state: string }>('select state from offers'))?.state;

describe('a closed phone', () => {
  test('gets the offer by its push service, sealed for it alone, and no code in it', async () => {
    const { shopperId, browser } = await closedPhone();
    await happens(entered({ sightingAtMs: NOW - 700 }));
    expect(world.hub.pushed).toEqual([]);
    expect(stub.received).toHaveLength(1);
    const [{ headers, body }] = stub.received as [(typeof stub.received)[0]];
    const payload = browser.read({ body });
    const [offer] = await world.services.ledger.wallet(shopperId, NOW);
    expect(payload).toEqual({
      offerId: offer!.id,
      title: 'Second coffee free',
      text: 'Today only.',
      expiresAtMs: NOW + 30 * 60_000,
      url: `/shopper?offer=${offer!.id}`,
    });
    expect(offer!.code).not.toBeNull();
    expect(body.toString('latin1')).not.toContain('coffee');
    expect(headers).toMatchObject({ 'content-encoding': 'aes128gcm', urgency: 'high', topic: offer!.id, ttl: '900' });
    const { claims, publicKey } = vapidClaims(String(headers.authorization));
    expect(claims).toMatchObject({ aud: new URL(stub.endpoint()).origin, sub: 'mailto:mall@example.org' });
    expect(publicKey).toBe(world.services.push.sender()!.publicKey);
    expect(await world.decisions()).toEqual([{ outcome: 'sent', code: 'entered' }]);
  });

  test('taken by the service is not arrived: opening it is', async () => {
    const { shopperId } = await closedPhone();
    await happens(entered());
    expect(await stateOf()).toBe('pushed');
    const [offer] = await world.services.ledger.wallet(shopperId, NOW);
    expect(await world.services.book.opened(shopperId, offer!.id, NOW + 5_000)).toBe(true);
    expect(await stateOf()).toBe('delivered');
    expect(await world.services.log.funnel(SITE, 'coffee')).toMatchObject({ sent: 1, opened: 1 });
  });

  test('an offer that is valid for less than the push service would keep it is kept for no longer', async () => {
    const campaign = campaignOf();
    await world.services.campaigns.put(SITE, { ...campaign, offer: { ...campaign.offer, validMinutes: 2 } }, NOW);
    await closedPhone();
    await happens(entered());
    expect(stub.received[0]!.headers.ttl).toBe('120');
  });

  test('without a subscription it is held, as before', async () => {
    const { shopperId, browser } = await closedPhone();
    await world.services.push.subscriptions.remove(shopperId, browser.subscription.endpoint);
    await happens(entered());
    expect(stub.connections).toBe(0);
    expect(await world.decisions()).toEqual([{ outcome: 'held', code: 'phone-closed' }]);
  });

  test('a subscription that is over is removed; the offer is not counted as sent, nor its stock as taken', async () => {
    await world.services.campaigns.put(SITE, campaignOf({ stock: 1 }), NOW);
    const { shopperId } = await closedPhone();
    stub.answer = { status: 410 };
    await happens(entered());
    expect(world.services.push.subscriptions.has(shopperId)).toBe(false);
    expect(await world.duck.all('select * from push_subscriptions')).toEqual([]);
    expect(await world.decisions()).toEqual([{ outcome: 'held', code: 'phone-closed' }]);
    expect(await stateOf()).toBe('dead');
    expect(await world.duck.get('select count(*) as n from offer_codes')).toEqual({ n: 0 });
    expect(await world.services.book.left(SITE, campaignOf({ stock: 1 }), NOW)).toMatchObject({ stock: 1 });
  });

  test('of several phones one that takes it suffices', async () => {
    const { shopperId } = await closedPhone();
    const gone = new Browser(`https://push.example:${stub.port + 1}/send/2`);
    await world.services.push.subscriptions.put(shopperId, gone.subscription, NOW);
    await happens(entered());
    expect(await stateOf()).toBe('pushed');
    // Its port is not one that may be connected to, which is told and kept, for the address may be right again.
    expect(world.errors.splice(0)).toHaveLength(1);
  });
});

test('what is too late already takes no stock, no codes and no connection', async () => {
  await closedPhone();
  const { book } = world.services;
  const history = book.history.bind(book);
  book.history = async (...asked) => {
    world.clock.nowMs = NOW + 5_000;
    return history(...asked);
  };
  await happens(entered());
  expect(await world.decisions()).toEqual([{ outcome: 'held', code: 'deadline' }]);
  expect(await world.duck.get('select count(*) as n from offers')).toEqual({ n: 0 });
  expect(stub.connections).toBe(0);
});

describe('an open page', () => {
  test('that answers: nothing goes to the push service', async () => {
    const { shopperId } = await closedPhone();
    world.hub.connected.add(shopperId);
    await happens(entered());
    expect(world.hub.pushed).toHaveLength(1);
    expect(stub.connections).toBe(0);
    expect(await stateOf()).toBe('delivered');
  });

  test('that sleeps with its connection open: then to the push service, once, the same offer', async () => {
    const { shopperId, browser } = await closedPhone();
    world.hub.connected.add(shopperId);
    world.hub.acknowledges = false;
    await happens(entered());
    expect(world.hub.pushed).toHaveLength(1);
    expect(stub.received).toHaveLength(1);
    expect(browser.read(stub.received[0]!).offerId).toBe(world.hub.pushed[0]!.offer.offerId);
    expect(await stateOf()).toBe('pushed');
  });

  test('that sleeps, and a service that does not take it: it may have arrived all the same', async () => {
    const { shopperId } = await closedPhone();
    world.hub.connected.add(shopperId);
    world.hub.acknowledges = false;
    stub.answer = { status: 500 };
    await happens(entered());
    expect(await world.decisions()).toEqual([{ outcome: 'held', code: 'not-acknowledged' }]);
    expect(await stateOf()).toBe('unconfirmed');
  });
});

describe('up to the very send', () => {
  /** Once the connection to the push service stands. */
  const whenConnected = (what: (shopperId: string) => Promise<void>) => async () => {
    const { shopperId } = await closedPhone();
    const { consents } = world.services;
    const now = consents.now.bind(consents);
    consents.now = async (...asked) => {
      if (stub.connections > 0) await what(shopperId);
      return now(...asked);
    };
    await happens(entered());
    expect(stub.connections).toBe(1);
    expect(stub.received).toEqual([]);
    expect(await stateOf()).toBe('dead');
    expect(await world.services.ledger.wallet(shopperId, NOW)).toEqual([]);
    return world.decisions();
  };
  const withdraw = (purpose: Purpose) => async (shopperId: string) => {
    const { consents } = world.services;
    const row = (await consents.rows(shopperId)).find((one) => one.purpose === purpose)!;
    if (row.state === 'granted') await consents.append(shopperId, { ...row, state: 'withdrawn', atMs: NOW });
  };

  test.each(['push', 'presence'] as const)('consent to %s withdrawn: not sent', async (purpose) => {
    expect(await whenConnected(withdraw(purpose))()).toEqual([{ outcome: 'held', code: 'no-consent' }]);
  });
  test('five seconds over: not sent', async () => {
    const late = whenConnected(async () => {
      world.clock.nowMs = NOW + 5_000;
    });
    expect(await late()).toEqual([{ outcome: 'held', code: 'deadline' }]);
  });
  test('left the zone: not sent', async () => {
    const left = whenConnected(async () => world.pipeline.emit([exited({ atMs: NOW + 500 })]));
    expect(await left()).toEqual([{ outcome: 'held', code: 'left-zone' }]);
  });
  test('campaign paused: not sent', async () => {
    const paused = whenConnected(() => world.services.campaigns.put(SITE, campaignOf({ status: 'paused' }), NOW));
    expect(await paused()).toEqual([{ outcome: 'held', code: 'campaign-not-live' }]);
  });
});

describe('once', () => {
  const reopen = async (): Promise<void> => {
    await world.services.stop();
    world = await openWorld({ duck: world.duck, push: pushOptions() });
  };

  test('the same event after a restart is not sent again, and the subscription and the keys are as before', async () => {
    await world.services.campaigns.put(SITE, campaignOf({ cooldownMinutes: 0 }), NOW);
    await world.services.campaigns.putAttention(
      SITE,
      { ...DEFAULT_ATTENTION, pushesPerVisit: 9, pushesPerDay: 9, pushesPerTenantPerDay: 9 },
      NOW,
    );
    const { shopperId } = await closedPhone();
    const { publicKey } = world.services.push.sender()!;
    await happens(entered());
    await reopen();
    expect(world.services.push.sender()!.publicKey).toBe(publicKey);
    expect(world.services.push.subscriptions.has(shopperId)).toBe(true);
    await happens(entered());
    expect(stub.received).toHaveLength(1);
    await happens(entered({ atMs: NOW + 60_000 }));
    expect(stub.received).toHaveLength(2);
  });

  test('nor where the stop came between the send and its being written down', async () => {
    await world.services.campaigns.put(SITE, campaignOf({ cooldownMinutes: 0 }), NOW);
    await world.services.campaigns.putAttention(
      SITE,
      { ...DEFAULT_ATTENTION, pushesPerVisit: 9, pushesPerDay: 9, pushesPerTenantPerDay: 9 },
      NOW,
    );
    await closedPhone();
    const { book, log } = world.services;
    // As a kill would leave it.
    book.handedOver = async () => undefined;
    log.record = async () => undefined;
    await happens(entered());
    expect(stub.received).toHaveLength(1);
    expect(await stateOf()).toBe('reserved');
    expect(await world.decisions()).toEqual([]);
    await reopen();
    expect(await stateOf()).toBe('unconfirmed');
    await happens(entered());
    expect(stub.received).toHaveLength(1);
  });
});

describe('figures', () => {
  test('how long hand-overs took, per site and way, told as they happen', async () => {
    const told: number[] = [];
    world.services.handOverTimes.onHandOver(({ latencyMs }) => told.push(latencyMs));
    const { shopperId } = await closedPhone();
    await happens(entered({ sightingAtMs: NOW - 700 }));
    await world.shopper('c-2');
    await happens(entered({ carrierId: 'c-2', sightingAtMs: NOW - 300 }));
    expect(told).toEqual([700, 300]);
    const report = await world.services.handOverTimes.report(SITE, NOW - 1_000, NOW + 1_000);
    expect(report).toMatchObject({
      received: 1,
      pushed: 1,
      notAcknowledged: 0,
      subscriptions: 1,
      latencyMs: { all: { count: 2, p50: 300, p99: 700 }, received: { p50: 300 }, pushed: { p50: 700 } },
    });
    expect(await world.services.handOverTimes.report('other', NOW - 1_000, NOW + 1_000)).toMatchObject({
      received: 0,
      latencyMs: { all: { p50: null } },
    });
    await world.services.eraser.erase(shopperId, NOW);
    expect(world.services.push.subscriptions.has(shopperId)).toBe(false);
    expect(await world.services.handOverTimes.report(SITE, NOW, NOW + 1)).toMatchObject({
      subscriptions: 0,
      pushed: 1,
    });
  });
});

describe('subscriptions', () => {
  test('few a shopper, the oldest goes; an endpoint is one browser, whose shopper told it last', async () => {
    const one = await world.shopper('c-1');
    const two = await world.shopper('c-2');
    const { subscriptions } = world.services.push;
    for (let i = 0; i < 7; i++) await subscribe(one, `/send/${i}`);
    expect(subscriptions.of(one).map(({ endpoint }) => endpoint.at(-1))).toEqual(['2', '3', '4', '5', '6']);
    await subscribe(two, '/send/6');
    expect(subscriptions.of(one)).toHaveLength(4);
    expect(subscriptions.of(two)).toHaveLength(1);
    const { n } = (await world.duck.get<{ n: number }>('select count(*) as n from push_subscriptions'))!;
    expect(n).toBe(5);
    await subscriptions.removeAll(one);
    expect(await world.duck.all('select shopper_id from push_subscriptions')).toEqual([{ shopper_id: two }]);
  });

  test('one that no phone has told for over a year is removed; nobody who is gone gets a new one', async () => {
    const { shopperId, browser } = await closedPhone();
    const { subscriptions } = world.services.push;
    await subscriptions.expire(NOW + 399 * 86_400_000);
    expect(subscriptions.has(shopperId)).toBe(true);
    await subscriptions.expire(NOW + 401 * 86_400_000);
    expect(subscriptions.has(shopperId)).toBe(false);
    expect(await subscriptions.put('s-nobody', browser.subscription, NOW)).toBe(false);
    expect(subscriptions.size).toBe(0);
  });
});

test('many at once go to the database together, and one fault is not the others’', async () => {
  const { Batches } = await import('../../server/db/batches.ts');
  const sizes: number[] = [];
  const batches = new Batches(async (items: number[]) => {
    sizes.push(items.length);
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (items.includes(13)) throw new Error('13');
    return items.map((item) => item * 2);
  });
  const answers = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => batches.add(i)));
  expect(sizes[0]).toBe(20);
  expect(answers.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)))).toEqual(
    Array.from({ length: 20 }, (_, i) => (i === 13 ? 'Error: 13' : i * 2)),
  );
  expect(await batches.add(3)).toBe(6);
});
