/** What is old is removed: offers and decisions after 13 months, ended pairings with the visits that they named. */
import { DateTime } from 'luxon';
import type { Duck } from '../db/duckdb.ts';
import { OfferKeys } from './offerKeys.ts';

/** A year, and a month to compare the same season. */
export const OFFERS_KEPT_MONTHS = 13;
const DAY_MS = 86_400_000;

export const monthsBefore = (nowMs: number, months: number): number =>
  DateTime.fromMillis(nowMs, { zone: 'utc' }).minus({ months }).toMillis();

export async function expireOffers(duck: Duck, nowMs: number, retentionDays: number): Promise<void> {
  const beforeMs = monthsBefore(nowMs, OFFERS_KEPT_MONTHS);
  await duck.transaction(async (sql) => {
    await sql.run('delete from offer_codes where offer_id in (select id from offers where expires_ms < $1)', [
      beforeMs,
    ]);
    await sql.run('delete from redemptions where offer_id in (select id from offers where expires_ms < $1)', [
      beforeMs,
    ]);
    await sql.run('delete from offers where expires_ms < $1', [beforeMs]);
    await sql.run('delete from redemption_voids where voided_ms < $1', [beforeMs]);
    await sql.run('delete from settlements where settled_ms < $1', [beforeMs]);
    await sql.run('delete from orders where at_ms < $1', [beforeMs]);
    await OfferKeys.expire(sql, beforeMs);
    await sql.run('delete from offer_decisions where decided_ms < $1', [beforeMs]);
    await sql.run('delete from feedback where at_ms < $1', [beforeMs]);
    await sql.run('delete from loyalty_points where at_ms < $1', [beforeMs]);
    await sql.run('delete from pairings where to_ms < $1', [nowMs - retentionDays * DAY_MS]);
  });
}
