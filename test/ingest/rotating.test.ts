/** A phone whose number changes every quarter hour is one carrier: in the log, in the rows, and in a rebuild that knows no secret. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SLOT_MS, SLOT_SECONDS } from '../../server/contract/identity.ts';
import type { SightingRow, SightingsMessage } from '../../server/contract/wire.ts';
import { AppIdentities } from '../../server/identities/appIdentities.ts';
import { frameAt } from '../../simulators/rotatingBeacon.ts';
import { GATEWAYS, type Harness, rowsOf, SITE, startHarness, T0, UUID } from '../support/pipelineHarness.ts';
import { seededRandom } from '../support/random.ts';
import { TestGateway } from '../support/testGateway.ts';
import { until } from '../support/until.ts';

const ROTATING = '8d1f6a0e-5b7c-4f59-9d7e-2f1c0c9b6a31';
const BATCH_MS = 20_000;
const VISIT_MS = 40 * 60_000;

let harness: Harness;
let identities: AppIdentities;
let nowMs: number;
const gateways: TestGateway[] = [];

async function open(clock: 'data' | 'wall'): Promise<void> {
  nowMs = T0 + 3_600_000;
  const random = seededRandom(3);
  harness = await startHarness({
    site: { clock, uuids: [UUID, ROTATING], rotatingUuid: ROTATING },
    clock: () => nowMs,
    rotating: (siteId) => identities?.numbers(siteId),
  });
  identities = new AppIdentities({
    duck: harness.duck,
    dir: join(harness.dataDir, 'identities'),
    siteIds: () => [SITE],
    isWall: () => clock === 'wall',
    clock: () => nowMs,
    random: (bytes) => Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256))),
    onProblem: (what, error) => harness.problems.push(`${what}: ${error.message}`),
  });
  await identities.start();
}
beforeEach(() => {
  gateways.length = 0;
});
afterEach(async () => {
  for (const gateway of gateways) await gateway.stop();
  expect(harness.problems).toEqual([]);
  await identities.stop();
  await harness.close();
});

async function enrol(): Promise<{ carrierId: string; secretHex: string }> {
  const { identity, secret } = await identities.create(SITE, 's-1', 'advertise', nowMs);
  identities.activate(identity, secret);
  return { carrierId: identity.carrierId, secretHex: secret!.toString('hex') };
}

/** What every gateway hears of a phone that stands at (6, 8), its clock off by so much. */
function heard(secretHex: string, fromMs: number, toMs: number, phoneOffMs = 0): Map<string, SightingsMessage[]> {
  const identity = { uuid: ROTATING, secretHex, slotSeconds: SLOT_SECONDS };
  const all = new Map<string, SightingsMessage[]>();
  for (const { id, xM, yM } of GATEWAYS) {
    const rssiDbm = Math.round(-60 - 20 * Math.log10(Math.hypot(xM - 6, yM - 8)));
    const messages: SightingsMessage[] = [];
    for (let atMs = fromMs; atMs < toMs; atMs += BATCH_MS) {
      const sightings: SightingRow[] = [];
      for (let offsetMs = 0; offsetMs < BATCH_MS; offsetMs += 2_000) {
        const { major, minor } = frameAt(identity, atMs + offsetMs + phoneOffMs);
        sightings.push([0, major, minor, rssiDbm, rssiDbm, 2, -59, offsetMs]);
      }
      const seq = messages.length + 1;
      messages.push({ v: 1, epoch: 1, seq, fromMs: atMs, toMs: atMs + BATCH_MS, uuids: [ROTATING], sightings });
    }
    all.set(id, messages);
  }
  return all;
}

async function play(messages: Map<string, SightingsMessage[]>): Promise<void> {
  const now = [...messages].map(([id, batches]) => new TestGateway(SITE, id, batches));
  gateways.push(...now);
  for (const gateway of now) await gateway.start(harness.url);
  await until(() => now.every(({ done }) => done)).toBe(true);
  await harness.pipeline.settle(SITE);
  for (const gateway of now) await gateway.stop();
}
const visits = () =>
  harness.duck.all<{ carrier_id: string; kind: string; start_ms: number; end_ms: number }>(
    `select carrier_id, kind, start_ms, end_ms from visits where site_id = '${SITE}'
     union all select carrier_id, kind, start_ms, end_ms from open_visits where site_id = '${SITE}'`,
  );

