/**
 * Local time of a site. Buckets are half-open and contiguous. Quarter hours and hours start anew where the offset changes,
 * so the hour that autumn repeats is two buckets with different offsets, and the one that spring skips is none. Days and
 * weeks (from Monday) follow the local date: they have 23, 24 or 25 hours' worth. Edges are computed here rather than in
 * SQL so that every engine agrees on them. Pure.
 */
import { IANAZone } from 'luxon';
import type { Interval } from '../contract/metrics.ts';
import { badRequest } from '../errors.ts';

export const QUARTER_MS = 900_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
/** A year of hours is asked in weeks or months at a time; a chart cannot show more points than this. */
export const MAX_BUCKETS = 5_000;
/** 1970-01-01 was a Thursday. */
const EPOCH_WEEKDAY = 3;

interface KnownZone {
  zone: IANAZone;
  /** Offsets by minute: asking the time zone database costs 10 µs, and dashboards ask for the same days again. */
  offsetsMs: Map<number, number>;
}
const OFFSETS_KEPT = 20_000;

const zones = new Map<string, KnownZone>();
function zoneOf(timezone: string): KnownZone {
  const known = zones.get(timezone);
  if (known) return known;
  const zone = IANAZone.create(timezone);
  if (!zone.isValid) throw badRequest(`${timezone} is not an IANA time zone such as Europe/Prague`, 'timezone');
  const added = { zone, offsetsMs: new Map<number, number>() };
  // As many as the time zones of the server's sites, which no caller of a question can choose.
  zones.set(timezone, added);
  return added;
}

export function offsetMs(timezone: string, atMs: number): number {
  const { zone, offsetsMs } = zoneOf(timezone);
  const minute = Math.floor(atMs / 60_000);
  let offset = offsetsMs.get(minute);
  if (offset === undefined) {
    if (offsetsMs.size >= OFFSETS_KEPT) offsetsMs.clear();
    offset = Math.round(zone.offset(atMs) * 60_000);
    offsetsMs.set(minute, offset);
  }
  return offset;
}

/** Local days since 1970-01-01. */
export function localDay(timezone: string, atMs: number): number {
  return Math.floor((atMs + offsetMs(timezone, atMs)) / DAY_MS);
}

/** 0 = Monday. */
export const weekdayOf = (day: number): number => (((day + EPOCH_WEEKDAY) % 7) + 7) % 7;
const weekOf = (day: number): number => Math.floor((day + EPOCH_WEEKDAY) / 7);

