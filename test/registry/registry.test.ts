import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Carrier, Floor, Gateway, Site, Zone } from '../../server/contract/model.ts';
import { Duck } from '../../server/db/duckdb.ts';
import { migrate } from '../../server/db/migrations/index.ts';
import { AppError } from '../../server/errors.ts';
import { MODEL_KEPT_MS, openRegistry } from '../../server/registry/registry.ts';
import type { Registry } from '../../server/registry/types.ts';

const NOW = Date.UTC(2026, 4, 4, 10);
const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
const SITE: Site = {
  id: 'mall',
  name: 'Mall',
  timezone: 'Europe/Prague',
  currency: 'EUR',
  clock: 'wall',
  uuids: [UUID],
  countUnknowns: false,
  historyFromMs: null,
  historyUntilMs: null,
};
const floor = (id: string): Floor => ({
  id,
  name: id,
  level: 0,
  widthM: 50,
  heightM: 30,
  outline: null,
  walls: [],
  image: null,
});
const zone = (id: string, floorId = 'f0'): Zone => ({
  id,
  floorId,
  name: id,
  kind: 'shop',
  shape: { type: 'circle', xM: 5, yM: 5, radiusM: 2 },
  tenantId: null,
  minStaySeconds: null,
});
const gateway = (id: string, floorId = 'f0'): Gateway => ({ id, floorId, xM: 1, yM: 1, zM: 2.5, enabled: true });
const carrier = (id: string, minor: number): Carrier => ({
  id,
  kind: 'tag',
  uuid: UUID,
  major: 1,
  minor,
  calibratedPowerDbm: null,
  label: null,
});

let folder: string;
let duck: Duck;
let registry: Registry;
let nowMs: number;
let siteNow: number | undefined;

const open = async () => {
  duck = await Duck.open(join(folder, 'db.duckdb'), { threads: 1, memoryLimit: '200MB' });
  await migrate(duck, NOW);
  registry = await openRegistry(
    duck,
    () => nowMs,
    () => siteNow,
  );
};
const reopen = async () => {
  await duck.close();
  await open();
};
const failure = async (work: Promise<unknown>): Promise<AppError> => {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'registry-'));
  nowMs = NOW;
  siteNow = undefined;
  await open();
  await registry.putSite(SITE);
  await registry.floors.put('mall', floor('f0'));
});
afterEach(async () => {
  await duck.close();
  rmSync(folder, { recursive: true });
});

test('everything is there again after a restart, floating metres included', async () => {
  const shop: Zone = {
    ...zone('shop'),
    shape: {
      type: 'polygon',
      rings: [
        [
          [0.1, 0.2],
          [3.3000000000000003, 0],
          [1, 7.25],
        ],
      ],
    },
  };
  await registry.zones.put('mall', shop);
  await registry.gateways.putAll('mall', [gateway('g1'), gateway('g2')]);
  await registry.carriers.putAll('mall', [carrier('c-1', 1), { ...carrier('c-2', 65535), calibratedPowerDbm: -59 }]);
  await registry.putDefinitions('mall', { ...registry.definitions('mall').definitions, visitGapMinutes: 20 });
  await registry.setDwellSeconds('mall', 'campaigns', { shop: [30, 60] });
  const before = registry.modelTimeline('mall');
  await reopen();
  expect(registry.sites()).toEqual([SITE]);
  expect(registry.zones.all('mall')).toEqual([shop]);
  expect(registry.gateways.all('mall').map((one) => one.id)).toEqual(['g1', 'g2']);
  expect(registry.carrierByBeacon('mall', UUID, 1, 65535)).toEqual({
    ...carrier('c-2', 65535),
    calibratedPowerDbm: -59,
  });
  expect(registry.definitionsVersions('mall').map((one) => [one.version, one.definitions.visitGapMinutes])).toEqual([
    [1, 15],
    [2, 20],
  ]);
  expect(registry.modelTimeline('mall')).toEqual(before);
  expect(before.at(-1)?.model.dwellSecondsByZone).toEqual({ shop: [30, 60] });
});

