/** From the outbox to real receivers over HTTP. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { OUTGOING_EVENTS } from '../../server/contract/outgoing.ts';
import { Duck } from '../../server/db/duckdb.ts';
import { retryAfterMs, retryDelayMs } from '../../server/outgoing/backoff.ts';
import { MAX_PENDING } from '../../server/outgoing/outbox.ts';
import { signatureHeaders } from '../../server/outgoing/signature.ts';
import { campaignOf, entered } from '../campaigns/world.ts';
import { seededRandom } from '../support/random.ts';
import { until } from '../support/until.ts';
import { isSigned, Receiver } from './receiver.ts';
import { type OutWorld, openOutWorld, redemptionOf, SITE, tellRedemptions } from './world.ts';

let out: OutWorld;
let receiver: Receiver;
const DAY_MS = 86_400_000;
const cleanUp: (() => Promise<unknown>)[] = [];
const receiving = async (): Promise<Receiver> => {
  const one = await new Receiver().start();
  cleanUp.push(() => one.stop());
  return one;
};
beforeAll(async () => {
  out = await openOutWorld();
});
afterAll(() => out.close());
beforeEach(async () => {
  receiver = await receiving();
});
afterEach(async () => {
  for (const one of out.outgoing.webhooks.all(SITE)) await out.outgoing.webhooks.remove(one);
  for (const undo of cleanUp.splice(0).reverse()) await undo();
  expect(out.errors).toEqual([]);
});

const states = async (webhookId: string) =>
  (await out.outgoing.outbox.list(webhookId, { limit: 100 })).map(({ state }) => state).reverse();

test('the vector of Standard Webhooks', () => {
  const headers = signatureHeaders(
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    1_614_265_330,
    '{"test": 2432232314}',
  );
  expect(headers).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('what is told is signed, numbered and of the declared form; with a changed secret by both for a day', async () => {
  const made = await out.webhook({ url: receiver.url });
  await tellRedemptions(out, 1);
  await until(() => receiver.received.length).toBe(1);
  const [first] = receiver.received;
  expect(isSigned(first!, made.secret)).toBe(true);
  expect(isSigned({ ...first!, text: first!.text.replace('rd-1', 'rd-2') }, made.secret)).toBe(false);
  expect(Math.abs(Number(first!.headers['webhook-timestamp']) - out.time.nowMs() / 1_000)).toBeLessThan(60);
  expect(OUTGOING_EVENTS['redemption.made'].parse(first!.body)).toEqual({
    type: 'redemption.made',
    timestamp: new Date(redemptionOf(1).redeemedMs).toISOString(),
    site: SITE,
    webhook: made.id,
    sequence: 1,
    dropped: 0,
    data: {
      id: 'rd-1',
      offer: 'of-1',
      campaign: 'coffee',
      tenant: 'cafe',
      redeemedAt: new Date(redemptionOf(1).redeemedMs).toISOString(),
      till: null,
      amountMinor: null,
      currency: 'EUR',
    },
  });

  const rotated = await out.outgoing.webhooks.rotate(made, out.time.nowMs());
  expect(rotated.secret).not.toBe(made.secret);
  await tellRedemptions(out, 2);
  await until(() => receiver.received.length).toBe(2);
  expect([made.secret, rotated.secret].map((secret) => isSigned(receiver.received[1]!, secret))).toEqual([true, true]);
  out.time.aheadMs += 25 * 3_600_000;
  await tellRedemptions(out, 3);
  await until(() => receiver.received.length).toBe(3);
  expect([made.secret, rotated.secret].map((secret) => isSigned(receiver.received[2]!, secret))).toEqual([false, true]);
  expect(receiver.received.map(({ body }) => body.sequence)).toEqual([1, 2, 3]);
  await out.outgoing.expire(out.time.nowMs());
  const kept = await out.world.duck.get<{ previous: string | null }>(
    'select previous_secret as previous from webhooks',
  );
  expect(kept).toEqual({ previous: null });
});

test('two changes at once are both kept', async () => {
  const { webhooks } = out.outgoing;
  const made = await out.webhook({ url: receiver.url });
  await Promise.all([
    webhooks.rotate(made, out.time.nowMs()),
    webhooks.change(made, { ...made, name: 'cash desk' }),
    webhooks.disable(made, 'gone'),
  ]);
  const now = webhooks.get(SITE, made.id)!;
  expect(now).toMatchObject({ name: 'cash desk', enabled: false, disabledReason: 'gone', previousSecret: made.secret });
  const stored = await out.world.duck.get<{ settings: string; secret: string }>(
    'select settings, secret from webhooks',
  );
  expect(JSON.parse(stored!.settings).name).toBe('cash desk');
  expect(stored!.secret).not.toContain(now.secret!);
});

test('a code that is redeemed at the till and taken back is told, once each', async () => {
  const { services, pipeline, clock } = out.world;
  // At noon: in quiet hours there is no offer to redeem.
  out.time.aheadMs += DAY_MS + DAY_MS / 2 - (clock.nowMs % DAY_MS);
  await services.campaigns.put(SITE, campaignOf(), clock.nowMs);
  const shopperId = await out.world.shopper('c-1');
  pipeline.nowMs = clock.nowMs;
  pipeline.emit([entered({ atMs: clock.nowMs })]);
  await services.offers.settle();
  const [offer] = await services.ledger.wallet(shopperId, clock.nowMs);
  await out.webhook({ url: receiver.url, events: ['redemption.made', 'redemption.voided'] }, 'cafe');
  const other = await receiving();
  await out.webhook({ url: other.url, events: ['redemption.made', 'redemption.voided'] }, 'shoes');
  const rights = [{ siteId: SITE, tenants: { tenantId: 'cafe' } }];
  const by = { byKind: 'account' as const, byId: 'a-1', till: 'Till 2' };
  const attempt = {
    code: offer!.code!,
    rights,
    ...by,
    ip: '10.0.0.1',
    device: 'd',
    amountMinor: 990,
    nowMs: clock.nowMs,
  };
  const redeemed = await services.redeemer.redeem(attempt);
  expect((await services.redeemer.redeem(attempt)).result).toBe('already-redeemed');
  await services.redeemer.void({ id: redeemed.id!, rights, by, reason: null, nowMs: clock.nowMs });
  await until(() => [...receiver.types].sort()).toEqual(['redemption.made', 'redemption.voided']);
  for (const { body } of receiver.received) {
    OUTGOING_EVENTS[body.type as 'redemption.made'].parse(body);
    expect(body.data).toMatchObject({ id: redeemed.id, offer: offer!.id, till: 'Till 2', amountMinor: 990 });
  }
  expect(receiver.received.map(({ text }) => text).join()).not.toContain(shopperId);
  expect(other.received).toEqual([]);
});

test('a redemption that is undone tells nothing', async () => {
  const made = await out.webhook({ url: receiver.url });
  const undone = out.world.duck.transaction(async (sql) => {
    await out.world.services.redemptions.told(sql, redemptionOf(1));
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  await tellRedemptions(out, 2);
  await until(() => receiver.received.length).toBe(1);
  expect(receiver.received[0]!.body.data.id).toBe('rd-2');
  await until(() => states(made.id)).toEqual(['delivered']);
});

test('what fails is sent again under the same id until it is taken', async () => {
  const answers = [500, 502, 204];
  receiver.answer = () => ({ status: answers.shift() ?? 204, body: 'no\u0000thing' });
  const made = await out.webhook({ url: receiver.url });
  await tellRedemptions(out, 1);
  await until(() => receiver.received.length).toBe(3);
  expect(new Set(receiver.ids).size).toBe(1);
  await until(() => states(made.id)).toEqual(['delivered']);
  const [row] = await out.outgoing.outbox.list(made.id, { limit: 1 });
  expect(row).toMatchObject({ attempts: 3, lastStatus: 204, lastError: null, nextMs: null });
});

test('after a day it is dead, with the last answer, and can be replayed', async () => {
  receiver.answer = () => ({ status: 500, body: 'out of\norder' });
  const made = await out.webhook({ url: receiver.url });
  await tellRedemptions(out, 1, 2);
  await until(() => receiver.received.length).toBeGreaterThan(0);
  out.time.aheadMs += 24 * 3_600_000;
  out.outgoing.outbox.follow(made);
  await until(() => states(made.id)).toEqual(['dead', 'dead']);
  const rows = await out.outgoing.outbox.list(made.id, { state: 'dead', limit: 10 });
  expect(rows.map(({ lastStatus, lastError, replayable }) => [lastStatus, lastError, replayable])).toEqual([
    [500, 'out of order', true],
    [500, 'out of order', true],
  ]);
  receiver.answer = () => ({ status: 200 });
  const before = receiver.received.length;
  expect(await out.outgoing.outbox.replay(made.id, { deadSinceMs: redemptionOf(2).redeemedMs }, out.time.nowMs())).toBe(
    1,
  );
  await until(() => states(made.id)).toEqual(['dead', 'delivered']);
  expect(receiver.received.slice(before).map(({ body }) => body.data.id)).toEqual(['rd-2']);
  // Delivered, it can be sent once more, as long as it is kept.
  const [newest] = await out.outgoing.outbox.list(made.id, { limit: 1 });
  expect(await out.outgoing.outbox.replay(made.id, { id: newest!.id }, out.time.nowMs())).toBe(1);
  await until(() => receiver.received.length).toBe(before + 2);
  expect(new Set(receiver.ids.slice(before)).size).toBe(1);
  out.time.aheadMs += 8 * 86_400_000;
  await out.outgoing.expire(out.time.nowMs());
  expect(await states(made.id)).toEqual([]);
});

test('410 switches the webhook off; switched on again it starts anew', async () => {
  receiver.answer = ({ body }) => ({ status: body.data.id === 'rd-1' ? 410 : 204 });
  const made = await out.webhook({ url: receiver.url });
  await tellRedemptions(out, 1);
  await until(() => out.outgoing.webhooks.get(SITE, made.id)?.disabledReason).toBe('gone');
  await tellRedemptions(out, 2);
  expect(await states(made.id)).toEqual(['dead']);
  const off = out.outgoing.webhooks.get(SITE, made.id)!;
  await out.outgoing.webhooks.change(off, { ...off, enabled: true });
  await tellRedemptions(out, 3);
  await until(() => receiver.received.map(({ body }) => body.data.id)).toEqual(['rd-1', 'rd-3']);
});

test('a receiver that asks for time gets it, and nothing more meanwhile', async () => {
  const times: number[] = [];
  receiver.answer = () => {
    times.push(performance.now());
    return times.length === 1 ? { status: 429, headers: { 'retry-after': '1' } } : { status: 204 };
  };
  const made = await out.webhook({ url: receiver.url });
  await tellRedemptions(out, 1);
  await until(() => times.length).toBe(1);
  await tellRedemptions(out, 2, 3);
  await until(() => times.length).toBe(4);
  expect(times[1]! - times[0]!).toBeGreaterThan(900);
  await until(() => states(made.id)).toEqual(['delivered', 'delivered', 'delivered']);
});

test('what one event alone is refused for holds up no other', async () => {
  receiver.answer = ({ body }) => ({ status: body.data.id === 'rd-1' ? 422 : 204 });
  const made = await out.webhook({ url: receiver.url });
  await tellRedemptions(out, 1, 2, 3, 4);
  await until(async () => (await states(made.id)).filter((state) => state === 'delivered').length).toBe(3);
});

test('a receiver that never answers holds up neither another nor whoever tells', async () => {
  const dead = await receiving();
  dead.answer = () => undefined;
  await out.webhook({ url: dead.url });
  await out.webhook({ url: receiver.url });
  const many = Array.from({ length: 200 }, (_, i) => i);
  await tellRedemptions(out, ...many);
  await until(() => receiver.received.length).toBe(many.length);
  expect(new Set(receiver.ids).size).toBe(many.length);
  // As many as go to one receiver at once.
  expect(dead.received.length).toBeLessThan(5);
});

test('beyond the bound events are dropped, counted, and the next one tells how many', async () => {
  receiver.answer = () => ({ status: 503, headers: { 'retry-after': '3600' } });
  const made = await out.webhook({ url: receiver.url });
  await tellRedemptions(out, 1);
  await until(() => out.outgoing.outbox.pending(made.id)).toBe(1);
  await until(() => receiver.received.length).toBe(1);
  const { duck } = out.world;
  await duck.run(
    `insert into webhook_deliveries
     select 'msg-' || i, $1, 1 + i, 'redemption.made', 0, 'pending', '{"data":{}}', null, 0, $2, $2, $2 + 86400000, null, null, null
     from range(1, ${MAX_PENDING}) t(i)`,
    [made.id, out.time.nowMs()],
  );
  await out.outgoing.outbox.expire(out.time.nowMs());
  expect(out.outgoing.outbox.pending(made.id)).toBe(MAX_PENDING);
  await tellRedemptions(out, 2, 3, 4);
  expect(out.outgoing.outbox.dropped(made.id)).toBe(3);
  await duck.run("delete from webhook_deliveries where id like 'msg-_%' and seq > 1 and seq <= 10000");
  await out.outgoing.outbox.expire(out.time.nowMs());
  receiver.answer = () => ({ status: 204 });
  await out.outgoing.webhooks.change(made, made);
  const before = receiver.received.length;
  await tellRedemptions(out, 5, 6);
  await until(() =>
    receiver.received
      .slice(before)
      .map(({ body }) => body.data.id)
      .sort(),
  ).toEqual(['rd-1', 'rd-5', 'rd-6']);
  const told = receiver.received.slice(before).sort((a, b) => a.body.sequence - b.body.sequence);
  expect(told.map(({ body }) => [body.dropped, body.sequence - told[1]!.body.sequence])).toEqual([
    [0, expect.any(Number)],
    [3, 0],
    [0, 1],
  ]);
});

test('no redirect is followed', async () => {
  const elsewhere = await receiving();
  receiver.answer = () => ({ status: 307, headers: { location: elsewhere.url } });
  const made = await out.webhook({ url: receiver.url });
  await tellRedemptions(out, 1);
  await until(async () => (await out.outgoing.outbox.list(made.id, { limit: 1 }))[0]?.lastError).toMatch(
    /307.*redirect/,
  );
  expect(elsewhere.connections).toBe(0);
});

test('a crash between the write and the answer: sent again under the same id, nothing is lost', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'outbox-'));
  cleanUp.push(async () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'before.duckdb');
  const keyFile = join(folder, 'secrets.key');
  const first = await openOutWorld({ duck: await Duck.open(file), keyFile });
  receiver.answer = () => undefined;
  await first.webhook({ url: receiver.url });
  await tellRedemptions(first, 1, 2);
  await until(() => receiver.received.length).toBe(2);
  // What a kill leaves: the files as they are now.
  for (const suffix of ['', '.wal'])
    if (existsSync(`${file}${suffix}`)) copyFileSync(`${file}${suffix}`, join(folder, `after.duckdb${suffix}`));
  const sentBefore = [...receiver.ids];
  receiver.answer = () => ({ status: 204 });
  const second = await openOutWorld({ duck: await Duck.open(join(folder, 'after.duckdb')), keyFile });
  await until(() => receiver.received.length).toBe(4);
  expect(receiver.ids.slice(2).sort()).toEqual(sentBefore.sort());
  await tellRedemptions(second, 3);
  await until(() => receiver.received.length).toBe(5);
  expect(receiver.received[4]!.body.sequence).toBe(3);
  await first.close();
  await second.close();
});

test('back-off grows with full jitter up to an hour, and never asks at once', () => {
  const random = seededRandom(7);
  const delays = Array.from({ length: 40 }, (_, i) => retryDelayMs(i + 1, random));
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(250);
  expect(Math.max(...delays)).toBeLessThanOrEqual(3_600_000);
  expect(retryDelayMs(1, () => 1)).toBe(5_000);
  expect(retryDelayMs(4, () => 1)).toBe(40_000);
  expect(retryDelayMs(30, () => 1)).toBe(3_600_000);
  expect(retryDelayMs(30, () => 0)).toBe(250);
  const now = Date.parse('2026-05-06T12:00:00Z');
  expect(retryAfterMs('120', now)).toBe(120_000);
  expect(retryAfterMs('Wed, 06 May 2026 12:01:00 GMT', now)).toBe(60_000);
  expect(retryAfterMs('999999999', now)).toBe(7_200_000);
  expect(retryAfterMs('soon', now)).toBeUndefined();
  expect(retryAfterMs(undefined, now)).toBeUndefined();
});