/** `2026-03-29` of a local day number. */
export const dayText = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** ISO 8601 with the local offset, to the second, or to the millisecond where it has any. */
export function isoLocal(timezone: string, atMs: number): string {
  const offset = offsetMs(timezone, atMs);
  const minutes = Math.abs(Math.round(offset / 60_000));
  const two = (value: number) => String(value).padStart(2, '0');
  const local = new Date(atMs + offset).toISOString();
  const clock = atMs % 1000 === 0 ? local.slice(0, 19) : local.slice(0, 23);
  return `${clock}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

export interface Stretch {
  fromMs: number;
  toMs: number;
  offsetMs: number;
}

/** Two changes of offset within this time would be missed; the closest on record lie weeks apart. */
const PROBE_MS = DAY_MS;

/** [fromMs, toMs) cut where the offset changes. */
export function stretches(timezone: string, fromMs: number, toMs: number): Stretch[] {
  const out: Stretch[] = [];
  let start = fromMs;
  let offset = offsetMs(timezone, fromMs);
  let at = fromMs;
  while (at < toMs) {
    const next = Math.min(at + PROBE_MS, toMs);
    if (offsetMs(timezone, next) !== offset) {
      let before = at;
      let after = next;
      while (after - before > 1) {
        const middle = Math.floor((before + after) / 2);
        if (offsetMs(timezone, middle) === offset) before = middle;
        else after = middle;
      }
      if (after < toMs) {
        out.push({ fromMs: start, toMs: after, offsetMs: offset });
        start = after;
        offset = offsetMs(timezone, after);
      }
      at = after;
    } else at = next;
  }
  out.push({ fromMs: start, toMs, offsetMs: offset });
  return out;
}

const firstAtOrAfter = (atMs: number, stepMs: number): number => Math.ceil(atMs / stepMs) * stepMs;

function clockEdges(parts: Stretch[], stepMs: number): number[] {
  const edges: number[] = [];
  for (const part of parts) {
    edges.push(part.fromMs);
    let local = firstAtOrAfter(part.fromMs + part.offsetMs + 1, stepMs);
    for (; local - part.offsetMs < part.toMs; local += stepMs) edges.push(local - part.offsetMs);
  }
  return edges;
}

/** Starts of periods numbered by `numberOf(local day)`. A date that comes back after a change at midnight opens no second day. */
function dateEdges(parts: Stretch[], numberOf: (day: number) => number): number[] {
  const edges: number[] = [];
  let current = Number.NEGATIVE_INFINITY;
  const offer = (atMs: number, offset: number) => {
    const number = numberOf(Math.floor((atMs + offset) / DAY_MS));
    if (number <= current) return;
    current = number;
    edges.push(atMs);
  };
  for (const part of parts) {
    offer(part.fromMs, part.offsetMs);
    let local = firstAtOrAfter(part.fromMs + part.offsetMs + 1, DAY_MS);
    for (; local - part.offsetMs < part.toMs; local += DAY_MS) offer(local - part.offsetMs, part.offsetMs);
  }
  return edges;
}

const STEP_MS: Record<Interval, number> = { '15m': QUARTER_MS, hour: HOUR_MS, day: DAY_MS, week: 7 * DAY_MS };
const TIME_LIMIT_MS = 8.64e15 - 2 * DAY_MS;

/** Longer than anything is kept; it bounds the work of finding days. */
const MAX_PERIOD_MS = 100 * 366 * DAY_MS;

/** Refuses what is not a period, naming the field. */
export function checkPeriod(fromMs: number, toMs: number): void {
  if (!Number.isFinite(fromMs) || Math.abs(fromMs) > TIME_LIMIT_MS)
    throw badRequest('must be an ISO 8601 time with offset, such as 2026-03-29T00:00:00+01:00', 'from');
  if (!Number.isFinite(toMs) || Math.abs(toMs) > TIME_LIMIT_MS)
    throw badRequest('must be an ISO 8601 time with offset, such as 2026-03-30T00:00:00+02:00', 'to');
  if (fromMs >= toMs) throw badRequest('must be later than from', 'to');
  if (toMs - fromMs > MAX_PERIOD_MS) throw badRequest('must be at most 100 years after from', 'to');
}

/**
 * Edges of the buckets of [fromMs, toMs): bucket i is [edges[i], edges[i + 1]), the last edge is toMs. The first and the
 * last are cut to the period, so that the buckets together are the period and nothing else.
 */
export function bucketEdges(timezone: string, interval: Interval, fromMs: number, toMs: number): number[] {
  checkPeriod(fromMs, toMs);
  const tooMany = () =>
    badRequest(`gives more than ${MAX_BUCKETS} intervals: ask for a longer interval or a shorter period`, 'interval');
  if ((toMs - fromMs) / STEP_MS[interval] > MAX_BUCKETS * 1.1) throw tooMany();
  const parts = stretches(timezone, fromMs, toMs);
  let edges: number[];
  if (interval === '15m' || interval === 'hour') edges = clockEdges(parts, STEP_MS[interval]);
  else edges = dateEdges(parts, interval === 'day' ? (day) => day : weekOf);
  if (edges.length > MAX_BUCKETS) throw tooMany();
  edges.push(toMs);
  return edges;
}

/** Start of the hour that holds an instant: of the bucket of `bucketEdges` by hour. */
export function hourStartMs(timezone: string, atMs: number): number {
  const offset = offsetMs(timezone, atMs);
  const startMs = Math.floor((atMs + offset) / HOUR_MS) * HOUR_MS - offset;
  return offsetMs(timezone, startMs) === offset ? startMs : stretches(timezone, startMs, atMs + 1).at(-1)!.fromMs;
}

/** Start of the bucket that follows one which ends at `toMs`. */
export const nextEdgeMs = (timezone: string, interval: Interval, toMs: number): number =>
  bucketEdges(timezone, interval, toMs, toMs + 9 * DAY_MS)[1]!;

/** The local days of a period: edges as of `bucketEdges`, without its limit. */
export function dayEdges(timezone: string, fromMs: number, toMs: number): number[] {
  return [...dateEdges(stretches(timezone, fromMs, toMs), (day) => day), toMs];
}

/** First instant of a local day. */
export function dayStartMs(timezone: string, day: number): number {
  // Offsets lie within −12 and +14 h, so the day begins within a day and a half of the UTC day of that number.
  const probeFrom = day * DAY_MS - 1.5 * DAY_MS;
  for (const edge of dayEdges(timezone, probeFrom, day * DAY_MS + DAY_MS * 1.5).slice(1))
    if (localDay(timezone, edge) >= day) return edge;
  return day * DAY_MS;
}
