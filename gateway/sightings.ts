/**
 * Thinning: advertisements in, one row per carrier and window out. Windows are aligned to whole multiples of their length
 * (1 s: whole seconds of the gateway's clock). Pure: time comes in with the advertisements and with `advance`.
 */
import { createHmac } from 'node:crypto';
import { MAX_BATCH_SPAN_MS, type SightingRow, type SightingsMessage } from '../server/contract/wire.ts';
import type { HeardBeacon } from './ibeacon.ts';

export interface ThinningConfig {
  /** Allowlist, dashed lower case. */
  uuids: readonly string[];
  windowMs: number;
  heartbeatMs: number;
  /** Absent: whatever is off the allowlist is dropped on the spot. */
  unknowns?: { keyId: string; keyHex: string; untilMs: number } | undefined;
}

/** What one message will carry, before it gets its epoch and seq. */
export type Batch = Omit<SightingsMessage, 'v' | 'epoch' | 'seq'>;

export interface ThinningCounters {
  adverts: number;
  /** Off the allowlist while the site does not count unknowns, or after the day's key ended. */
  notAllowed: number;
  /** The controller said that it does not know the RSSI, or a value no radio gives. */
  badRssi: number;
  /** Beyond MAX_CARRIERS_PER_WINDOW. */
  overCapacity: number;
}

/** Ten times what a gateway hears in a full hall; beyond it somebody floods the air, and memory comes first. */
export const MAX_CARRIERS_PER_WINDOW = 4_000;
/** Keeps a message with as many rows of either kind, at their longest, well below 64 KB. */
export const MAX_ROWS_PER_MESSAGE = 400;

const RSSI_UNKNOWN_DBM = 127;
const MIN_RSSI_DBM = -127;
const MAX_RSSI_DBM = 20;
const MAX_ADVERTS = 0xffff;
/** 16 of HMAC-SHA-256's bytes. */
const HASH_HEX_DIGITS = 32;

interface Tally {
  rssiSumDbm: number;
  rssiMaxDbm: number;
  adverts: number;
  lastHeardMs: number;
}
interface KnownTally extends Tally {
  uuid: string;
  major: number;
  minor: number;
  measuredPowerDbm: number;
}
interface OpenWindow {
  fromMs: number;
  known: Map<string, KnownTally>;
  unknowns: Map<string, Tally>;
  unknownKeyId: string | undefined;
}

/** HMAC-SHA-256 under the day's key over uuid bytes, major and minor (big endian); the first 16 bytes as hex. */
export function hashUnknown(key: Uint8Array, beacon: { uuid: string; major: number; minor: number }): string {
  const identity = Buffer.allocUnsafe(20);
  identity.write(beacon.uuid.replaceAll('-', ''), 0, 16, 'hex');
  identity.writeUInt16BE(beacon.major, 16);
  identity.writeUInt16BE(beacon.minor, 18);
  return createHmac('sha256', key).update(identity).digest('hex').slice(0, HASH_HEX_DIGITS);
}

const roundToTenth = (value: number): number => Math.round(value * 10) / 10;

function tally(into: Tally, heard: HeardBeacon): void {
  into.rssiSumDbm += heard.rssiDbm;
  into.rssiMaxDbm = Math.max(into.rssiMaxDbm, heard.rssiDbm);
  into.adverts += 1;
  into.lastHeardMs = heard.atMs;
}

export class Thinning {
  readonly counters: ThinningCounters = { adverts: 0, notAllowed: 0, badRssi: 0, overCapacity: 0 };
  private config: ThinningConfig;
  private allowed: ReadonlySet<string>;
  private key: Buffer | undefined;
  private nextConfig: ThinningConfig | undefined;
  private open: OpenWindow | undefined;
  private closed: Batch[] = [];
  /** End of the time that batches have accounted for; undefined until the radio is known to scan. */
  private coveredToMs: number | undefined;

  constructor(config: ThinningConfig) {
    this.config = config;
    this.allowed = new Set(config.uuids);
    this.key = config.unknowns && Buffer.from(config.unknowns.keyHex, 'hex');
  }

  /** Takes effect with the next window. */
  configure(config: ThinningConfig): void {
    this.nextConfig = config;
    if (!this.open) this.applyConfig();
  }

  add(heard: HeardBeacon): void {
    this.counters.adverts += 1;
    const { rssiDbm, atMs } = heard;
    // A controller that does not know the RSSI says 127, and some stacks say 0; neither is a measurement.
    const isKnown = rssiDbm !== RSSI_UNKNOWN_DBM && rssiDbm !== 0;
    if (!isKnown || !(rssiDbm >= MIN_RSSI_DBM && rssiDbm <= MAX_RSSI_DBM)) {
      this.counters.badRssi += 1;
      return;
    }
    const window = this.windowFor(atMs);
    if (this.allowed.has(heard.uuid)) this.addKnown(window, heard);
    else this.addUnknown(window, heard);
  }

  /** All up to `uptoMs` was heard: hands out the windows that ended, and a heartbeat where nothing was heard for long. */
  advance(uptoMs: number): Batch[] {
    if (this.open && this.open.fromMs + this.config.windowMs <= uptoMs) this.closeWindow();
    this.forgetEndedKey(uptoMs);
    const boundaryMs = this.windowStart(uptoMs);
    // The clock was set back: what was accounted for ahead of it says nothing of now.
    if (this.coveredToMs === undefined || this.coveredToMs > boundaryMs + this.config.windowMs)
      this.coveredToMs = boundaryMs;
    if (!this.open && boundaryMs - this.coveredToMs >= this.config.heartbeatMs) {
      const fromMs = Math.max(this.coveredToMs, boundaryMs - MAX_BATCH_SPAN_MS);
      this.closed.push({ fromMs, toMs: boundaryMs, uuids: [], sightings: [] });
      this.coveredToMs = boundaryMs;
    }
    return this.takeClosed();
  }

