/** One file of the outbox: batches of one epoch with consecutive seqs, each a CRC-framed record. */
import { type FileHandle, open, readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeRecord, scanRecords } from '../server/contract/framing.ts';

const NAME = /^(\d{10})-(\d{16})(-after-gap)?\.log$/;

export interface SegmentName {
  epoch: number;
  firstSeq: number;
  /** Batches are missing between it and the segment before it, whose last seq therefore cannot be told from this one. */
  isAfterGap: boolean;
}

export const segmentName = ({ epoch, firstSeq, isAfterGap }: SegmentName): string =>
  `${String(epoch).padStart(10, '0')}-${String(firstSeq).padStart(16, '0')}${isAfterGap ? '-after-gap' : ''}.log`;

export function parseSegmentName(name: string): SegmentName | undefined {
  const match = NAME.exec(name);
  if (!match) return undefined;
  return { epoch: Number(match[1]), firstSeq: Number(match[2]), isAfterGap: match[3] !== undefined };
}

/** A renamed or new file survives a power cut only once its directory is synced. */
export async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export class Segment {
  readonly epoch: number;
  readonly firstSeq: number;
  readonly path: string;
  /** Inclusive; below firstSeq while it is empty. */
  lastSeq: number;
  bytes: number;
  private handle: FileHandle | undefined;

  private constructor(dir: string, name: SegmentName, lastSeq: number, bytes: number) {
    this.path = join(dir, segmentName(name));
    this.epoch = name.epoch;
    this.firstSeq = name.firstSeq;
    this.lastSeq = lastSeq;
    this.bytes = bytes;
  }

  static async create(dir: string, name: SegmentName): Promise<Segment> {
    const segment = new Segment(dir, name, name.firstSeq - 1, 0);
    // No other has this name; one that is there was made by an attempt that failed.
    segment.handle = await open(segment.path, 'w');
    await syncDirectory(dir);
    return segment;
  }

  /** One that an earlier run left; `lastSeq` is known from the segment that follows it. */
  static async found(dir: string, name: SegmentName, lastSeq: number): Promise<Segment> {
    const segment = new Segment(dir, name, lastSeq, 0);
    segment.bytes = (await stat(segment.path)).size;
    return segment;
  }

  /** The last one of an epoch: counts its whole records and cuts a torn one off. */
  static async recover(dir: string, name: SegmentName): Promise<Segment> {
    const segment = new Segment(dir, name, name.firstSeq - 1, 0);
    const { payloads, goodBytes, fileBytes } = await readRecords(segment.path);
    if (goodBytes < fileBytes) await truncate(segment.path, goodBytes);
    segment.lastSeq = name.firstSeq + payloads.length - 1;
    segment.bytes = goodBytes;
    return segment;
  }

  /** Durable when it resolves. Throws with the file cut back to what it was. */
  async append(payloads: readonly Uint8Array[]): Promise<void> {
    if (!this.handle) throw new Error(`${this.path} is not open for writing`);
    const block = Buffer.concat(payloads.map(encodeRecord));
    try {
      let written = 0;
      while (written < block.length)
        written += (await this.handle.write(block, written, block.length - written, this.bytes + written)).bytesWritten;
      await this.handle.datasync();
    } catch (error) {
      await this.handle.truncate(this.bytes).catch(() => undefined);
      throw error;
    }
    this.bytes += block.length;
    this.lastSeq += payloads.length;
  }

  /** Payloads of its whole records in seq order; fewer than expected where the medium lost some. */
  async read(): Promise<Buffer[]> {
    return (await readRecords(this.path)).payloads;
  }

  async close(): Promise<void> {
    const handle = this.handle;
    this.handle = undefined;
    await handle?.close();
  }

  async remove(): Promise<void> {
    await this.close();
    await rm(this.path, { force: true });
  }
}

async function readRecords(path: string): Promise<{ payloads: Buffer[]; goodBytes: number; fileBytes: number }> {
  const bytes = await readFile(path);
  const payloads: Buffer[] = [];
  const records = scanRecords(bytes);
  for (;;) {
    const next = records.next();
    if (next.done) return { payloads, goodBytes: next.value, fileBytes: bytes.length };
    payloads.push(next.value.payload);
  }
}
