/** Topics for whoever reads, under the root of the gateways' own. Pure. */
import { isId, ROOT } from './topics.ts';

/** Retained, and the server's last will: `online` or `offline`. */
export const AVAILABILITY_TOPIC = `${ROOT}/availability`;
export const ONLINE = 'online';
export const OFFLINE = 'offline';

export const siteTopic = (siteId: string): string => `${ROOT}/${siteId}/occupancy`;
export const zoneTopic = (siteId: string, zoneId: string): string => `${ROOT}/${siteId}/zones/${zoneId}/occupancy`;

/** Ids hold no underscore, so no two pairs make the same name. */
export const objectIdOf = (siteId: string, zoneId: string | null): string =>
  zoneId === null ? `promenade_${siteId}` : `promenade_${siteId}_${zoneId}`;

export const discoveryTopic = (prefix: string, siteId: string, zoneId: string | null): string =>
  `${prefix}/sensor/${objectIdOf(siteId, zoneId)}/config`;

/** Where Home Assistant says that it has started. */
export const homeAssistantStatusTopic = (prefix: string): string => `${prefix}/status`;

const fits = (siteId: string, own: string | undefined): boolean =>
  isId(siteId) && (own === undefined || siteId === own);

/** Whether a reader, of one site or of all, may be given what was published under this topic. */
export function isReadable(topic: string, prefix: string | null, ownSite: string | undefined): boolean {
  if (topic === AVAILABILITY_TOPIC) return true;
  if (prefix !== null && topic.startsWith(`${prefix}/`)) {
    const object = /^sensor\/promenade_([^_/]+)(?:_[^_/]+)?\/config$/.exec(topic.slice(prefix.length + 1));
    return object !== null && fits(object[1]!, ownSite);
  }
  const [root, version, siteId = '', kind, zoneId = '', leaf, ...more] = topic.split('/');
  if (`${root}/${version}` !== ROOT || !fits(siteId, ownSite) || more.length > 0) return false;
  if (leaf === undefined) return zoneId === '' && topic === siteTopic(siteId);
  return kind === 'zones' && isId(zoneId) && leaf === 'occupancy';
}

/** Whether a reader may ask for it. What it takes in beside the readable is not handed over. */
export function isReaderFilter(filter: string, prefix: string | null, ownSite: string | undefined): boolean {
  if (filter === AVAILABILITY_TOPIC) return true;
  if (prefix !== null && filter.startsWith(`${prefix}/`)) return true;
  const parts = filter.split('/');
  const [root, version, siteId = '', kind, zoneId, leaf] = parts;
  if (`${root}/${version}` !== ROOT) return false;
  if (siteId === '+' ? ownSite !== undefined : !fits(siteId, ownSite)) return false;
  if (parts.length === 4) return kind === 'occupancy';
  if (kind !== 'zones') return false;
  if (parts.length === 5) return zoneId === '#';
  return parts.length === 6 && (zoneId === '+' || isId(zoneId ?? '')) && leaf === 'occupancy';
}
