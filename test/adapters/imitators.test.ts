/** The imitators of other products publish what the decoders read: every beacon, at the right gateway, as loud, when heard. */
import { describe, expect, test } from 'vitest';
import { ADAPTERS } from '../../server/ingest/adapters/index.ts';
import type { Alias, Decoded, ForeignReading } from '../../server/ingest/adapters/types.ts';
import { FORMATS, type Format } from '../../server/ingest/adapters/types.ts';
import { IMITATED_TOPICS, IMITATORS } from '../../simulators/fleets/index.ts';
import { trackingIdOf } from '../../simulators/fleets/kontakt.ts';
import { createOpenMqttGateway, DELIVERED_SETTINGS } from '../../simulators/fleets/openMqttGateway.ts';
import { createRoomAssistant } from '../../simulators/fleets/roomAssistant.ts';
import type { CreateImitator, FleetMessage } from '../../simulators/fleets/types.ts';
import { createRandom } from '../../simulators/random.ts';
import type { Beacon } from '../../simulators/virtualGateway.ts';

const START = 1_709_542_800_000;
const SECONDS = 120;
const ADVERT_MS = 250;
const GATEWAYS = ['kitchen', 'hall', 'office', 'garage'];
const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
/** Majors above 0x8000 and powers that cannot be one are among them. */
const BEACONS: Beacon[] = [0, 1, 2, 3].map((i) => ({
  uuid: UUID,
  major: i === 1 ? 0x8001 : 1,
  minor: 100 + i,
  declaredPowerDbm: i === 2 ? 26 : -59,
}));
const rssiOf = (gateway: number, beacon: number): number => -58 - 4 * gateway - beacon;
const NAMES: Partial<Record<Format, (beacon: Beacon) => string | undefined>> = {
  espresense: (beacon) => (beacon.minor === 100 ? 'tag:mia' : undefined),
  kontakt: trackingIdOf,
};

interface Told {
  gateway: string;
  reading: ForeignReading;
  arrivedMs: number;
}

function run(
  format: Format,
  create: CreateImitator = IMITATORS[format],
): { told: Told[]; decoded: Decoded[]; messages: FleetMessage[] } {
  const nameOf = NAMES[format];
  const imitator = create({
    gateways: GATEWAYS,
    random: createRandom(`imitator ${format}`),
    startMs: START,
    ...(nameOf ? { nameOf } : {}),
  });
  const aliases = new Map<string, Alias>();
  for (const beacon of BEACONS) {
    const name = nameOf?.(beacon);
    if (name) aliases.set(name, beacon);
  }
  const random = createRandom('jitter');
  const told: Told[] = [];
  const decoded: Decoded[] = [];
  const messages: FleetMessage[] = [];
  for (let nowMs = START; nowMs < START + SECONDS * 1_000; nowMs += ADVERT_MS) {
    BEACONS.forEach((beacon, b) => {
      const atMs = nowMs + Math.floor(random() * ADVERT_MS);
      GATEWAYS.forEach((_, g) => {
        imitator.hear(g, beacon, rssiOf(g, b), atMs);
      });
    });
    for (const message of imitator.publish(nowMs + ADVERT_MS)) {
      messages.push(message);
      const payload = typeof message.payload === 'string' ? Buffer.from(message.payload) : message.payload;
      const result = ADAPTERS[format].decode(message.topic, payload, { aliases });
      decoded.push(result);
      if (result.kind !== 'readings') continue;
      expect(result.unreadable).toBeUndefined();
      for (const { gateway, readings } of result.hearings)
        for (const reading of readings) told.push({ gateway, reading, arrivedMs: nowMs + ADVERT_MS });
    }
  }
  const names = GATEWAYS.map((_, i) => imitator.gatewayName(i));
  expect(new Set(told.map(({ gateway }) => gateway))).toEqual(new Set(names));
  for (const { gateway, reading } of told) {
    const beacon = BEACONS.findIndex(({ major, minor }) => major === reading.major && minor === reading.minor);
    expect([reading.uuid, beacon >= 0]).toEqual([UUID, true]);
    expect(reading.rssiDbm).toBeCloseTo(rssiOf(names.indexOf(gateway), beacon), 6);
  }
  return { told, decoded, messages };
}

