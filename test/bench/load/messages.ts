/**
 * MQTT packets that are made once and sent many times: the numbers that differ from time to time (sequence, window, packet id)
 * have a fixed width and are written over in place. So the generator takes a tenth of what encoding anew would.
 */
import { SITE, UUID } from './world.ts';

/** As gateways cut them. */
const ROWS_PER_MESSAGE = 400;
const SEQ_DIGITS = 10;
const TIME_DIGITS = 13;
const PUBLISH_QOS_1 = 0x32;

export interface Packet {
  bytes: Buffer;
  rows: number;
  packetIdAt: number;
  seqAt: number;
  fromAt: number;
  toAt: number;
}

export type Row = readonly [uuid: number, major: number, minor: number, ...rest: number[]];

function lengthBytes(length: number): number[] {
  const bytes: number[] = [];
  let left = length;
  do {
    const low = left % 128;
    left = Math.floor(left / 128);
    bytes.push(left > 0 ? low | 0x80 : low);
  } while (left > 0);
  return bytes;
}

export function publishPacket(
  topic: string,
  payload: string,
): { bytes: Buffer; packetIdAt: number; payloadAt: number } {
  const name = Buffer.from(topic);
  const body = Buffer.from(payload);
  const head = Buffer.from([
    PUBLISH_QOS_1,
    ...lengthBytes(2 + name.length + 2 + body.length),
    name.length >> 8,
    name.length & 0xff,
  ]);
  const bytes = Buffer.concat([head, name, Buffer.alloc(2), body]);
  return { bytes, packetIdAt: head.length + name.length, payloadAt: head.length + name.length + 2 };
}

/** A window of one gateway, in as many messages as the gateway would send. */
export function packetsOf(gatewayId: string, rows: readonly Row[]): Packet[] {
  const packets: Packet[] = [];
  const seqHead = '{"v":1,"epoch":1,"seq":';
  const fromHead = ',"fromMs":';
  const toHead = ',"toMs":';
  for (let from = 0; from < rows.length; from += ROWS_PER_MESSAGE) {
    const own = rows.slice(from, from + ROWS_PER_MESSAGE);
    const seq = ' '.repeat(SEQ_DIGITS);
    const time = '0'.repeat(TIME_DIGITS);
    const payload = `${seqHead}${seq}${fromHead}${time}${toHead}${time},"uuids":["${UUID}"],"sightings":${JSON.stringify(own)}${from + ROWS_PER_MESSAGE < rows.length ? ',"more":true' : ''}}`;
    const { bytes, packetIdAt, payloadAt } = publishPacket(`promenade/1/${SITE}/${gatewayId}/sightings`, payload);
    const seqAt = payloadAt + seqHead.length;
    const fromAt = seqAt + SEQ_DIGITS + fromHead.length;
    const toAt = fromAt + TIME_DIGITS + toHead.length;
    packets.push({ bytes, rows: own.length, packetIdAt, seqAt, fromAt, toAt });
  }
  return packets;
}

/** Digits, the last one at the end of the field; spaces stand before them. */
function writeDigits(bytes: Buffer, at: number, digits: number, value: number): void {
  let left = value;
  for (let i = digits - 1; i >= 0; i--) {
    bytes[at + i] = left > 0 || i === digits - 1 ? 0x30 + (left % 10) : 0x20;
    left = Math.floor(left / 10);
  }
}

export function address(packet: Packet, packetId: number, seq: number, fromMs: number, toMs: number): Buffer {
  const { bytes } = packet;
  bytes.writeUInt16BE(packetId, packet.packetIdAt);
  writeDigits(bytes, packet.seqAt, SEQ_DIGITS, seq);
  writeDigits(bytes, packet.fromAt, TIME_DIGITS, fromMs);
  writeDigits(bytes, packet.toAt, TIME_DIGITS, toMs);
  return bytes;
}
