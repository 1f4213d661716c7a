/** What is known of each gateway. */
import type { GatewayHealthView, GatewayVitals } from '../contract/gatewayHealth.ts';
import type { LiveGateway } from '../contract/live.ts';
import type { Gateway } from '../contract/model.ts';
import type { StatusMessage } from '../contract/wire.ts';
import { ClockOffset } from './clockOffset.ts';
import { type About, BACKLOG_BATCHES, findingsOf, isOlder, NOTHING_KNOWN, versionOf } from './gatewayFindings.ts';

export { BACKLOG_BATCHES } from './gatewayFindings.ts';

/** Heartbeats come every 10 s; after six missing ones something is wrong. */
export const SILENT_AFTER_MS = 60_000;
/** Restarts count for so long. */
const RESTARTS_KEPT_MS = 3_600_000;
/** More say nothing more. */
const MOST_RESTARTS = 20;
const NEWEST_KEPT_MS = 2_000;

export interface GatewayRecord {
  clock: ClockOffset;
  clockOffSinceMs: number | null;
  /** By the server's clock. */
  lastSeenMs: number | null;
  /** False after its last will, until it is heard again. */
  online: boolean;
  offlineSinceMs: number | null;
  advertsPerSecond: number | null;
  outboxBatches: number | null;
  /** When it said so itself, and not the broker for it; null while it has not since the start. */
  outboxAtMs: number | null;
  backlogSinceMs: number | null;
  droppedBatches: number | null;
  /** When that number last rose; null where it was so before anybody knew. */
  droppedAtMs: number | null;
  /** Declared lost. */
  lostBatches: number;
  version: string | null;
  fault: string | null;
  faultSinceMs: number | null;
  /** The configuration that it runs with; undefined where its program does not say, null where with none of ours. */
  configId: string | null | undefined;
  configRefused: StatusMessage['configRefused'];
  configSaidMs: number | null;
  uptimeSeconds: number | null;
  scannerRestarts: number | null;
  airDbm: StatusMessage['airDbm'];
  program: StatusMessage['program'];
  box: StatusMessage['box'];
  /** Of the last hour. */
  radioRestartsMs: number[];
  startsMs: number[];
  epoch: number | null;
  /** When a status named an earlier epoch than the one before. */
  epochFallsMs: number[];
  /** Event time at which it last heard a carrier. */
  lastCarrierMs: number | null;
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
  lostBatches?: number;
  lastCarrierMs?: number | null;
  droppedAtMs?: number | null;
}

const newRecord = (): GatewayRecord => ({
  clock: new ClockOffset(),
  clockOffSinceMs: null,
  lastSeenMs: null,
  online: false,
  offlineSinceMs: null,
  advertsPerSecond: null,
  outboxBatches: null,
  outboxAtMs: null,
  backlogSinceMs: null,
  droppedBatches: null,
  droppedAtMs: null,
  lostBatches: 0,
  version: null,
  fault: null,
  faultSinceMs: null,
  configId: undefined,
  configRefused: undefined,
  configSaidMs: null,
  uptimeSeconds: null,
  scannerRestarts: null,
  airDbm: undefined,
  program: undefined,
  box: undefined,
  radioRestartsMs: [],
  startsMs: [],
  epoch: null,
  epochFallsMs: [],
  lastCarrierMs: null,
  changed: false,
});

/** What the fleet and its history tell of one gateway. */
export interface Context extends About {
  vitals: Omit<
    GatewayVitals,
    'lastCarrierMs' | 'weakestDbm' | 'lostBatches' | 'config' | 'uptimeSeconds' | 'scannerRestarts'
  >;
}

export class GatewayHealth {
  readonly #records = new Map<string, GatewayRecord>();
  #newest: ReadonlyMap<string, { text: string; parts: readonly number[] }> = new Map();
  #newestAt = Number.NEGATIVE_INFINITY;
  /** Told of each status that says how it is now. */
  onStatus: ((gatewayId: string, status: StatusMessage, atMs: number) => void) | undefined;

  /** Of another make. */
  isForeign: (gatewayId: string) => boolean = () => false;

