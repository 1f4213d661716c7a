/** Minew gateways: every second an array of what was heard, each tag once, timed by the gateway's own clock. Pure. */
import { between } from '../random.ts';
import { advertisementHex, gatewayMac, isoSeconds, keyOf, tagMac, undashed } from './bytes.ts';
import type { CreateImitator } from './types.ts';
import type { HeardAdvert } from './window.ts';
import { Windows } from './window.ts';

const WINDOW_MS = 1_000;
/** Set by NTP at the start, and left to itself for weeks. */
const CLOCK_ERROR_MS = 2_000;

export const createMinew: CreateImitator = ({ gateways, random, startMs }) => {
  const windows = new Windows(gateways.length, WINDOW_MS, startMs);
  const clockMs = gateways.map(() => between(random, -CLOCK_ERROR_MS, CLOCK_ERROR_MS));
  const mac = (gateway: number): string => gatewayMac('ac233f', gateway);

  const elementOf = (gateway: number, { beacon, rssiDbm, atMs }: HeardAdvert): object => {
    const ownMs = atMs + clockMs[gateway]!;
    // Older firmware writes no ms.
    const timestamp = gateway % 2 === 0 ? new Date(ownMs).toISOString() : isoSeconds(ownMs);
    const common = { timestamp, mac: tagMac(beacon).toUpperCase(), bleName: '', rssi: rssiDbm };
    // With the iBeacon decoder off, everything is Unknown.
    if (gateway % 3 === 2) return { ...common, type: 'Unknown', rawData: advertisementHex(beacon).toUpperCase() };
    return {
      ...common,
      type: 'iBeacon',
      ibeaconUuid: undashed(beacon.uuid).toUpperCase(),
      ibeaconMajor: beacon.major,
      ibeaconMinor: beacon.minor,
      ibeaconTxPower: beacon.declaredPowerDbm,
      battery: 0,
    };
  };

  return {
    gatewayName: mac,
    hear: (gateway, beacon, rssiDbm, atMs) => windows.hear(gateway, { beacon, rssiDbm, atMs }),
    publish: (nowMs) =>
      windows.take(nowMs).map((adverts, gateway) => {
        const latest = new Map(adverts.map((advert) => [keyOf(advert.beacon), advert]));
        const head = {
          timestamp: new Date(nowMs + clockMs[gateway]!).toISOString(),
          type: 'Gateway',
          mac: mac(gateway).toUpperCase(),
          gatewayFree: 89,
          gatewayLoad: 0.03,
        };
        const elements = [...latest.values()].map((advert) => elementOf(gateway, advert));
        return {
          topic: `/gw/${mac(gateway)}/status`,
          payload: JSON.stringify([head, ...elements]),
          qos: 0,
          retain: false,
        };
      }),
  };
};
