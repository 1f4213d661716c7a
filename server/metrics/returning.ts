/**
 * Returning: of the identified carriers (shoppers' phones and tags) with a visit that started in the period, the share
 * with a visit in it that another one preceded, on an earlier local day, at most `returnWindowDays` days before. Visits as
 * in footfall: short ones are none; of a zone, its zone visits. A carrier first registered less than the window ago can
 * not have returned sooner; the share does not correct for it. Pure.
 */
import type { Returning } from '../contract/metrics.ts';
import { shareBand } from './bands.ts';

/** The definition on plain visits: what SQL must agree with. */
export function returningCounts(
  visits: readonly { carrierId: string; startMs: number }[],
  fromMs: number,
  toMs: number,
  windowDays: number,
  dayOf: (atMs: number) => number,
): { identified: number; returning: number } {
  const days = new Map<string, number[]>();
  for (const visit of visits) {
    const known = days.get(visit.carrierId) ?? [];
    known.push(dayOf(visit.startMs));
    days.set(visit.carrierId, known);
  }
  const identified = new Set<string>();
  const returning = new Set<string>();
  for (const visit of visits) {
    if (visit.startMs < fromMs || visit.startMs >= toMs) continue;
    identified.add(visit.carrierId);
    const day = dayOf(visit.startMs);
    if (days.get(visit.carrierId)?.some((other) => other < day && other >= day - windowDays))
      returning.add(visit.carrierId);
  }
  return { identified: identified.size, returning: returning.size };
}

export function returningFigures(
  identified: number,
  returning: number,
  coverage: number,
  k: number,
): Pick<Returning, 'identified' | 'returning' | 'share' | 'low' | 'high'> {
  const unknown = { identified: null, returning: null, share: null, low: null, high: null };
  if (coverage === 0 || (identified > 0 && identified < k)) return unknown;
  if (identified === 0) return { ...unknown, identified: 0, returning: 0 };
  return {
    identified,
    returning,
    share: returning / identified,
    ...shareBand(returning, returning, returning, identified, coverage),
  };
}
