/** Which numbers an identity is on the air with. Apps do the same; `simulators/rotatingBeacon.ts` is the reference. Pure. */
import { createHmac, type KeyObject } from 'node:crypto';
import { SLOT_MS } from '../contract/identity.ts';

export const slotOf = (atMs: number): number => Math.floor(atMs / SLOT_MS);

/** The slot as eight bytes, big endian; shared by all identities of a slot. */
export function slotMessage(slot: number): Buffer {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(slot));
  return message;
}

/** First four bytes of HMAC-SHA-256(secret, slot), big endian: major × 65,536 + minor. */
export const beaconNumber = (secret: Buffer | KeyObject, message: Buffer): number =>
  createHmac('sha256', secret).update(message).digest().readUInt32BE(0);
