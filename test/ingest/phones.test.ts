/** What phones hear is durable when it is answered, counts once, feeds offers only while fresh, and is in the log for a rebuild. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PhoneSightings } from '../../server/contract/identity.ts';
import { phoneBatch } from '../../server/ingest/phoneBatch.ts';
import { phoneOf, placeRef, toLogBatch } from '../../server/log/batch.ts';
import { GATEWAYS, type Harness, rowsOf, SITE, startHarness, T0 } from '../support/pipelineHarness.ts';
import { until } from '../support/until.ts';

const BEACONS = '0e6a4f3c-1b0d-4c57-8a53-3f0b2f5f9d10';
const PHONE = { carrierId: 'c-phone', sinceMs: T0 - 3_600_000 };

/** What the phone hears of all gateways' beacons at a place, once a second. */
function heard(fromMs: number, seconds: number, more: Partial<PhoneSightings> = {}): PhoneSightings {
  const sightings: PhoneSightings['sightings'] = [];
  for (let second = 0; second < seconds; second++)
    GATEWAYS.forEach(({ xM, yM }, minor) => {
      const rssiDbm = Math.round(-60 - 20 * Math.log10(Math.max(1, Math.hypot(xM - 5, yM - 6))));
      sightings.push({ uuid: BEACONS, major: 1, minor, rssiDbm, adverts: 3, atMs: fromMs + second * 1_000 + 400 });
    });
  return { epoch: 1, seq: 1, clockMs: fromMs + seconds * 1_000, sightings, ...more };
}

describe('a message', () => {
  const NOW = T0 + 60_000;
  const placeOf = (uuid: string, _major: number, minor: number) =>
    uuid === BEACONS && minor < 4 ? placeRef(`g${minor + 1}`) : undefined;
  const take = (message: PhoneSightings, sinceMs = 0, nowMs = NOW) =>
    phoneBatch({ carrierId: 'c-phone', sinceMs }, message, placeOf, nowMs, 900_000);
  const one = (over: Partial<PhoneSightings['sightings'][number]> = {}, more: Partial<PhoneSightings> = {}) => ({
    epoch: 1,
    seq: 1,
    clockMs: NOW,
    sightings: [{ uuid: BEACONS, major: 1, minor: 0, rssiDbm: -70, adverts: 1, atMs: NOW - 1_000, ...over }],
    ...more,
  });

  test('becomes a batch of the phone’s, and the engine’s sightings of the phone at the gateways', () => {
    const taken = take(heard(NOW - 3_000, 3));
    if (!('batch' in taken) || !taken.batch) throw new Error('refused');
    expect(phoneOf(taken.batch.gatewayId)).toBe('c-phone');
    const { sightings } = toLogBatch(taken.batch);
    expect(sightings).toHaveLength(12);
    expect(sightings[0]).toEqual({
      carrierId: 'c-phone',
      kind: 'shopper',
      beaconOf: 'g1',
      rssiMeanDbm: expect.any(Number),
      rssiMaxDbm: expect.any(Number),
      adverts: 3,
      atMs: NOW - 2_600,
    });
  });

  test('is held to the server’s clock where the phone’s is off, and not where it is near', () => {
    const at = (offMs: number) => {
      const taken = take(one({ atMs: NOW - 1_000 + offMs }, { clockMs: NOW + offMs }));
      return 'batch' in taken ? taken.batch?.fromMs : taken.code;
    };
    expect([at(0), at(1_500), at(-86_400_000), at(7_200_000)]).toEqual([NOW - 1_000, NOW, NOW - 1_000, NOW - 1_000]);
  });

  test.each([
    ['of the future', one({ atMs: NOW + 5_000 }), 'future'],
    ['of an hour ago', one({ atMs: NOW - 3_600_000 }), 'ancient'],
    [
      'of two minutes together',
      one({}, { sightings: [...one().sightings, ...one({ atMs: NOW - 120_000 }).sightings] }),
      'span',
    ],
  ])('%s is refused', (_, message, code) => {
    expect(take(message)).toMatchObject({ code, path: expect.stringMatching(/^body\.sightings/) });
  });

  test('of before the enrolment is refused', () => {
    expect(take(one(), NOW - 500)).toMatchObject({ code: 'before-enrolment' });
  });

  test('of beacons of another mall holds nothing, and says how many', () => {
    expect(take(one({ uuid: 'ffffffff-1b0d-4c57-8a53-3f0b2f5f9d10' }))).toEqual({
      batch: undefined,
      unknownBeacons: 1,
    });
    expect(take(one({ minor: 9 }))).toEqual({ batch: undefined, unknownBeacons: 1 });
  });
});

