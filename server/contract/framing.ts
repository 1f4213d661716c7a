/**
 * Records in an append-only file: u32 length, u32 CRC-32 of the payload (both little endian), payload.
 * A torn or rotten tail ends the scan; what stands before it is good. Pure.
 */
import { crc32 } from 'node:zlib';

export const HEADER_BYTES = 8;
/** Larger than any record that is written; a length beyond it is rot. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;

export function encodeRecord(payload: Uint8Array): Buffer {
  const record = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  record.writeUInt32LE(payload.length, 0);
  record.writeUInt32LE(crc32(payload), 4);
  record.set(payload, HEADER_BYTES);
  return record;
}

export interface ScannedRecord {
  payload: Buffer;
  /** Where the record starts in the file. */
  offset: number;
}

/** Yields whole records from `bytes`, and returns how many bytes were good: the file is to be cut there. */
export function* scanRecords(bytes: Buffer, startOffset = 0): Generator<ScannedRecord, number> {
  let at = startOffset;
  while (at + HEADER_BYTES <= bytes.length) {
    const length = bytes.readUInt32LE(at);
    // A file system may leave zeros behind a torn write, and zeros would read as a valid empty record.
    if (length === 0 || length > MAX_RECORD_BYTES || at + HEADER_BYTES + length > bytes.length) break;
    const payload = bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length);
    if (crc32(payload) !== bytes.readUInt32LE(at + 4)) break;
    yield { payload, offset: at };
    at += HEADER_BYTES + length;
  }
  return at;
}
