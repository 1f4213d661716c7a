/** MQTT topics: `promenade/1/{siteId}/{gatewayId}/{leaf}`. Pure. */

export const ID_PATTERN = /^[a-z0-9-]{1,32}$/;

export const isId = (text: string): boolean => ID_PATTERN.test(text);

export const ROOT = 'promenade/1';

export const GATEWAY_LEAVES = ['sightings', 'status', 'gap'] as const;
export type GatewayLeaf = (typeof GATEWAY_LEAVES)[number];
export type ServerLeaf = 'ack' | 'config';

export const topicOf = (siteId: string, gatewayId: string, leaf: GatewayLeaf | ServerLeaf): string =>
  `${ROOT}/${siteId}/${gatewayId}/${leaf}`;

/** What a server subscribes to, one filter per leaf that gateways and door counters publish. */
export const SERVER_FILTERS = [...GATEWAY_LEAVES, 'count'].map((leaf) => `${ROOT}/+/+/${leaf}`);

export interface GatewayTopic {
  siteId: string;
  gatewayId: string;
  leaf: GatewayLeaf;
}

/** `promenade/1/{siteId}/{counterId}/count`, of a door counter. */
export function parseCounterTopic(topic: string): { siteId: string; counterId: string } | undefined {
  const [root, version, siteId = '', counterId = '', leaf, ...more] = topic.split('/');
  if (root !== 'promenade' || version !== '1' || leaf !== 'count' || more.length > 0) return undefined;
  return isId(siteId) && isId(counterId) ? { siteId, counterId } : undefined;
}

/** Takes a topic apart; undefined for any that is not a gateway's or whose ids are not well formed. */
export function parseGatewayTopic(topic: string): GatewayTopic | undefined {
  const parts = topic.split('/');
  if (parts.length !== 5 || parts[0] !== 'promenade' || parts[1] !== '1') return undefined;
  const [, , siteId, gatewayId, leaf] = parts as [string, string, string, string, string];
  if (!isId(siteId) || !isId(gatewayId)) return undefined;
  if (!(GATEWAY_LEAVES as readonly string[]).includes(leaf)) return undefined;
  return { siteId, gatewayId, leaf: leaf as GatewayLeaf };
}
