/**
 * Batches on disk until the server has acknowledged them. Segments of CRC-framed records, written in groups with one
 * fsync each. Bounded: the oldest segment goes first, and the loss is noted as a gap before the file is removed.
 */
import { mkdir, readdir } from 'node:fs/promises';
import type { GapMessage } from '../server/contract/wire.ts';
import { takeEpoch } from './epoch.ts';
import { Gaps } from './gaps.ts';
import { type Range, sizeOf } from './ranges.ts';
import { parseSegmentName, Segment } from './segment.ts';

export interface OutboxOptions {
  dir: string;
  maxBytes: number;
  /** @default maxBytes / 64, within 64 KiB to 1 MiB */
  segmentBytes?: number;
  nowMs: number;
  warn: (sentence: string) => void;
}

export interface StoredBatch {
  epoch: number;
  seq: number;
  payload: Uint8Array;
}

export type GapReason = 'outbox-full' | 'disk-error' | 'unreadable';

interface Pending {
  seq: number;
  payload: Uint8Array;
  settle: () => void;
}

/** Ten minutes in memory while the disk fails (an SD card that turned read-only) or hangs; then the oldest go. */
export const MAX_PENDING_BATCHES = 600;
const RETRY_MS = 1_000;

/** Small enough that a resend after a crash is short, large enough that a day is not ten thousand files. */
const SEGMENT_BYTES = { min: 64 * 1024, max: 1024 * 1024, ofTotal: 1 / 64 };

export class Outbox {
  readonly epoch: number;
  /** Batches lost since this start. */
  droppedBatches = 0;
  onGap: (() => void) | undefined;
  private readonly options: OutboxOptions;
  private readonly segmentBytes: number;
  private readonly gapList: Gaps;
  /** Oldest first; the last is the open one when `tail` is set. */
  private segments: Segment[];
  private tail: Segment | undefined;
  /** Payloads of the open segment and of what waits to be written, by seq: live batches need no disk read. */
  private recent = new Map<number, Uint8Array>();
  private pending: Pending[] = [];
  /** How many of the pending, from the first on, are being written. */
  private writing = 0;
  /** Lost from among the pending, yet to be noted. */
  private overflow: Range[] = [];
  private isDiskFailing = false;
  private isClosing = false;
  private retryTimer: NodeJS.Timeout | undefined;
  private cached: { segment: Segment; payloads: Buffer[] } | undefined;
  private readonly ackedSeq = new Map<number, number>();
  private nextSeq = 1;
  private chain: Promise<void> = Promise.resolve();
  private isFlushing = false;

  private constructor(options: OutboxOptions, epoch: number, segments: Segment[], gapList: Gaps) {
    this.options = options;
    this.epoch = epoch;
    this.segments = segments;
    this.gapList = gapList;
    const share = Math.round(options.maxBytes * SEGMENT_BYTES.ofTotal);
    this.segmentBytes = options.segmentBytes ?? Math.min(SEGMENT_BYTES.max, Math.max(SEGMENT_BYTES.min, share));
  }

  /** Takes up what earlier runs left, and the next epoch. */
  static async open(options: OutboxOptions): Promise<Outbox> {
    await mkdir(options.dir, { recursive: true, mode: 0o700 });
    const names = (await readdir(options.dir)).sort();
    const found = names.flatMap((name) => parseSegmentName(name) ?? []);
    const segments: Segment[] = [];
    for (const [i, name] of found.entries()) {
      const next = found[i + 1];
      // A segment whose successor follows without a gap is complete; another can be torn, and is read to its end.
      const isComplete = next?.epoch === name.epoch && !next.isAfterGap;
      const segment = isComplete
        ? await Segment.found(options.dir, name, next.firstSeq - 1)
        : await Segment.recover(options.dir, name);
      if (segment.lastSeq < segment.firstSeq) await segment.remove();
      else segments.push(segment);
    }
    const epoch = await takeEpoch(options.dir, options.nowMs, found.at(-1)?.epoch ?? 0);
    const gapList = new Gaps(options.dir);
    await gapList.load(options.warn);
    return new Outbox(options, epoch, segments, gapList);
  }

