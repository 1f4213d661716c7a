/** Gateways that report in real time whom they hear: one batch each second, right after it, as those in the field do. */
import mqtt, { type MqttClient } from 'mqtt';
import { topicOf } from '../../server/contract/topics.ts';
import type { SightingRow } from '../../server/contract/wire.ts';

export interface Place {
  xM: number;
  yM: number;
}

/** When a row was last heard, by the clock of this machine, and where its carrier was. */
export interface Heard {
  minor: number;
  atMs: number;
  at: Place;
}

const LAST_HEARD_MS = 900;

export class LiveGateways {
  readonly #siteId: string;
  readonly #uuid: string;
  readonly #gateways: readonly ({ id: string } & Place)[];
  /** By the minor of its beacon; a carrier that is not in it is not heard. */
  readonly walkers = new Map<number, Place>();
  readonly heard: Heard[] = [];
  #client: MqttClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #seq = 0;

  constructor(siteId: string, uuid: string, gateways: readonly ({ id: string } & Place)[]) {
    this.#siteId = siteId;
    this.#uuid = uuid;
    this.#gateways = gateways;
  }

  async start(url: string): Promise<void> {
    this.#client = await mqtt.connectAsync(url, { clientId: `test-${this.#siteId}` });
    const next = (): void => {
      const windowMs = Math.floor(Date.now() / 1000) * 1000;
      this.#timer = setTimeout(
        () => {
          this.#publish(windowMs);
          next();
        },
        windowMs + 1000 - Date.now(),
      );
    };
    next();
  }

  /** A second that is long over, as out of an outbox; goes on with the sequence. */
  publishLate(fromMs: number, walkers: ReadonlyMap<number, Place>): void {
    this.#batch(fromMs, walkers);
  }

  #publish(fromMs: number): void {
    for (const [minor, at] of this.walkers) this.heard.push({ minor, at: { ...at }, atMs: fromMs + LAST_HEARD_MS });
    this.#batch(fromMs, this.walkers);
  }

  #batch(fromMs: number, walkers: ReadonlyMap<number, Place>): void {
    this.#seq += 1;
    for (const gateway of this.#gateways) {
      const sightings = [...walkers].map(([minor, { xM, yM }]): SightingRow => {
        const rssiDbm = Math.round(-60 - 20 * Math.log10(Math.max(1, Math.hypot(xM - gateway.xM, yM - gateway.yM))));
        return [0, 1, minor, rssiDbm, rssiDbm, 8, -59, LAST_HEARD_MS];
      });
      const message = {
        v: 1,
        epoch: 1,
        seq: this.#seq,
        fromMs,
        toMs: fromMs + 1000,
        uuids: [this.#uuid],
        sightings,
      };
      this.#client?.publish(topicOf(this.#siteId, gateway.id, 'sightings'), JSON.stringify(message), { qos: 1 });
    }
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#client?.endAsync(true);
  }
}
