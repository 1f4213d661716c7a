/** A walk over a simulated floor through the real broker, log, engines and database: what is certified, when it goes stale, what it teaches. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Audits, openAudits } from '../../server/audits/audits.ts';
import { createAedesSource } from '../../server/broker/aedesSource.ts';
import { certificatesOf } from '../../server/calibration/certificate.ts';
import { quantile } from '../../server/calibration/score.ts';
import { Duck } from '../../server/db/duckdb.ts';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
import { migrate } from '../../server/db/migrations/index.ts';
import { createPipeline, type IngestPipeline } from '../../server/ingest/pipeline.ts';
import { openRegistry } from '../../server/registry/registry.ts';
import type { Registry } from '../../server/registry/types.ts';
import { LedgerFleet } from '../support/ledgerGateway.ts';
import { site } from '../support/pipelineHarness.ts';
import { until } from '../support/until.ts';
import {
  simulateWalk,
  type TruthAt,
  WALK_SITE,
  WALK_START,
  walkCarrier,
  walkFloor,
  walkGateways,
  walkZones,
} from '../support/walkWorld.ts';

/** The phone's clock is a minute and a half ahead. */
const PHONE_AHEAD_MS = 90_000;
/** The engine is a breath behind. */
const BREATH_MS = 700;

let world:
  | { duck: Duck; registry: Registry; pipeline: IngestPipeline; audits: Audits; close(): Promise<void> }
  | undefined;
let now = WALK_START;
const fleet = new LedgerFleet();
afterEach(async () => {
  await fleet.disconnect();
  await world?.close();
  world = undefined;
});