  /** Takes the next seq. `durable` resolves once the batch is synced to disk, or was noted as lost. */
  append(encode: (epoch: number, seq: number) => Uint8Array): {
    seq: number;
    payload: Uint8Array;
    durable: Promise<void>;
  } {
    const seq = this.nextSeq;
    this.nextSeq += 1;
    const payload = encode(this.epoch, seq);
    this.recent.set(seq, payload);
    while (this.pending.length >= MAX_PENDING_BATCHES && this.pending.length > this.writing) this.loseOldestPending();
    const durable = new Promise<void>((settle) => {
      this.pending.push({ seq, payload, settle });
    });
    this.flushSoon();
    return { seq, payload, durable };
  }

  /** Everything that the server has not acknowledged, in order. */
  unacked(): Range[] {
    const ranges: Range[] = [];
    const add = (epoch: number, fromSeq: number, toSeq: number): void => {
      const last = ranges.at(-1);
      // What is being written may stand both in its segment and among the pending.
      const known = last && last.epoch === epoch ? last.toSeq : -1;
      const from = Math.max(fromSeq, known + 1, (this.ackedSeq.get(epoch) ?? -1) + 1);
      if (from > toSeq) return;
      if (last && last.epoch === epoch && last.toSeq + 1 === from) last.toSeq = toSeq;
      else ranges.push({ epoch, fromSeq: from, toSeq });
    };
    for (const segment of this.segments) add(segment.epoch, segment.firstSeq, segment.lastSeq);
    for (const { seq } of this.pending) add(this.epoch, seq, seq);
    return ranges;
  }

  get unackedBatches(): number {
    return this.unacked().reduce((sum, range) => sum + sizeOf(range), 0);
  }

  get bytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /** Highest seq that the server acknowledged in this run. */
  acked(epoch: number): number | undefined {
    return this.ackedSeq.get(epoch);
  }

  /** What is there of a range; batches dropped meanwhile are missing from the answer. */
  async read(range: Range): Promise<StoredBatch[]> {
    if (range.epoch === this.epoch) {
      const recent = this.readRecent(range);
      if (recent) return recent;
    }
    return this.exclusively(() => this.readSegments(range));
  }

  /** The server has all up to `seq`: trims whole segments. */
  async ack(epoch: number, seq: number): Promise<void> {
    if (seq <= (this.ackedSeq.get(epoch) ?? -1)) return;
    this.ackedSeq.set(epoch, seq);
    if (epoch === this.epoch) this.forgetPending(seq);
    await this.exclusively(() => this.trim(epoch, seq));
  }

  gaps(): readonly GapMessage[] {
    return this.gapList.all();
  }

  async gapPublished(gap: GapMessage): Promise<void> {
    await this.exclusively(() => this.tolerantly(() => this.gapList.published(gap)));
  }

  /** Writes what waits and closes the files. */
  async close(): Promise<void> {
    this.isClosing = true;
    clearTimeout(this.retryTimer);
    await this.exclusively(() => this.flush());
    await this.exclusively(async () => {
      const tail = this.tail;
      this.tail = undefined;
      await tail?.close();
      if (tail && tail.lastSeq <= (this.ackedSeq.get(tail.epoch) ?? -1)) await tail.remove();
    });
  }

  private flushSoon(): void {
    if (this.isFlushing) return;
    this.isFlushing = true;
    void this.exclusively(() => this.flush());
  }

  /** Everything that touches files runs one after the other. */
  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.chain.then(work);
    this.chain = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  private readRecent(range: Range): StoredBatch[] | undefined {
    const batches: StoredBatch[] = [];
    for (let seq = range.fromSeq; seq <= range.toSeq; seq += 1) {
      const payload = this.recent.get(seq);
      if (!payload) return undefined;
      batches.push({ epoch: range.epoch, seq, payload });
    }
    return batches;
  }

