/**
 * Payload of one record of an hour file: new names, batches, marks. Names (gateways, carriers with their kind) are numbered
 * in the order in which the file first has them, so that a sighting costs 14 bytes. Pure.
 */
import { CARRIER_KINDS, type CarrierKind } from '../contract/model.ts';
import { type CarrierRef, type SeqMark, type SightingBatch, VALUES_PER_ROW } from './batch.ts';

const VERSION = 1;
const GATEWAY_CODE = 255;
const MIN_FROM_AT = 1;
const MAX_FROM_AT = 9;
const NAMES_AT = 17;
const BATCH_HEADER_BYTES = 4 + 4 + 8 + 8 + 4 + 8 + 8 + 4;
const ROW_BYTES = 4 + 2 * VALUES_PER_ROW;

/** Names of one file by number: a string is a gateway, an object a carrier. */
export type Names = (string | CarrierRef)[];

/** The numbers that a writer gave so far in its file. */
export class NameTable {
  readonly #byKey = new Map<string, number>();
  readonly #byRef = new Map<CarrierRef, number>();
  #count = 0;

  get size(): number {
    return this.#count;
  }

  load(names: Names): void {
    for (const entry of names) {
      this.#byKey.set(typeof entry === 'string' ? `g${entry}` : `${entry.kind} ${entry.id}`, this.#count++);
    }
  }

  gateway(id: string, added: (string | CarrierRef)[]): number {
    const key = `g${id}`;
    let number = this.#byKey.get(key);
    if (number === undefined) {
      number = this.#count++;
      this.#byKey.set(key, number);
      added.push(id);
    }
    return number;
  }

  carrier(ref: CarrierRef, added: (string | CarrierRef)[]): number {
    let number = this.#byRef.get(ref);
    if (number !== undefined) return number;
    const key = `${ref.kind} ${ref.id}`;
    number = this.#byKey.get(key);
    if (number === undefined) {
      number = this.#count++;
      this.#byKey.set(key, number);
      added.push(ref);
    }
    this.#byRef.set(ref, number);
    return number;
  }
}

const bytesOfName = (entry: string | CarrierRef): number => 2 + (typeof entry === 'string' ? entry : entry.id).length;

/** Enters new names into `table`; where the write fails afterwards, the table is void and has to be read from the file again. */
export function encodeGroup(table: NameTable, batches: readonly SightingBatch[], marks: readonly SeqMark[]): Buffer {
  const added: (string | CarrierRef)[] = [];
  const gatewayNumbers = batches.map((batch) => table.gateway(batch.gatewayId, added));
  const markNumbers = marks.map((mark) => table.gateway(mark.gatewayId, added));
  const carrierNumbers = batches.map((batch) => {
    const numbers = new Uint32Array(batch.carriers.length);
    for (let row = 0; row < numbers.length; row++) numbers[row] = table.carrier(batch.carriers[row]!, added);
    return numbers;
  });
  let length = NAMES_AT + 12;
  for (const entry of added) length += bytesOfName(entry);
  for (const batch of batches) length += BATCH_HEADER_BYTES + batch.carriers.length * ROW_BYTES;
  for (const mark of marks) length += 4 + 4 + 8 + 8 + 8 + 1 + Buffer.byteLength(mark.reason);

  const out = Buffer.allocUnsafe(length);
  let minFromMs = Number.POSITIVE_INFINITY;
  let maxFromMs = Number.NEGATIVE_INFINITY;
  out.writeUInt8(VERSION, 0);
  let at = out.writeUInt32LE(added.length, NAMES_AT);
  for (const entry of added) {
    const id = typeof entry === 'string' ? entry : entry.id;
    at = out.writeUInt8(typeof entry === 'string' ? GATEWAY_CODE : CARRIER_KINDS.indexOf(entry.kind), at);
    at = out.writeUInt8(id.length, at);
    at += out.write(id, at, 'latin1');
  }
  at = out.writeUInt32LE(batches.length, at);
  for (let i = 0; i < batches.length; i++) {
    const batch = batches[i]!;
    const numbers = carrierNumbers[i]!;
    minFromMs = Math.min(minFromMs, batch.fromMs);
    maxFromMs = Math.max(maxFromMs, batch.fromMs);
    at = out.writeUInt32LE(gatewayNumbers[i]!, at);
    at = out.writeUInt32LE(batch.epoch, at);
    at = out.writeDoubleLE(batch.seq, at);
    at = out.writeDoubleLE(batch.fromMs, at);
    at = out.writeUInt32LE(batch.toMs - batch.fromMs, at);
    at = out.writeDoubleLE(batch.clockOffsetMs, at);
    at = out.writeDoubleLE(batch.receivedMs, at);
    at = out.writeUInt32LE(numbers.length, at);
    for (let row = 0, v = 0; row < numbers.length; row++) {
      at = out.writeUInt32LE(numbers[row]!, at);
      for (let k = 0; k < VALUES_PER_ROW; k++, v++) at = out.writeInt16LE(batch.values[v]!, at);
    }
  }
  at = out.writeUInt32LE(marks.length, at);
  for (let i = 0; i < marks.length; i++) {
    const mark = marks[i]!;
    at = out.writeUInt32LE(markNumbers[i]!, at);
    at = out.writeUInt32LE(mark.epoch, at);
    at = out.writeDoubleLE(mark.fromSeq, at);
    at = out.writeDoubleLE(mark.toSeq, at);
    at = out.writeDoubleLE(mark.receivedMs, at);
    at = out.writeUInt8(Buffer.byteLength(mark.reason), at);
    at += out.write(mark.reason, at);
  }
  out.writeDoubleLE(minFromMs, MIN_FROM_AT);
  out.writeDoubleLE(maxFromMs, MAX_FROM_AT);
  return out;
}

