/** One state of an engine in a file: a checksum, then piece after piece, each with its length. */
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import { joinSnapshot } from '../engine/engineState.ts';
import type { EngineSnapshot, SnapshotPart } from '../engine/types.ts';
import { syncDirectory } from '../log/siteLog.ts';

const CRC_BYTES = 4;
const LENGTH_BYTES = 4;

/** Piece by piece, each read only once the one before is written: who else waits for this thread gets their turn. */
export async function writeSnapshot(path: string, parts: Iterable<SnapshotPart>): Promise<void> {
  const handle = await open(`${path}.new`, 'w');
  try {
    const head = Buffer.alloc(CRC_BYTES);
    let crc = 0;
    let position = CRC_BYTES;
    for (const part of parts) {
      const payload = serialize(part);
      const record = Buffer.allocUnsafe(LENGTH_BYTES + payload.length);
      record.writeUInt32LE(payload.length, 0);
      record.set(payload, LENGTH_BYTES);
      crc = crc32(record, crc);
      await handle.write(record, 0, record.length, position);
      position += record.length;
    }
    head.writeUInt32LE(crc, 0);
    await handle.write(head, 0, CRC_BYTES, 0);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.new`, path);
  await syncDirectory(dirname(path));
}

/** Undefined where it is rotten or not there. */
export async function readSnapshot(path: string): Promise<EngineSnapshot | undefined> {
  try {
    const bytes = await readFile(path);
    if (crc32(bytes.subarray(CRC_BYTES)) !== bytes.readUInt32LE(0)) return undefined;
    const parts: SnapshotPart[] = [];
    for (let at = CRC_BYTES; at < bytes.length; ) {
      const start = at + LENGTH_BYTES;
      at = start + bytes.readUInt32LE(at);
      parts.push(deserialize(bytes.subarray(start, at)) as SnapshotPart);
    }
    return joinSnapshot(parts);
  } catch {
    return undefined;
  }
}