  private async readSegments(range: Range): Promise<StoredBatch[]> {
    const batches: StoredBatch[] = [];
    for (const segment of [...this.segments]) {
      if (segment.epoch !== range.epoch) continue;
      const from = Math.max(range.fromSeq, segment.firstSeq);
      const to = Math.min(range.toSeq, segment.lastSeq);
      if (from > to) continue;
      const payloads = await this.payloadsOf(segment);
      for (let seq = from; seq <= to; seq += 1) {
        const payload = payloads[seq - segment.firstSeq];
        if (payload) batches.push({ epoch: range.epoch, seq, payload });
      }
    }
    return batches;
  }

  private async payloadsOf(segment: Segment): Promise<Buffer[]> {
    const count = segment.lastSeq - segment.firstSeq + 1;
    if (this.cached?.segment === segment && this.cached.payloads.length >= count) return this.cached.payloads;
    let payloads: Buffer[] = [];
    try {
      payloads = await segment.read();
    } catch (error) {
      this.options.warn(`cannot read ${segment.path}: ${String(error)}`);
    }
    this.cached = { segment, payloads };
    if (payloads.length < count && segment !== this.tail) {
      // The medium lost them: said once, and the segment from now on ends where it can be read.
      const lost = { epoch: segment.epoch, fromSeq: segment.firstSeq + payloads.length, toSeq: segment.lastSeq };
      await this.noteLoss(lost, 'unreadable');
      segment.lastSeq = lost.fromSeq - 1;
    }
    return payloads;
  }

  private async flush(): Promise<void> {
    try {
      while (this.pending.length > 0) {
        // What came while the last group was synced is the next group; a group never outgrows a segment by much.
        const group = this.takeGroup();
        this.writing = group.length;
        await this.write(group);
        this.isDiskFailing = false;
        this.pending.splice(0, group.length);
        for (const { settle } of group) settle();
      }
    } catch (error) {
      // They stay in memory, are sent from there, and tried again.
      this.diskFailed(error);
      clearTimeout(this.retryTimer);
      if (!this.isClosing) this.retryTimer = setTimeout(() => this.flushSoon(), RETRY_MS);
    } finally {
      this.writing = 0;
      this.isFlushing = false;
    }
    for (const range of this.overflow.splice(0)) await this.noteLoss(range, 'disk-error');
  }

  /** Said once, not every second. */
  private diskFailed(error: unknown): void {
    if (this.isDiskFailing) return;
    this.isDiskFailing = true;
    this.options.warn(
      `Cannot write to ${this.options.dir} (${String(error)}); the last ${MAX_PENDING_BATCHES} batches are kept in memory. Check the disk's free space and health`,
    );
  }

  private loseOldestPending(): void {
    const [lost] = this.pending.splice(this.writing, 1);
    if (!lost) return;
    this.recent.delete(lost.seq);
    lost.settle();
    this.droppedBatches += 1;
    const last = this.overflow.at(-1);
    if (last && last.toSeq + 1 === lost.seq) last.toSeq = lost.seq;
    else this.overflow.push({ epoch: this.epoch, fromSeq: lost.seq, toSeq: lost.seq });
  }

  /** The server has them already: no need to write them. */
  private forgetPending(ackedSeq: number): void {
    for (let i = this.pending.length - 1; i >= this.writing; i -= 1) {
      const batch = this.pending[i]!;
      if (batch.seq > ackedSeq) continue;
      this.pending.splice(i, 1);
      this.recent.delete(batch.seq);
      batch.settle();
    }
  }

  private takeGroup(): Pending[] {
    let bytes = 0;
    const group: Pending[] = [];
    for (const batch of this.pending) {
      const isNext = group.length === 0 || batch.seq === group.at(-1)!.seq + 1;
      if (!isNext || (group.length > 0 && bytes + batch.payload.length > this.segmentBytes)) break;
      group.push(batch);
      bytes += batch.payload.length;
    }
    return group;
  }