/** Spread of the fromMs of the record's batches; empty (min above max) where it has only marks. */
export const fromRange = (payload: Buffer): { minFromMs: number; maxFromMs: number } => ({
  minFromMs: payload.readDoubleLE(MIN_FROM_AT),
  maxFromMs: payload.readDoubleLE(MAX_FROM_AT),
});

/** Adds the record's new names to `names`; returns where its batches start. Records are to be read in the file's order. */
export function readNames(payload: Buffer, names: Names): number {
  if (payload.readUInt8(0) !== VERSION) throw new RangeError(`log record of unknown version ${payload.readUInt8(0)}`);
  const count = payload.readUInt32LE(NAMES_AT);
  let at = NAMES_AT + 4;
  for (let i = 0; i < count; i++) {
    const code = payload.readUInt8(at);
    const length = payload.readUInt8(at + 1);
    const id = payload.toString('latin1', at + 2, at + 2 + length);
    names.push(code === GATEWAY_CODE ? id : { id, kind: CARRIER_KINDS[code] as CarrierKind });
    at += 2 + length;
  }
  return at;
}

/** Where the batches start, without reading the names. */
function skipNames(payload: Buffer): number {
  const count = payload.readUInt32LE(NAMES_AT);
  let at = NAMES_AT + 4;
  for (let i = 0; i < count; i++) at += 2 + payload.readUInt8(at + 1);
  return at;
}

const BIG_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;
let scratch = Buffer.alloc(0);
let scratchWords = new Uint16Array();

/** Rows stand at any address and a typed array does not: copied, they are read several times as fast. Valid until the next call. */
function wordsOf(payload: Buffer, fromAt: number, toAt: number): Uint16Array {
  if (scratch.length < toAt - fromAt) {
    scratchWords = new Uint16Array(toAt - fromAt);
    scratch = Buffer.from(scratchWords.buffer);
  }
  payload.copy(scratch, 0, fromAt, toAt);
  if (BIG_ENDIAN) scratch.subarray(0, toAt - fromAt).swap16();
  return scratchWords;
}

export interface DecodedGroup {
  batches: SightingBatch[];
  marks: SeqMark[];
}

/** `names` must hold all names of the file up to this record. Batches outside [minFromMs, maxFromMs) are skipped. */
export function decodeGroup(
  payload: Buffer,
  names: Names,
  minFromMs = Number.NEGATIVE_INFINITY,
  maxFromMs = Number.POSITIVE_INFINITY,
): DecodedGroup {
  let at = skipNames(payload);
  const batches: SightingBatch[] = [];
  const batchCount = payload.readUInt32LE(at);
  at += 4;
  for (let i = 0; i < batchCount; i++) {
    const fromMs = payload.readDoubleLE(at + 16);
    const rows = payload.readUInt32LE(at + BATCH_HEADER_BYTES - 4);
    const endAt = at + BATCH_HEADER_BYTES + rows * ROW_BYTES;
    if (fromMs >= minFromMs && fromMs < maxFromMs) {
      const carriers: CarrierRef[] = new Array(rows);
      const values = new Int16Array(rows * VALUES_PER_ROW);
      const words = wordsOf(payload, at + BATCH_HEADER_BYTES, endAt);
      for (let row = 0, v = 0, w = 0; row < rows; row++) {
        carriers[row] = names[words[w]! + words[w + 1]! * 0x1_0000] as CarrierRef;
        w += 2;
        for (let k = 0; k < VALUES_PER_ROW; k++) values[v++] = words[w++]!;
      }
      batches.push({
        gatewayId: names[payload.readUInt32LE(at)] as string,
        epoch: payload.readUInt32LE(at + 4),
        seq: payload.readDoubleLE(at + 8),
        fromMs,
        toMs: fromMs + payload.readUInt32LE(at + 24),
        clockOffsetMs: payload.readDoubleLE(at + 28),
        receivedMs: payload.readDoubleLE(at + 36),
        carriers,
        values,
      });
    }
    at = endAt;
  }
  const marks: SeqMark[] = [];
  const markCount = payload.readUInt32LE(at);
  at += 4;
  for (let i = 0; i < markCount; i++) {
    const reasonLength = payload.readUInt8(at + 32);
    marks.push({
      gatewayId: names[payload.readUInt32LE(at)] as string,
      epoch: payload.readUInt32LE(at + 4),
      fromSeq: payload.readDoubleLE(at + 8),
      toSeq: payload.readDoubleLE(at + 16),
      receivedMs: payload.readDoubleLE(at + 24),
      reason: payload.toString('utf8', at + 33, at + 33 + reasonLength),
    });
    at += 33 + reasonLength;
  }
  return { batches, marks };
}
