/**
 * OpenMQTTGateway: scans for a while and rests for a while, tells of each device once a scan, and of each iBeacon a second
 * time where presence is on. Pure.
 */
import type { Beacon } from '../virtualGateway.ts';
import { colons, keyOf, manufacturerHex, tagMac, undashed } from './bytes.ts';
import type { CreateImitator, FleetMessage } from './types.ts';
import { Every } from './window.ts';

const SYSTEM_MS = 120_000;

export interface OpenMqttGatewaySettings {
  scanMs: number;
  /** Between two scans. */
  restMs: number;
  /** hasspresence: a copy of everything. */
  presence: boolean;
  /** presenceUseBeaconUuid and pubBeaconUuidForTopic. */
  byUuid: boolean;
}

/** Whoever wants presence sets it so. */
export const PRESENCE_SETTINGS: OpenMqttGatewaySettings = { scanMs: 1_000, restMs: 100, presence: true, byUuid: false };
/** As delivered: ten seconds of every 65. */
export const DELIVERED_SETTINGS: OpenMqttGatewaySettings = {
  scanMs: 10_000,
  restMs: 55_555,
  presence: false,
  byUuid: false,
};

export const createOpenMqttGateway =
  (settings: OpenMqttGatewaySettings = PRESENCE_SETTINGS): CreateImitator =>
  ({ gateways, random, startMs }) => {
    const periodMs = settings.scanMs + settings.restMs;
    // Each was plugged in at its own time.
    const phaseMs = gateways.map(() => random() * periodMs);
    const told = gateways.map(() => ({ scan: -1, keys: new Set<string>() }));
    const waiting: FleetMessage[] = [];
    const system = new Every(SYSTEM_MS, startMs);
    let isStarted = false;

    const messageOf = (beacon: Beacon, rssiDbm: number): { id: string; payload: string } => {
      const mac = colons(tagMac(beacon)).toUpperCase();
      const uuid = undashed(beacon.uuid);
      const { declaredPowerDbm } = beacon;
      // A power of 0 dBm or more is taken for a voltage.
      const power = declaredPowerDbm < 0 ? { txpower: declaredPowerDbm } : { volt: declaredPowerDbm / 10 };
      const id = settings.byUuid ? uuid : mac;
      const decoded = { brand: 'GENERIC', model: 'iBeacon', model_id: 'IBEACON', mfid: '4c00', uuid };
      // Every fourth tag is one that the firmware's decoder does not know: its bytes are passed on.
      const told =
        beacon.minor % 4 === 3
          ? { manufacturerdata: manufacturerHex(beacon) }
          : { ...decoded, major: beacon.major, minor: beacon.minor, ...power };
      const payload = { id, mac_type: 1, rssi: rssiDbm, distance: 7.85, ...told, ...(settings.byUuid ? { mac } : {}) };
      return { id, payload: JSON.stringify(payload) };
    };

    return {
      gatewayName: (gateway) => gateways[gateway]!,
      hear(gateway, beacon, rssiDbm, atMs) {
        const sinceMs = atMs - startMs + phaseMs[gateway]!;
        if (sinceMs % periodMs >= settings.scanMs) return;
        const scan = Math.floor(sinceMs / periodMs);
        const seen = told[gateway]!;
        if (seen.scan !== scan) {
          seen.scan = scan;
          seen.keys.clear();
        }
        if (seen.keys.has(keyOf(beacon))) return;
        seen.keys.add(keyOf(beacon));
        const { id, payload } = messageOf(beacon, rssiDbm);
        const end = settings.byUuid ? undashed(beacon.uuid) : id.replaceAll(':', '');
        const name = gateways[gateway]!;
        waiting.push({ topic: `home/${name}/BTtoMQTT/${end}`, payload, qos: 0, retain: false });
        if (settings.presence) waiting.push({ topic: `home/presence/${name}`, payload, qos: 0, retain: false });
      },
      publish(nowMs) {
        const messages: FleetMessage[] = [];
        if (!isStarted)
          for (const name of gateways)
            messages.push({ topic: `home/${name}/LWT`, payload: 'online', qos: 1, retain: true });
        isStarted = true;
        if (system.due(nowMs))
          for (const name of gateways) {
            const payload = JSON.stringify({ uptime: Math.round((nowMs - startMs) / 1_000), version: 'v1.7.0' });
            messages.push({ topic: `home/${name}/SYStoMQTT`, payload, qos: 0, retain: false });
          }
        return messages.concat(waiting.splice(0));
      },
    };
  };
