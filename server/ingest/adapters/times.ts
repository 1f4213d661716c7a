/** Times as gateways of other makes write them → ms since 1970 UTC. Pure; undefined where it is none. */
import { number } from './read.ts';

/** No gateway lives to 2100; what claims so has counted in other units. */
const MAX_AT_MS = 4_102_444_800_000;
/** Seconds up to 2100 stay below, milliseconds since March 1973 lie above. */
const MILLISECONDS_FROM = 100_000_000_000;

const plausible = (atMs: number): number | undefined =>
  Number.isFinite(atMs) && atMs >= 0 && atMs < MAX_AT_MS ? Math.round(atMs) : undefined;

/** Unix seconds (also with a fraction) or milliseconds, as number or as string. */
export function unixTime(value: unknown): number | undefined {
  const found = number(value);
  if (found === undefined) return undefined;
  return plausible(found >= MILLISECONDS_FROM ? found : found * 1_000);
}

/** `2026-02-09T00:13:53.668Z`, without ms, with a blank or MOKO's `&` for the T, with a zone such as `+08`, `+0530`, `-05:00`. */
const DATE_TIME =
  /^(\d{4})-(\d{1,2})-(\d{1,2})[T &](\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?\s*(Z|[+-]\d{1,2}(?::?\d{2})?)?$/i;

const MINUTE_MS = 60_000;

function offsetMs(zone: string | undefined): number | undefined {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '');
  const hours = Number(digits.length > 2 ? digits.slice(0, -2) : digits);
  const minutes = digits.length > 2 ? Number(digits.slice(-2)) : 0;
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
}

/** A time without a zone is UTC. */
export function dateTime(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const match = DATE_TIME.exec(value.trim());
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return undefined;
  const zoneMs = offsetMs(match[8]);
  if (zoneMs === undefined) return undefined;
  const fractionMs = match[7] ? Number(`0.${match[7]}`) * 1_000 : 0;
  return plausible(Date.UTC(year, month - 1, day, hour, minute, second) + fractionMs - zoneMs);
}

export const anyTime = (value: unknown): number | undefined => dateTime(value) ?? unixTime(value);
