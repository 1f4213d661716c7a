/** Shelly with the scanner script: listens 30 ms of every 320, sends up to five results a message every 100 ms. Pure. */
import { Buffer } from 'node:buffer';
import { between } from '../random.ts';
import { advertisementHex, colons, gatewayMac, tagMac } from './bytes.ts';
import type { CreateImitator, FleetMessage } from './types.ts';
import { Every, type HeardAdvert } from './window.ts';

const SCAN_INTERVAL_MS = 320;
const BATCH_MS = 100;
const BATCH = 5;
const MAX_QUEUE = 32;
const CLOCK_ERROR_MS = 500;

export interface ShellySettings {
  /** As delivered 30; a script may set it as high as the interval. */
  scanWindowMs: number;
}

export const createShelly =
  ({ scanWindowMs }: ShellySettings = { scanWindowMs: 30 }): CreateImitator =>
  ({ gateways, random, startMs }) => {
    const clockMs = gateways.map(() => between(random, -CLOCK_ERROR_MS, CLOCK_ERROR_MS));
    const phaseMs = gateways.map(() => random() * SCAN_INTERVAL_MS);
    const queues = gateways.map((): HeardAdvert[] => []);
    const name = (gateway: number): string => `shellyblugwg3-${gatewayMac('e8f60a', gateway)}`;
    const timer = new Every(BATCH_MS, startMs);
    let isStarted = false;

    const messageOf = (gateway: number, adverts: readonly HeardAdvert[], nowMs: number): FleetMessage => {
      const results = adverts.map(({ beacon, rssiDbm }) => {
        const advertisement = Buffer.from(advertisementHex(beacon), 'hex').toString('base64');
        // Some tags put the iBeacon into the scan response.
        const parts = beacon.minor % 3 === 2 ? ['AgEG', advertisement] : [advertisement, ''];
        return [colons(tagMac(beacon)), rssiDbm, ...parts];
      });
      const ts = Math.round((nowMs + clockMs[gateway]!) / 10) / 100;
      const event = { component: 'script:1', id: 1, event: 'ble.scan_result', data: [2, results], ts };
      const src = name(gateway);
      const payload = JSON.stringify({
        src,
        dst: `${src}/events`,
        method: 'NotifyEvent',
        params: { ts, events: [event] },
      });
      return { topic: `${src}/events/rpc`, payload, qos: 0, retain: false };
    };

    return {
      gatewayName: name,
      hear(gateway, beacon, rssiDbm, atMs) {
        if ((atMs + phaseMs[gateway]!) % SCAN_INTERVAL_MS >= scanWindowMs) return;
        const queue = queues[gateway]!;
        if (queue.length < MAX_QUEUE) queue.push({ beacon, rssiDbm, atMs });
      },
      publish(nowMs) {
        const messages: FleetMessage[] = [];
        if (!isStarted)
          gateways.forEach((_, i) => {
            messages.push({ topic: `${name(i)}/online`, payload: 'true', qos: 0, retain: true });
          });
        isStarted = true;
        if (timer.due(nowMs))
          queues.forEach((queue, gateway) => {
            while (queue.length > 0) messages.push(messageOf(gateway, queue.splice(0, BATCH), nowMs));
          });
        return messages;
      },
    };
  };