  private async write(group: readonly Pending[]): Promise<void> {
    const groupBytes = group.reduce((sum, { payload }) => sum + payload.length + 8, 0);
    await this.makeRoom(groupBytes);
    const { tail } = this;
    const isFull = tail && tail.bytes > 0 && tail.bytes + groupBytes > this.segmentBytes;
    // The seqs of a segment are consecutive: behind a loss, the next begins.
    if (isFull || (tail && tail.lastSeq + 1 !== group[0]!.seq)) await this.rotate();
    if (!this.tail) {
      const firstSeq = group[0]!.seq;
      const before = this.segments.at(-1);
      const isAfterGap = before?.epoch === this.epoch && before.lastSeq + 1 !== firstSeq;
      this.tail = await Segment.create(this.options.dir, { epoch: this.epoch, firstSeq, isAfterGap });
      this.segments.push(this.tail);
    }
    await this.tail.append(group.map(({ payload }) => payload));
  }

  private async rotate(): Promise<void> {
    const tail = this.tail;
    if (!tail) return;
    this.tail = undefined;
    const keepFrom = this.pending[0]?.seq ?? this.nextSeq;
    for (const seq of this.recent.keys()) if (seq < keepFrom) this.recent.delete(seq);
    await tail.close();
    if (tail.lastSeq >= tail.firstSeq) return;
    this.forget(tail);
    await tail.remove();
  }

  private async makeRoom(bytes: number): Promise<void> {
    while (this.segments.length > 0 && this.bytes + bytes > this.options.maxBytes) {
      const oldest = this.segments[0]!;
      if (oldest === this.tail) await this.rotate();
      if (this.segments[0] === oldest) await this.dropOldest(oldest);
    }
  }

  private async dropOldest(oldest: Segment): Promise<void> {
    const fromSeq = Math.max(oldest.firstSeq, (this.ackedSeq.get(oldest.epoch) ?? -1) + 1);
    // Noted before it is removed: a crash between the two reports a loss that did not happen, never the reverse.
    if (fromSeq <= oldest.lastSeq) {
      await this.noteLoss({ epoch: oldest.epoch, fromSeq, toSeq: oldest.lastSeq }, 'outbox-full');
    }
    this.forget(oldest);
    await oldest.remove();
  }

  private async noteLoss(range: Range, reason: GapReason): Promise<void> {
    if (reason !== 'disk-error') this.droppedBatches += sizeOf(range);
    await this.tolerantly(() => this.gapList.add({ ...range, reason }));
    this.onGap?.();
  }

  /** What cannot be written now stands in memory; a gateway with a broken disk goes on. */
  private async tolerantly(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.diskFailed(error);
    }
  }

  private async trim(epoch: number, seq: number): Promise<void> {
    await this.tolerantly(() => this.removeAcked(epoch, seq));
    if (epoch !== this.epoch && !this.segments.some((segment) => segment.epoch === epoch)) this.ackedSeq.delete(epoch);
  }

  private async removeAcked(epoch: number, seq: number): Promise<void> {
    if (this.tail && this.tail.epoch === epoch && this.tail.lastSeq >= this.tail.firstSeq && this.tail.lastSeq <= seq)
      if (this.tail.bytes >= this.segmentBytes / 4)
        // All of the open one is acknowledged: worth a new file only when it has grown, or a restart would resend much.
        await this.rotate();
    for (const segment of [...this.segments]) {
      if (segment.epoch !== epoch || segment.lastSeq > seq || segment === this.tail) continue;
      this.forget(segment);
      await segment.remove();
    }
  }

  private forget(segment: Segment): void {
    this.segments = this.segments.filter((kept) => kept !== segment);
    if (this.cached?.segment === segment) this.cached = undefined;
  }
}
