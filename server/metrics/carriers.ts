/**
 * How many carriers stand behind a figure of a period, for k-anonymity alone: the unknown ones of each local day, added up,
 * for their ids live that long, and the most identified ones of any local day, for who comes on several is one. Over more
 * days than one that is at most as many as there were, so more may be withheld, and nothing less. Days can be added up
 * without knowing who came. Pure.
 */
import type { CarrierKind } from '../contract/model.ts';

/** The definition on plain visits: what SQL must agree with. */
export function carriersBehind(
  visits: readonly { carrierId: string; kind: CarrierKind; startMs: number }[],
  dayOf: (atMs: number) => number,
): number {
  const days = new Map<number, { unknown: Set<string>; known: Set<string> }>();
  for (const { carrierId, kind, startMs } of visits) {
    const day = dayOf(startMs);
    const sets = days.get(day) ?? { unknown: new Set(), known: new Set() };
    days.set(day, sets);
    sets[kind === 'unknown' ? 'unknown' : 'known'].add(carrierId);
  }
  let [unknown, known] = [0, 0];
  for (const sets of days.values()) {
    unknown += sets.unknown.size;
    known = Math.max(known, sets.known.size);
  }
  return unknown + known;
}
