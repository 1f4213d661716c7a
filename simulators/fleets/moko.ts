/** MOKO gateways, older with msg_id 3004 and a date with its zone, newer with 3070 and Unix seconds. Pure. */
import { between } from '../random.ts';
import { advertisementHex, gatewayMac, tagMac } from './bytes.ts';
import type { CreateImitator } from './types.ts';
import { type HeardAdvert, Windows } from './window.ts';

const WINDOW_MS = 1_000;
const CLOCK_ERROR_MS = 1_000;
const ZONE_HOURS = 8;
const HOUR_MS = 3_600_000;

const dateWithZone = (atMs: number): string => {
  const local = new Date(atMs + ZONE_HOURS * HOUR_MS).toISOString();
  return `${local.slice(0, 10)}&${local.slice(11, 19)}+${String(ZONE_HOURS).padStart(2, '0')}`;
};

export const createMoko: CreateImitator = ({ gateways, random, startMs }) => {
  const windows = new Windows(gateways.length, WINDOW_MS, startMs);
  const clockMs = gateways.map(() => between(random, -CLOCK_ERROR_MS, CLOCK_ERROR_MS));
  const mac = (gateway: number): string => gatewayMac('409151', gateway);
  const isNewer = (gateway: number): boolean => gateway % 2 === 1;

  const itemOf = (gateway: number, { beacon, rssiDbm, atMs }: HeardAdvert): object => {
    const ownMs = atMs + clockMs[gateway]!;
    const common = { mac: tagMac(beacon), rssi: rssiDbm };
    if (isNewer(gateway))
      return { ...common, timestamp: Math.floor(ownMs / 1_000), adv_data: advertisementHex(beacon), rsp_data: '' };
    const raw = gateway % 4 === 0 ? 'raw' : 'raw data';
    return { type: 0, value: { ...common, timestamp: dateWithZone(ownMs), [raw]: advertisementHex(beacon) } };
  };

  return {
    gatewayName: mac,
    hear: (gateway, beacon, rssiDbm, atMs) => windows.hear(gateway, { beacon, rssiDbm, atMs }),
    publish: (nowMs) =>
      windows.take(nowMs).map((adverts, gateway) => {
        const message = {
          msg_id: isNewer(gateway) ? 3070 : 3004,
          device_info: { device_id: mac(gateway), mac: mac(gateway).toUpperCase() },
          data: adverts.map((advert) => itemOf(gateway, advert)),
        };
        return { topic: `moko/${mac(gateway)}/send`, payload: JSON.stringify(message), qos: 1, retain: false };
      }),
  };
};
