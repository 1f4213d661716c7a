/** What is told of persons: only with their consent, under a name of one visit, and nothing once they withdraw. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Purpose } from '../../server/contract/offers.ts';
import { CARRIER_EVENTS, OUTGOING_EVENTS } from '../../server/contract/outgoing.ts';
import { until } from '../support/until.ts';
import { type Received, Receiver } from './receiver.ts';
import { type OutWorld, openOutWorld, SITE, withdrawal } from './world.ts';

let out: OutWorld;
let receiver: Receiver;
let other: Receiver;
const EVERYTHING: Purpose[] = ['presence', 'push', 'sharing'];
const shoppers = new Map<string, string>();

const told = (one: Receiver): [string, string][] =>
  one.received.map(({ body }) => [body.type, String(body.data.visitor)]);
const visitors = (one: Receiver): string[] => told(one).map(([, visitor]) => visitor);
/** Of the same kind for somebody who is told of: once it has come, the other would have. */
const probe = async (zoneId = 'front'): Promise<void> => {
  const before = receiver.received.length;
  out.event('exited', 'c-3', zoneId);
  await until(() => receiver.received.slice(before).some(({ body }) => body.type === 'carrier.exited')).toBe(true);
};

const probeEntered = async (): Promise<void> => {
  const before = receiver.received.length;
  out.event('entered', 'c-3', 'front');
  await until(() => receiver.received.length).toBe(before + 1);
};

beforeAll(async () => {
  out = await openOutWorld();
  shoppers.set('c-1', await out.world.shopper('c-1', EVERYTHING));
  shoppers.set('c-2', await out.world.shopper('c-2', ['presence', 'push']));
  shoppers.set('c-3', await out.world.shopper('c-3', EVERYTHING));
  await among(1);
});
/** So many who agreed must be there for anything to be told. */
const among = async (kAnonymity: number): Promise<void> => {
  const { registry } = out.world;
  await registry.putDefinitions(SITE, { ...registry.definitions(SITE).definitions, kAnonymity });
};
afterAll(() => out.close());
beforeEach(async () => {
  receiver = await new Receiver().start();
  other = await new Receiver().start();
});
afterEach(async () => {
  for (const one of out.outgoing.webhooks.all(SITE)) await out.outgoing.webhooks.remove(one);
  await receiver.stop();
  await other.stop();
  expect(out.errors).toEqual([]);
});
const hooks = async (): Promise<void> => {
  for (const one of [receiver, other])
    await out.webhook({ url: one.url, events: [...CARRIER_EVENTS], dwellSeconds: [60] });
};

test('zone and time of those who agreed, and of nobody else; no id, no position, no kind', async () => {
  await hooks();
  out.event('entered', 'c-2', 'front');
  out.event('entered', 'c-1', 'front');
  out.event('dwelled', 'c-1', 'front', 30);
  out.event('dwelled', 'c-1', 'front', 60);
  out.event('exited', 'c-1', 'front');
  await until(() => receiver.received.length).toBe(3);
  await probe();
  const own = receiver.received.slice(0, -1);
  expect(own.map(({ body }) => body.type).sort()).toEqual(['carrier.dwelled', 'carrier.entered', 'carrier.exited']);
  for (const { body } of own) OUTGOING_EVENTS[body.type as 'carrier.entered'].strict().parse(body);
  const keys = new Set(own.flatMap(({ body }) => Object.keys(body.data)));
  expect([...keys].sort()).toEqual(['dwellSeconds', 'visitor', 'zone']);
  const text = receiver.received.map((one) => one.text).join();
  for (const secret of ['c-1', 'c-2', ...shoppers.values()]) expect(text).not.toContain(secret);
  // Sent, nothing of it is kept.
  await until(
    async () =>
      (await out.world.duck.all('select 1 from webhook_deliveries where body is not null or shopper_id is not null'))
        .length,
  ).toBe(0);
});

test('a name lasts one visit and one webhook', async () => {
  await hooks();
  out.visit('visitStarted', 'c-1');
  out.event('entered', 'c-1', 'front');
  out.event('exited', 'c-1', 'front');
  out.visit('visitEnded', 'c-1');
  out.event('entered', 'c-1', 'front');
  out.event('entered', 'c-3', 'front');
  await until(() => [receiver.received.length, other.received.length]).toEqual([4, 4]);
  const bySequence = (one: Receiver): string[] => {
    const sorted = [...one.received].sort((a: Received, b: Received) => a.body.sequence - b.body.sequence);
    return sorted.map(({ body }) => String(body.data.visitor));
  };
  const [first, again, next, somebody] = bySequence(receiver);
  expect(again).toBe(first);
  expect(new Set([first, next, somebody]).size).toBe(3);
  expect(visitors(receiver).filter((visitor) => visitors(other).includes(visitor))).toEqual([]);
});

