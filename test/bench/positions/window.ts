/** What was heard in the last seconds, one mean per gateway: all that the simple methods look at. */
import type { Gateway } from '../../../server/contract/model.ts';
import type { Track } from './dataset.ts';

export interface Reading {
  gateway: Gateway;
  rssiDbm: number;
  count: number;
}

/** Loudest first. */
export function readingsBefore(
  track: Track,
  gateways: ReadonlyMap<string, Gateway>,
  atMs: number,
  windowMs: number,
): Reading[] {
  const sums = new Map<string, { sum: number; count: number }>();
  const { sightings } = track;
  let low = 0;
  let high = sightings.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sightings[middle]!.atMs <= atMs - windowMs) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < sightings.length && sightings[i]!.atMs <= atMs; i++) {
    const { gatewayId, rssiDbm } = sightings[i]!;
    const one = sums.get(gatewayId) ?? { sum: 0, count: 0 };
    one.sum += rssiDbm;
    one.count += 1;
    sums.set(gatewayId, one);
  }
  return [...sums]
    .map(([id, { sum, count }]) => ({ gateway: gateways.get(id)!, rssiDbm: sum / count, count }))
    .sort((a, b) => b.rssiDbm - a.rssiDbm || (a.gateway.id < b.gateway.id ? -1 : 1));
}
