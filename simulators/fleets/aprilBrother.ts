/** April Brother V4: MessagePack every second, its time the seconds since it was switched on. Pure. */
import { Buffer } from 'node:buffer';
import { between } from '../random.ts';
import { advertisementBytes, gatewayMac, tagMac } from './bytes.ts';
import type { CreateImitator } from './types.ts';
import { type HeardAdvert, Windows } from './window.ts';

const WINDOW_MS = 1_000;
/** What its Wi-Fi takes. */
const MAX_ADVERTS = 150;
const NON_CONNECTABLE = 3;

const packedText = (text: string): Buffer => Buffer.concat([Buffer.from([0xa0 | text.length]), Buffer.from(text)]);
const packedNumber = (value: number): Buffer => {
  const packed = Buffer.from([0xce, 0, 0, 0, 0]);
  packed.writeUInt32BE(value, 1);
  return packed;
};
const packedBytes = (bytes: Uint8Array): Buffer => Buffer.concat([Buffer.from([0xc4, bytes.length]), bytes]);

const deviceOf = ({ beacon, rssiDbm }: HeardAdvert): Buffer =>
  packedBytes(
    Buffer.concat([
      Buffer.from([NON_CONNECTABLE]),
      Buffer.from(tagMac(beacon), 'hex'),
      Buffer.from([rssiDbm & 0xff]),
      advertisementBytes(beacon),
    ]),
  );

export const createAprilBrother: CreateImitator = ({ gateways, random, startMs }) => {
  const windows = new Windows(gateways.length, WINDOW_MS, startMs);
  const bootMs = gateways.map(() => startMs - between(random, 60_000, 30 * 86_400_000));
  const mac = (gateway: number): string => gatewayMac('b0b21c', gateway);
  let message = 0;
  return {
    gatewayName: mac,
    hear: (gateway, beacon, rssiDbm, atMs) => windows.hear(gateway, { beacon, rssiDbm, atMs }),
    publish: (nowMs) =>
      windows.take(nowMs).map((adverts, gateway) => {
        const devices = adverts.slice(0, MAX_ADVERTS).map(deviceOf);
        const fields = [
          [packedText('v'), packedText('1.5.3')],
          [packedText('mid'), packedNumber(++message)],
          [packedText('time'), packedNumber(Math.floor((nowMs - bootMs[gateway]!) / 1_000))],
          [packedText('ip'), packedText('10.0.0.7')],
          [packedText('mac'), packedText(mac(gateway).toUpperCase())],
          [packedText('devices'), Buffer.from([0xdc, devices.length >> 8, devices.length & 0xff]), ...devices],
        ];
        const payload = Buffer.concat([Buffer.from([0x80 | fields.length]), ...fields.flat()]);
        return { topic: `april/${mac(gateway)}`, payload, qos: 0, retain: false };
      }),
  };
};
