/** What is wrong with a reference count, if anything; the field by the name that clients know. */
import { MAX_COUNT_MS } from '../contract/people.ts';
import type { Registry } from '../registry/types.ts';

export function countFault(
  registry: Registry,
  siteId: string,
  { zoneId, fromMs, toMs }: { zoneId: string; fromMs: number; toMs: number },
  nowMs: number,
): { field: 'zoneId' | 'to'; message: string } | undefined {
  const zone = registry.zones.get(siteId, zoneId);
  if (!zone) return { field: 'zoneId', message: `zone ${zoneId} does not exist` };
  if (zone.kind !== 'entrance')
    return { field: 'zoneId', message: `zone ${zoneId} is a ${zone.kind}; counts are of entrances` };
  if (toMs <= fromMs) return { field: 'to', message: 'must be later than from' };
  if (toMs - fromMs > MAX_COUNT_MS) return { field: 'to', message: 'must lie at most 24 hours after from' };
  if (toMs > nowMs) return { field: 'to', message: 'must not lie in the future' };
  return undefined;
}
