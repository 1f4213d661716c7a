/** Products that publish each advertisement as it comes: Ruuvi, happy-bubbles. Pure. */
import { between } from '../random.ts';
import { advertisementHex, colons, gatewayMac, halfHex, powerHex, tagMac, undashed } from './bytes.ts';
import type { CreateImitator, FleetMessage } from './types.ts';

/** With its filter off, else it passes Ruuvi's own tags alone. Every fourth gateway has no time yet and counts instead. */
export const createRuuvi: CreateImitator = ({ gateways, random }) => {
  const clockMs = gateways.map(() => between(random, -100, 100));
  const mac = (gateway: number): string => gatewayMac('c8252d', gateway);
  let count = 0;
  let waiting: FleetMessage[] = gateways.map((_, i) => ({
    topic: `ruuvi/${colons(mac(i)).toUpperCase()}/gw_status`,
    payload: '{"state":"online"}',
    qos: 1,
    retain: true,
  }));
  return {
    gatewayName: mac,
    hear(gateway, beacon, rssiDbm, atMs) {
      const seconds = Math.floor((atMs + clockMs[gateway]!) / 1_000);
      const times =
        gateway % 4 === 3
          ? { cnt: String(++count) }
          : gateway % 2 === 0
            ? { gwts: String(seconds), ts: String(seconds) }
            : { gwts: seconds, ts: seconds };
      const gw_mac = colons(mac(gateway)).toUpperCase();
      const data = advertisementHex(beacon).toUpperCase();
      const payload = JSON.stringify({ gw_mac, rssi: rssiDbm, aoa: [], ...times, data, coords: '' });
      waiting.push({
        topic: `ruuvi/${gw_mac}/${colons(tagMac(beacon)).toUpperCase()}`,
        payload,
        qos: 1,
        retain: false,
      });
    },
    publish() {
      const messages = waiting;
      waiting = [];
      return messages;
    },
  };
};

export const createHappyBubbles: CreateImitator = ({ gateways }) => {
  let waiting: FleetMessage[] = [];
  return {
    gatewayName: (gateway) => gateways[gateway]!,
    hear(gateway, beacon, rssiDbm) {
      const uuid = undashed(beacon.uuid);
      const hostname = gateways[gateway]!;
      const payload = JSON.stringify({
        hostname,
        beacon_type: 'ibeacon',
        mac: tagMac(beacon),
        rssi: rssiDbm,
        uuid,
        major: halfHex(beacon.major),
        minor: halfHex(beacon.minor),
        tx_power: powerHex(beacon.declaredPowerDbm),
      });
      waiting.push({ topic: `happy-bubbles/ble/${hostname}/ibeacon/${uuid}`, payload, qos: 0, retain: false });
    },
    publish() {
      const messages = waiting;
      waiting = [];
      return messages;
    },
  };
};
