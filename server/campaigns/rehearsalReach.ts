/** Who of those that a campaign means can get an offer now: carriers paired with shoppers who agreed. */
import type { ReadSql } from '../db/duckdb.ts';
import { type ConsentRow, consentState } from '../privacy/consent.ts';
import type { Fire } from './rehearsalFires.ts';
import type { PastDay } from './rehearsalHistory.ts';
import { openPairings } from './rehearsalReader.ts';

export interface Reach {
  shoppers: number;
  triggersPerDay: number;
}

/** Carriers with the time from which what they do is the shopper's. */
export async function reachableCarriers(
  sql: ReadSql,
  siteId: string,
  profiling: boolean,
  nowMs: number,
): Promise<Map<string, number>> {
  const pairings = await openPairings(sql, siteId);
  const rows = await sql.all<ConsentRow & { shopperId: string }>(
    `select shopper_id as "shopperId", purpose, state, version, at_ms as "atMs", text_hash as "textHash", language
     from consents where shopper_id in (select shopper_id from pairings where site_id = $1 and to_ms is null)
     order by at_ms, rowid`,
    [siteId],
  );
  const byShopper = new Map<string, ConsentRow[]>();
  for (const { shopperId, ...row } of rows) byShopper.set(shopperId, [...(byShopper.get(shopperId) ?? []), row]);
  const needed = profiling ? (['presence', 'push', 'profiling'] as const) : (['presence', 'push'] as const);
  return new Map(
    pairings
      .filter(({ shopperId }) =>
        needed.every((purpose) => consentState(byShopper.get(shopperId) ?? [], purpose, nowMs) === 'granted'),
      )
      .map(({ carrierId, fromMs }) => [carrierId, fromMs]),
  );
}

/**
 * Fires of theirs ÷ days since each paired × shoppers: those who came yesterday count as those who came a month ago.
 * Null below k, and while nobody has been paired for a whole day that counts.
 */
export function reachOf(
  carriers: ReadonlyMap<string, number>,
  fires: readonly Fire[],
  days: readonly PastDay[],
  k: number,
): Reach | null {
  if (carriers.size < k) return null;
  let shopperDays = 0;
  for (const fromMs of carriers.values()) shopperDays += days.filter(({ startMs }) => startMs >= fromMs).length;
  if (shopperDays === 0) return null;
  const first = new Map(
    [...carriers].map(([id, fromMs]) => [id, days.find(({ startMs }) => startMs >= fromMs)?.startMs ?? Infinity]),
  );
  const own = fires.filter(({ carrierId, atMs }) => carrierId !== null && atMs >= (first.get(carrierId) ?? Infinity));
  return { shoppers: carriers.size, triggersPerDay: (own.length / shopperDays) * carriers.size };
}
