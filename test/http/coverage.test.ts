import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CoverageMap } from '../../server/contract/coverage.ts';
import type { Gateway } from '../../server/contract/model.ts';
import { Harness } from './harness.ts';

let harness: Harness;
const MAP = '/sites/mall/floors/f0/coverage';
const PLACES: [number, number][] = [
  [8, 8],
  [25, 8],
  [8, 22],
  [25, 22],
];
const gateway = (id: string, xM: number, yM: number): Gateway => ({
  id,
  name: id,
  floorId: 'f0',
  xM,
  yM,
  zM: 3,
  enabled: true,
});

const mapOf = async (query = ''): Promise<CoverageMap> => {
  const { status, body } = await harness.ask<CoverageMap>('get', `${MAP}${query}`, { as: 'installer' });
  expect(status).toBe(200);
  return body;
};
const draftMap = async (draft: object): Promise<CoverageMap> => {
  const { status, body } = await harness.ask<CoverageMap>('post', MAP, { as: 'installer', body: draft });
  expect(status).toBe(200);
  return body;
};
const errorAt = ({ cells, cellM }: CoverageMap, xM: number, yM: number): number =>
  cells.find((cell) => xM >= cell.xM && xM < cell.xM + cellM && yM >= cell.yM && yM < cell.yM + cellM)!.errorM;

beforeAll(async () => {
  harness = await Harness.open();
  await harness.registry.gateways.remove('mall', 'g1');
  await harness.registry.gateways.putAll(
    'mall',
    PLACES.map(([x, y], i) => gateway(`g${i}`, x, y)),
  );
});
afterAll(() => harness.close());

test('the map of a floor says what to expect where, and where one more gateway belongs', async () => {
  const map = await mapOf();
  expect(map).toMatchObject({ floor: 'f0', cellM: 2, weight: 'area', enoughGateways: 3 });
  expect(map.radio).toMatchObject({ fromTraffic: false, fromSurvey: false });
  // A floor of 50 × 30 m.
  expect(map.cells.length).toBe(25 * 15);
  expect(errorAt(map, 17, 15)).toBeLessThan(errorAt(map, 49, 15));
  expect(map.summary.medianM).toBeGreaterThan(0.5);
  expect(map.summary.p90M).toBeGreaterThan(map.summary.medianM);
  expect(map.oneMore.length).toBe(3);
  // All gateways hang in the left half and its middle.
  expect(map.oneMore[0]!.xM).toBeGreaterThan(33);
  expect(map.oneMore[0]!.meanBeforeM).toBe(map.summary.meanM);
  expect(map.oneMore[0]!.meanAfterM).toBeLessThan(map.summary.meanM);
  expect((await mapOf('?cellM=5')).cells.length).toBe(10 * 6);
});

test('a draft is reckoned with and not saved', async () => {
  const now = await mapOf();
  const [best] = now.oneMore;
  const drafted = PLACES.map(([xM, yM], i) => ({ id: `g${i}`, xM, yM, zM: 3, enabled: true }));
  const same = await draftMap({ gateways: drafted });
  expect(same.cells).toEqual(now.cells);
  const more = await draftMap({ gateways: [...drafted, { xM: best!.xM, yM: best!.yM, zM: best!.zM }], oneMore: false });
  expect(more.summary.meanM).toBeCloseTo(best!.meanAfterM, 1);
  expect(more.oneMore).toEqual([]);
  expect(harness.registry.gateways.all('mall').length).toBe(PLACES.length);
  expect((await draftMap({ gateways: [], oneMore: false })).summary.blind).toBe(1);
});

test('a gateway that is moved, switched off or left out of the question changes the map at once', async () => {
  const before = await mapOf();
  const without = await mapOf('?gateways=g0,g1,g2');
  expect(errorAt(without, 25, 23)).toBeGreaterThan(errorAt(before, 25, 23));
  await harness.registry.gateways.put('mall', { ...gateway('g3', 25, 22), enabled: false });
  expect((await mapOf()).cells).toEqual(without.cells);
  await harness.registry.gateways.put('mall', gateway('g3', 45, 22));
  expect(errorAt(await mapOf(), 45, 23)).toBeLessThan(errorAt(before, 45, 23));
  await harness.registry.gateways.put('mall', gateway('g3', 25, 22));
  expect((await mapOf()).cells).toEqual(before.cells);
});

