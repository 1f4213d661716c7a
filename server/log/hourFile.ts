/** Names of hour files, and reading one in pieces of bounded size. */
import { type FileHandle, open } from 'node:fs/promises';
import { HEADER_BYTES, MAX_RECORD_BYTES, scanRecords } from '../contract/framing.ts';

export const HOUR_MS = 3_600_000;
/** A piece takes a few milliseconds to check; others get their turn between two pieces. */
const PIECE_BYTES = 1024 * 1024;

export const hourOf = (atMs: number): number => Math.floor(atMs / HOUR_MS) * HOUR_MS;

/** `2024-03-31T09.log` */
export const fileNameOf = (hourMs: number): string => `${new Date(hourMs).toISOString().slice(0, 13)}.log`;

export function hourOfFileName(name: string): number | undefined {
  const match = /^([+-]?\d{4,6}-\d{2}-\d{2}T\d{2})\.log$/.exec(name);
  const hourMs = match ? Date.parse(`${match[1]}:00:00Z`) : Number.NaN;
  return Number.isFinite(hourMs) ? hourMs : undefined;
}

/** Calls `onRecord` for each whole record that ends at or before `endOffset`; returns where the good part ends. */
export async function scanFile(
  path: string,
  endOffset: number,
  onRecord: (payload: Buffer, offset: number) => void,
): Promise<number> {
  const handle = await open(path, 'r');
  try {
    let rest: Buffer = Buffer.alloc(0);
    let restAt = 0;
    for (;;) {
      const readAt = restAt + rest.length;
      const want = Math.min(Math.max(PIECE_BYTES, neededBytes(rest) - rest.length), endOffset - readAt);
      const piece = want > 0 ? await readFully(handle, readAt, want) : Buffer.alloc(0);
      const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
      const records = scanRecords(bytes);
      let step = records.next();
      while (!step.done) {
        onRecord(step.value.payload, restAt + step.value.offset);
        step = records.next();
      }
      const goodBytes = step.value;
      rest = bytes.subarray(goodBytes);
      restAt += goodBytes;
      // What is left is either the start of a record that the next piece completes, or rot, or the end.
      if (piece.length === 0 || neededBytes(rest) <= rest.length || neededBytes(rest) > MAX_RECORD_BYTES + HEADER_BYTES)
        return restAt;
    }
  } finally {
    await handle.close();
  }
}

/** Bytes that the first record of `bytes` takes, as far as its header says so. */
function neededBytes(bytes: Buffer): number {
  return bytes.length < 4 ? HEADER_BYTES : HEADER_BYTES + bytes.readUInt32LE(0);
}

export async function readFully(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
