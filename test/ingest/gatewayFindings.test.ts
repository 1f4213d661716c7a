/** What is said of gateways, from MQTT to the words; and that nothing is said of healthy ones. */
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FindingCode, GatewayFinding, GatewayHealthView } from '../../server/contract/gatewayHealth.ts';
import { type ConfigMessage, configMessage, type StatusMessage } from '../../server/contract/wire.ts';
import { GATEWAYS, type Harness, SITE, startHarness, T0, UUID } from '../support/pipelineHarness.ts';
import { until } from '../support/until.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let now = T0;
let harness: Harness;
let client: MqttClient;
const configs = new Map<string, ConfigMessage>();
let seq = 0;

beforeEach(async () => {
  now = T0;
  configs.clear();
  seq = 0;
  harness = await startHarness({ site: { clock: 'wall' }, clock: () => now });
  client = await mqtt.connectAsync(harness.url, { clientId: 'fleet' });
  client.on('message', (topic, payload) => {
    configs.set(topic.split('/')[3]!, configMessage.parse(JSON.parse(payload.toString())));
  });
  await client.subscribeAsync(`promenade/1/${SITE}/+/config`, { qos: 1 });
});
afterEach(async () => {
  await client.endAsync(true);
  await harness.close();
});

const publish = (gatewayId: string, leaf: string, payload: object) =>
  client.publishAsync(`promenade/1/${SITE}/${gatewayId}/${leaf}`, JSON.stringify(payload), { qos: 1 });
const status = (gatewayId: string, over: Partial<StatusMessage> = {}) =>
  publish(gatewayId, 'status', {
    online: true,
    version: '0.2.0',
    epoch: 1,
    clockMs: now,
    outboxBatches: 0,
    droppedBatches: 0,
    advertsPerSecond: 80,
    ...over,
  });
/** Settles when it has come through: the clock goes on after it. */
const heartbeat = async (gatewayId: string) => {
  seq += 1;
  const sightings = [[0, 1, 2, -60, -58, 3, -59, 500]];
  await publish(gatewayId, 'sightings', {
    v: 1,
    epoch: 1,
    seq,
    fromMs: now - 1_000,
    toMs: now,
    uuids: [UUID],
    sightings,
  });
  await until(() => of(gatewayId).lastCarrierMs).toBe(now);
};
const of = (gatewayId: string): GatewayHealthView =>
  harness.pipeline.gatewayHealth(SITE).find(({ id }) => id === gatewayId)!;
const codes = (gatewayId: string): FindingCode[] => of(gatewayId).findings.map(({ code }) => code);
const finding = (gatewayId: string, code: FindingCode): GatewayFinding | undefined =>
  of(gatewayId).findings.find((one) => one.code === code);
const everybody = async (over: Partial<StatusMessage> = {}) => {
  for (const { id } of GATEWAYS) await status(id, { configId: configs.get(id)?.id ?? null, ...over });
};