test('one visit over many slots, one stay, and the same again after a crash and from the log alone', async () => {
  await open('data');
  const { carrierId, secretHex } = await enrol();
  const fromMs = T0 + 7 * 60_000;
  const toMs = fromMs + VISIT_MS;
  expect(Math.floor(toMs / SLOT_MS) - Math.floor(fromMs / SLOT_MS)).toBe(3);
  await play(heard(secretHex, fromMs, toMs));
  expect(await visits()).toEqual([{ carrier_id: carrierId, kind: 'shopper', start_ms: fromMs, end_ms: toMs - 2_000 }]);
  const stays = await harness.duck.all<{ zone_id: string; start_ms: number; end_ms: number }>(
    'select zone_id, start_ms, end_ms from stays union all select zone_id, start_ms, end_ms from open_stays',
  );
  expect(stays.map(({ zone_id }) => zone_id)).toEqual(['west']);
  expect(stays[0]!.end_ms - stays[0]!.start_ms).toBeGreaterThan(VISIT_MS - 30_000);
  expect(identities.counts(SITE)).toMatchObject({ replayed: 0, unknown: 0, ambiguous: 0 });
  const rows = await rowsOf(harness.duck);
  // The identity ends; what was heard of it stays what it was.
  await identities.end(SITE, carrierId);
  await harness.pipeline.rebuild(SITE, 0);
  await harness.pipeline.settle(SITE);
  expect(await rowsOf(harness.duck)).toBe(rows);
  await harness.restart();
  await harness.pipeline.rebuild(SITE, 0);
  await harness.pipeline.settle(SITE);
  expect(await rowsOf(harness.duck)).toBe(rows);
});

test('frames of an old slot are refused and counted, and make nobody', async () => {
  await open('data');
  const { carrierId, secretHex } = await enrol();
  const fromMs = Math.floor(T0 / SLOT_MS) * SLOT_MS;
  await play(heard(secretHex, fromMs, fromMs + SLOT_MS));
  const recorded = heard(secretHex, fromMs, fromMs + 60_000);
  // Played back two slots later, from a van that drives through the car park.
  const laterMs = 2 * SLOT_MS;
  for (const messages of recorded.values())
    for (const message of messages) {
      message.epoch = 2;
      message.fromMs += laterMs;
      message.toMs += laterMs;
    }
  const rows = [...recorded.values()].flat().reduce((sum, { sightings }) => sum + sightings.length, 0);
  await play(recorded);
  expect(identities.counts(SITE)).toMatchObject({ replayed: rows, lastReplay: { gatewayId: expect.any(String) } });
  expect(harness.pipeline.counters().unresolved).toBe(rows);
  expect((await visits()).map((visit) => visit.carrier_id)).toEqual([carrierId]);
  expect((await visits())[0]!.end_ms).toBeLessThan(fromMs + SLOT_MS);
});

test.each([-14, 14])('a phone whose clock is off by %i minutes is heard all the same', async (minutes) => {
  await open('data');
  const { carrierId, secretHex } = await enrol();
  await play(heard(secretHex, T0, T0 + 5 * 60_000, minutes * 60_000));
  expect((await visits()).map((visit) => visit.carrier_id)).toEqual([carrierId]);
  expect(harness.pipeline.counters().unresolved).toBe(0);
});

test('a backlog is resolved by the slots of its time, up to six hours back', async () => {
  await open('wall');
  const { carrierId, secretHex } = await enrol();
  nowMs = T0 + 8 * 3_600_000;
  await play(heard(secretHex, nowMs - 5 * 3_600_000, nowMs - 5 * 3_600_000 + 120_000));
  expect(harness.pipeline.counters().unresolved).toBe(0);
  expect((await visits()).map((visit) => visit.carrier_id)).toEqual([carrierId]);
  const older = heard(secretHex, nowMs - 7 * 3_600_000, nowMs - 7 * 3_600_000 + 20_000);
  for (const messages of older.values()) for (const message of messages) message.epoch = 2;
  await play(older);
  expect(harness.pipeline.counters().unresolved).toBe(10 * GATEWAYS.length);
  expect(await visits()).toHaveLength(1);
});