describe('a name ends with its visit', () => {
  const nameOf = async (carrierId: string): Promise<string> => {
    const before = receiver.received.length;
    out.event('entered', carrierId, 'front');
    await until(() => receiver.received.length).toBe(before + 1);
    return visitors(receiver).at(-1)!;
  };

  test('though nobody listened as it ended', async () => {
    const made = await out.webhook({ url: receiver.url, events: ['carrier.entered'] });
    const first = await nameOf('c-1');
    await out.outgoing.webhooks.change(made, { ...made, enabled: false });
    out.visit('visitEnded', 'c-1');
    await out.outgoing.webhooks.change(made, { ...made, enabled: true });
    expect(await nameOf('c-1')).not.toBe(first);
  });

  test('though more was waiting than is kept', async () => {
    await out.webhook({ url: receiver.url, events: ['carrier.entered'] });
    const first = await nameOf('c-1');
    for (let n = 0; n <= 10_000; n++) out.event('entered', 'c-2', 'front');
    out.visit('visitEnded', 'c-1');
    // Of what came before the end the last word is not yet spoken: it has the visit's name, and leaves none behind.
    await until(() => out.outgoing.carriers.waiting).toBe(0);
    expect(await nameOf('c-1')).not.toBe(first);
  });

  test('though its end was never told: with the start of the next one, and with the live engine', async () => {
    await out.webhook({ url: receiver.url, events: ['carrier.entered'] });
    const names = [await nameOf('c-1')];
    out.visit('visitStarted', 'c-1');
    names.push(await nameOf('c-1'));
    const site = out.world.registry.site(SITE)!;
    await out.world.registry.putSite({ ...site, clock: 'data' });
    await out.world.registry.putSite(site);
    names.push(await nameOf('c-1'));
    expect(new Set(names).size).toBe(3);
  });

  test('what is under way as it ends still has it', async () => {
    await out.webhook({ url: receiver.url, events: ['carrier.entered', 'carrier.exited'] });
    out.event('entered', 'c-1', 'front');
    out.event('exited', 'c-1', 'front');
    out.visit('visitEnded', 'c-1');
    await until(() => receiver.received.length).toBe(2);
    expect(new Set(visitors(receiver)).size).toBe(1);
  });
});

test('nothing is told while fewer than k who agreed are there: one alone is known by when; nor later', async () => {
  for (const carrierId of ['c-1', 'c-2', 'c-3']) out.visit('visitEnded', carrierId);
  const fourth = await out.world.shopper('c-4', EVERYTHING);
  await among(3);
  await out.webhook({ url: receiver.url, events: ['carrier.entered'] });
  await out.webhook({ url: other.url, events: ['carrier.entered'], zones: ['shoes'] });
  const zones = (): unknown[] => receiver.received.map(({ body }) => body.data.zone).sort();
  const settled = () => until(() => out.outgoing.carriers.waiting).toBe(0);
  // The second did not agree, and is none of them.
  for (const carrierId of ['c-1', 'c-2', 'c-3', 'c-1']) out.event('entered', carrierId, 'front');
  await settled();
  out.event('entered', 'c-4', 'shoes');
  await until(zones).toEqual(['shoes']);
  out.event('entered', 'c-1', 'front');
  await until(zones).toEqual(['front', 'shoes']);
  // One leaves: two are too few again.
  out.visit('visitEnded', 'c-3');
  out.event('entered', 'c-1', 'shoes');
  await settled();
  out.event('entered', 'c-3', 'front');
  await until(zones).toEqual(['front', 'front', 'shoes']);
  // One withdraws.
  await out.world.services.consents.append(fourth, withdrawal('sharing', out.time.nowMs()));
  out.event('entered', 'c-1', 'shoes');
  await settled();
  await among(1);
  await probeEntered();
  expect(zones()).toEqual(['front', 'front', 'front', 'shoes']);
  expect(other.received.length).toBe(1);
});

test("a retailer's webhook hears of the own zones only", async () => {
  await out.webhook({ url: receiver.url, events: ['carrier.entered', 'carrier.exited'] }, 'cafe');
  await out.webhook({ url: other.url, events: ['carrier.entered', 'carrier.exited'], zones: ['front'] }, 'shoes');
  out.event('entered', 'c-1', 'shoes');
  out.event('entered', 'c-1', 'front');
  await probe();
  expect(receiver.received.map(({ body }) => [body.type, body.data.zone])).toEqual([
    ['carrier.entered', 'front'],
    ['carrier.exited', 'front'],
  ]);
  expect(other.received).toEqual([]);
});

test('what is not from the time of the consent is not told: before it, and of the bearer before', async () => {
  await hooks();
  const { consents, pairings } = out.world.services;
  const shopperId = shoppers.get('c-2')!;
  const atMs = out.time.nowMs() - 5_000;
  await consents.append(shopperId, { ...withdrawal('sharing', out.time.nowMs() - 1_000), state: 'granted' });
  out.pipeline.emit(
    [{ type: 'entered', carrierId: 'c-2', kind: 'tag', zoneId: 'front', atMs, sightingAtMs: atMs, fix: undefined }],
    out.time.nowMs(),
  );
  await probe();
  expect(receiver.types).toEqual(['carrier.exited']);
  await pairings.unpair(shopperId, out.time.nowMs(), 'shopper');
  out.event('entered', 'c-2', 'front');
  await probe();
  expect(receiver.types).toEqual(['carrier.exited', 'carrier.exited']);
});

