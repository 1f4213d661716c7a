/** What each gateway should run with: retained in the broker, published when it changes. */
import type { Site } from '../contract/model.ts';
import { topicOf } from '../contract/topics.ts';
import type { ConfigMessage } from '../contract/wire.ts';
import type { DailyKey } from './dailyKeys.ts';

const WINDOW_MS = 1_000;
const HEARTBEAT_MS = 10_000;

export function configFor(site: Site, key: DailyKey | undefined): ConfigMessage {
  return {
    v: 1,
    uuids: site.uuids,
    windowMs: WINDOW_MS,
    heartbeatMs: HEARTBEAT_MS,
    ...(site.countUnknowns && key
      ? { unknowns: { keyId: key.id, keyHex: key.key.toString('hex'), untilMs: key.untilMs } }
      : {}),
  };
}

export class GatewayConfigs {
  readonly #publish: (topic: string, payload: string) => Promise<void>;
  readonly #published = new Map<string, string>();

  constructor(publish: (topic: string, payload: string) => Promise<void>) {
    this.#publish = publish;
  }

  async update(site: Site, gatewayIds: readonly string[], key: DailyKey | undefined): Promise<void> {
    const payload = JSON.stringify(configFor(site, key));
    const wanted = new Map(gatewayIds.map((id) => [topicOf(site.id, id, 'config'), payload]));
    // An empty retained message takes the old one back.
    for (const topic of this.#published.keys()) if (!wanted.has(topic)) wanted.set(topic, '');
    for (const [topic, text] of wanted) {
      if ((this.#published.get(topic) ?? '') === text) continue;
      if (text === '') this.#published.delete(topic);
      else this.#published.set(topic, text);
      try {
        await this.#publish(topic, text);
      } catch {
        // The next look, a minute later at most, tries again.
        this.#published.delete(topic);
      }
    }
  }
}
