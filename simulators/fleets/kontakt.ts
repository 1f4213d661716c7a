/** Kontakt.io: the cloud tells every few seconds which gateway heard which tag how loudly, by trackingId alone. Pure. */
import { colons, gatewayMac, isoSeconds, keyOf, tagMac } from './bytes.ts';
import type { CreateImitator } from './types.ts';
import { type HeardAdvert, Windows } from './window.ts';

/** No figure is published; a stream of tags in motion shows about this. */
const TELEMETRY_MS = 5_000;

/** What the installation's table must say of a tag. */
export const trackingIdOf = (beacon: HeardAdvert['beacon']): string => colons(tagMac(beacon));

export const createKontakt: CreateImitator = ({ gateways, startMs, nameOf }) => {
  const windows = new Windows(gateways.length, TELEMETRY_MS, startMs);
  const name = (gateway: number): string => gatewayMac('14169d', gateway);
  return {
    gatewayName: name,
    hear: (gateway, beacon, rssiDbm, atMs) => windows.hear(gateway, { beacon, rssiDbm, atMs }),
    publish(nowMs) {
      const events = windows.take(nowMs).flatMap((adverts, gateway) =>
        [...new Map(adverts.map((advert) => [keyOf(advert.beacon), advert])).values()].map((advert) => ({
          companyId: '6c1f0d2e-0000-4000-8000-000000000000',
          sourceId: colons(name(gateway)),
          trackingId: nameOf?.(advert.beacon) ?? trackingIdOf(advert.beacon),
          rssi: advert.rssiDbm,
          timestamp: isoSeconds(advert.atMs),
        })),
      );
      return events.length === 0
        ? []
        : [{ topic: 'kontakt/telemetry', payload: JSON.stringify(events), qos: 1, retain: false }];
    },
  };
};