const matches = (filter: string, topic: string): boolean => {
  const levels = topic.split('/');
  const wanted = filter.split('/');
  return wanted.length === levels.length && wanted.every((level, i) => level === '+' || level === levels[i]);
};

describe('imitators', () => {
  test.each(FORMATS)('%s: each gateway tells of each beacon, nothing is unknown, all under its topics', (format) => {
    const { told, decoded, messages } = run(format);
    expect(decoded.filter(({ kind }) => kind === 'unknown')).toEqual([]);
    const pairs = new Set(told.map(({ gateway, reading }) => `${gateway} ${reading.minor}`));
    // With +26 dBm at 1 m a beacon seems to be miles off: an ESPresense node never tells of it.
    const heard = format === 'espresense' ? BEACONS.length - 1 : BEACONS.length;
    expect(pairs.size).toBe(GATEWAYS.length * heard);
    for (const { topic } of messages)
      expect(IMITATED_TOPICS[format].some((filter) => matches(filter, topic))).toBe(true);
    for (const { reading } of told)
      if (reading.minor === 102) expect(reading).not.toHaveProperty('measuredPowerDbm');
      else if (format !== 'kontakt') expect(reading.measuredPowerDbm).toBe(-59);
  });

  test.each([
    ['minew', 2_000, 1_300],
    ['moko', 1_000, 2_300],
    ['ruuvi', 100, 1_300],
    ['shelly', 500, 300],
    ['room-assistant', 100, 1_300],
    ['kontakt', 0, 6_000],
  ] as const)('%s: its clock is wrong by at most %i ms, and it tells within %i ms', (format, errorMs, delayMs) => {
    const timed = run(format).told.filter(({ reading }) => reading.atMs !== undefined);
    expect(timed.length).toBeGreaterThan(100);
    for (const { reading, arrivedMs } of timed) {
      expect(reading.atMs! - arrivedMs).toBeLessThanOrEqual(errorMs);
      expect(arrivedMs - reading.atMs!).toBeLessThanOrEqual(delayMs + errorMs);
    }
  });

  test('ESPresense tells of what lies still every 5 s, April Brother of its uptime', () => {
    const arrivals = run('espresense')
      .told.filter(({ gateway, reading }) => gateway === 'hall' && reading.minor === 101)
      .map(({ arrivedMs }) => arrivedMs);
    const gaps = arrivals.slice(2).map((atMs, i) => atMs - arrivals[i + 1]!);
    expect(gaps.length).toBeGreaterThan(20);
    expect(gaps.every((gap) => gap === 5_000)).toBe(true);
    const uptimes = run('april-brother')
      .told.filter(({ gateway }) => gateway.endsWith('0'))
      .map(({ reading }) => reading.uptimeMs!);
    expect(uptimes.at(-1)! - uptimes[0]!).toBeGreaterThan((SECONDS - 5) * 1_000);
    expect(run('happy-bubbles').told.some(({ reading }) => 'atMs' in reading || 'uptimeMs' in reading)).toBe(false);
  });

  test('every instance of room-assistant tells the same; without times the copies are marked all the same', () => {
    const { told } = run('room-assistant');
    const copies = new Map<string, number>();
    for (const { gateway, reading } of told) {
      const key = `${gateway} ${reading.minor} ${reading.atMs}`;
      copies.set(key, (copies.get(key) ?? 0) + 1);
    }
    expect(Math.min(...copies.values())).toBe(GATEWAYS.length);
    const bare = run('room-assistant', createRoomAssistant({ distances: false })).told;
    expect(bare.every(({ reading }) => reading.restated && reading.atMs === undefined)).toBe(true);
  });

  test('OpenMQTTGateway: the copies for presence are ignored; as delivered it rests most of the time', () => {
    const { told, decoded } = run('openmqttgateway');
    expect(decoded.filter(({ kind }) => kind === 'ignored')).toHaveLength(told.length);
    const delivered = run('openmqttgateway', createOpenMqttGateway(DELIVERED_SETTINGS)).told;
    expect(delivered.length).toBeLessThan(told.length / 10);
    const byUuid = createOpenMqttGateway({ ...DELIVERED_SETTINGS, byUuid: true });
    expect(run('openmqttgateway', byUuid).told).toHaveLength(delivered.length);
  });
});
