import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Fleet } from '../../simulators/fleet.ts';
import { idOf, levelOf, readRecorded, readWaypoints } from '../../simulators/recorded.ts';
import { playRecorded } from '../../simulators/replayPlay.ts';
import { beaconOf, replaySiteOf } from '../../simulators/replaySite.ts';
import { TestBroker, until } from './support.ts';

const T = 1_574_559_490_000;
let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'recorded-')), 'tiny-mall');
  mkdirSync(folder);
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

const write = (name: string, lines: string[]): void =>
  writeFileSync(join(folder, name), gzipSync(`${lines.join('\n')}\n`));

function tiny(): void {
  write('gateways.csv.gz', [
    'id,floor,x,y,z,alias',
    '0C:25:76:1E:F4:7A,B1,10.5,20,,estimated',
    'O-DR,F2,3,4,1.5,door right',
  ]);
  write('sightings.csv.gz', [
    't_ms,carrier,gateway,rssi,uuid,major,minor,measured_power',
    `${T + 5_500},walk-2,O-DR,-70,X,0,0,-56`,
    `${T + 100},walk-1,0C:25:76:1E:F4:7A,-80,X,0,0,-56`,
    `${T + 700},walk-1,0C:25:76:1E:F4:7A,-84,X,0,0,-56`,
    `${T + 900},walk-1,no-such-gateway,-84,X,0,0,-56`,
    `${T + 950},walk-1,O-DR,,X,0,0,-56`,
    `${T + 3_600_000},walk-3,O-DR,-66,X,0,0,-56`,
  ]);
  write('truth.csv.gz', ['t_ms,carrier,floor,x,y,zone,split', `${T},walk-1,B1,1,2,,train`, `${T},walk-9,B1,,,inside,`]);
}

test('reads gateways, sightings in the order of time, and waypoints; counts what it leaves out', async () => {
  tiny();
  const data = await readRecorded(folder);
  expect(data.name).toBe('tiny-mall');
  expect(data.gateways).toMatchObject([
    { id: '0c25761ef47a', floorId: 'b1', xM: 10.5, yM: 20, zM: undefined },
    { id: 'o-dr', floorId: 'f2', zM: 1.5, alias: 'door right' },
  ]);
  expect(data.sightings.map((one) => [one.atMs - T, data.carriers[one.carrier], one.gateway, one.rssiDbm])).toEqual([
    [100, 'walk-1', 0, -80],
    [700, 'walk-1', 0, -84],
    [5_500, 'walk-2', 1, -70],
    [3_600_000, 'walk-3', 1, -66],
  ]);
  expect(data.skipped).toEqual({ noLink: 0, unknownGateway: 1, unreadable: 1 });
  expect(data.floors.map(({ id, level, widthM }) => [id, level, widthM])).toEqual([
    ['b1', -1, 14],
    ['f2', 1, 6],
  ]);
  expect(await readWaypoints(folder)).toEqual([{ atMs: T, carrier: 'walk-1', floorId: 'b1', xM: 1, yM: 2 }]);
});

test('a hundred below zero is no reading where it stands for "no link"', async () => {
  tiny();
  const rows = Array.from({ length: 40 }, (_, i) => `${T + i},walk-1,O-DR,${i % 2 ? -100 : -70}`);
  write('sightings.csv.gz', ['t_ms,carrier,gateway,rssi', ...rows]);
  const data = await readRecorded(folder);
  expect(data.skipped.noLink).toBe(20);
  expect(data.sightings).toHaveLength(20);
});

test('names what is missing', async () => {
  await expect(readRecorded(join(folder, 'nowhere'))).rejects.toThrow(
    /gateways\.csv\.gz does not exist; --data must name/,
  );
  writeFileSync(join(folder, 'gateways.csv.gz'), 'not gzip at all');
  await expect(readRecorded(folder)).rejects.toThrow(/gateways\.csv\.gz/);
});

test('ids, levels and beacons', () => {
  expect(idOf('0C:25:76:1E:F4:7A')).toBe('0c25761ef47a');
  expect(['B2', 'B1', 'F1', 'F4', '0'].map(levelOf)).toEqual([-2, -1, 0, 3, 0]);
  const { uuid, timezone } = replaySiteOf('mall-hangzhou');
  expect(timezone).toBe('Asia/Shanghai');
  const beacons = [0, 1, 65_535, 65_536].map((walk) => beaconOf(uuid, walk));
  expect(new Set(beacons.map(({ major, minor }) => `${major}/${minor}`)).size).toBe(4);
});

test('plays the readings at their own time, thinned to seconds, and claims nothing of the time between walks', async () => {
  tiny();
  const data = await readRecorded(folder);
  const { uuid } = replaySiteOf(data.name);
  const broker = new TestBroker();
  await broker.start();
  const fleet = new Fleet({
    siteId: 'tiny-mall',
    gatewayIds: data.gateways.map((gateway) => gateway.id),
    url: broker.url,
    uuids: [uuid],
    seed: 1,
    epoch: 5,
    batchMs: 20_000,
    heartbeatMs: 60_000,
    heartbeatSpanMs: 20_000,
    sharedLink: true,
    beganMs: T,
  });
  try {
    fleet.start();
    const beacons = data.carriers.map((_, walk) => beaconOf(uuid, walk));
    const played = await playRecorded(data.sightings, beacons, fleet, {
      speed: Number.POSITIVE_INFINITY,
      maxWaiting: 100,
      signal: new AbortController().signal,
    });
    expect(played).toBe(4);
    expect(await fleet.room(0, 5_000)).toBe(true);
    await until(() => fleet.totals().ackedRows === 3, 'the acks');
    const rows = broker
      .distinct()
      .flatMap(({ gatewayId, message }) =>
        message.sightings.map((row) => [
          gatewayId,
          row[1],
          row[2],
          row[3],
          row[4],
          row[5],
          message.fromMs + row[7] - T,
        ]),
      );
    expect(rows).toEqual([
      ['0c25761ef47a', 1, 1, -82, -80, 2, 700],
      ['o-dr', 1, 0, -70, -70, 1, 5_500],
      ['o-dr', 1, 2, -66, -66, 1, 3_600_000],
    ]);
    for (const { message } of broker.taken) {
      const within = message.toMs <= T + 30_000 || message.fromMs >= T + 3_600_000 - 20_000;
      expect(within, `${message.fromMs - T} to ${message.toMs - T}`).toBe(true);
    }
    // Time goes on behind the last reading, or the engine would wait for it for ever.
    expect(Math.max(...broker.taken.map(({ message }) => message.toMs))).toBeGreaterThan(T + 3_600_000 + 31_000);
  } finally {
    await fleet.stop();
    await broker.stop();
  }
});
