/**
 * ESPresense nodes: RSSI filtered on the node, told when a device seems to have moved, else every 5 s, and not beyond 16 m.
 * Nodes hear each other and tell of it. Pure.
 */
import { between, type Random } from '../random.ts';
import type { Beacon } from '../virtualGateway.ts';
import { keyOf, tagMac } from './bytes.ts';
import type { CreateImitator, FleetMessage } from './types.ts';
import { Every } from './window.ts';

/** As delivered. */
const SKIP_MS = 5_000;
const SKIP_DISTANCE_M = 0.5;
const MAX_DIVISOR = 10;
const MAX_DISTANCE_M = 16;
const ABSORPTION = 3.5;
const TELEMETRY_MS = 15_000;
const NODE_ADVERT_MS = 1_000;
/** The median of the middle half of the last measurements. */
const KEPT = 8;
const KEPT_MS = 10_000;
/** What installers set to make unlike boards alike. */
const RX_ADJ_DB = 4;
const NODE_UUID = 'e5ca1ade-f007-ba11-0000-000000000000';

interface Device {
  beacon: Beacon;
  id: string;
  isNode: boolean;
  measured: { atMs: number; rssiDbm: number }[];
  firstMs: number;
  adverts: number;
  fresh: boolean;
  nextReportMs: number;
  lastDistanceM: number;
}

function filtered(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const low = Math.floor(sorted.length / 4);
  const middle = sorted.slice(low, sorted.length - low);
  const half = (middle.length - 1) / 2;
  return (middle[Math.floor(half)]! + middle[Math.ceil(half)]!) / 2;
}

const rxAdjOf = (random: Random): number => Math.round(between(random, -RX_ADJ_DB, RX_ADJ_DB));

export const createEspresense: CreateImitator = ({ gateways, random, startMs, nameOf }) => {
  const rxAdj = gateways.map(() => rxAdjOf(random));
  const devices = gateways.map(() => new Map<string, Device>());
  const nodes = gateways.map(
    (_, i): Beacon => ({ uuid: NODE_UUID, major: 7, minor: 40_000 + i, declaredPowerDbm: -59 }),
  );
  const telemetry = new Every(TELEMETRY_MS, startMs);
  const beacons = new Every(NODE_ADVERT_MS, startMs);
  let isStarted = false;

  const hear = (gateway: number, beacon: Beacon, rssiDbm: number, atMs: number, isNode = false): void => {
    const known = devices[gateway]!;
    let device = known.get(keyOf(beacon));
    if (!device) {
      const id = (isNode ? undefined : nameOf?.(beacon)) ?? `iBeacon:${beacon.uuid}-${beacon.major}-${beacon.minor}`;
      device = {
        beacon,
        id,
        isNode,
        measured: [],
        firstMs: atMs,
        adverts: 0,
        fresh: true,
        nextReportMs: 0,
        lastDistanceM: 0,
      };
      known.set(keyOf(beacon), device);
    }
    // What its board hears too loudly is what rxAdj takes off again.
    device.measured = device.measured.filter((one) => one.atMs > atMs - KEPT_MS).slice(1 - KEPT);
    device.measured.push({ atMs, rssiDbm });
    device.adverts++;
    device.fresh = true;
  };

  const report = (gateway: number, device: Device, nowMs: number): FleetMessage | undefined => {
    if (!device.fresh) return undefined;
    const rssiDbm = filtered(device.measured.map((one) => one.rssiDbm));
    const distanceM = 10 ** ((device.beacon.declaredPowerDbm - rssiDbm) / (10 * ABSORPTION));
    if (distanceM > MAX_DISTANCE_M && !device.isNode) return undefined;
    if (nowMs < device.nextReportMs) {
      const steps = Math.abs(distanceM - device.lastDistanceM) / SKIP_DISTANCE_M;
      if (steps < 1) return undefined;
      const divisor = Math.max(2, MAX_DIVISOR - Math.floor(steps));
      if (nowMs < device.nextReportMs - SKIP_MS / divisor) return undefined;
    }
    device.nextReportMs = (Math.floor(nowMs / SKIP_MS) + 1) * SKIP_MS;
    device.lastDistanceM = distanceM;
    device.fresh = false;
    const payload = {
      mac: tagMac(device.beacon),
      id: device.id,
      ...(device.id.startsWith('iBeacon:') ? {} : { name: device.id }),
      'rssi@1m': device.beacon.declaredPowerDbm,
      rssi: Number(rssiDbm.toFixed(2)),
      rxAdj: rxAdj[gateway],
      distance: Number(distanceM.toFixed(2)),
      int: Math.round((nowMs - device.firstMs) / device.adverts),
    };
    const topic = `espresense/devices/${device.id}/${gateways[gateway]}`;
    return { topic, payload: JSON.stringify(payload), qos: 0, retain: false };
  };

  const ownMessages = (nowMs: number): FleetMessage[] => {
    const messages: FleetMessage[] = [];
    if (!isStarted)
      for (const name of gateways)
        messages.push({ topic: `espresense/rooms/${name}/status`, payload: 'online', qos: 0, retain: true });
    isStarted = true;
    if (telemetry.due(nowMs))
      gateways.forEach((name) => {
        const uptime = Math.round((nowMs - startMs) / 1_000);
        const payload = JSON.stringify({ ip: '10.0.0.9', uptime, firm: 'esp32', rssi: -61, ver: 'v3.3.5' });
        messages.push({ topic: `espresense/rooms/${name}/telemetry`, payload, qos: 0, retain: false });
      });
    return messages;
  };

  return {
    gatewayName: (gateway) => gateways[gateway]!,
    hear: (gateway, beacon, rssiDbm, atMs) => hear(gateway, beacon, rssiDbm, atMs),
    publish(nowMs) {
      const messages = ownMessages(nowMs);
      if (beacons.due(nowMs))
        nodes.forEach((node, i) => {
          // The next along the wall.
          if (i > 0) hear(i - 1, node, Math.round(between(random, -84, -72)), nowMs, true);
        });
      devices.forEach((known, gateway) => {
        for (const [key, device] of known) {
          const message = report(gateway, device, nowMs);
          if (message) messages.push(message);
          const last = device.measured.at(-1);
          if (last && last.atMs < nowMs - 150_000) known.delete(key);
        }
      });
      return messages;
    },
  };
};
