/** The whole server with data in it: what it answers is what its document and the contract say. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, createApp } from '../../server/app.ts';
import { parseServerConfig } from '../../server/config.ts';
import type { CoverageMap } from '../../server/contract/coverage.ts';
import type { PeakHours, Series } from '../../server/contract/metrics.ts';
import { OpenApiCheck, type OpenApiDocument } from '../support/openApiCheck.ts';
import { eventually } from '../support/serverProcess.ts';

const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
/** The Sunday on which Prague goes over to summer time; the gateway is silent from 10:00 to 12:00 UTC. */
const DAY_FROM = Date.parse('2026-03-28T23:00:00Z');
const HOUR_MS = 3_600_000;

let app: App;
let url = '';
let token = '';
let documented: OpenApiCheck;
let client: MqttClient;
const dataDir = mkdtempSync(join(tmpdir(), 'documented-'));

async function call<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> {
  const whole = `${url}/api/v1${path}`;
  const response = await fetch(whole, {
    method: method.toUpperCase(),
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  documented?.check(method, whole, { status: response.status, headers: response.headers, text });
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as T };
}

/** Fifteen people for five minutes of each hour of the day, and a heartbeat of the gateway every minute. */
function* batches(): Generator<object> {
  let seq = 0;
  for (let atMs = DAY_FROM; atMs < DAY_FROM + 23 * HOUR_MS; atMs += 10_000) {
    const hour = Math.floor((atMs - DAY_FROM) / HOUR_MS);
    if (hour === 11 || hour === 12) continue;
    const here = atMs % HOUR_MS < 5 * 60_000;
    if (!here && atMs % 60_000 !== 0) continue;
    const minors = here ? Array.from({ length: 15 }, (_, i) => hour * 15 + i) : [];
    const sightings = minors.map((minor) => [0, 1, minor, -55, -52, 4, -59, 500]);
    yield { v: 1, epoch: 1, seq: ++seq, fromMs: atMs, toMs: atMs + 1_000, uuids: [UUID], sightings };
  }
}

beforeAll(async () => {
  const config = parseServerConfig('', 'test', {
    PROMENADE_DATA_DIR: dataDir,
    PROMENADE_HTTP_PORT: '0',
    PROMENADE_MQTT_EMBEDDED_PORT: '0',
  });
  app = createApp(config, { clock: Date.now });
  const addresses = await app.start();
  url = addresses.url;
  token = await app.issueDemoToken();
  const document = await fetch(`${url}/api/v1/openapi.json`);
  documented = new OpenApiCheck((await document.json()) as OpenApiDocument);

  const made: [string, string, unknown][] = [
    ['post', '/sites', { id: 'mall', name: 'Mall', timezone: 'Europe/Prague', clock: 'data', uuids: [UUID] }],
    ['post', '/sites/mall/floors', { id: 'f0', name: 'Ground', level: 0, widthM: 20, heightM: 20 }],
    ['post', '/sites/mall/gateways', { id: 'g1', floorId: 'f0', xM: 10, yM: 10 }],
    [
      'post',
      '/sites/mall/zones',
      { id: 'shop', floorId: 'f0', name: 'Shop', kind: 'shop', shape: { type: 'circle', xM: 10, yM: 10, radiusM: 8 } },
    ],
    ['post', '/sites/mall/carriers', [{ kind: 'tag', uuid: UUID, major: 1, minor: 1 }]],
    [
      'put',
      '/sites/mall/campaigns/c1',
      {
        name: 'C',
        zoneIds: ['shop'],
        trigger: { type: 'enter' },
        offer: { title: 'T', text: 'X', validMinutes: 5 },
      },
    ],
  ];
  for (const [method, path, body] of made) {
    const answer = await call(method, path, body);
    expect([path, answer.status, answer.body]).toEqual([path, method === 'post' ? 201 : 200, expect.anything()]);
  }
  client = mqtt.connect(addresses.mqttUrl, { clientId: 'g1' });
  let sent = 0;
  for (const batch of batches()) {
    client.publish('promenade/1/mall/g1/sightings', JSON.stringify(batch), { qos: 1 });
    sent++;
  }
  await eventually('all batches', async () =>
    (await call<{ batches: number }>('get', '/ingest')).body.batches === sent ? true : undefined,
  );
  // Once the site's clock has gone past the visits of the last hour.
  await eventually('all visits', async () => {
    const { body } = await call<Series>('get', `/sites/mall/metrics/footfall?${period()}&interval=day`);
    return body.series[0]?.value === 21 * 15 ? true : undefined;
  });
}, 60_000);

afterAll(async () => {
  await client?.endAsync(true);
  await app?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const period = (from = '2026-03-29T00:00:00%2B01:00', to = '2026-03-30T00:00:00%2B02:00'): string =>
  `from=${from}&to=${to}`;

test('answers with data in them are as the document says', async () => {
  const metrics = '/sites/mall/metrics';
  const paths = [
    ...['footfall', 'occupancy', 'dwell', 'unique-visitors', 'capture-rate'].flatMap((metric) =>
      ['15m', 'hour', 'day', 'week'].map((step) => `${metrics}/${metric}?${period()}&interval=${step}&zone=shop`),
    ),
    ...['footfall', 'occupancy', 'dwell', 'unique-visitors'].map((metric) => `${metrics}/${metric}?${period()}`),
    ...['peak-hours', 'affinity', 'flows', 'returning'].flatMap((metric) => [
      `${metrics}/${metric}?${period()}`,
      `${metrics}/${metric}?${period()}&zone=shop`,
    ]),
    ...['dwell', 'carriers'].map((measure) => `${metrics}/heatmap?floor=f0&${period()}&cellM=2&measure=${measure}`),
    ...['live', 'gateways', 'gateways/waiting', 'dead-letters', 'zones', 'floors', 'carriers', 'campaigns'].map(
      (what) => `/sites/mall/${what}`,
    ),
    ...['definitions', 'definitions/versions', 'attention', 'reference-counts', 'audit'].map(
      (what) => `/sites/mall/${what}`,
    ),
    '/sites/mall/campaigns/c1/funnel',
    '/sites/mall/campaigns/c1/decisions',
    '/sites',
    '/tokens',
    '/auth/me',
    '/ingest',
    '/shopper/sites',
  ];
  for (const path of paths) expect([path, (await call('get', path)).status]).toEqual([path, 200]);
});

test('a day of 23 hours has 23 points, each with its offset, and null where the gateway was silent', async () => {
  const { body } = await call<Series>('get', `/sites/mall/metrics/footfall?${period()}&interval=hour`);
  expect(body.series).toHaveLength(23);
  expect(body.series.map(({ start }) => start).slice(0, 4)).toEqual([
    expect.stringMatching(/^2026-03-29T00:00:00(\.000)?\+01:00$/),
    expect.stringMatching(/^2026-03-29T01:00:00(\.000)?\+01:00$/),
    expect.stringMatching(/^2026-03-29T03:00:00(\.000)?\+02:00$/),
    expect.stringMatching(/^2026-03-29T04:00:00(\.000)?\+02:00$/),
  ]);
  const silent = body.series.slice(11, 13);
  for (const point of silent) expect(point).toMatchObject({ value: null, low: null, high: null, coverage: 0 });
  expect(body.series.slice(0, 11).map(({ value }) => value)).toEqual(Array.from({ length: 11 }, () => 15));
});

test('a week begins on Monday by the local clock, and peak hours leave the half-covered day out', async () => {
  const week = await call<Series>('get', `/sites/mall/metrics/footfall?${period()}&interval=week`);
  expect(week.body.series).toHaveLength(1);
  const peak = await call<PeakHours>('get', `/sites/mall/metrics/peak-hours?${period()}`);
  expect(peak.body.grid.map((hours) => hours.length)).toEqual([24, 24, 24, 24, 24, 24, 24]);
  // Twenty-one of twenty-three hours lie above nine tenths.
  expect(peak.body.excludedDays).toEqual([]);
});

test.each(['area', 'traffic'])('the coverage map of a running site, by %s', async (weight) => {
  const { status, body } = await call<CoverageMap>('get', `/sites/mall/floors/f0/coverage?weight=${weight}`);
  expect(status).toBe(200);
  // A floor of 20 × 20 m with one gateway in its middle.
  expect(body.cells.length).toBe(100);
  expect(body.cells.every(({ gateways }) => gateways === 1)).toBe(true);
  expect(body.summary).toMatchObject({ weak: 1, blind: 0 });
  const errorAt = (x: number, y: number) => body.cells.find(({ xM, yM }) => xM === x && yM === y)!.errorM;
  expect(errorAt(10, 10)).toBeLessThan(errorAt(18, 18));
  // Up to three, and only where one more helps.
  expect(body.oneMore.length).toBeGreaterThan(0);
  expect(body.oneMore.length).toBeLessThanOrEqual(3);
});

test.each([
  ['/sites/mall/metrics/footfall?from=2026-03-29T00:00:00&to=2026-03-30T00:00:00Z', 400, 'query.from'],
  ['/sites/mall/metrics/footfall?from=0001-01-01T00:00:00Z&to=0001-01-02T00:00:00Z', 200, undefined],
  ['/sites/mall/metrics/footfall?from=9999-12-30T00:00:00Z&to=9999-12-31T00:00:00Z', 200, undefined],
  ['/sites/mall/metrics/peak-hours?from=9999-12-30T00:00:00Z&to=9999-12-31T23:59:59Z', 200, undefined],
  ['/sites/mall/metrics/heatmap?floor=f0&from=0001-01-01T00:00:00Z&to=0001-01-02T00:00:00Z', 200, undefined],
  ['/sites/mall/metrics/footfall?from=2026-03-29T00:00:00Z&to=2026-03-30T00:00:00Z&zone=__proto__', 400, 'query.zone'],
  [
    '/sites/mall/metrics/heatmap?floor=f0&from=2026-03-29T00:00:00Z&to=2026-03-30T00:00:00Z&cellM=NaN',
    400,
    'query.cellM',
  ],
  [
    '/sites/mall/metrics/footfall?from=2026-03-29T00:00:00Z&to=2026-03-30T00:00:00Z&interval=constructor',
    400,
    'query.interval',
  ],
  ['/sites/__proto__/live', 404, undefined],
  ['/sites/mall/zones/constructor', 404, undefined],
])('%s gives %i', async (path, status, field) => {
  const answer = await call<{ error?: { path?: string } }>('get', path);
  expect([answer.status, answer.body.error?.path]).toEqual([status, field]);
});