describe('through the pipeline', () => {
  let harness: Harness;
  let nowMs: number;
  beforeEach(async () => {
    nowMs = T0;
    harness = await startHarness({ site: { clock: 'wall' }, clock: () => nowMs });
    await harness.registry.gateways.putAll(
      SITE,
      harness.registry.gateways
        .all(SITE)
        .map((one, minor) => ({ ...one, beacon: { uuid: BEACONS, major: 1, minor, powerDbm: -59 } })),
    );
  });
  afterEach(async () => {
    expect(harness.problems).toEqual([]);
    await harness.close();
  });
  const visits = () =>
    harness.duck.all<{ carrier_id: string; start_ms: number; end_ms: number }>(
      `select carrier_id, start_ms, end_ms from visits union all select carrier_id, start_ms, end_ms from open_visits`,
    );
  /** A minute of hearing, ten seconds a message. */
  async function minute(fromMs: number, firstSeq: number): Promise<void> {
    for (let n = 0; n < 6; n++) {
      const startMs = fromMs + n * 10_000;
      nowMs = Math.max(nowMs, startMs + 10_000);
      const message = heard(startMs, 10, { seq: firstSeq + n, clockMs: nowMs });
      expect(await harness.pipeline.phone(SITE, PHONE, message)).toEqual({
        accepted: 40,
        duplicate: false,
        unknownBeacons: 0,
      });
    }
  }

  test('makes a visit and a place, counts once, and is there after a crash', async () => {
    await minute(T0, 1);
    const again = heard(T0, 10, { seq: 1, clockMs: nowMs });
    expect(await harness.pipeline.phone(SITE, PHONE, again)).toMatchObject({ duplicate: true });
    await harness.restart();
    expect(await harness.pipeline.phone(SITE, PHONE, again)).toMatchObject({ duplicate: true });
    // Another phone's numbers are its own.
    expect(await harness.pipeline.phone(SITE, { ...PHONE, carrierId: 'c-other' }, again)).toMatchObject({
      duplicate: false,
    });
    await harness.pipeline.settle(SITE);
    expect((await visits()).sort((a, b) => (a.carrier_id < b.carrier_id ? 1 : -1))).toEqual([
      { carrier_id: 'c-phone', start_ms: T0 + 400, end_ms: T0 + 59_400 },
      { carrier_id: 'c-other', start_ms: T0 + 400, end_ms: T0 + 9_400 },
    ]);
    expect(await harness.duck.all('select * from coverage')).toEqual([]);
    const rows = await rowsOf(harness.duck);
    await harness.pipeline.rebuild(SITE, 0);
    await harness.pipeline.settle(SITE);
    expect(await rowsOf(harness.duck)).toBe(rows);
  });

  test('what is fresh stands in the live mall, what is late only in the numbers', async () => {
    // A message is of the seconds before it, whose ticks are over when it comes.
    for (let seq = 1; seq <= 3; seq++) {
      nowMs += 10_000;
      // The live engine has come to here.
      await new Promise((resolve) => setTimeout(resolve, 250));
      await harness.pipeline.phone(SITE, PHONE, heard(nowMs - 12_000, 10, { seq, clockMs: nowMs }));
    }
    nowMs += 2_000;
    await until(async () =>
      (await harness.pipeline.present(SITE)).map(({ carrierId, zoneIds }) => [carrierId, zoneIds]),
    ).toEqual([['c-phone', ['west']]]);
    nowMs = T0 + 10 * 60_000;
    await until(() => harness.pipeline.present(SITE)).toEqual([]);
    const late = heard(T0 + 120_000, 10, { seq: 20, clockMs: nowMs });
    expect(await harness.pipeline.phone(SITE, PHONE, late)).toMatchObject({ accepted: 40 });
    await harness.pipeline.settle(SITE);
    await until(async () => (await visits())[0]?.end_ms).toBe(T0 + 129_400);
    expect(await harness.pipeline.present(SITE)).toEqual([]);
  });

  test('beacons of the mall that gateways hear of each other are nobody’s visit', async () => {
    const { TestGateway } = await import('../support/testGateway.ts');
    await harness.registry.putSite({ ...harness.registry.site(SITE)!, uuids: [BEACONS] });
    const gateway = new TestGateway(SITE, 'g1', [
      {
        v: 1,
        epoch: 1,
        seq: 1,
        fromMs: T0,
        toMs: T0 + 1_000,
        uuids: [BEACONS],
        sightings: [
          [0, 1, 1, -80, -78, 4, -59, 500],
          [0, 1, 99, -80, -78, 4, -59, 500],
        ],
      },
    ]);
    await gateway.start(harness.url);
    await until(() => gateway.done).toBe(true);
    await gateway.stop();
    expect(harness.pipeline.counters()).toMatchObject({ notAllowed: 1, sightings: 1 });
  });
});
