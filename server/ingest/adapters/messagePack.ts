/**
 * MessagePack as a gateway writes it: maps, arrays, numbers, text and bytes, bounded in depth and size. Text stays bytes:
 * older firmware packs advertisements as text. Undefined where it is cut off, too deep, or not MessagePack. Pure.
 */

import { textOf } from './read.ts';

/** A map of an array of bytes is three; more is no gateway's. */
const MAX_DEPTH = 8;
/** Of all arrays and maps together. */
const MAX_ITEMS = 65_536;

export type Packed = null | boolean | number | Uint8Array | Packed[] | Map<string, Packed>;

class Malformed extends Error {}

class Reader {
  private at = 0;
  private items = 0;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  whole(): Packed {
    const value = this.value(0);
    if (this.at !== this.bytes.length) throw new Malformed();
    return value;
  }

  private advance(length: number): number {
    const from = this.at;
    if (length > this.bytes.length - from) throw new Malformed();
    this.at = from + length;
    return from;
  }

  private uint(length: 1 | 2 | 4 | 8): number {
    const from = this.advance(length);
    if (length === 1) return this.view.getUint8(from);
    if (length === 2) return this.view.getUint16(from);
    if (length === 4) return this.view.getUint32(from);
    return Number(this.view.getBigUint64(from));
  }

  private raw(length: number): Uint8Array {
    const from = this.advance(length);
    return this.bytes.subarray(from, from + length);
  }

  private count(length: number): number {
    this.items += length;
    // Every item takes a byte at least: a forged length fails before anything is allocated for it.
    if (this.items > MAX_ITEMS || length > this.bytes.length - this.at) throw new Malformed();
    return length;
  }

  private array(length: number, depth: number): Packed[] {
    const values: Packed[] = [];
    for (let i = this.count(length); i > 0; i--) values.push(this.value(depth + 1));
    return values;
  }

  private map(length: number, depth: number): Map<string, Packed> {
    const values = new Map<string, Packed>();
    for (let i = this.count(length); i > 0; i--) {
      const key = this.value(depth + 1);
      if (!(key instanceof Uint8Array)) throw new Malformed();
      values.set(packedText(key), this.value(depth + 1));
    }
    return values;
  }

  private value(depth: number): Packed {
    if (depth > MAX_DEPTH) throw new Malformed();
    const tag = this.uint(1);
    if (tag <= 0x7f) return tag;
    if (tag <= 0x8f) return this.map(tag & 0x0f, depth);
    if (tag <= 0x9f) return this.array(tag & 0x0f, depth);
    if (tag <= 0xbf) return this.raw(tag & 0x1f);
    if (tag >= 0xe0) return tag - 0x100;
    return this.tagged(tag, depth);
  }

  private tagged(tag: number, depth: number): Packed {
    switch (tag) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xd9:
        return this.raw(this.uint(1));
      case 0xc5:
      case 0xda:
        return this.raw(this.uint(2));
      case 0xc6:
      case 0xdb:
        return this.raw(this.uint(4));
      case 0xca:
        return this.view.getFloat32(this.advance(4));
      case 0xcb:
        return this.view.getFloat64(this.advance(8));
      case 0xcc:
        return this.uint(1);
      case 0xcd:
        return this.uint(2);
      case 0xce:
        return this.uint(4);
      case 0xcf:
        return this.uint(8);
      case 0xd0:
        return this.view.getInt8(this.advance(1));
      case 0xd1:
        return this.view.getInt16(this.advance(2));
      case 0xd2:
        return this.view.getInt32(this.advance(4));
      case 0xd3:
        return Number(this.view.getBigInt64(this.advance(8)));
      case 0xdc:
        return this.array(this.uint(2), depth);
      case 0xdd:
        return this.array(this.uint(4), depth);
      case 0xde:
        return this.map(this.uint(2), depth);
      case 0xdf:
        return this.map(this.uint(4), depth);
      default:
        // 0xc1 is never used; extension types are none that a gateway writes.
        throw new Malformed();
    }
  }
}

export const packedText = textOf;

export function unpack(payload: Uint8Array): Packed | undefined {
  try {
    return new Reader(payload).whole();
  } catch {
    return undefined;
  }
}
