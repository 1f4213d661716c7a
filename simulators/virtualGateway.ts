/** A gateway without a radio: thins what it is told to have heard into batches and keeps them until they are acked. Pure. */
import { MAX_BATCH_SPAN_MS, type SightingsMessage } from '../server/contract/wire.ts';

export interface Beacon {
  uuid: string;
  major: number;
  minor: number;
  declaredPowerDbm: number;
}

export interface OutboxEntry {
  epoch: number;
  seq: number;
  toMs: number;
  rows: number;
  payload: string;
}
export interface Gap {
  epoch: number;
  fromSeq: number;
  toSeq: number;
}

/** Hash of a carrier off the allowlist under the day's key, or undefined where it may not be counted at that time. */
export type HashUnknown = (beacon: Beacon, clockMs: number) => { keyId: string; hash: string } | undefined;

export interface VirtualGatewayOptions {
  epoch: number;
  uuids: readonly string[];
  /** One sighting per carrier and window. */
  windowMs: number;
  /** A batch holds the windows of this span; the real gateway's is one window, played history takes a few together. */
  batchMs: number;
  heartbeatMs: number;
  /**
   * What a heartbeat vouches for, up to the whole quiet time, which is the default. Shorter where many gateways' batches
   * follow each other faster than time: one that began long before its neighbours' newest would count as late.
   */
  heartbeatSpanMs?: number;
  /** Oldest batches are dropped, and counted, above this. */
  maxOutboxBatches: number;
  hashUnknown?: HashUnknown;
}

interface Row {
  beacon: Beacon;
  hash: string | undefined;
  window: number;
  sumDbm: number;
  maxDbm: number;
  adverts: number;
  lastMs: number;
}
interface OpenBatch {
  fromMs: number;
  rows: Row[];
  latest: Map<Beacon, Row>;
  keyId: string | undefined;
}

/** Keeps a payload well below 64 KB: a row is 30 to 60 bytes. */
const MAX_ROWS_PER_MESSAGE = 800;

