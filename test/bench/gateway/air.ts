/** A busy hall on the air, as HCI events: the mall's beacons, and everybody else's phones, earbuds and televisions. */
import { createSocket, type Socket } from 'node:dgram';
import { between, createRandom, type Random } from '../../../simulators/random.ts';

export const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
const OWN_BEACONS = 200;
const FOREIGN_ADDRESSES = 1_000;
/** 200 tags and phones at two a second; the rest of the air is not the mall's. */
const OWN_SHARE = 0.4;
const STEP_MS = 4;

const byte = (random: Random): number => Math.floor(random() * 256);
const bytes = (random: Random, count: number): number[] => Array.from({ length: count }, () => byte(random));

/** An LE advertising report with one report. */
function report(
  eventType: number,
  address: readonly number[],
  advertisement: readonly number[],
  rssiDbm: number,
): Buffer {
  const body = [0x02, 0x01, eventType, 0x01, ...address, advertisement.length, ...advertisement, rssiDbm & 0xff];
  return Buffer.from([0x04, 0x3e, body.length, ...body]);
}

function ownFrame(i: number, random: Random): Buffer {
  const uuid = [...Buffer.from(UUID.replaceAll('-', ''), 'hex')];
  const data = [2, 1, 6, 0x1a, 0xff, 0x4c, 0, 2, 0x15, ...uuid, 0, 1, i >> 8, i & 0xff, 0xc5];
  return report(3, bytes(random, 6), data, 0);
}

/** Phones' nearby messages, Windows machines, trackers with names, and now and then somebody else's iBeacon. */
function foreignFrame(random: Random): Buffer {
  const kind = random();
  const data =
    kind < 0.5
      ? [2, 1, 0x1a, 11, 0xff, 0x4c, 0, 0x10, 6, ...bytes(random, 6)]
      : kind < 0.75
        ? [30, 0xff, 6, 0, ...bytes(random, 27)]
        : kind < 0.95
          ? [2, 1, 6, 3, 3, 0x2c, 0xfe, 9, 9, ...Buffer.from('Tracker!')]
          : [2, 1, 6, 0x1a, 0xff, 0x4c, 0, 2, 0x15, ...bytes(random, 20), 0xc5];
  return report(kind < 0.75 ? 0 : 3, bytes(random, 6), data, 0);
}

export class Air {
  private readonly random: Random;
  private readonly own: Buffer[];
  private readonly foreign: Buffer[];
  private readonly socket: Socket = createSocket('udp4');
  private timer: NodeJS.Timeout | undefined;
  sent = 0;
  sentOwn = 0;

  constructor(seed: string) {
    const random = createRandom(seed);
    this.random = random;
    this.own = Array.from({ length: OWN_BEACONS }, (_, i) => ownFrame(i, random));
    this.foreign = Array.from({ length: FOREIGN_ADDRESSES }, () => foreignFrame(random));
  }

  start(port: number, advertsPerSecond: number): void {
    const startedMs = performance.now();
    const before = this.sent;
    this.timer = setInterval(() => {
      const due = Math.floor(((performance.now() - startedMs) * advertsPerSecond) / 1_000) - (this.sent - before);
      for (let i = 0; i < due; i++) this.send(port);
    }, STEP_MS);
  }

  private send(port: number): void {
    const isOwn = this.random() < OWN_SHARE;
    const frames = isOwn ? this.own : this.foreign;
    const frame = Buffer.from(frames[Math.floor(this.random() * frames.length)]!);
    frame.writeInt8(Math.round(between(this.random, -95, -50)), frame.length - 1);
    this.socket.send(frame, port, '127.0.0.1');
    this.sent += 1;
    if (isOwn) this.sentOwn += 1;
  }

  pause(): void {
    clearInterval(this.timer);
  }

  close(): void {
    this.pause();
    this.socket.close();
  }
}