describe('what a gateway says of itself', () => {
  test('healthy ones have no finding, and what they report stands in their health', async () => {
    await until(() => configs.size).toBe(4);
    for (let i = 0; i < 6; i++) {
      await everybody({
        uptimeSeconds: 60 + 10 * i,
        scannerRestarts: 0,
        airDbm: [-95, -82, -60],
        program: { cpuShare: 0.03, memoryBytes: 9e7 },
        box: { temperatureC: 51.5, load: 0.2, memoryFreeShare: 0.6, uptimeSeconds: 9_999 },
      });
      await heartbeat('g1');
      now += 10_000;
    }
    for (const { id } of GATEWAYS) expect(of(id).findings).toEqual([]);
    await until(() => of('g1')).toMatchObject({
      online: true,
      weakestDbm: -95,
      coverageHour: 1,
      lastCarrierMs: now - 10_000,
      config: { state: 'confirmed' },
      scannerRestarts: 0,
      uptimeSeconds: 110,
      box: { temperatureC: 51.5 },
      program: { cpuShare: 0.03 },
      newestVersion: '0.2.0',
    });
    expect(harness.pipeline.snapshot(SITE)?.gateways[0]).toMatchObject({ finding: null, findings: [] });
  });

  test('never heard, offline, silent: since when, and what to do', async () => {
    expect(finding('g1', 'never-heard')).toMatchObject({ severity: 'warning', sinceMs: null });
    await status('g1');
    await status('g2');
    const seenMs = now;
    expect(codes('g1')).toEqual([]);
    await publish('g2', 'status', { online: false });
    expect(finding('g2', 'offline')).toMatchObject({ severity: 'fault', sinceMs: seenMs, text: 'offline since 10:00' });
    now += 61_000;
    expect(finding('g1', 'silent')).toMatchObject({ sinceMs: seenMs, todo: expect.stringContaining('power') });
    expect(codes('g2')).toEqual(['offline']);
  });

  test('its own fault, its clock, its backlog, its losses; a loss is told for a day', async () => {
    await status('g1', { droppedBatches: 0 });
    now += 10_000;
    const sinceMs = now;
    await status('g1', {
      fault: 'The Bluetooth adapter is off; switch it on',
      clockMs: now - 5_000,
      outboxBatches: 400,
      droppedBatches: 7,
      box: { temperatureC: 84 },
      advertsPerSecond: 1_400,
    });
    // Of the clock three in a row are believed.
    for (let i = 0; i < 3; i++) {
      now += 10_000;
      await status('g1', {
        fault: 'The Bluetooth adapter is off; switch it on',
        clockMs: now - 5_000,
        outboxBatches: 400,
        droppedBatches: 7,
        box: { temperatureC: 84 },
        advertsPerSecond: 1_400,
      });
    }
    expect(codes('g1').sort()).toEqual(
      ['radio-fault', 'clock-off', 'catching-up', 'dropped-batches', 'hot', 'crowded-air'].sort(),
    );
    expect(of('g1').findings[0]).toMatchObject({ code: 'radio-fault', sinceMs, severity: 'fault' });
    expect(finding('g1', 'catching-up')).toMatchObject({ sinceMs, params: { batches: 400 } });
    expect(finding('g1', 'dropped-batches')).toMatchObject({ sinceMs, params: { batches: 7 } });
    expect(finding('g1', 'clock-off')).toMatchObject({ params: { offsetMs: 5_000 }, text: 'clock is 5.0 s behind' });
    await publish('g1', 'gap', { epoch: 1, fromSeq: 10, toSeq: 16, reason: 'outbox-full' });
    await publish('g1', 'gap', { epoch: 1, fromSeq: 10, toSeq: 16, reason: 'outbox-full' });
    await until(() => of('g1').lostBatches).toBe(7);
    now += 25 * HOUR_MS;
    await status('g1', { droppedBatches: 7 });
    expect(codes('g1')).not.toContain('dropped-batches');
    expect(of('g1').lostBatches).toBe(7);
  });

  test('a configuration is pending, refused, confirmed; a program of before says nothing, and is blamed for nothing', async () => {
    await until(() => configs.size).toBe(4);
    await status('g1', { configId: 'another' });
    await status('g2', {
      configId: 'another',
      configRefused: { id: configs.get('g2')!.id!, why: 'windowMs: Too small' },
    });
    await status('g3', { configId: configs.get('g3')!.id });
    await status('g4');
    expect(of('g1').config.state).toBe('pending');
    expect(codes('g1')).toEqual([]);
    expect(finding('g2', 'config-refused')).toMatchObject({ params: { why: 'windowMs: Too small' } });
    expect(of('g3').config.state).toBe('confirmed');
    now += 2 * MINUTE_MS;
    await status('g1', { configId: 'another' });
    await status('g4');
    expect(finding('g1', 'config-pending')).toMatchObject({ sinceMs: T0 });
    expect(of('g4').config).toEqual({ state: 'unknown', sinceMs: null, why: null });
    expect(codes('g4')).toEqual([]);
    // One gateway's own settings are another configuration, for it alone.
    const before = configs.get('g3')!.id;
    await harness.registry.gateways.put(SITE, {
      ...harness.registry.gateways.get(SITE, 'g3')!,
      settings: { windowMs: 500, statusEveryMs: 5_000 },
    });
    await until(() => configs.get('g3')?.windowMs).toBe(500);
    expect(configs.get('g3')!.id).not.toBe(before);
    expect(configs.get('g1')!.windowMs).toBe(1_000);
    await status('g3', { configId: before });
    expect(of('g3').config).toMatchObject({ state: 'pending', sinceMs: now });
  });

  test('an older version than others run, of the same program', async () => {
    await status('g1', { version: '0.9.9' });
    await status('g2', { version: '0.10.0' });
    await status('g3', { version: 'ESPresense 3.3.5' });
    await status('g4', { version: 'unknown' });
    await until(() => finding('g1', 'old-version')).toMatchObject({
      severity: 'info',
      params: { version: '0.9.9', newest: '0.10.0' },
    });
    for (const id of ['g2', 'g3', 'g4']) expect(codes(id)).toEqual([]);
    expect(harness.pipeline.snapshot(SITE)?.gateways[0]?.finding).toBeNull();
  });

  test('radios that restart, programs that restart, two boxes under one id', async () => {
    for (let i = 0; i < 5; i++) {
      now += 5 * MINUTE_MS;
      await status('g1', { scannerRestarts: i });
      await status('g2', { epoch: 10 + i, scannerRestarts: 0 });
      await status('g3', { epoch: i % 2 === 0 ? 20 : 7 });
      // A restart begins the count of its radio's anew: that is none of its radio's.
      await status('g4', { epoch: i < 2 ? 1 : 2, scannerRestarts: i < 2 ? 1 : 0 });
    }
    expect(finding('g1', 'radio-restarts')).toMatchObject({ params: { restarts: 4 }, sinceMs: T0 + 10 * MINUTE_MS });
    expect(codes('g1')).toEqual(['radio-restarts']);
    expect(codes('g2')).toEqual(['program-restarts']);
    expect(codes('g3')).toEqual(['duplicate-id']);
    expect(codes('g4')).toEqual([]);
    now += 61 * MINUTE_MS;
    await status('g1', { scannerRestarts: 4 });
    expect(codes('g1')).toEqual([]);
  });
});