  load(gatewayId: string, persisted: PersistedGateway): void {
    const record = this.record(gatewayId);
    record.clock = new ClockOffset(persisted.clockOffsetMs ?? undefined);
    record.lastSeenMs = persisted.lastSeenMs;
    record.version = persisted.version;
    record.droppedBatches = persisted.droppedBatches;
    record.droppedAtMs = persisted.droppedAtMs ?? null;
    record.lostBatches = persisted.lostBatches ?? 0;
    record.lastCarrierMs = persisted.lastCarrierMs ?? null;
  }

  /** Only for gateways that the registry knows, so that their number is bounded. */
  record(gatewayId: string): GatewayRecord {
    let record = this.#records.get(gatewayId);
    if (!record) {
      record = newRecord();
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

  heardCarriers(gatewayId: string, atMs: number): void {
    const record = this.record(gatewayId);
    if (atMs > (record.lastCarrierMs ?? 0)) record.lastCarrierMs = atMs;
  }

  /** Batches declared lost, beyond those declared before. */
  lost(gatewayId: string, batches: number): void {
    const record = this.record(gatewayId);
    record.lostBatches += batches;
    record.changed = true;
  }

  /** A retained status says what was, not when: it is no sign of life and no measure of the clock. */
  status(gatewayId: string, status: StatusMessage, nowMs: number, retained: boolean, measureClock: boolean): void {
    const record = this.record(gatewayId);
    if (status.version !== undefined) record.version = status.version;
    if (status.outboxBatches !== undefined) record.outboxBatches = status.outboxBatches;
    if (status.droppedBatches !== undefined) dropped(record, status.droppedBatches, nowMs);
    if (status.advertsPerSecond !== undefined) record.advertsPerSecond = status.advertsPerSecond;
    const fault = status.fault ?? null;
    if (fault !== record.fault) record.faultSinceMs = fault === null ? null : nowMs;
    record.fault = fault;
    record.changed = true;
    if (!status.online) {
      if (record.online || record.offlineSinceMs === null) record.offlineSinceMs = nowMs;
      record.online = false;
      record.advertsPerSecond = null;
      return;
    }
    if (retained) return;
    this.seen(gatewayId, nowMs);
    this.onStatus?.(gatewayId, status, nowMs);
    if (status.outboxBatches !== undefined) record.outboxAtMs = nowMs;
    record.backlogSinceMs = (record.outboxBatches ?? 0) > BACKLOG_BATCHES ? (record.backlogSinceMs ?? nowMs) : null;
    ofProgram(record, status, nowMs);
    if (!measureClock || status.clockMs === undefined) return;
    record.clock.sample(status.clockMs, nowMs);
    const isOff = Math.abs(record.clock.measuredMs ?? 0) >= 1_000;
    record.clockOffSinceMs = isOff ? (record.clockOffSinceMs ?? nowMs) : null;
  }

  /** The newest version that another gateway of the same program runs, where it is newer. */
  newerThan(version: string | null): string | null {
    const own = version === null ? undefined : versionOf(version);
    if (!own) return null;
    const newest = this.#newestVersions().get(own.program);
    return newest && isOlder(own.parts, newest.parts) ? newest.text : null;
  }

  /** Of each program. Found anew every few seconds: every gateway of every snapshot asks. */
  #newestVersions(): ReadonlyMap<string, { text: string; parts: readonly number[] }> {
    if (performance.now() - this.#newestAt < NEWEST_KEPT_MS) return this.#newest;
    const newest = new Map<string, { text: string; parts: readonly number[] }>();
    for (const { version, lastSeenMs } of this.#records.values()) {
      const parsed = version === null || lastSeenMs === null ? undefined : versionOf(version);
      if (!parsed) continue;
      const known = newest.get(parsed.program);
      if (!known || isOlder(known.parts, parsed.parts))
        newest.set(parsed.program, { text: version!, parts: parsed.parts });
    }
    this.#newest = newest;
    this.#newestAt = performance.now();
    return newest;
  }

  /** Those whose rows are to be written. */
  *changed(): Generator<[string, GatewayRecord]> {
    for (const entry of this.#records) if (entry[1].changed) yield entry;
  }

  /** Gateways that are no more are forgotten. */
  keepOnly(isKnown: (gatewayId: string) => boolean): void {
    for (const gatewayId of this.#records.keys()) if (!isKnown(gatewayId)) this.#records.delete(gatewayId);
  }

  live(gateway: Gateway, timezone: string, nowMs: number, context?: Context): LiveGateway {
    const record = this.#records.get(gateway.id) ?? newRecord();
    const silent = record.lastSeenMs === null || nowMs - record.lastSeenMs > SILENT_AFTER_MS;
    forgetOld(record, nowMs);
    const measuredMs = record.clock.measuredMs;
    const about = { ...(context ?? NOTHING_KNOWN), foreign: this.isForeign(gateway.id) };
    const findings = gateway.enabled ? findingsOf(gateway.id, record, silent, about, timezone, nowMs) : [];
    const grave = findings.filter(({ severity }) => severity !== 'info');
    return {
      id: gateway.id,
      online: record.online && !silent,
      lastSeenMs: record.lastSeenMs,
      advertsPerSecond: silent ? null : record.advertsPerSecond,
      clockOffsetMs: measuredMs === undefined ? null : Math.round(measuredMs),
      outboxBatches: record.outboxBatches,
      droppedBatches: record.droppedBatches,
      version: record.version,
      finding: grave.length > 0 ? grave.map(({ text }) => text).join('; ') : null,
      findings,
      ...(context
        ? {
            vitals: {
              ...context.vitals,
              lastCarrierMs: record.lastCarrierMs,
              weakestDbm: record.airDbm?.[0] ?? null,
              lostBatches: record.lostBatches,
              config: context.config,
              uptimeSeconds: record.uptimeSeconds,
              scannerRestarts: record.scannerRestarts,
            },
            elsewhere: context.elsewhere,
          }
        : {}),
    };
  }

  /** All that is known of it. */
  view(gateway: Gateway, timezone: string, nowMs: number, context: Context): GatewayHealthView {
    const record = this.record(gateway.id);
    const { finding: _, findings = [], vitals, elsewhere, ...live } = this.live(gateway, timezone, nowMs, context);
    const { box, program } = record;
    return {
      ...live,
      ...vitals!,
      name: gateway.name ?? null,
      floorId: gateway.floorId,
      enabled: gateway.enabled,
      newestVersion: context.newerVersion ?? record.version,
      program: program ?? null,
      box: box
        ? {
            temperatureC: box.temperatureC ?? null,
            load: box.load ?? null,
            memoryFreeShare: box.memoryFreeShare ?? null,
            uptimeSeconds: box.uptimeSeconds ?? null,
          }
        : null,
      elsewhere: elsewhere ?? null,
      findings,
    };
  }
}

function dropped(record: GatewayRecord, batches: number, nowMs: number): void {
  if (batches > (record.droppedBatches ?? 0)) record.droppedAtMs = nowMs;
  record.droppedBatches = batches;
}

const noted = (marks: number[], atMs: number): void => {
  marks.push(atMs);
  if (marks.length > MOST_RESTARTS) marks.shift();
};

function ofProgram(record: GatewayRecord, status: StatusMessage, nowMs: number): void {
  record.configId = status.configId;
  record.configRefused = status.configRefused;
  record.configSaidMs = nowMs;
  record.uptimeSeconds = status.uptimeSeconds ?? null;
  record.airDbm = status.airDbm;
  record.program = status.program;
  record.box = status.box;
  const { epoch, scannerRestarts } = status;
  if (epoch !== undefined) {
    // Its number of restarts begins anew with it.
    if (record.epoch !== null && epoch !== record.epoch) {
      noted(epoch > record.epoch ? record.startsMs : record.epochFallsMs, nowMs);
      record.scannerRestarts = null;
    }
    record.epoch = epoch;
  }
  if (scannerRestarts !== undefined) {
    const more = scannerRestarts - (record.scannerRestarts ?? scannerRestarts);
    for (let i = 0; i < Math.min(more, MOST_RESTARTS); i++) noted(record.radioRestartsMs, nowMs);
    record.scannerRestarts = scannerRestarts;
  }
}

function forgetOld(record: GatewayRecord, nowMs: number): void {
  for (const marks of [record.radioRestartsMs, record.startsMs, record.epochFallsMs])
    while (marks[0] !== undefined && nowMs - marks[0] > RESTARTS_KEPT_MS) marks.shift();
}
