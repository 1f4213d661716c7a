/** What the decoders share: fields out of untrusted JSON, bytes out of hex and base64. Nothing here throws. Pure. */

/** Minew's arrays of 4,000 devices reach 800 kB; no gateway sends more in one message. */
export const MAX_FOREIGN_BYTES = 1024 * 1024;
/** Extended advertisements of Bluetooth 5 carry up to 1,650 bytes. */
const MAX_ADVERTISEMENT_BYTES = 1_650;
const MAX_TEXT = 256;
const MAX_GATEWAY_NAME = 64;

/** As in the contract: what a radio reports; 127 stands for "not known" in Bluetooth. */
const MIN_RSSI_DBM = -127;
const MAX_RSSI_DBM = 20;

export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Own fields only: a payload may well have one called `constructor`. */
export const field = (fields: Fields, name: string): unknown =>
  Object.hasOwn(fields, name) ? fields[name] : undefined;

export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** Bytes that are no text become replacement characters; a byte-order mark is passed over. */
const UTF8 = new TextDecoder('utf-8');

export const textOf = (payload: Uint8Array): string => UTF8.decode(payload);

/** undefined where it is not JSON (which knows no undefined). */
export function parseJson(payload: Uint8Array): unknown {
  if (payload.byteLength > MAX_FOREIGN_BYTES) return undefined;
  try {
    return JSON.parse(textOf(payload)) as unknown;
  } catch {
    return undefined;
  }
}

export function text(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const trimmed = value.trim();
  return trimmed.length > 0 && trimmed.length <= MAX_TEXT ? trimmed : undefined;
}

const DECIMAL = /^-?\d{1,15}(\.\d{1,15})?$/;

/** A number, or a string that is one: several firmwares quote theirs. */
export function number(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  return typeof value === 'string' && DECIMAL.test(value.trim()) ? Number(value) : undefined;
}

export function uint16(value: unknown): number | undefined {
  const found = number(value);
  return found !== undefined && Number.isInteger(found) && found >= 0 && found <= 0xffff ? found : undefined;
}

export function rssiOf(value: unknown): number | undefined {
  const found = number(value);
  return found !== undefined && found >= MIN_RSSI_DBM && found <= MAX_RSSI_DBM ? found : undefined;
}

const UUID_HEX = /^[0-9a-f]{32}$/;
const UUID_DASHED = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Dashed lower case, from either spelling in either case. */
export function uuidOf(value: unknown): string | undefined {
  const lower = text(value)?.toLowerCase();
  if (lower === undefined) return undefined;
  if (UUID_DASHED.test(lower)) return lower;
  if (!UUID_HEX.test(lower)) return undefined;
  return [lower.slice(0, 8), lower.slice(8, 12), lower.slice(12, 16), lower.slice(16, 20), lower.slice(20)].join('-');
}

const HEX = /^([0-9a-f]{2})*$/i;

export function hexBytes(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string' || value.length > 2 * MAX_ADVERTISEMENT_BYTES || !HEX.test(value)) return undefined;
  return Buffer.from(value, 'hex');
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export function base64Bytes(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string' || value.length > 2 * MAX_ADVERTISEMENT_BYTES || !BASE64.test(value)) return undefined;
  return Buffer.from(value, 'base64');
}

const MAC = /^[0-9a-f]{2}([:-]?)([0-9a-f]{2}\1){4}[0-9a-f]{2}$/i;

export const isMac = (value: string): boolean => MAC.test(value);

const isControl = (character: string): boolean => character < ' ' || character === '\u007f';

/** A MAC in lower case hex without separators, or the name as it is. */
export function gatewayName(value: unknown): string | undefined {
  const name = text(value);
  if (name === undefined || name.length > MAX_GATEWAY_NAME || [...name].some(isControl)) return undefined;
  return isMac(name) ? name.replaceAll(/[:-]/g, '').toLowerCase() : name;
}
