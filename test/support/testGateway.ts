/** A gateway at its own edge, the MQTT topic: an outbox that resends until the server has acked, with chaos on demand. */
import mqtt, { type MqttClient } from 'mqtt';
import { topicOf } from '../../server/contract/topics.ts';
import type { SightingsMessage } from '../../server/contract/wire.ts';

export interface Chaos {
  random: () => number;
  /** Chance that a message is sent twice. */
  duplicate: number;
  /** Messages are shuffled within runs of this many. */
  shuffleRun: number;
}

const RESEND_AFTER_MS = 700;
const IN_FLIGHT = 60;

export class TestGateway {
  readonly id: string;
  readonly #siteId: string;
  readonly #pending: SightingsMessage[];
  readonly #chaos: Chaos | undefined;
  #client: MqttClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ackedSeq = 0;
  #heldAfterSeq = Number.POSITIVE_INFINITY;
  sentMessages = 0;

  constructor(siteId: string, id: string, batches: SightingsMessage[], chaos?: Chaos) {
    this.#siteId = siteId;
    this.id = id;
    this.#pending = [...batches];
    this.#chaos = chaos;
  }

  get done(): boolean {
    return this.#pending.length === 0;
  }

  /** Batches that are not acked yet. */
  get left(): number {
    return this.#pending.length;
  }

  /** Keeps what comes after this back until it is told a later one: a crash then falls into the midst of the traffic. */
  holdAfter(seq: number): void {
    this.#heldAfterSeq = seq;
    this.#send();
  }

  async start(url: string): Promise<void> {
    const client = mqtt.connect(url, {
      clientId: `test-${this.#siteId}-${this.id}`,
      clean: false,
      reconnectPeriod: 150,
      connectTimeout: 2_000,
    });
    this.#client = client;
    client.on('error', () => {});
    client.on('message', (_topic, payload) => {
      const ack = JSON.parse(payload.toString()) as { seq: number };
      this.#ackedSeq = Math.max(this.#ackedSeq, ack.seq);
      while (this.#pending[0] && this.#pending[0].seq <= ack.seq) this.#pending.shift();
      if (this.#pending.length > 0) this.#send();
    });
    client.on('connect', () => {
      client.subscribe(topicOf(this.#siteId, this.id, 'ack'), { qos: 1 }, () => this.#send());
    });
    this.#timer = setInterval(() => this.#send(), RESEND_AFTER_MS);
  }

  #send(): void {
    const client = this.#client;
    if (!client?.connected) return;
    const run = this.#pending.slice(0, IN_FLIGHT).filter((batch) => batch.seq <= this.#heldAfterSeq);
    const { random, duplicate, shuffleRun } = this.#chaos ?? { random: () => 1, duplicate: 0, shuffleRun: 1 };
    for (let from = 0; from < run.length; from += shuffleRun) {
      const to = Math.min(run.length, from + shuffleRun);
      for (let i = to - 1; i > from; i--) {
        const j = from + Math.floor(random() * (i - from + 1));
        [run[i], run[j]] = [run[j]!, run[i]!];
      }
    }
    for (const batch of run) {
      const times = random() < duplicate ? 2 : 1;
      for (let i = 0; i < times; i++) {
        this.sentMessages += 1;
        client.publish(topicOf(this.#siteId, this.id, 'sightings'), JSON.stringify(batch), { qos: 1 }, () => {});
      }
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#client?.endAsync(true);
  }
}
