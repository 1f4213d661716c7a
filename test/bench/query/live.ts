/** Child process: the mall's gateways hear carriers that stand and move, once a second, over real MQTT. */
import mqtt, { type MqttClient } from 'mqtt';
import { topicOf } from '../../../server/contract/topics.ts';
import type { SightingRow, SightingsMessage } from '../../../server/contract/wire.ts';
import { CARRIERS, FLOORS, GATEWAYS, SITE, UUID } from './year.ts';

export interface LiveOrder {
  url: string;
  /** Sightings a second. */
  rate: number;
}
export interface LiveNews {
  sent: number;
  acked: number;
}

const HEARD_BY = 3;
const STATUS_EVERY_MS = 10_000;
const perFloor = GATEWAYS / FLOORS;

/** mulberry32 */
function seeded(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

class Crowd {
  readonly #random = seeded(7);
  readonly #at: { floor: number; nth: number; leavesAt: number }[];

  constructor(carriers: number) {
    this.#at = Array.from({ length: carriers }, () => ({
      floor: Math.floor(this.#random() * FLOORS),
      nth: Math.floor(this.#random() * perFloor),
      leavesAt: this.#random() * 400,
    }));
  }

  /** Rows by gateway. */
  heard(second: number): SightingRow[][] {
    const rows: SightingRow[][] = Array.from({ length: GATEWAYS }, () => []);
    this.#at.forEach((carrier, minor) => {
      if (second >= carrier.leavesAt) {
        carrier.nth = (carrier.nth + 1) % perFloor;
        carrier.leavesAt = second + 60 + this.#random() * 500;
      }
      for (let i = 0; i < HEARD_BY; i += 1) {
        const gateway = ((carrier.nth + i) % perFloor) * FLOORS + carrier.floor;
        const rssiDbm = -55 - 9 * i - Math.floor(this.#random() * 6);
        rows[gateway]!.push([0, 1, minor, rssiDbm, rssiDbm + 2, 3, -59, 700 + Math.floor(this.#random() * 299)]);
      }
    });
    return rows;
  }
}

async function run({ url, rate }: LiveOrder): Promise<void> {
  const crowd = new Crowd(Math.min(CARRIERS, Math.round(rate / HEARD_BY)));
  const news: LiveNews = { sent: 0, acked: 0 };
  const unacked: { seq: number; rows: number }[][] = Array.from({ length: GATEWAYS }, () => []);
  const clients: MqttClient[] = [];
  for (let g = 0; g < GATEWAYS; g += 1) {
    const client = await mqtt.connectAsync(url, { clientId: `g${g}`, clean: true });
    client.on('message', (_, payload) => {
      const { seq } = JSON.parse(payload.toString()) as { seq: number };
      const mine = unacked[g]!;
      while (mine[0] && mine[0].seq <= seq) news.acked += mine.shift()!.rows;
    });
    await client.subscribeAsync(topicOf(SITE, `g${g}`, 'ack'), { qos: 1 });
    clients.push(client);
  }
  const publish = (g: number, leaf: 'sightings' | 'status', body: object): void =>
    void clients[g]!.publishAsync(topicOf(SITE, `g${g}`, leaf), JSON.stringify(body), { qos: 1 }).catch(() => {});
  const epoch = Math.floor(Date.now() / 1_000);
  let seq = 0;
  const second = (toMs: number): void => {
    seq += 1;
    crowd.heard(seq).forEach((sightings, g) => {
      const message: SightingsMessage = { v: 1, epoch, seq, fromMs: toMs - 1_000, toMs, uuids: [UUID], sightings };
      publish(g, 'sightings', message);
      news.sent += sightings.length;
      unacked[g]!.push({ seq, rows: sightings.length });
    });
    const next = toMs + 1_000;
    setTimeout(() => second(next), Math.max(0, next - Date.now()));
  };
  const status = (): void => {
    for (let g = 0; g < GATEWAYS; g += 1)
      publish(g, 'status', { online: true, version: 'bench', epoch, clockMs: Date.now(), outboxBatches: 0 });
  };
  status();
  setInterval(status, STATUS_EVERY_MS);
  const firstMs = Math.ceil(Date.now() / 1_000) * 1_000;
  setTimeout(() => second(firstMs), firstMs - Date.now());
  setInterval(() => process.send?.(news), 1_000);
}

process.on('disconnect', () => process.exit(0));
process.once('message', (order: LiveOrder) => void run(order));
process.send?.('here');