test('where people were seen counts more, if asked', async () => {
  const answer = await harness.questions.heatmap({
    siteId: 'mall',
    floorId: 'f0',
    fromMs: 0,
    toMs: 1,
    cellM: 4,
    measure: 'dwell',
  });
  const asked = harness.questions.heatmap;
  harness.questions.heatmap = (query) => {
    expect(query).toMatchObject({ siteId: 'mall', floorId: 'f0', toMs: harness.nowMs, measure: 'dwell' });
    expect(query.toMs - query.fromMs).toBe(7 * 86_400_000);
    return Promise.resolve({ ...answer, cellM: 4, cells: [{ xM: 0, yM: 12, value: 500 }] });
  };
  const byTraffic = await mapOf('?weight=traffic');
  harness.questions.heatmap = asked;
  const byArea = await mapOf();
  expect(byTraffic.weight).toBe('traffic');
  expect(byTraffic.cells).toEqual(byArea.cells);
  expect(byTraffic.summary.meanM).not.toBe(byArea.summary.meanM);
});

test('what the positioner has learned goes in', async () => {
  const before = await draftMap({ gateways: [{ xM: 10, yM: 10 }], oneMore: false });
  harness.pipeline.radio = {
    powerDb: -3,
    powerCount: 900,
    gatewayIds: ['g0'],
    offsetDb: [0],
    noiseDb: 7,
    noiseCount: 5_000,
    heardShare: 0.3,
    heardCount: 5_000,
  };
  const after = await draftMap({ gateways: [{ xM: 10, yM: 10 }], oneMore: false });
  harness.pipeline.radio = undefined;
  expect(after.radio.fromTraffic).toBe(true);
  expect(after.radio.noiseDb).toBeGreaterThan(before.radio.noiseDb);
  expect(after.summary.medianM).toBeGreaterThan(before.summary.medianM);
});

test('many who ask at once wait for each other, too many are sent away, and nobody else waits for long', async () => {
  const ask = () =>
    harness.ask<CoverageMap>('post', MAP, { as: 'installer', body: { gateways: [{ xM: 10, yM: 10 }], cellM: 3 } });
  const order: string[] = [];
  const asked = Array.from({ length: 24 }, async () => {
    const answer = await ask();
    order.push('map');
    return answer;
  });
  const health = await harness.ask('get', '//healthz');
  order.push('health');
  expect(health.status).toBe(200);
  const answers = await Promise.all(asked);
  // It came last and did not wait for the maps before it.
  expect(order.indexOf('health')).toBeLessThan(16);
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(16);
  expect(statuses.every((status) => status === 200 || status === 503)).toBe(true);
  const [first] = answers.filter(({ status }) => status === 200);
  for (const { status, body } of answers) if (status === 200) expect(body).toEqual(first!.body);
});

test('faults say what is wrong', async () => {
  const ask = (method: string, path: string, body?: unknown) => harness.ask(method, path, { as: 'installer', body });
  expect((await ask('get', '/sites/mall/floors/attic/coverage')).status).toBe(404);
  expect((await ask('post', '/sites/mall/floors/attic/coverage', { gateways: [] })).status).toBe(404);
  expect((await ask('get', `${MAP}?cellM=0`)).status).toBe(400);
  expect(await ask('get', `${MAP}?gateways=g0,nobody`)).toMatchObject({
    status: 400,
    body: { error: { path: 'query.gateways', message: expect.stringContaining('nobody') } },
  });
  expect((await ask('post', MAP, { gateways: [{ xM: 1 }] })).status).toBe(400);
  expect(harness.failures).toEqual([]);
});
