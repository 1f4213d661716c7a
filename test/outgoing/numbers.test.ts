/** Thresholds, counts and offers sent: what is told of how many, and what is withheld. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SeriesPoint } from '../../server/contract/metrics.ts';
import { OUTGOING_EVENTS } from '../../server/contract/outgoing.ts';
import type { SeriesQuery } from '../../server/db/timeSeries.ts';
import { bucketEdges, isoLocal } from '../../server/metrics/localTime.ts';
import { type Counted, shownFigures } from '../../server/outgoing/countFigures.ts';
import { nestingOf, shownCounts, SITE as WHOLE } from '../../server/outgoing/shown.ts';
import { ThresholdWatch } from '../../server/outgoing/thresholds.ts';
import { seededRandom } from '../support/random.ts';
import { until } from '../support/until.ts';
import { Receiver } from './receiver.ts';
import { type OutWorld, openOutWorld, SITE } from './world.ts';

const rectangle = (id: string, x1: number, y1: number, x2: number, y2: number, floorId = 'f0') => ({
  id,
  floorId,
  shape: {
    type: 'polygon' as const,
    rings: [
      [
        [x1, y1],
        [x2, y1],
        [x2, y2],
        [x1, y2],
      ] as [number, number][],
    ],
  },
});

describe('which counts of the present may leave', () => {
  const nestings = nestingOf([
    rectangle('shop', 0, 0, 20, 20),
    rectangle('shelf', 0, 0, 10, 20),
    rectangle('till', 10, 0, 20.2, 20),
    rectangle('hall', 20, 0, 60, 20),
    rectangle('above', 0, 0, 5, 5, 'f1'),
  ]);

  test('zones lie in the smallest that holds them, drawn by hand as they are, and on their own floor', () => {
    expect(new Map(nestings.map(({ parent, parts }) => [parent, [...parts].sort()]))).toEqual(
      new Map([
        ['shop', ['shelf', 'till']],
        [WHOLE, ['above', 'hall', 'shop']],
      ]),
    );
  });

  const shown = (counts: Record<string, number>, k = 10) =>
    Object.fromEntries(shownCounts(new Map(Object.entries(counts)), nestings, k));

  test('nothing below k, an empty zone neither', () => {
    expect(shown({ [WHOLE]: 9, shop: 9, shelf: 0, till: 0, hall: 0, above: 0 })).toEqual({});
    expect(shown({ [WHOLE]: 40, shop: 12, shelf: 12, till: 0, hall: 0, above: 0 })).toEqual({
      [WHOLE]: 40,
      shop: 12,
      shelf: 12,
    });
  });

  test('nor what is left of a place beside the parts that are told', () => {
    // 25 in the shop, 22 at the shelf: three at the till.
    expect(shown({ [WHOLE]: 100, shop: 25, shelf: 22, till: 3, hall: 50, above: 0 })).toEqual({
      [WHOLE]: 100,
      shop: 25,
      hall: 50,
    });
    // Ten or more are somewhere else: who is where does not follow.
    expect(shown({ [WHOLE]: 100, shop: 25, shelf: 12, till: 3, hall: 50, above: 0 })).toMatchObject({ shelf: 12 });
  });

  test('though all its parts are told: of the site beside its one zone as well', () => {
    expect(shown({ [WHOLE]: 100, shop: 25, shelf: 11, till: 12, hall: 50, above: 0 })).toEqual({
      [WHOLE]: 100,
      shop: 25,
      till: 12,
      hall: 50,
    });
    const one = nestingOf([rectangle('all', 0, 0, 20, 20)]);
    const left = (counts: Record<string, number>) => [...shownCounts(new Map(Object.entries(counts)), one, 10).keys()];
    expect(left({ [WHOLE]: 17, all: 12 })).toEqual([WHOLE]);
    expect(left({ [WHOLE]: 17, all: 17 })).toEqual([WHOLE, 'all']);
    expect(left({ [WHOLE]: 27, all: 17 })).toEqual([WHOLE, 'all']);
  });

  test('nor by way of a part of a place that is withheld for it', () => {
    // 17 less the 12 of the shop are the few in the hall; a shelf with all 12 would tell it as well.
    expect(shown({ [WHOLE]: 17, shop: 12, shelf: 12, till: 0, hall: 5, above: 0 })).toEqual({ [WHOLE]: 17 });
  });

  test('whatever the counts: never below k, and what is left of a place is nobody or at least k', () => {
    const seed = 11;
    const random = seededRandom(seed);
    let told = 0;
    for (let run = 0; run < 500; run++) {
      const shelf = Math.floor(random() * 20);
      const till = Math.floor(random() * 20);
      const shop = shelf + till + Math.floor(random() * 4);
      const hall = Math.floor(random() * 30);
      const above = Math.floor(random() * 15);
      const all = { [WHOLE]: shop + hall + above + Math.floor(random() * 4), shop, shelf, till, hall, above };
      const out = shown(all);
      told += Object.keys(out).length;
      for (const [id, count] of Object.entries(out)) {
        expect(count, `seed ${seed} run ${run}`).toBe(all[id as keyof typeof all]);
        expect(count, `seed ${seed} run ${run}`).toBeGreaterThanOrEqual(10);
      }
      // What is told of a place, its parts or theirs: any of it may be taken from what the place has.
      const toldIn = (id: string): string[] =>
        (nestings.find(({ parent }) => parent === id)?.parts ?? []).flatMap((part) =>
          part in out ? [part] : toldIn(part),
        );
      for (const parent of [WHOLE, 'shop']) {
        const visible = toldIn(parent);
        if (!(parent in out) || visible.length === 0) continue;
        const rest = out[parent]! - visible.reduce((sum, id) => sum + out[id]!, 0);
        expect(rest <= 0 || rest >= 10, `seed ${seed} run ${run}: ${rest}`).toBe(true);
      }
    }
    expect(told).toBeGreaterThan(500);
  });
});

describe('thresholds', () => {
  const threshold = { zone: null, limit: 50, hysteresis: 10, forSeconds: 5 };
  const run = (counts: number[], watch = new ThresholdWatch()) =>
    counts.flatMap((count, second) => {
      const crossed = watch.observe('x', threshold, count, second * 1_000);
      return crossed && !crossed.first ? [`${second} ${crossed.crossing}`] : [];
    });
  const of = (...runs: [count: number, seconds: number][]) =>
    runs.flatMap(([count, seconds]) => Array.from({ length: seconds }, () => count));

  test('what is so at first is not told; coming and going at the limit neither', () => {
    expect(run(of([60, 20]))).toEqual([]);
    expect(run(of([40, 10], [50, 3], [49, 2], [50, 4], [45, 10]))).toEqual([]);
    expect(run(of([60, 10], [49, 20], [40, 20], [60, 10]))).toEqual([]);
  });

  test('risen and fallen are told once they lasted', () => {
    expect(run(of([40, 10], [50, 20], [39, 20], [51, 20]))).toEqual(['15 rose', '35 fell', '55 rose']);
  });

  test('what was told before a restart is not told again, and what changed meanwhile is', () => {
    const watch = new ThresholdWatch();
    watch.load('x', true);
    expect(run(of([60, 10]), watch)).toEqual([]);
    const changed = new ThresholdWatch();
    changed.load('x', true);
    expect(run(of([30, 10]), changed)).toEqual(['5 fell']);
  });
});

describe('numbers of an interval', () => {
  const point = (value: number | null): SeriesPoint => ({
    start: '2026-05-06T10:00:00Z',
    value,
    low: value,
    high: value,
    coverage: value === null ? 0 : 1,
    state: 'final',
  });
  const counted = (placeId: string, footfall: number | null, visitors: number | null): Counted => ({
    placeId,
    footfall: point(footfall),
    visitors: point(visitors),
    occupancy: point(visitors === null ? null : visitors / 2),
  });
  const flat = [{ parent: WHOLE, parts: ['a', 'b', 'c'] }];
  const values = (all: Counted[], nestings = flat) =>
    shownFigures(all, nestings, 10).map(({ zone, footfall, occupancy }) => [
      zone,
      footfall.suppressed ? 'withheld' : footfall.value,
      occupancy.suppressed ? 'withheld' : occupancy.value,
    ]);

  test('of fewer than k visitors nothing is told, of an empty zone that it was empty, of an unmeasured one neither', () => {
    expect(values([counted(WHOLE, 60, 90), counted('a', 40, 60), counted('b', 12, 30), counted('c', 0, 0)])).toEqual([
      [null, 60, 45],
      ['a', 40, 30],
      ['b', 12, 15],
      ['c', 0, 0],
    ]);
    expect(values([counted(WHOLE, null, null), counted('a', null, null)])).toEqual([
      [null, null, null],
      ['a', null, null],
    ]);
    expect(values([counted(WHOLE, 60, 90), counted('a', 3, 40)])).toEqual([
      [null, 60, 45],
      ['a', 'withheld', 20],
    ]);
  });

  test('where one zone is withheld, the smallest of the others goes with it', () => {
    expect(values([counted(WHOLE, 60, 90), counted('a', 40, 60), counted('b', 12, 30), counted('c', 2, 3)])).toEqual([
      [null, 60, 45],
      ['a', 40, 30],
      ['b', 'withheld', 'withheld'],
      ['c', 'withheld', 'withheld'],
    ]);
  });

  test('nor what lies in one that goes with another: a shelf as busy as its shop would stand for it', () => {
    const nested = [
      { parent: WHOLE, parts: ['shop', 'hall'] },
      { parent: 'shop', parts: ['shelf'] },
    ];
    const all = [counted(WHOLE, 60, 17), counted('shop', 40, 12), counted('shelf', 40, 12), counted('hall', 5, 5)];
    expect(values(all, nested)).toEqual([
      [null, 60, 8.5],
      ['shop', 'withheld', 'withheld'],
      ['shelf', 'withheld', 'withheld'],
      ['hall', 'withheld', 'withheld'],
    ]);
  });

  test('nor the mean occupancy of what is left of a place beside its told zones, if that may be a few', () => {
    const told = (whole: number, a: number, b: number) => {
      const of = (placeId: string, mean: number): Counted => ({ ...counted(placeId, 40, 60), occupancy: point(mean) });
      return values([of(WHOLE, whole), of('a', a), of('b', b), counted('c', 0, 0)]).map(([, , occupancy]) => occupancy);
    };
    // 1.5 in the corridors: who they are is nobody's business, so the smaller shop hides them.
    expect(told(45, 30, 13.5)).toEqual([45, 30, 'withheld', 0]);
    expect(told(45, 30, 15)).toEqual([45, 30, 15, 0]);
    expect(told(45, 20, 15)).toEqual([45, 20, 15, 0]);
    // One that is withheld already, with k behind it, hides them as well; footfall is told all the same.
    const all = [counted(WHOLE, 60, 90), counted('a', 40, 60), counted('b', 12, 30), counted('c', 2, 3)];
    expect(values(all)).toContainEqual(['a', 40, 30]);
    // What lies in the one that hides goes with it.
    const nested = [
      { parent: WHOLE, parts: ['a', 'b'] },
      { parent: 'b', parts: ['c'] },
    ];
    const deep = [counted(WHOLE, 60, 85), counted('a', 40, 60), counted('b', 40, 24), counted('c', 40, 24)];
    expect(values(deep, nested)).toEqual([
      [null, 60, 42.5],
      ['a', 40, 30],
      ['b', 40, 'withheld'],
      ['c', 40, 'withheld'],
    ]);
  });

  test('of a nearly empty site nothing, for its empty zones would tell where the few were', () => {
    expect(values([counted(WHOLE, 1, 1), counted('a', 1, 1), counted('b', 0, 0)])).toEqual([
      [null, 'withheld', 'withheld'],
      ['a', 'withheld', 'withheld'],
      ['b', 'withheld', 'withheld'],
    ]);
  });
});

describe('told to a receiver', () => {
  const TIMEZONE = 'Europe/Prague';
  let out: OutWorld;
  let receiver: Receiver;
  /** By zone ('' is the site) and start. */
  let value = (_zoneId: string, _atMs: number): number => 40;
  let state = (_atMs: number): SeriesPoint['state'] => 'final';
  const series = async ({ zoneId = '', metric, interval, fromMs, toMs }: SeriesQuery) => {
    const edges = bucketEdges(TIMEZONE, interval, fromMs, toMs);
    return {
      metric,
      interval,
      timezone: TIMEZONE,
      series: edges.slice(0, -1).map((atMs): SeriesPoint => {
        const number = value(zoneId, atMs);
        return {
          start: isoLocal(TIMEZONE, atMs),
          value: number,
          low: number,
          high: number,
          coverage: 1,
          state: state(atMs),
        };
      }),
    };
  };
  const bodies = (type: string) => receiver.received.map(({ body }) => body).filter((body) => body.type === type);
  const snapshot = (zones: Record<string, number>, occupancy = 100): void =>
    out.pipeline.snapshot({
      atMs: out.time.nowMs(),
      occupancy,
      zones: Object.entries(zones).map(([zoneId, count]) => ({ zoneId, occupancy: count })),
      gateways: [],
      historyProgress: null,
    });
  const QUARTER_MS = 900_000;
  const localHour = (): number =>
    Number(
      new Intl.DateTimeFormat('en', { timeZone: TIMEZONE, hour: 'numeric', hourCycle: 'h23' }).format(out.time.nowMs()),
    );
  let decisions = 0;
  const decided = (one: {
    atMs: number;
    shopper: string;
    outcome?: string;
    trigger?: string;
    tenantId?: string;
    campaign?: string;
    zone?: string;
    variant?: string;
  }) => {
    const { atMs, shopper, outcome = 'sent', trigger = 'entered', tenantId = 'cafe' } = one;
    const { campaign = `${tenantId}-1`, zone = 'front', variant = 'a' } = one;
    return out.world.duck.run(
      `insert into offer_decisions (id, site_id, tenant_id, campaign_id, shopper_id, zone_id, trigger, event_at_ms,
         sighting_at_ms, decided_ms, outcome, code, params, words, variant)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8, $9, 'x', '{}', 'x', $10)`,
      [`${++decisions}`, SITE, tenantId, campaign, shopper, zone, trigger, atMs, outcome, variant],
    );
  };

  beforeAll(async () => {
    out = await openOutWorld({ questions: { series } });
    // At the beginning of a quarter, so that the test knows what has passed.
    out.time.aheadMs = QUARTER_MS - (Date.now() % QUARTER_MS) + 1_000;
  });
  afterAll(() => out.close());
  beforeEach(async () => {
    receiver = await new Receiver().start();
    value = () => 40;
    state = () => 'final';
  });
  afterEach(async () => {
    for (const one of out.outgoing.webhooks.all(SITE)) await out.outgoing.webhooks.remove(one);
    await out.outgoing.look();
    await receiver.stop();
    expect(out.errors).toEqual([]);
  });

  test('a threshold: risen and fallen, and over a restart only what is new', async () => {
    const threshold = { zone: 'front', limit: 20, hysteresis: 5, forSeconds: 0 };
    const made = await out.webhook({ url: receiver.url, events: ['occupancy.threshold'], thresholds: [threshold] });
    snapshot({ front: 12 });
    snapshot({ front: 22 });
    snapshot({ front: 17 });
    snapshot({ front: 3 });
    await until(() => receiver.received.length).toBe(2);
    const sorted = bodies('occupancy.threshold').sort((a, b) => a.sequence - b.sequence);
    expect(sorted.map((body) => OUTGOING_EVENTS['occupancy.threshold'].parse(body).data)).toEqual([
      { zone: 'front', direction: 'rose', limit: 20, hysteresis: 5, occupancy: 22 },
      // Fewer than k: that it is below 15 is told, how many are there is not.
      { zone: 'front', direction: 'fell', limit: 20, hysteresis: 5, occupancy: null },
    ]);
    const kept = await out.world.duck.all('select above from webhook_thresholds where webhook_id = $1', [made.id]);
    expect(kept).toEqual([{ above: false }]);
    // k rises over what it would tell.
    const { definitions } = out.world.registry.definitions(SITE);
    await out.world.registry.putDefinitions(SITE, { ...definitions, kAnonymity: 16 });
    snapshot({ front: 60 });
    await out.world.registry.putDefinitions(SITE, definitions);
    snapshot({ front: 61 });
    await until(() => receiver.received.length).toBe(3);
    expect(bodies('occupancy.threshold')[2]!.data.occupancy).toBe(61);
  });

  test('thresholds of a place and of one in it never tell, together, of fewer than k', async () => {
    const threshold = { limit: 12, hysteresis: 0, forSeconds: 0 };
    const both = [
      { ...threshold, zone: null },
      { ...threshold, zone: 'front' },
    ];
    await out.webhook({ url: receiver.url, events: ['occupancy.threshold'], thresholds: both });
    const alone = await out.webhook({ url: receiver.url, events: ['occupancy.threshold'], thresholds: [both[1]!] });
    snapshot({ front: 11 }, 11);
    snapshot({ front: 14 }, 19);
    await until(() => receiver.received.length).toBe(3);
    const told = receiver.received.map(({ body }) => body as typeof body & { webhook: string });
    const of = (isAlone: boolean) =>
      told.filter(({ webhook }) => (webhook === alone.id) === isAlone).map(({ data }) => [data.zone, data.occupancy]);
    expect(of(false).sort()).toEqual([
      [null, 19],
      ['front', null],
    ]);
    expect(of(true)).toEqual([['front', 14]]);
  });

  test('counts of each quarter hour once they are final, and again where late data changed them', async () => {
    await out.webhook({ url: receiver.url, events: ['zone.counts'] });
    await out.outgoing.look();
    const startMs = Math.floor(out.time.nowMs() / QUARTER_MS) * QUARTER_MS;
    state = (atMs) => (atMs >= startMs + QUARTER_MS ? 'provisional' : 'final');
    out.time.aheadMs += 2 * QUARTER_MS;
    await out.outgoing.look();
    await until(() => receiver.received.length).toBe(1);
    const [first] = bodies('zone.counts');
    expect(OUTGOING_EVENTS['zone.counts'].parse(first).data).toMatchObject({
      interval: '15m',
      from: new Date(startMs).toISOString(),
      to: new Date(startMs + QUARTER_MS).toISOString(),
      revision: 1,
      zones: [
        { zone: null, footfall: { value: 40, suppressed: false, state: 'final' }, coverage: 1 },
        { zone: 'front', footfall: { value: 40 } },
        { zone: 'shoes', occupancy: { value: 40 } },
      ],
    });
    state = () => 'final';
    value = (zoneId, atMs) => (zoneId === 'shoes' && atMs === startMs ? 44 : zoneId === 'front' ? 41 : 40);
    out.time.aheadMs += 6 * 60_000;
    out.pipeline.changelog();
    await out.outgoing.look();
    await until(() => receiver.received.length).toBe(3);
    const [later, revised] = bodies('zone.counts')
      .slice(1)
      .sort((a, b) => Number(a.data.revision) - Number(b.data.revision));
    expect(later!.data).toMatchObject({ from: new Date(startMs + QUARTER_MS).toISOString(), revision: 1 });
    // Only what moved.
    expect(revised!.data).toMatchObject({
      from: new Date(startMs).toISOString(),
      revision: 2,
      zones: [
        { zone: 'front', footfall: { value: 41 } },
        { zone: 'shoes', footfall: { value: 44 } },
      ],
    });
    // Nothing is new.
    out.time.aheadMs += 6 * 60_000;
    out.pipeline.changelog();
    await out.outgoing.look();
    expect(receiver.received.length).toBe(3);
  });

  test('counts that stay open are told as provisional after a while, and again as final', async () => {
    await out.webhook({ url: receiver.url, events: ['zone.counts'], countsInterval: 'hour', zones: ['front'] });
    await out.outgoing.look();
    state = () => 'provisional';
    out.time.aheadMs += 2 * 3_600_000;
    await out.outgoing.look();
    expect(receiver.received.length).toBe(0);
    out.time.aheadMs += 3_600_000;
    await out.outgoing.look();
    await until(() => receiver.received.length).toBe(1);
    expect(bodies('zone.counts')[0]!.data).toMatchObject({
      revision: 1,
      zones: [{ zone: 'front', footfall: { state: 'provisional' } }],
    });
    state = () => 'final';
    out.time.aheadMs += 6 * 60_000;
    await out.outgoing.look();
    await until(() => bodies('zone.counts').some(({ data }) => data.revision === 2)).toBe(true);
    const revised = bodies('zone.counts').find(({ data }) => data.revision === 2);
    expect(revised!.data.zones).toMatchObject([{ zone: 'front', footfall: { state: 'final' } }]);
  });

  test("a retailer is told of the own zones, never of the mall's total", async () => {
    await out.webhook({ url: receiver.url, events: ['zone.counts'] }, 'shoes');
    await out.outgoing.look();
    out.time.aheadMs += QUARTER_MS;
    await out.outgoing.look();
    await until(() => receiver.received.length).toBe(1);
    expect(bodies('zone.counts')[0]!.data.zones).toMatchObject([{ zone: 'shoes' }]);
  });

  test('offers sent: how many, once their quarter hour is over; those of baskets and of other tenants never', async () => {
    await out.webhook({ url: receiver.url, events: ['offer.sent'] }, 'cafe');
    await out.outgoing.look();
    const atMs = Math.floor(out.time.nowMs() / QUARTER_MS) * QUARTER_MS + 60_000;
    for (let n = 0; n < 10; n++) await decided({ atMs, shopper: `s-${n}` });
    await decided({ atMs, shopper: 's-1', trigger: 'dwelled' });
    await decided({ atMs, shopper: 's-11', outcome: 'held' });
    await decided({ atMs, shopper: 's-12', trigger: 'basket' });
    for (let n = 0; n < 10; n++) await decided({ atMs, shopper: `s-${n}`, tenantId: 'shoes' });
    await out.outgoing.look();
    expect(receiver.received.length).toBe(0);
    out.time.aheadMs += QUARTER_MS + 60_000;
    await out.outgoing.look();
    await out.outgoing.look();
    await until(() => receiver.received.length).toBe(1);
    expect(OUTGOING_EVENTS['offer.sent'].strict().parse(bodies('offer.sent')[0]).data).toEqual({
      campaign: 'cafe-1',
      tenant: 'cafe',
      from: new Date(atMs - 60_000).toISOString(),
      to: new Date(atMs - 60_000 + QUARTER_MS).toISOString(),
      sent: 11,
      byZone: [{ zone: 'front', variant: 'a', sent: 11 }],
    });
    expect(receiver.received[0]!.text).not.toContain('s-1');
  });

  test('offers to fewer than k shoppers wait for the quarters after; a zone of fewer hides behind another', async () => {
    // What waits is forgotten at midnight.
    while (localHour() >= 22) out.time.aheadMs += 3_600_000;
    await out.webhook({ url: receiver.url, events: ['offer.sent'] }, 'cafe');
    const named = await out.webhook({ url: receiver.url, events: ['offer.sent'], zones: ['shoes'] });
    await out.outgoing.look();
    const startMs = Math.floor(out.time.nowMs() / QUARTER_MS) * QUARTER_MS;
    const atMs = startMs + 60_000;
    for (let n = 0; n < 9; n++) await decided({ atMs, shopper: `s-${n}`, campaign: 'tea' });
    // Twice to one shopper is one shopper.
    await decided({ atMs, shopper: 's-1', campaign: 'tea' });
    out.time.aheadMs += QUARTER_MS + 60_000;
    await out.outgoing.look();
    const laterMs = startMs + QUARTER_MS + 120_000;
    for (let n = 20; n < 35; n++) await decided({ atMs: laterMs, shopper: `s-${n}`, campaign: 'tea', zone: 'shoes' });
    await decided({ atMs: laterMs, shopper: 's-40', campaign: 'tea', zone: 'shoes', variant: 'b' });
    out.time.aheadMs += QUARTER_MS;
    await out.outgoing.look();
    out.time.aheadMs += QUARTER_MS;
    await out.outgoing.look();
    const byName = (isNamed: boolean) =>
      receiver.received.filter(({ body }) => ((body as { webhook?: string }).webhook === named.id) === isNamed);
    await until(() => receiver.received.length).toBe(2);
    const told = {
      campaign: 'tea',
      tenant: 'cafe',
      from: new Date(startMs).toISOString(),
      to: new Date(startMs + 2 * QUARTER_MS).toISOString(),
    };
    // Nine in front and one of the other variant are too few, so the smallest of the others is withheld too.
    expect(OUTGOING_EVENTS['offer.sent'].strict().parse(byName(false)[0]!.body).data).toEqual({
      ...told,
      sent: 26,
      byZone: [
        { zone: 'front', variant: 'a', sent: null },
        { zone: 'shoes', variant: 'a', sent: null },
        { zone: 'shoes', variant: 'b', sent: null },
      ],
    });
    expect(byName(true)[0]!.body.data).toMatchObject({ ...told, sent: null });
  });
});