describe('what history tells', () => {
  test('a week of quarter hours is kept over a kill, the usual of the hour comes of it, and noise beside one gateway shows', async () => {
    // Four days of one evening hour each, and then an evening on which something drowns what g1 hears.
    for (let day = 0; day < 5; day++)
      for (let minute = 1; minute < 60; minute += 10) {
        now = T0 + day * 24 * HOUR_MS + minute * MINUTE_MS;
        for (const { id } of GATEWAYS)
          await status(id, { airDbm: [day === 4 && id === 'g1' ? -82 : -94, -80, -60], advertsPerSecond: 100 + day });
        await heartbeat('g1');
        if (minute === 31) await harness.pipeline.gatewayHistory(SITE, 'g1');
      }
    const before = await harness.pipeline.gatewayHistory(SITE, 'g1');
    expect(before).toHaveLength(20);
    expect(before[0]).toMatchObject({ start: '2024-03-04T09:00:00.000Z', advertsPerSecond: 100, weakestDbm: -94 });
    // Those of all gateways in one answer: slots from the start, null where nothing was told.
    const all = (await harness.pipeline.gatewayAdverts(SITE))!;
    expect(all.gateways.map(({ id }) => id)).toEqual(GATEWAYS.map(({ id }) => id).sort());
    for (const { id, advertsPerSecond } of all.gateways) {
      const told = advertsPerSecond.flatMap((value, slot) =>
        value === null ? [] : [{ start: new Date(Date.parse(all.start) + slot * 900_000).toISOString(), value }],
      );
      const history = await harness.pipeline.gatewayHistory(SITE, id);
      expect(told.length).toBe(20);
      expect(told).toEqual(history.map(({ start, advertsPerSecond }) => ({ start, value: advertsPerSecond })));
    }
    await harness.restart();
    await client.endAsync(true);
    client = await mqtt.connectAsync(harness.url, { clientId: 'fleet' });
    expect(await harness.pipeline.gatewayHistory(SITE, 'g1')).toEqual(before);
    expect(of('g1')).toMatchObject({ usualAdvertsPerSecond: 101.5, usualWeakestDbm: -94 });
    now += 6 * MINUTE_MS;
    for (const { id } of GATEWAYS) await status(id, { airDbm: [id === 'g1' ? -82 : -94, -80, -60] });
    await heartbeat('g2');
    now += 6 * MINUTE_MS;
    for (const { id } of GATEWAYS) await status(id, { airDbm: [id === 'g1' ? -82 : -94, -80, -60] });
    await heartbeat('g3');
    await until(() => finding('g1', 'noise-up')?.params).toEqual({ db: 12 });
    for (const id of ['g2', 'g3', 'g4']) expect(codes(id)).toEqual([]);
    // What is older than a week goes.
    now += 8 * 24 * HOUR_MS;
    await heartbeat('g1');
    expect((await harness.pipeline.gatewayHistory(SITE, 'g1')).length).toBeLessThanOrEqual(1);
  });
});
