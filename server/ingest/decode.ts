/**
 * Reads a sightings payload. The rows are checked by hand, for they are 99 % of the work; the verdict is that of
 * `sightingsMessage` in contract/wire.ts, which a fuzz test holds it to. Pure.
 */

import type { z } from 'zod';
import {
  MAX_BATCH_SPAN_MS,
  MAX_ROWS,
  type SightingRow,
  sightingsMessage,
  UUID_PATTERN,
  type unknownRow,
} from '../contract/wire.ts';

export type UnknownRow = z.infer<typeof unknownRow>;

export interface DecodedSightings {
  epoch: number;
  seq: number;
  fromMs: number;
  toMs: number;
  uuids: string[];
  rows: SightingRow[];
  unknownKeyId: string | undefined;
  unknowns: UnknownRow[];
  more: boolean;
}

export type Decoded =
  | { ok: true; message: DecodedSightings }
  | {
      ok: false;
      reason: 'not-json' | 'schema' | 'span';
      detail: string;
      /** Where they can be read in spite of the fault, so that its neighbours can be acknowledged. */
      epoch: number | undefined;
      seq: number | undefined;
    };

const MAX_EPOCH = 0xffffffff;
const MAX_TIME_MS = 8.64e15;
const HASH_PATTERN = /^[0-9a-f]{32}$/;
const KEY_ID_PATTERN = /^[a-z0-9-]{1,32}$/;

const isIntWithin = (value: unknown, min: number, max: number): value is number =>
  Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
const isRssi = (value: unknown): boolean => typeof value === 'number' && value >= -127 && value <= 20;

function isSightingRow(row: unknown, uuidCount: number): boolean {
  return (
    Array.isArray(row) &&
    row.length === 8 &&
    isIntWithin(row[0], 0, 255) &&
    row[0] < uuidCount &&
    isIntWithin(row[1], 0, 0xffff) &&
    isIntWithin(row[2], 0, 0xffff) &&
    isRssi(row[3]) &&
    isRssi(row[4]) &&
    isIntWithin(row[5], 1, 0xffff) &&
    isIntWithin(row[6], -128, 127) &&
    isIntWithin(row[7], 0, MAX_BATCH_SPAN_MS)
  );
}

function isUnknownRow(row: unknown): boolean {
  return (
    Array.isArray(row) &&
    row.length === 5 &&
    typeof row[0] === 'string' &&
    HASH_PATTERN.test(row[0]) &&
    isRssi(row[1]) &&
    isRssi(row[2]) &&
    isIntWithin(row[3], 1, 0xffff) &&
    isIntWithin(row[4], 0, MAX_BATCH_SPAN_MS)
  );
}

/** The same verdict as the schema's, some thirty times as fast. */
export function isSightingsMessage(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const m = value as Record<string, unknown>;
  if (m.v !== 1 || !isIntWithin(m.epoch, 0, MAX_EPOCH) || !isIntWithin(m.seq, 0, Number.MAX_SAFE_INTEGER)) return false;
  if (!isIntWithin(m.fromMs, 0, MAX_TIME_MS) || !isIntWithin(m.toMs, 0, MAX_TIME_MS)) return false;
  const spanMs = m.toMs - m.fromMs;
  if (spanMs < 0 || spanMs > MAX_BATCH_SPAN_MS) return false;
  const { uuids, sightings, unknownKeyId, unknowns, more } = m;
  if (more !== undefined && typeof more !== 'boolean') return false;
  if (!Array.isArray(uuids) || uuids.length > 256) return false;
  for (const uuid of uuids) if (typeof uuid !== 'string' || !UUID_PATTERN.test(uuid)) return false;
  if (!Array.isArray(sightings) || sightings.length > MAX_ROWS) return false;
  for (let i = 0; i < sightings.length; i++) if (!isSightingRow(sightings[i], uuids.length)) return false;
  if (unknownKeyId !== undefined && (typeof unknownKeyId !== 'string' || !KEY_ID_PATTERN.test(unknownKeyId)))
    return false;
  if (unknowns === undefined) return true;
  if (!Array.isArray(unknowns) || unknowns.length > MAX_ROWS) return false;
  for (let i = 0; i < unknowns.length; i++) if (!isUnknownRow(unknowns[i])) return false;
  return unknowns.length === 0 || unknownKeyId !== undefined;
}

/** Path and remedy of each fault, at most five; never a value that was sent. */
export function faultsOf(issues: readonly { path: PropertyKey[]; message: string }[]): string {
  const shown = issues.slice(0, 5).map((issue) => `${issue.path.map(String).join('.') || 'message'}: ${issue.message}`);
  if (issues.length > shown.length) shown.push(`and ${issues.length - shown.length} more`);
  return shown.join('; ').slice(0, 500);
}

export function parseJson(payload: Uint8Array): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString()) };
  } catch {
    // The parser's own message quotes the payload, which may be of somebody's phone.
    return { ok: false };
  }
}

export function decodeSightings(payload: Uint8Array): Decoded {
  const parsed = parseJson(payload);
  if (!parsed.ok) {
    const detail = `${payload.length} bytes that are not JSON`;
    return { ok: false, reason: 'not-json', detail, epoch: undefined, seq: undefined };
  }
  if (!isSightingsMessage(parsed.value)) return refusal(parsed.value);
  const m = parsed.value as z.infer<typeof sightingsMessage>;
  return {
    ok: true,
    message: {
      epoch: m.epoch,
      seq: m.seq,
      fromMs: m.fromMs,
      toMs: m.toMs,
      uuids: m.uuids,
      rows: m.sightings,
      unknownKeyId: m.unknownKeyId,
      unknowns: m.unknowns ?? [],
      more: m.more === true,
    },
  };
}

function refusal(value: unknown): Decoded {
  const result = sightingsMessage.safeParse(value);
  const issues = result.error?.issues ?? [];
  const m = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  return {
    ok: false,
    reason: issues.length === 1 && issues[0]!.path[0] === 'toMs' && issues[0]!.code === 'custom' ? 'span' : 'schema',
    detail: faultsOf(issues),
    epoch: isIntWithin(m.epoch, 0, MAX_EPOCH) ? m.epoch : undefined,
    seq: isIntWithin(m.seq, 0, Number.MAX_SAFE_INTEGER) ? m.seq : undefined,
  };
}