describe('model timeline', () => {
  test('which gateways tell little is part of it: dated, kept over a restart, gone with the gateway', async () => {
    siteNow = NOW;
    await registry.putSite(SITE);
    await registry.floors.put('mall', floor('f0'));
    await registry.gateways.putAll('mall', [gateway('g1'), gateway('g2')]);
    siteNow = NOW + 5_000;
    await registry.setSparseGateways('mall', ['g2', 'elsewhere']);
    await registry.setSparseGateways('mall', ['elsewhere', 'g2']);
    const timeline = registry.modelTimeline('mall');
    expect(timeline.slice(-2).map((one) => [one.effectiveFromMs, one.model.sparseGateways])).toEqual([
      [NOW, undefined],
      [NOW + 5_000, ['g2']],
    ]);
    const reopened = await openRegistry(
      duck,
      () => nowMs,
      () => siteNow,
    );
    expect(reopened.modelTimeline('mall')).toEqual(timeline);
    siteNow = NOW + 9_000;
    await reopened.zones.put('mall', zone('a'));
    expect(reopened.modelTimeline('mall').at(-1)!.model.sparseGateways).toEqual(['g2']);
    await reopened.gateways.remove('mall', 'g2');
    expect(reopened.modelTimeline('mall').at(-1)!.model.sparseGateways).toBeUndefined();
  });

  test('before the first data a change holds from the beginning', async () => {
    await registry.zones.put('mall', zone('a'));
    expect(registry.modelTimeline('mall').map((one) => one.effectiveFromMs)).toEqual([0]);
    expect(registry.modelTimeline('mall')[0]?.model.zones).toEqual([zone('a')]);
  });

  test('a bulk change makes one version, changes at the same time replace each other, later ones add', async () => {
    siteNow = NOW;
    await registry.zones.putAll('mall', [zone('a'), zone('b'), zone('c')]);
    await registry.gateways.put('mall', gateway('g1'));
    siteNow = NOW + 5_000;
    await registry.zones.remove('mall', 'b');
    const timeline = registry.modelTimeline('mall');
    expect(timeline.map((one) => one.effectiveFromMs)).toEqual([0, NOW, NOW + 5_000]);
    expect(timeline.map((one) => one.model.zones.map((z) => z.id))).toEqual([[], ['a', 'b', 'c'], ['a', 'c']]);
    expect(timeline[1]?.model.gateways).toEqual([gateway('g1')]);
  });

  test('a clock that went back does not rewrite the past', async () => {
    siteNow = NOW;
    await registry.zones.put('mall', zone('a'));
    siteNow = NOW - 60_000;
    await registry.zones.put('mall', zone('b'));
    expect(registry.modelTimeline('mall').map((one) => [one.effectiveFromMs, one.model.zones.length])).toEqual([
      [0, 0],
      [NOW, 2],
    ]);
  });

  test('a change that changes nothing of the model makes no version, also after a restart', async () => {
    siteNow = NOW;
    await registry.zones.put('mall', zone('a'));
    await registry.setDwellSeconds('mall', 'campaigns', { a: [20] });
    await reopen();
    siteNow = NOW + 10_000;
    await registry.putSite({ ...SITE, name: 'Renamed' });
    await registry.setDwellSeconds('mall', 'campaigns', { a: [20] });
    await registry.carriers.put('mall', carrier('c-1', 1));
    expect(registry.modelTimeline('mall')).toHaveLength(2);
  });

  test('versions older than the log are forgotten, but for the one in force, and their items with them', async () => {
    for (let day = 0; day < 10; day++) {
      siteNow = nowMs = NOW + day * 86_400_000;
      await registry.zones.put('mall', zone(`z${day}`));
      if (day > 0) await registry.zones.remove('mall', `z${day - 1}`);
    }
    const timeline = registry.modelTimeline('mall');
    expect(timeline[0]?.effectiveFromMs).toBe(0);
    expect(timeline[1]!.effectiveFromMs).toBeGreaterThan(nowMs - MODEL_KEPT_MS);
    expect(timeline.map((one) => one.model.zones.map((z) => z.id).join())).toEqual(['z5', 'z6', 'z7', 'z8', 'z9']);
    expect(await duck.get('select count(*) as n from model_items')).toEqual({ n: 1 + 5 });
    await reopen();
    expect(registry.modelTimeline('mall')).toEqual(timeline);
  });

  test('a site that lives in its data forgets nothing by the clock on the wall', async () => {
    await registry.putSite({ ...SITE, clock: 'data' });
    siteNow = NOW - 3 * 365 * 86_400_000;
    await registry.zones.put('mall', zone('a'));
    siteNow += 1_000;
    await registry.zones.put('mall', zone('b'));
    expect(registry.modelTimeline('mall')).toHaveLength(3);
  });

  test('dwell thresholds of several sources add up', async () => {
    await registry.setDwellSeconds('mall', 'campaigns', { a: [60, 20] });
    await registry.setDwellSeconds('mall', 'other', { a: [30, 20], b: [5] });
    expect(registry.modelTimeline('mall').at(-1)?.model.dwellSecondsByZone).toEqual({ a: [20, 30, 60], b: [5] });
    await registry.setDwellSeconds('mall', 'campaigns', {});
    expect(registry.modelTimeline('mall').at(-1)?.model.dwellSecondsByZone).toEqual({ a: [20, 30], b: [5] });
  });
});