export class VirtualGateway {
  epoch: number;
  readonly outbox: OutboxEntry[] = [];
  /** Losses not yet reported. */
  readonly gaps: Gap[] = [];
  droppedBatches = 0;
  adverts = 0;
  batchesMade = 0;
  rowsMade = 0;
  readonly options: VirtualGatewayOptions;
  private uuids: Set<string>;
  private seq = 0;
  private open: OpenBatch[] = [];
  private closedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: VirtualGatewayOptions) {
    this.options = { ...options };
    this.epoch = options.epoch;
    this.uuids = new Set(options.uuids);
  }

  setAllowlist(uuids: readonly string[]): void {
    this.uuids = new Set(uuids);
  }

  /** Power came back: what was not closed is lost, what was in the outbox is kept as on a disk. */
  restart(clockMs: number): void {
    this.epoch++;
    this.seq = 0;
    this.open = [];
    this.closedUntilMs = clockMs;
  }

  hear(beacon: Beacon, clockMs: number, rssiDbm: number): void {
    this.adverts++;
    const { batchMs, windowMs } = this.options;
    // A clock that drifts back may point into a batch that is closed already.
    const atMs = Math.max(clockMs, this.closedUntilMs);
    let hash: string | undefined;
    let keyId: string | undefined;
    if (!this.uuids.has(beacon.uuid)) {
      const unknown = this.options.hashUnknown?.(beacon, atMs);
      if (!unknown) return;
      ({ hash, keyId } = unknown);
    }
    const fromMs = Math.floor(atMs / batchMs) * batchMs;
    let batch = this.open.find((one) => one.fromMs === fromMs && (!keyId || !one.keyId || one.keyId === keyId));
    if (!batch) {
      batch = { fromMs, rows: [], latest: new Map(), keyId };
      this.open.push(batch);
    }
    batch.keyId ??= keyId;
    const window = Math.floor(atMs / windowMs);
    const row = batch.latest.get(beacon);
    if (row && row.window === window) {
      row.sumDbm += rssiDbm;
      row.adverts++;
      if (rssiDbm > row.maxDbm) row.maxDbm = rssiDbm;
      if (atMs > row.lastMs) row.lastMs = atMs;
      return;
    }
    const fresh: Row = { beacon, hash, window, sumDbm: rssiDbm, maxDbm: rssiDbm, adverts: 1, lastMs: atMs };
    batch.rows.push(fresh);
    batch.latest.set(beacon, fresh);
  }

  /** Makes batches of all spans that end at or before `clockMs`, and a heartbeat where it was quiet for long enough. */
  close(clockMs: number): void {
    const { batchMs, heartbeatMs, heartbeatSpanMs } = this.options;
    const untilMs = Math.floor(clockMs / batchMs) * batchMs;
    if (this.closedUntilMs === Number.NEGATIVE_INFINITY)
      this.closedUntilMs = Math.min(untilMs, ...this.open.map((batch) => batch.fromMs));
    if (this.open.length > 0) {
      const due = this.open.filter((batch) => batch.fromMs + batchMs <= clockMs).sort((a, b) => a.fromMs - b.fromMs);
      if (due.length > 0) {
        this.open = this.open.filter((batch) => batch.fromMs + batchMs > clockMs);
        for (const batch of due) this.emit(batch.fromMs, batch.fromMs + batchMs, batch.rows, batch.keyId);
      }
    }
    while (untilMs - this.closedUntilMs >= heartbeatMs) {
      // The last one ends now: it would else begin too long ago.
      const nextMs = this.closedUntilMs + heartbeatMs;
      const toMs = untilMs - nextMs < heartbeatMs ? untilMs : nextMs;
      const spanMs = heartbeatSpanMs ?? MAX_BATCH_SPAN_MS;
      this.emit(Math.max(this.closedUntilMs, toMs - spanMs), toMs, [], undefined);
    }
  }

  /** Closes whatever is open, for a clean stop. */
  closeAll(clockMs: number): void {
    const batches = this.open.sort((a, b) => a.fromMs - b.fromMs);
    this.open = [];
    for (const batch of batches) {
      const lastMs = batch.rows.reduce((last, row) => Math.max(last, row.lastMs), batch.fromMs);
      this.emit(
        batch.fromMs,
        Math.max(lastMs, Math.min(clockMs, batch.fromMs + this.options.batchMs)),
        batch.rows,
        batch.keyId,
      );
    }
  }

  /** Closes at `clockMs`; of the time from there to `resumeMs` nothing is known, and nothing is said. */
  skip(clockMs: number, resumeMs: number): void {
    this.closeAll(clockMs);
    const { heartbeatSpanMs } = this.options;
    if (Number.isFinite(this.closedUntilMs) && this.closedUntilMs < clockMs)
      this.emit(Math.max(this.closedUntilMs, clockMs - (heartbeatSpanMs ?? MAX_BATCH_SPAN_MS)), clockMs, [], undefined);
    this.closedUntilMs = resumeMs;
  }

  private emit(fromMs: number, toMs: number, rows: readonly Row[], keyId: string | undefined): void {
    for (let at = 0; at === 0 || at < rows.length; at += MAX_ROWS_PER_MESSAGE)
      this.keep(
        fromMs,
        toMs,
        rows.slice(at, at + MAX_ROWS_PER_MESSAGE),
        keyId,
        at + MAX_ROWS_PER_MESSAGE < rows.length,
      );
    this.closedUntilMs = Math.max(this.closedUntilMs, toMs);
  }

  private keep(fromMs: number, toMs: number, rows: readonly Row[], keyId: string | undefined, more = false): void {
    const message: SightingsMessage = {
      v: 1,
      epoch: this.epoch,
      seq: ++this.seq,
      fromMs,
      toMs,
      uuids: [],
      sightings: [],
    };
    const unknowns: NonNullable<SightingsMessage['unknowns']> = [];
    for (const row of rows) {
      const meanDbm = Math.round((row.sumDbm / row.adverts) * 10) / 10;
      if (row.hash !== undefined) {
        unknowns.push([row.hash, meanDbm, row.maxDbm, row.adverts, row.lastMs - fromMs]);
        continue;
      }
      const { uuid, major, minor, declaredPowerDbm } = row.beacon;
      let index = message.uuids.indexOf(uuid);
      if (index < 0) index = message.uuids.push(uuid) - 1;
      message.sightings.push([
        index,
        major,
        minor,
        meanDbm,
        row.maxDbm,
        row.adverts,
        declaredPowerDbm,
        row.lastMs - fromMs,
      ]);
    }
    if (keyId && unknowns.length > 0) {
      message.unknownKeyId = keyId;
      message.unknowns = unknowns;
    }
    if (more) message.more = true;
    this.batchesMade++;
    this.rowsMade += rows.length;
    this.outbox.push({ epoch: this.epoch, seq: this.seq, toMs, rows: rows.length, payload: JSON.stringify(message) });
    while (this.outbox.length > this.options.maxOutboxBatches) this.drop(this.outbox.shift()!);
  }

  private drop({ epoch, seq }: OutboxEntry): void {
    this.droppedBatches++;
    const last = this.gaps.at(-1);
    if (last && last.epoch === epoch && last.toSeq === seq - 1) last.toSeq = seq;
    else this.gaps.push({ epoch, fromSeq: seq, toSeq: seq });
  }

  /** All of the epoch up to `seq` is durable. Returns how many batches that frees. */
  ack(epoch: number, seq: number): number {
    const { outbox } = this;
    const before = outbox.length;
    // Mostly a prefix; batches of an older epoch may stand before it, each waiting for an ack of its own.
    if (outbox[0]?.epoch === epoch) {
      let freed = 0;
      while (freed < outbox.length && outbox[freed]!.epoch === epoch && outbox[freed]!.seq <= seq) freed++;
      outbox.splice(0, freed);
    } else {
      const left = outbox.filter((entry) => entry.epoch !== epoch || entry.seq > seq);
      outbox.splice(0, outbox.length, ...left);
    }
    return before - outbox.length;
  }
}
