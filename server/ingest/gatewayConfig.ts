/** What each gateway should run with: retained in the broker, published when it changes, confirmed by its status. */
import { createHash } from 'node:crypto';
import type { GatewayConfigState } from '../contract/gatewayHealth.ts';
import type { Gateway, Site } from '../contract/model.ts';
import { topicOf } from '../contract/topics.ts';
import type { ConfigMessage } from '../contract/wire.ts';
import type { DailyKey } from './dailyKeys.ts';
import type { GatewayRecord } from './gatewayHealth.ts';

const WINDOW_MS = 1_000;
const HEARTBEAT_MS = 10_000;
const ID_HEX_DIGITS = 16;

export function configFor(
  site: Site,
  { settings = {} }: Pick<Gateway, 'settings'>,
  key: DailyKey | undefined,
): ConfigMessage & { id: string } {
  const windowMs = settings.windowMs ?? WINDOW_MS;
  const plain = {
    v: 1 as const,
    uuids: site.uuids,
    windowMs,
    heartbeatMs: Math.max(windowMs, settings.heartbeatMs ?? HEARTBEAT_MS),
    ...(settings.statusEveryMs === undefined ? {} : { statusEveryMs: settings.statusEveryMs }),
  };
  const counted = site.countUnknowns && settings.unknowns !== false ? key : undefined;
  // The id tells nothing of the key: it goes into statuses, which anybody at the broker may read.
  const named = JSON.stringify([plain, counted ? [counted.id, counted.untilMs] : null]);
  const id = createHash('sha256').update(named).digest('hex').slice(0, ID_HEX_DIGITS);
  if (!counted) return { ...plain, id };
  return {
    ...plain,
    id,
    unknowns: { keyId: counted.id, keyHex: counted.key.toString('hex'), untilMs: counted.untilMs },
  };
}

interface Wanted {
  id: string;
  sinceMs: number;
}

export class GatewayConfigs {
  readonly #publish: (topic: string, payload: string) => Promise<void>;
  readonly #published = new Map<string, string>();
  readonly #wanted = new Map<string, Wanted>();

  constructor(publish: (topic: string, payload: string) => Promise<void>) {
    this.#publish = publish;
  }

  async update(
    site: Site,
    gateways: readonly Pick<Gateway, 'id' | 'settings'>[],
    key: DailyKey | undefined,
    nowMs: number,
  ): Promise<void> {
    const texts = new Map<string, string>();
    const known = new Set<string>();
    for (const gateway of gateways) {
      const config = configFor(site, gateway, key);
      texts.set(topicOf(site.id, gateway.id, 'config'), JSON.stringify(config));
      known.add(gateway.id);
      if (this.#wanted.get(gateway.id)?.id !== config.id)
        this.#wanted.set(gateway.id, { id: config.id, sinceMs: nowMs });
    }
    for (const id of this.#wanted.keys()) if (!known.has(id)) this.#wanted.delete(id);
    // An empty retained message takes the old one back.
    for (const topic of this.#published.keys()) if (!texts.has(topic)) texts.set(topic, '');
    for (const [topic, text] of texts) {
      const before = this.#published.get(topic);
      if ((before ?? '') === text) continue;
      if (text !== '') this.#published.set(topic, text);
      try {
        await this.#publish(topic, text);
        if (text === '' && this.#published.get(topic) === before) this.#published.delete(topic);
      } catch {
        // The next look, a minute later at most, tries again. What is to be taken back may hold the day's key: it stays known.
        if (text !== '') this.#published.delete(topic);
      }
    }
  }

  stateOf(gatewayId: string, record: GatewayRecord): GatewayConfigState {
    const wanted = this.#wanted.get(gatewayId);
    const { configId, configRefused } = record;
    if (!wanted || configId === undefined) return { state: 'unknown', sinceMs: null, why: null };
    if (configId === wanted.id) return { state: 'confirmed', sinceMs: wanted.sinceMs, why: null };
    // One that has an id of its own refuses that one; what cannot be read at all has none.
    if (configRefused && (configRefused.id === wanted.id || configRefused.id === null))
      return { state: 'refused', sinceMs: wanted.sinceMs, why: configRefused.why };
    return { state: 'pending', sinceMs: wanted.sinceMs, why: null };
  }
}
