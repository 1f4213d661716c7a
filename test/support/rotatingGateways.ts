/** Gateways that tell what they hear of frames at places, second by second, over MQTT. */
import mqtt, { type MqttClient } from 'mqtt';
import { topicOf } from '../../server/contract/topics.ts';
import type { SightingRow } from '../../server/contract/wire.ts';
import type { RotatingFrame } from '../../simulators/rotatingBeacon.ts';
import type { Place } from './liveGateways.ts';

const LAST_HEARD_MS = 900;
/** Fainter than this no gateway hears it. */
const FAINTEST_DBM = -92;

export interface OnAir {
  frame: Pick<RotatingFrame, 'uuid' | 'major' | 'minor'>;
  at: Place;
}

export class RotatingGateways {
  readonly #siteId: string;
  readonly #gateways: readonly ({ id: string } & Place)[];
  #client: MqttClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #seq = 0;
  /** What is on the air in the second that begins then. */
  onAir: (fromMs: number) => OnAir[] = () => [];
  rows = 0;

  constructor(siteId: string, gateways: readonly ({ id: string } & Place)[]) {
    this.#siteId = siteId;
    this.#gateways = gateways;
  }

  async start(url: string): Promise<void> {
    this.#client = await mqtt.connectAsync(url, { clientId: `test-${this.#siteId}-rotating` });
  }

  /** From now on each second right after it. */
  goLive(): void {
    const next = (): void => {
      const windowMs = Math.floor(Date.now() / 1000) * 1000;
      this.#timer = setTimeout(
        () => {
          void this.publish(windowMs, this.onAir(windowMs));
          next();
        },
        windowMs + 1000 - Date.now(),
      );
    };
    next();
  }

  /** Settles when the broker has them. */
  async publish(fromMs: number, onAir: readonly OnAir[]): Promise<void> {
    this.#seq += 1;
    const sent = this.#gateways.map(({ id, xM, yM }) => {
      const uuids = [...new Set(onAir.map(({ frame }) => frame.uuid))];
      const sightings = onAir.flatMap(({ frame, at }): SightingRow[] => {
        const distanceM = Math.max(1, Math.hypot(xM - at.xM, yM - at.yM));
        const rssiDbm = Math.round(-60 - 20 * Math.log10(distanceM));
        if (rssiDbm < FAINTEST_DBM) return [];
        return [[uuids.indexOf(frame.uuid), frame.major, frame.minor, rssiDbm, rssiDbm, 8, -59, LAST_HEARD_MS]];
      });
      this.rows += sightings.length;
      const message = { v: 1, epoch: 1, seq: this.#seq, fromMs, toMs: fromMs + 1000, uuids, sightings };
      return this.#client?.publishAsync(topicOf(this.#siteId, id, 'sightings'), JSON.stringify(message), { qos: 1 });
    });
    await Promise.all(sent);
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#client?.endAsync(true);
  }
}
