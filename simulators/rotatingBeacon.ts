/**
 * What a shopper's app is on the air with: the reference that apps on phones are written by. It shares no code with the
 * server; a test holds the two, and the examples of the developers' page, against each other. Pure.
 */
import { createHmac } from 'node:crypto';

/** As `POST /shopper/identity` answers it. */
export interface RotatingIdentity {
  uuid: string;
  secretHex: string;
  slotSeconds: number;
}

export interface RotatingFrame {
  uuid: string;
  major: number;
  minor: number;
  /** From then on the next one is to be advertised. */
  untilMs: number;
}

/** The frame to advertise at a time, by the phone's clock. */
export function frameAt({ uuid, secretHex, slotSeconds }: RotatingIdentity, atMs: number): RotatingFrame {
  const slot = Math.floor(atMs / 1_000 / slotSeconds);
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(slot));
  const mac = createHmac('sha256', Buffer.from(secretHex, 'hex')).update(message).digest();
  return {
    uuid,
    major: mac.readUInt16BE(0),
    minor: mac.readUInt16BE(2),
    untilMs: (slot + 1) * slotSeconds * 1_000,
  };
}