describe('references', () => {
  test('a zone and a gateway need their floor', async () => {
    const error = await failure(registry.zones.put('mall', zone('a', 'f9')));
    expect([error.status, error.path]).toEqual([400, 'floorId']);
    expect(error.message).toContain('f0');
    const bulk = await failure(registry.gateways.putAll('mall', [gateway('g1'), gateway('g2', 'f9')]));
    expect([bulk.status, bulk.path]).toEqual([400, '1.floorId']);
    expect(registry.gateways.all('mall')).toEqual([]);
  });

  test('a floor in use stays, and the refusal lists what stands on it', async () => {
    await registry.zones.put('mall', zone('a'));
    await registry.gateways.put('mall', gateway('g1'));
    const error = await failure(registry.floors.remove('mall', 'f0'));
    expect(error.status).toBe(409);
    expect(error.message).toMatch(/zones a and gateways g1/);
    await registry.zones.remove('mall', 'a');
    await registry.gateways.remove('mall', 'g1');
    expect(await registry.floors.remove('mall', 'f0')).toBe(true);
    expect(await registry.floors.remove('mall', 'f0')).toBe(false);
  });

  test('no two carriers share a beacon; a swap in one call is no conflict', async () => {
    await registry.carriers.putAll('mall', [carrier('c-1', 1), carrier('c-2', 2)]);
    const error = await failure(registry.carriers.put('mall', carrier('c-3', 1)));
    expect([error.status, error.message.includes('c-1')]).toEqual([409, true]);
    const within = await failure(registry.carriers.putAll('mall', [carrier('c-4', 7), carrier('c-5', 7)]));
    expect(within.path).toBe('1.minor');
    await registry.carriers.putAll('mall', [carrier('c-1', 2), carrier('c-2', 1)]);
    expect(registry.carrierByBeacon('mall', UUID, 1, 1)?.id).toBe('c-2');
    expect(registry.carrierByBeacon('mall', UUID, 1, 2)?.id).toBe('c-1');
    await registry.carriers.remove('mall', 'c-2');
    expect(registry.carrierByBeacon('mall', UUID, 1, 1)).toBeUndefined();
  });

  test('an unknown site is told, and a failed write leaves memory as it was', async () => {
    expect((await failure(registry.zones.put('nowhere', zone('a')))).status).toBe(404);
    await duck.run('alter table zones rename to hidden');
    await expect(registry.zones.put('mall', zone('a'))).rejects.toThrow();
    expect(registry.zones.all('mall')).toEqual([]);
    await duck.run('alter table hidden rename to zones');
    await registry.zones.put('mall', zone('a'));
    expect(registry.modelTimeline('mall').at(-1)?.model.zones).toHaveLength(1);
  });
});

test('listeners hear of each change after the write, and one that fails hurts nobody', async () => {
  const heard: string[] = [];
  const stop = registry.onChange((change) => {
    heard.push(`${change.siteId} ${change.what} ${registry.zones.all('mall').length}`);
  });
  await registry.zones.put('mall', zone('a'));
  await registry.setDwellSeconds('mall', 'campaigns', { a: [1] });
  stop();
  await registry.zones.put('mall', zone('b'));
  expect(heard).toEqual(['mall zones 1', 'mall campaigns 1']);
});

test('parallel changes are all kept', async () => {
  siteNow = NOW;
  await Promise.all(Array.from({ length: 20 }, (_, i) => registry.zones.put('mall', zone(`z${i}`))));
  expect(registry.zones.all('mall')).toHaveLength(20);
  expect(registry.modelTimeline('mall').at(-1)?.model.zones).toHaveLength(20);
});
