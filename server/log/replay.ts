/** Reading the log back: in order of event time for a computation anew, in order of arrival for what came meanwhile. */
import { open } from 'node:fs/promises';
import { HEADER_BYTES } from '../contract/framing.ts';
import { MAX_BATCH_SPAN_MS } from '../contract/wire.ts';
import type { SightingBatch } from './batch.ts';
import { decodeGroup, fromRange, type Names, readNames } from './codec.ts';
import { HOUR_MS, readFully, scanFile } from './hourFile.ts';
import type { Positions, SiteLog } from './siteLog.ts';

/** A slice of about this many sightings is decoded at once: some milliseconds and some megabytes. */
const SLICE_SIGHTINGS = 20_000;
const MIN_SLICE_MS = 1_000;
const MAX_SLICE_MS = 60_000;
/** Records nearer to each other than this are read in one go. */
const READ_GAP_BYTES = 64 * 1024;

export interface Slice {
  /** All with fromMs below `untilMs` that were not in an earlier slice. */
  batches: SightingBatch[];
  /** No later slice has a batch that starts before this. */
  untilMs: number;
}

interface IndexEntry {
  offset: number;
  bytes: number;
  minFromMs: number;
  maxFromMs: number;
}

/** Batches that reach into or lie after `fromMs`, in slices of rising event time, of what stands before `until`. */
export async function* replay(log: SiteLog, fromMs: number, until: Positions): AsyncGenerator<Slice> {
  const firstFromMs = fromMs - MAX_BATCH_SPAN_MS;
  for (const hourMs of [...until.keys()].sort((a, b) => a - b)) {
    if (hourMs + HOUR_MS <= firstFromMs) continue;
    yield* replayHour(log, hourMs, until.get(hourMs)!, Math.max(firstFromMs, hourMs));
  }
}

async function* replayHour(
  log: SiteLog,
  hourMs: number,
  endOffset: number,
  firstFromMs: number,
): AsyncGenerator<Slice> {
  const names: Names = [];
  const index: IndexEntry[] = [];
  await scanFile(log.path(hourMs), endOffset, (payload, offset) => {
    readNames(payload, names);
    const range = fromRange(payload);
    if (range.minFromMs > range.maxFromMs || range.maxFromMs < firstFromMs) return;
    index.push({ offset, bytes: HEADER_BYTES + payload.length, ...range });
  });
  if (index.length === 0) return;
  index.sort((a, b) => a.minFromMs - b.minFromMs || a.offset - b.offset);
  // An hour may have a rush in it: each slice is measured by the one before.
  let sliceMs = MIN_SLICE_MS;
  const handle = await open(log.path(hourMs), 'r');
  try {
    let next = 0;
    let active: IndexEntry[] = [];
    let startMs = firstFromMs;
    while (next < index.length || active.length > 0) {
      // Empty stretches are jumped over.
      if (active.length === 0) startMs = Math.max(startMs, Math.floor(index[next]!.minFromMs / 1000) * 1000);
      // The next hour's file has batches from its first millisecond on.
      const untilMs = Math.min(startMs + sliceMs, hourMs + HOUR_MS);
      while (next < index.length && index[next]!.minFromMs < untilMs) active.push(index[next++]!);
      const batches: SightingBatch[] = [];
      let sightings = 0;
      for await (const payload of readRecords(handle, active)) {
        for (const batch of decodeGroup(payload, names, startMs, untilMs).batches) {
          batches.push(batch);
          sightings += batch.carriers.length;
        }
      }
      yield { batches, untilMs };
      active = active.filter((entry) => entry.maxFromMs >= untilMs);
      startMs = untilMs;
      if (sightings > SLICE_SIGHTINGS) sliceMs = Math.max(MIN_SLICE_MS, Math.floor(sliceMs / 2000) * 1000);
      else if (sightings < SLICE_SIGHTINGS / 3) sliceMs = Math.min(MAX_SLICE_MS, sliceMs * 2);
    }
  } finally {
    await handle.close();
  }
}

async function* readRecords(
  handle: Awaited<ReturnType<typeof open>>,
  entries: readonly IndexEntry[],
): AsyncGenerator<Buffer> {
  const sorted = [...entries].sort((a, b) => a.offset - b.offset);
  for (let i = 0; i < sorted.length; ) {
    const first = sorted[i]!;
    let last = i;
    while (
      last + 1 < sorted.length &&
      sorted[last + 1]!.offset - (sorted[last]!.offset + sorted[last]!.bytes) <= READ_GAP_BYTES
    )
      last++;
    const endOffset = sorted[last]!.offset + sorted[last]!.bytes;
    const bytes = await readFully(handle, first.offset, endOffset - first.offset);
    for (; i <= last; i++) {
      const at = sorted[i]!.offset - first.offset;
      yield bytes.subarray(at + HEADER_BYTES, at + sorted[i]!.bytes);
    }
  }
}

/** What stands between `from` and `until`, hour by hour in the order of writing. */
export async function readTail(
  log: SiteLog,
  from: Positions,
  until: Positions,
  onBatch: (batch: SightingBatch) => void,
): Promise<void> {
  for (const [hourMs, endOffset] of [...until].sort(([a], [b]) => a - b)) {
    const startOffset = from.get(hourMs) ?? 0;
    if (startOffset >= endOffset) continue;
    const names: Names = [];
    await scanFile(log.path(hourMs), endOffset, (payload, offset) => {
      readNames(payload, names);
      if (offset < startOffset) return;
      for (const batch of decodeGroup(payload, names).batches) onBatch(batch);
    });
  }
}
