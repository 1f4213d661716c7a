/** What a person agreed to: none → granted → withdrawn | expired, from append-only rows. Pure. */
import { DateTime } from 'luxon';
import type { Purpose } from '../contract/offers.ts';

/** A consent that nobody renewed for a year is not one that they remember. */
export const CONSENT_LIFETIME_MONTHS = 12;

export interface ConsentRow {
  purpose: Purpose;
  state: 'granted' | 'withdrawn';
  version: number;
  atMs: number;
  textHash: string;
  language: string;
}

export type ConsentState = 'none' | 'granted' | 'withdrawn' | 'expired';

export const expiryMs = (grantedMs: number): number =>
  DateTime.fromMillis(grantedMs, { zone: 'utc' }).plus({ months: CONSENT_LIFETIME_MONTHS }).toMillis();

/** Rows in the order in which they were written. */
export const latestOf = (rows: readonly ConsentRow[], purpose: Purpose): ConsentRow | undefined =>
  rows.findLast((row) => row.purpose === purpose);

export function consentState(rows: readonly ConsentRow[], purpose: Purpose, nowMs: number): ConsentState {
  const latest = latestOf(rows, purpose);
  if (latest === undefined) return 'none';
  if (latest.state === 'withdrawn') return 'withdrawn';
  return nowMs < expiryMs(latest.atMs) ? 'granted' : 'expired';
}

export interface Period {
  fromMs: number;
  toMs: number;
}

/** When the purpose was agreed to, up to now. */
export function grantedPeriods(rows: readonly ConsentRow[], purpose: Purpose, nowMs: number): Period[] {
  const periods: Period[] = [];
  let open: Period | undefined;
  const close = (atMs: number): void => {
    if (open !== undefined && Math.min(open.toMs, atMs) > open.fromMs)
      periods.push({ fromMs: open.fromMs, toMs: Math.min(open.toMs, atMs) });
    open = undefined;
  };
  for (const row of rows) {
    if (row.purpose !== purpose) continue;
    if (row.state === 'withdrawn') close(row.atMs);
    else if (open !== undefined && row.atMs <= open.toMs) open.toMs = expiryMs(row.atMs);
    else {
      close(row.atMs);
      open = { fromMs: row.atMs, toMs: expiryMs(row.atMs) };
    }
  }
  close(nowMs);
  return periods;
}

/** Both lists sorted and without overlaps of their own. */
export function overlap(a: readonly Period[], b: readonly Period[]): Period[] {
  return a.flatMap((x) =>
    b
      .map((y) => ({ fromMs: Math.max(x.fromMs, y.fromMs), toMs: Math.min(x.toMs, y.toMs) }))
      .filter((both) => both.toMs > both.fromMs),
  );
}