test('what waits in the queue of somebody who withdraws is never sent', async () => {
  receiver.answer = () => ({ status: 503 });
  const made = await out.webhook({ url: receiver.url, events: ['carrier.entered', 'carrier.exited'] });
  const shopperId = shoppers.get('c-1')!;
  out.event('entered', 'c-1', 'front');
  await until(() => receiver.received.length).toBeGreaterThan(0);
  out.event('exited', 'c-1', 'front');
  await until(() => out.outgoing.outbox.pending(made.id)).toBe(2);
  await out.world.services.consents.append(shopperId, withdrawal('sharing', out.time.nowMs()));
  receiver.answer = () => ({ status: 204 });
  const before = receiver.received.length;
  await out.outgoing.webhooks.change(made, made);
  await until(async () => (await out.outgoing.outbox.list(made.id, { limit: 9 })).map(({ state }) => state)).toEqual([
    'withdrawn',
    'withdrawn',
  ]);
  await probe();
  // Nothing of the one who withdrew came after it.
  expect(receiver.received.slice(before).map(({ body }) => body.type)).toEqual(['carrier.exited']);
  expect(receiver.received.at(-1)!.body.data.visitor).not.toBe(receiver.received[0]!.body.data.visitor);
  expect(await out.outgoing.outbox.replay(made.id, { deadSinceMs: 0 }, out.time.nowMs())).toBe(0);
  await out.world.services.consents.append(shopperId, { ...withdrawal('sharing', out.time.nowMs()), state: 'granted' });
});

test('a withdrawal that only memory knows yet stops what is about to be sent', async () => {
  await out.webhook({ url: receiver.url, events: ['carrier.entered', 'carrier.exited'] });
  const { outbox } = out.outgoing;
  const withdraw = outbox.withdraw.bind(outbox);
  // The disk does not answer.
  outbox.withdraw = () => Promise.resolve();
  const shopperId = shoppers.get('c-1')!;
  const made = out.outgoing.webhooks.all(SITE)[0]!;
  receiver.answer = () => ({ status: 503 });
  out.event('entered', 'c-1', 'front');
  await until(() => receiver.received.length).toBeGreaterThan(0);
  await out.world.services.consents.append(shopperId, withdrawal('presence', out.time.nowMs()));
  const sent = receiver.received.length;
  receiver.answer = () => ({ status: 204 });
  await out.outgoing.webhooks.change(made, made);
  await until(async () => (await outbox.list(made.id, { limit: 9 })).map(({ state }) => state)).toEqual(['withdrawn']);
  expect(receiver.received.length).toBe(sent);
  outbox.withdraw = withdraw;
  await out.world.services.consents.append(shopperId, {
    ...withdrawal('presence', out.time.nowMs()),
    state: 'granted',
  });
});

test('somebody who was erased is in no queue, and nothing under way is written any more', async () => {
  receiver.answer = () => ({ status: 503 });
  const made = await out.webhook({ url: receiver.url, events: ['carrier.entered', 'carrier.exited'] });
  const shopperId = shoppers.get('c-1')!;
  out.event('entered', 'c-1', 'front');
  await until(() => receiver.received.length).toBeGreaterThan(0);
  const { removed } = await out.world.services.eraser.erase(shopperId, out.time.nowMs());
  expect(Object.keys(removed)).toContain('toldToPartners');
  await out.outgoing.outbox.add([
    {
      webhook: made,
      type: 'carrier.entered',
      atMs: out.time.nowMs(),
      data: { visitor: 'v', zone: 'front' },
      shopperId,
    },
  ]);
  const rows = await out.world.duck.all<{ body: string | null }>(
    'select body from webhook_deliveries where body is not null',
  );
  expect(rows).toEqual([]);
});

test('where somebody was is not told a quarter of an hour late', async () => {
  receiver.answer = () => ({ status: 503 });
  const made = await out.webhook({ url: receiver.url, events: ['carrier.entered'] });
  out.event('entered', 'c-3', 'front');
  await until(() => receiver.received.length).toBeGreaterThan(0);
  const sent = receiver.received.length;
  out.time.aheadMs += 16 * 60_000;
  receiver.answer = () => ({ status: 204 });
  await out.outgoing.webhooks.change(made, made);
  await until(async () => (await out.outgoing.outbox.list(made.id, { limit: 9 })).map(({ state }) => state)).toEqual([
    'expired',
  ]);
  expect(receiver.received.length).toBe(sent);
});

test('the engine is asked for the lengths of stay that webhooks name, and for no others afterwards', async () => {
  const dwells = () => out.world.registry.modelTimeline(SITE).at(-1)!.model.dwellSecondsByZone;
  const made = await out.webhook({
    url: receiver.url,
    events: ['carrier.dwelled'],
    zones: ['front'],
    dwellSeconds: [90, 30],
  });
  expect(dwells()).toEqual({ front: [30, 90] });
  await out.outgoing.webhooks.change(made, { ...made, zones: [] });
  expect(dwells()).toEqual({ front: [30, 90], shoes: [30, 90] });
  await out.outgoing.webhooks.remove(made);
  expect(dwells()).toEqual({});
});
