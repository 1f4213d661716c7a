/** A small mall for tests, and a real broker whose server side acks what it takes. */

import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { Aedes } from 'aedes';
import { parseGatewayTopic, topicOf } from '../../server/contract/topics.ts';
import { type SightingsMessage, sightingsMessage } from '../../server/contract/wire.ts';
import { parseScenario, type Scenario } from '../../simulators/scenario.ts';

export const TIMEZONE = 'Europe/Prague';
/** A Monday, local midnight. */
export const MONDAY_MS = Date.parse('2026-03-02T00:00:00+01:00');
export const DAY_MS = 86_400_000;

export const rawScenario = (): Record<string, unknown> => ({
  site: { id: 'test', name: 'Test Arcade' },
  seed: 5,
  floors: [
    { id: 'g', name: 'Ground', level: 0, widthM: 40, heightM: 24 },
    { id: 'u', name: 'Upper', level: 1, widthM: 40, heightM: 24 },
  ],
  entrances: [{ id: 'door', name: 'Door', floor: 'g', xM: 0, yM: 12, widthM: 4 }],
  corridors: [
    { id: 'hall-g', name: 'Hall', floor: 'g', rect: [0, 9, 40, 15] },
    { id: 'hall-u', name: 'Upper hall', floor: 'u', rect: [0, 9, 40, 15] },
  ],
  shops: [
    { id: 'a', name: 'A', floor: 'g', rect: [0, 0, 20, 9], door: { side: 'n', atM: 10 }, popularity: 3 },
    { id: 'b', name: 'B', floor: 'g', rect: [20, 15, 40, 24], door: { side: 's', atM: 30 }, category: 'food' },
    { id: 'c', name: 'C', floor: 'u', rect: [0, 15, 20, 24], door: { side: 's', atM: 8 } },
  ],
  connectors: [
    {
      id: 'lift',
      name: 'Lift',
      stops: [
        { floor: 'g', xM: 36, yM: 12 },
        { floor: 'u', xM: 36, yM: 12 },
      ],
    },
  ],
  coupons: [
    { id: 'spot', name: 'Spot', floor: 'g', xM: 12, yM: 12, radiusM: 4, shop: 'a', offer: { title: 'T', text: 'X' } },
  ],
  gateways: [
    { id: 'g1', floor: 'g', xM: 8, yM: 12 },
    { id: 'g2', floor: 'g', xM: 30, yM: 12 },
    { id: 'u1', floor: 'u', xM: 20, yM: 12 },
  ],
  guestLoop: {
    floor: 'g',
    points: [
      [12, 12],
      [36, 12],
    ],
  },
  people: { visitsPerDay: 150, demoGuests: 2, loyaltyMembers: 120, phoneMembers: 40, carts: 4 },
});

export const testScenario = (change: (raw: Record<string, unknown>) => void = () => undefined): Scenario => {
  const raw = rawScenario();
  change(raw);
  return parseScenario(raw);
};

export interface Taken {
  gatewayId: string;
  message: SightingsMessage;
}

/** Broker and stand-in of the server: keeps each batch, and acks the contiguous top unless told not to. */
export class TestBroker {
  readonly taken: Taken[] = [];
  readonly invalid: string[] = [];
  readonly gaps: { gatewayId: string; fromSeq: number; toSeq: number; epoch: number }[] = [];
  readonly statuses: { gatewayId: string; status: Record<string, unknown> }[] = [];
  acking = true;
  private broker!: Aedes;
  private server!: Server;
  private port = 0;
  private readonly seen = new Map<string, Set<number>>();

  async start(port = 0): Promise<void> {
    this.broker = await Aedes.createBroker();
    this.broker.on('publish', (packet, client) => {
      if (client) this.take(packet.topic, packet.payload.toString());
    });
    this.server = createServer((socket) => this.broker.handle(socket));
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  private take(topic: string, payload: string): void {
    const parsed = parseGatewayTopic(topic);
    if (parsed === undefined) {
      if (!topic.startsWith('$SYS') && !topic.endsWith('/ack')) this.invalid.push(topic);
      return;
    }
    const { siteId, gatewayId, leaf } = parsed;
    const json = JSON.parse(payload) as Record<string, unknown>;
    if (leaf === 'status') this.statuses.push({ gatewayId, status: json });
    if (leaf === 'gap') this.gaps.push({ gatewayId, ...(json as { epoch: number; fromSeq: number; toSeq: number }) });
    if (leaf !== 'sightings') return;
    const read = sightingsMessage.safeParse(json);
    if (!read.success) {
      this.invalid.push(read.error.message);
      return;
    }
    const message = read.data;
    this.taken.push({ gatewayId, message });
    const key = `${gatewayId}/${message.epoch}`;
    const seen = this.seen.get(key) ?? new Set();
    seen.add(message.seq);
    this.seen.set(key, seen);
    if (!this.acking) return;
    let top = message.seq;
    while (seen.has(top + 1)) top++;
    this.broker.publish(
      {
        cmd: 'publish',
        topic: topicOf(siteId, gatewayId, 'ack'),
        payload: Buffer.from(JSON.stringify({ epoch: message.epoch, seq: top })),
        qos: 1,
        retain: false,
        dup: false,
      },
      () => undefined,
    );
  }

  /** Retained by the broker, as the server's configuration is. */
  publish(topic: string, payload: unknown, retain = false): Promise<void> {
    return new Promise((resolve) =>
      this.broker.publish(
        { cmd: 'publish', topic, payload: Buffer.from(JSON.stringify(payload)), qos: 1, retain, dup: false },
        () => resolve(),
      ),
    );
  }

  /** Each batch once, whatever was sent twice. */
  distinct(): Taken[] {
    const byKey = new Map<string, Taken>();
    for (const one of this.taken) byKey.set(`${one.gatewayId}/${one.message.epoch}/${one.message.seq}`, one);
    return [...byKey.values()];
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.broker.close(() => resolve()));
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

export async function until(condition: () => boolean, what: string, timeoutMs = 10_000): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`did not happen within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