async function open() {
  const dataDir = mkdtempSync(join(tmpdir(), 'audits-'));
  const duck = await Duck.open(join(dataDir, 'db.duckdb'), { threads: 1, memoryLimit: '256MB' });
  now = WALK_START - 60_000;
  await migrate(duck, now);
  const clock = () => now;
  let pipeline: IngestPipeline | undefined;
  const registry = await openRegistry(duck, clock, (siteId) => pipeline?.dataNowMs(siteId));
  await registry.putSite(site({ id: WALK_SITE, clock: 'wall' }));
  await registry.floors.put(WALK_SITE, walkFloor);
  await registry.gateways.putAll(WALK_SITE, walkGateways);
  await registry.zones.putAll(WALK_SITE, walkZones);
  await registry.carriers.put(WALK_SITE, walkCarrier);
  const source = createAedesSource({ host: '127.0.0.1', port: 0 });
  pipeline = createPipeline({
    source,
    registry,
    timeSeries: openTimeSeries(duck, registry),
    duck,
    dataDir,
    clock,
    options: { commitEveryMs: 300, quietMs: 200, maxDirtyMs: 1_000 },
  });
  await pipeline.start();
  const audits = openAudits({
    duck,
    registry,
    pipeline,
    random: (bytes) => new Uint8Array(bytes).map((_, i) => i * 7),
    sleep: async (ms) => {
      now += ms;
    },
  });
  await audits.start();
  const started = pipeline;
  world = {
    duck,
    registry,
    pipeline,
    audits,
    async close() {
      await audits.stop();
      await started.stop();
      await duck.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  await fleet.connect(source.url);
  return world;
}

const certificates = async ({ audits, registry }: { audits: Audits; registry: Registry }) =>
  certificatesOf(
    (await audits.all(WALK_SITE)).flatMap(({ id, by, finishedMs, result }) =>
      finishedMs === null || result === null ? [] : [{ id, by, finishedMs, ...result }],
    ),
    registry.zones.all(WALK_SITE),
    registry.gateways.all(WALK_SITE),
  );

test('a walk is certified as truth would have it, goes stale with a gateway, teaches the model, and can be removed', async () => {
  const { audits, pipeline, registry, duck } = await open();
  const walk = simulateWalk(21, 'certified');
  const phone = () => now + PHONE_AHEAD_MS;
  const asked = { id: undefined, carrierId: 'c-walk', clockMs: phone() - 400, by: 'Ina Installer' };
  const { id } = await audits.begin(WALK_SITE, asked);
  await expect(audits.begin(WALK_SITE, asked)).rejects.toThrow('under way with this carrier');

  const live: { stop: TruthAt; errorM: number }[] = [];
  const queue: { id: string; floorId: string; xM: number; yM: number; atMs: number }[] = [];
  let next = 0;
  for (let second = 0; second < walk.batches.length; second++) {
    for (const entry of walk.batches[second]!) fleet.send(entry);
    // A clock that ran ahead of the gateways would leave their batches behind the live engine.
    await fleet.drain();
    now = WALK_START + (second + 1) * 1_000;
    if (second === 0) expect(pipeline.listen(WALK_SITE, 'c-walk')?.gateways).toBe(0);
    if (second === 5) {
      await until(() => pipeline.listen(WALK_SITE, 'c-walk')!.gateways).toBeGreaterThan(2);
    }
    const stop = walk.stops[next];
    if (!stop || stop.atMs > now) continue;
    next++;
    const n = live.length;
    queue.push({ id: `tap-${n}`, floorId: 'f0', xM: stop.xM, yM: stop.yM, atMs: stop.atMs + PHONE_AHEAD_MS });
    // What the live engine says at that moment, against the truth.
    const tickEndMs = Math.floor(stop.atMs / 1_000) * 1_000;
    const real = now;
    now = tickEndMs + BREATH_MS;
    await until(async () => (await pipeline.present(WALK_SITE))[0]?.fix?.atMs ?? 0).toBeGreaterThanOrEqual(
      tickEndMs - 1_000,
    );
    await new Promise((resolve) => setTimeout(resolve, 130));
    const { fix } = (await pipeline.present(WALK_SITE))[0]!;
    const truth = walk.truth(stop.atMs);
    live.push({ stop, errorM: Math.hypot(fix!.xM - truth.xM, fix!.yM - truth.yM) });
    now = Math.max(real, now);
    // The phone finds the network now and then; what it sends twice counts once.
    if (queue.length === 9) {
      now += 250;
      await audits.addTaps(WALK_SITE, id, { clockMs: phone() - 250, waypoints: queue });
      queue.splice(0, 7);
    }
  }
  await fleet.drain();
  const sent = await audits.addTaps(WALK_SITE, id, {
    clockMs: phone(),
    waypoints: [
      ...queue,
      { id: 'off-plan', floorId: 'f0', xM: 500, yM: 5, atMs: phone() },
      { id: 'no-floor', floorId: 'f9', xM: 5, yM: 5, atMs: phone() },
      { id: 'future', floorId: 'f0', xM: 5, yM: 5, atMs: phone() + 60_000 },
      { id: 'past', floorId: 'f0', xM: 5, yM: 5, atMs: phone() - 86_400_000 },
      { id: 'slip', floorId: 'f0', xM: 5, yM: 5, atMs: phone() - 1_000 },
    ],
  });
  expect(sent.refused.map((one) => one.id)).toEqual(['off-plan', 'no-floor', 'future', 'past']);
  await audits.removeTap(WALK_SITE, id, 'slip');
  expect(live.length).toBe(walk.stops.length);
  expect(registry.modelTimeline(WALK_SITE).at(-1)!.model.survey).toBeUndefined();

  const finished = await audits.finish(WALK_SITE, id);
  expect(finished.taps).toBe(live.length);
  expect((await audits.finish(WALK_SITE, id)).finishedMs).toBe(finished.finishedMs);
  const late = await audits.addTaps(WALK_SITE, id, { clockMs: phone(), waypoints: [{ ...queue[0]!, id: 'late' }] });
  expect(late.refused).toEqual([{ id: 'late', reason: 'the audit is finished' }]);

  // Certified is what the live engine said at those moments.
  const taps = await audits.taps(WALK_SITE, finished);
  expect(taps.map((tap) => tap.atMs)).toEqual(walk.stops.map((stop) => stop.atMs));
  const errors = live.map(({ errorM }) => errorM);
  const [floor, ...zones] = await certificates({ audits, registry });
  expect(floor).toMatchObject({ zoneId: null, state: 'valid', taps: live.length, by: 'Ina Installer', noFix: 0 });
  expect(Math.abs(floor!.medianM! - quantile(errors, 0.5)!)).toBeLessThan(0.15 * quantile(errors, 0.5)!);
  expect(Math.abs(floor!.p90M! - quantile(errors, 0.9)!)).toBeLessThan(0.15 * quantile(errors, 0.9)!);
  expect(zones.map(({ zoneId }) => zoneId)).toEqual(['east', 'middle', 'west']);
  for (const { enough, hitRate } of zones) {
    expect(enough).toBe(true);
    expect(hitRate).toBeGreaterThan(0.5);
  }

  // The taps are in the model from now on, not before: the certificate could not have known them.
  const timeline = registry.modelTimeline(WALK_SITE);
  const taught = timeline.at(-1)!;
  expect(taught.effectiveFromMs).toBeGreaterThan(walk.stops.at(-1)!.atMs);
  expect(taught.model.survey!.points.length).toBeGreaterThan(100);
  expect(timeline.slice(0, -1).every(({ model }) => model.survey === undefined)).toBe(true);
  const reopened = await openRegistry(
    duck,
    () => now,
    () => now,
  );
  expect(reopened.modelTimeline(WALK_SITE).at(-1)!.model.survey).toEqual(taught.model.survey);
  expect(
    await duck.get("select count(*) as n from model_items where json like '%points%'"),
    'stored once, however many versions name it',
  ).toEqual({ n: 1 });

  // Only what was tapped, by nobody's name but the walker's.
  const kept = JSON.stringify([
    await duck.all('select * from walk_audits'),
    await duck.all('select * from walk_taps'),
    await duck.all('select * from survey_points'),
  ]);
  expect(kept).not.toMatch(/accuracyM|u-[a-z0-9]{20}/);

  // A gateway is moved: its readings go with the move, the certificates are stale, the others' readings stay.
  now += 60_000;
  const g11 = walkGateways.find((gateway) => gateway.id === 'g11')!;
  const movedMs = now;
  await registry.gateways.put(WALK_SITE, { ...g11, xM: g11.xM + 3, name: 'By the fountain' });
  const moved = registry.modelTimeline(WALK_SITE).at(-1)!.model.survey!;
  expect(moved.points.some(({ heard }) => heard.some(({ gatewayId }) => gatewayId === 'g11'))).toBe(false);
  expect(moved.points.every(({ notListening }) => notListening?.includes('g11'))).toBe(true);
  expect(moved.points.some(({ heard }) => heard.some(({ gatewayId }) => gatewayId === 'g00'))).toBe(true);
  await audits.settled();
  const stale = await certificates({ audits, registry });
  expect(stale.every(({ state }) => state === 'stale')).toBe(true);
  expect(stale[0]!.reasons).toEqual([
    { what: 'moved', gatewayId: 'g11', gatewayName: 'By the fountain', at: new Date(movedMs).toISOString() },
  ]);
  // Hung back where it was, all holds again.
  await registry.gateways.put(WALK_SITE, g11);
  await audits.settled();
  expect((await certificates({ audits, registry })).every(({ state }) => state === 'valid')).toBe(true);
  expect(registry.modelTimeline(WALK_SITE).at(-1)!.model.survey).toEqual(taught.model.survey);

  await audits.remove(WALK_SITE, id);
  expect(await certificates({ audits, registry })).toEqual([]);
  expect(registry.modelTimeline(WALK_SITE).at(-1)!.model.survey).toBeUndefined();
  for (const table of ['walk_audits', 'walk_taps', 'survey_points'])
    expect(await duck.all(`select * from ${table}`)).toEqual([]);
}, 90_000);

test("a walk that no gateway heard, without a tap, or with a carrier that is a person's certifies nothing", async () => {
  const { audits, registry, duck } = await open();
  now = WALK_START;
  const begin = (carrierId: string) => audits.begin(WALK_SITE, { id: undefined, carrierId, clockMs: now, by: 'Ina' });
  await registry.carriers.putAll(WALK_SITE, [
    { ...walkCarrier, id: 'c-staff', kind: 'staff', minor: 8 },
    { ...walkCarrier, id: 'c-shopper', kind: 'shopper', minor: 9 },
  ]);
  await duck.run("insert into pairings values ($1, 'c-shopper', 's-1', 0, null, null)", [WALK_SITE]);
  await expect(begin('c-staff')).rejects.toThrow("is a person's");
  await expect(begin('c-shopper')).rejects.toThrow("is a person's");
  await expect(begin('c-nobody')).rejects.toThrow('does not exist');

  const { id } = await begin('c-walk');
  await expect(audits.finish(WALK_SITE, id)).rejects.toThrow('without a tap');
  await audits.addTaps(WALK_SITE, id, {
    clockMs: now,
    waypoints: [{ id: 'a', floorId: 'f0', xM: 5, yM: 5, atMs: now }],
  });
  await expect(audits.finish(WALK_SITE, id)).rejects.toThrow('no gateway heard this carrier');
  // It was paired while somebody walked with it: from then on it is not to be followed.
  await duck.run("insert into pairings values ($1, 'c-walk', 's-2', 0, null, null)", [WALK_SITE]);
  await expect(audits.finish(WALK_SITE, id)).rejects.toThrow("is a person's");
});
