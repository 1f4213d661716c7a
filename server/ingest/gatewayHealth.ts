/** What is known of each gateway, and what is wrong with it in words. Pure. */
import type { LiveGateway } from '../contract/live.ts';
import type { Gateway } from '../contract/model.ts';
import type { StatusMessage } from '../contract/wire.ts';
import { ClockOffset } from './clockOffset.ts';
import { localTime } from './localDays.ts';

/** Heartbeats come every 10 s; after six missing ones something is wrong. */
export const SILENT_AFTER_MS = 60_000;
/** Below it a busy server's delay looks the same, and is corrected all the same; nobody needs to set a clock for it. */
const CLOCK_FINDING_MS = 1_000;
/** A minute of batches waiting is more than a hiccup of the network. */
export const BACKLOG_BATCHES = 60;

export interface GatewayRecord {
  clock: ClockOffset;
  /** By the server's clock. */
  lastSeenMs: number | null;
  /** False after its last will, until it is heard again. */
  online: boolean;
  offlineSinceMs: number | null;
  advertsPerSecond: number | null;
  outboxBatches: number | null;
  /** When it said so itself, and not the broker for it; null while it has not since the start. */
  outboxAtMs: number | null;
  droppedBatches: number | null;
  version: string | null;
  fault: string | null;
  /** Its row in the database is older than this. */
  changed: boolean;
}

/** Nothing comes of it. */
export const isOut = ({ lastSeenMs, online, offlineSinceMs }: GatewayRecord, nowMs: number): boolean =>
  lastSeenMs === null || nowMs - lastSeenMs > SILENT_AFTER_MS || (!online && offlineSinceMs !== null);

export interface PersistedGateway {
  clockOffsetMs: number | null;
  lastSeenMs: number | null;
  version: string | null;
  droppedBatches: number | null;
}

export class GatewayHealth {
  readonly #records = new Map<string, GatewayRecord>();

  load(gatewayId: string, persisted: PersistedGateway): void {
    const record = this.record(gatewayId);
    record.clock = new ClockOffset(persisted.clockOffsetMs ?? undefined);
    record.lastSeenMs = persisted.lastSeenMs;
    record.version = persisted.version;
    record.droppedBatches = persisted.droppedBatches;
  }

  /** Only for gateways that the registry knows, so that their number is bounded. */
  record(gatewayId: string): GatewayRecord {
    let record = this.#records.get(gatewayId);
    if (!record) {
      record = {
        clock: new ClockOffset(),
        lastSeenMs: null,
        online: false,
        offlineSinceMs: null,
        advertsPerSecond: null,
        outboxBatches: null,
        outboxAtMs: null,
        droppedBatches: null,
        version: null,
        fault: null,
        changed: false,
      };
      this.#records.set(gatewayId, record);
    }
    return record;
  }

  /** Something of it arrived. */
  seen(gatewayId: string, nowMs: number): void {
    const record = this.record(gatewayId);
    record.lastSeenMs = nowMs;
    record.online = true;
    record.offlineSinceMs = null;
    record.changed = true;
  }

  /** A retained status says what was, not when: it is no sign of life and no measure of the clock. */
  status(gatewayId: string, status: StatusMessage, nowMs: number, retained: boolean, measureClock: boolean): void {
    const record = this.record(gatewayId);
    if (status.version !== undefined) record.version = status.version;
    if (status.outboxBatches !== undefined) record.outboxBatches = status.outboxBatches;
    if (status.droppedBatches !== undefined) record.droppedBatches = status.droppedBatches;
    if (status.advertsPerSecond !== undefined) record.advertsPerSecond = status.advertsPerSecond;
    record.fault = status.fault ?? null;
    record.changed = true;
    if (!status.online) {
      if (record.online || record.offlineSinceMs === null) record.offlineSinceMs = nowMs;
      record.online = false;
      record.advertsPerSecond = null;
      return;
    }
    if (retained) return;
    this.seen(gatewayId, nowMs);
    if (status.outboxBatches !== undefined) record.outboxAtMs = nowMs;
    if (measureClock && status.clockMs !== undefined) record.clock.sample(status.clockMs, nowMs);
  }

  /** Those whose rows are to be written. */
  *changed(): Generator<[string, GatewayRecord]> {
    for (const entry of this.#records) if (entry[1].changed) yield entry;
  }

  live(gateway: Gateway, timezone: string, nowMs: number): LiveGateway {
    const record = this.#records.get(gateway.id);
    if (!record) {
      return {
        id: gateway.id,
        online: false,
        lastSeenMs: null,
        advertsPerSecond: null,
        clockOffsetMs: null,
        outboxBatches: null,
        droppedBatches: null,
        version: null,
        finding: gateway.enabled ? 'never heard' : null,
      };
    }
    const silent = record.lastSeenMs === null || nowMs - record.lastSeenMs > SILENT_AFTER_MS;
    const measuredMs = record.clock.measuredMs;
    return {
      id: gateway.id,
      online: record.online && !silent,
      lastSeenMs: record.lastSeenMs,
      advertsPerSecond: silent ? null : record.advertsPerSecond,
      clockOffsetMs: measuredMs === undefined ? null : Math.round(measuredMs),
      outboxBatches: record.outboxBatches,
      droppedBatches: record.droppedBatches,
      version: record.version,
      finding: gateway.enabled ? findingOf(record, silent, timezone) : null,
    };
  }
}

function findingOf(record: GatewayRecord, silent: boolean, timezone: string): string | null {
  const findings: string[] = [];
  if (record.lastSeenMs === null) findings.push('never heard');
  else if (!record.online && record.offlineSinceMs !== null)
    findings.push(`offline since ${localTime(timezone, record.offlineSinceMs)}`);
  else if (silent) findings.push(`silent since ${localTime(timezone, record.lastSeenMs)}`);
  if (record.fault) findings.push(record.fault);
  const offsetMs = record.clock.measuredMs ?? 0;
  if (Math.abs(offsetMs) >= CLOCK_FINDING_MS)
    findings.push(`clock is ${duration(Math.abs(offsetMs))} ${offsetMs < 0 ? 'ahead' : 'behind'}`);
  if ((record.outboxBatches ?? 0) > BACKLOG_BATCHES && !silent)
    findings.push(`catching up, ${record.outboxBatches} batches are waiting`);
  if ((record.droppedBatches ?? 0) > 0)
    findings.push(`dropped ${record.droppedBatches} ${record.droppedBatches === 1 ? 'batch' : 'batches'} in an outage`);
  return findings.length > 0 ? findings.join('; ') : null;
}

function duration(ms: number): string {
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} days`;
}
