/** Hashes carriers off the allowlist under the day's key, as a real gateway does. Pure but for the hash itself. */
import { createHmac } from 'node:crypto';
import type { ConfigMessage } from '../server/contract/wire.ts';
import type { Beacon } from './virtualGateway.ts';

/** A daily key is of one local day; unknown carriers of any other time are not counted. */
const LONGEST_DAY_MS = 25 * 3_600_000;
const HASH_HEX_DIGITS = 32;

export function hashUnknown(
  key: ConfigMessage['unknowns'],
  { uuid, major, minor }: Beacon,
  clockMs: number,
): { keyId: string; hash: string } | undefined {
  if (!key || clockMs >= key.untilMs || clockMs < key.untilMs - LONGEST_DAY_MS) return undefined;
  const bytes = Buffer.alloc(20);
  bytes.write(uuid.replaceAll('-', ''), 'hex');
  bytes.writeUInt16BE(major, 16);
  bytes.writeUInt16BE(minor, 18);
  const hash = createHmac('sha256', Buffer.from(key.keyHex, 'hex')).update(bytes).digest('hex');
  return { keyId: key.keyId, hash: hash.slice(0, HASH_HEX_DIGITS) };
}