  /** The radio no longer listens: hands out what is open and claims nothing for the time until the next `advance`. */
  interrupt(): Batch[] {
    if (this.open) this.closeWindow();
    this.coveredToMs = undefined;
    return this.takeClosed();
  }

  private takeClosed(): Batch[] {
    const batches = this.closed;
    this.closed = [];
    return batches;
  }

  private windowStart(atMs: number): number {
    return Math.floor(atMs / this.config.windowMs) * this.config.windowMs;
  }

  private windowFor(atMs: number): OpenWindow {
    // Also when the clock was set back: the earlier window is opened anew rather than its sightings lost.
    if (this.open && (atMs < this.open.fromMs || atMs >= this.open.fromMs + this.config.windowMs)) this.closeWindow();
    this.open ??= {
      fromMs: this.windowStart(atMs),
      known: new Map(),
      unknowns: new Map(),
      unknownKeyId: this.config.unknowns?.keyId,
    };
    return this.open;
  }

  private addKnown(window: OpenWindow, heard: HeardBeacon): void {
    const identity = `${heard.uuid}/${heard.major}/${heard.minor}`;
    let row = window.known.get(identity);
    if (!row) {
      if (window.known.size >= MAX_CARRIERS_PER_WINDOW) {
        this.counters.overCapacity += 1;
        return;
      }
      const { uuid, major, minor, measuredPowerDbm } = heard;
      row = {
        uuid,
        major,
        minor,
        measuredPowerDbm,
        rssiSumDbm: 0,
        rssiMaxDbm: MIN_RSSI_DBM,
        adverts: 0,
        lastHeardMs: 0,
      };
      window.known.set(identity, row);
    }
    row.measuredPowerDbm = heard.measuredPowerDbm;
    tally(row, heard);
  }

  private addUnknown(window: OpenWindow, heard: HeardBeacon): void {
    const untilMs = this.config.unknowns?.untilMs ?? 0;
    if (!this.key || heard.atMs >= untilMs) {
      this.counters.notAllowed += 1;
      return;
    }
    // Hashed before anything is kept: not even the open window holds the identity.
    const hash = hashUnknown(this.key, heard);
    let row = window.unknowns.get(hash);
    if (!row) {
      if (window.unknowns.size >= MAX_CARRIERS_PER_WINDOW) {
        this.counters.overCapacity += 1;
        return;
      }
      row = { rssiSumDbm: 0, rssiMaxDbm: MIN_RSSI_DBM, adverts: 0, lastHeardMs: 0 };
      window.unknowns.set(hash, row);
    }
    tally(row, heard);
  }

  private closeWindow(): void {
    const window = this.open;
    if (!window) return;
    this.open = undefined;
    const fromMs = window.fromMs;
    const toMs = fromMs + this.config.windowMs;
    const known = [...window.known.values()];
    const unknowns = [...window.unknowns];
    const pieces = Math.ceil(Math.max(known.length, unknowns.length) / MAX_ROWS_PER_MESSAGE);
    for (let i = 0; i < pieces; i += 1) {
      const start = i * MAX_ROWS_PER_MESSAGE;
      const end = start + MAX_ROWS_PER_MESSAGE;
      const batch = batchOf(fromMs, toMs, known.slice(start, end), unknowns.slice(start, end), window.unknownKeyId);
      this.closed.push(i + 1 < pieces ? { ...batch, more: true } : batch);
    }
    // A window in which everything was dropped still accounts for its time, with the next heartbeat.
    if (pieces > 0) this.coveredToMs = toMs;
    this.applyConfig();
  }

  private applyConfig(): void {
    if (!this.nextConfig) return;
    this.config = this.nextConfig;
    this.nextConfig = undefined;
    this.allowed = new Set(this.config.uuids);
    this.key = this.config.unknowns && Buffer.from(this.config.unknowns.keyHex, 'hex');
  }

  private forgetEndedKey(nowMs: number): void {
    if (!this.config.unknowns || nowMs < this.config.unknowns.untilMs) return;
    const { unknowns: _ended, ...rest } = this.config;
    this.config = rest;
    this.key?.fill(0);
    this.key = undefined;
  }
}

function batchOf(
  fromMs: number,
  toMs: number,
  known: KnownTally[],
  unknowns: [string, Tally][],
  unknownKeyId: string | undefined,
): Batch {
  const uuids = [...new Set(known.map((row) => row.uuid))];
  const sightings = known.map(
    (row): SightingRow => [
      uuids.indexOf(row.uuid),
      row.major,
      row.minor,
      roundToTenth(row.rssiSumDbm / row.adverts),
      row.rssiMaxDbm,
      Math.min(row.adverts, MAX_ADVERTS),
      row.measuredPowerDbm,
      row.lastHeardMs - fromMs,
    ],
  );
  if (unknowns.length === 0 || unknownKeyId === undefined) return { fromMs, toMs, uuids, sightings };
  return {
    fromMs,
    toMs,
    uuids,
    sightings,
    unknownKeyId,
    unknowns: unknowns.map(([hash, row]) => [
      hash,
      roundToTenth(row.rssiSumDbm / row.adverts),
      row.rssiMaxDbm,
      Math.min(row.adverts, MAX_ADVERTS),
      row.lastHeardMs - fromMs,
    ]),
  };
}
