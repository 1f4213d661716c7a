/** Encryption of a push message for one subscription (RFC 8291 over RFC 8188, one record). Pure. */
import { createCipheriv, createECDH, type ECDH, hkdfSync } from 'node:crypto';

const CURVE = 'prime256v1';
const POINT_BYTES = 65;
const SALT_BYTES = 16;
const KEY_BYTES = 16;
const NONCE_BYTES = 12;
const IKM_BYTES = 32;
const TAG_BYTES = 16;
/** Push services take messages of 4096 bytes at least, and promise no more. */
const RECORD_BYTES = 4_096;
const HEADER_BYTES = SALT_BYTES + 4 + 1 + POINT_BYTES;
/** Ends the last record. */
const DELIMITER = 2;
export const MAX_PLAINTEXT_BYTES = RECORD_BYTES - HEADER_BYTES - TAG_BYTES - 1;

export interface SubscriptionKeys {
  /** The browser's public point, uncompressed. */
  p256dh: Buffer;
  auth: Buffer;
}

/** Of which the browser knows nothing; fresh for each message. */
export interface MessageSecrets {
  /** A private key of P-256, 32 bytes. */
  privateKey: Buffer;
  salt: Buffer;
}

const hkdf = (ikm: Buffer, salt: Buffer, info: string | Buffer, bytes: number): Buffer =>
  Buffer.from(hkdfSync('sha256', ikm, salt, info, bytes));

/** True for a point that lies on the curve: any other would give away bits of the server's key. */
export function isPoint(bytes: Buffer): boolean {
  if (bytes.length !== POINT_BYTES) return false;
  const ecdh = createECDH(CURVE);
  ecdh.generateKeys();
  try {
    ecdh.computeSecret(bytes);
    return true;
  } catch {
    return false;
  }
}

function ownPoint(privateKey: Buffer): { ecdh: ECDH; point: Buffer } {
  const ecdh = createECDH(CURVE);
  ecdh.setPrivateKey(privateKey);
  return { ecdh, point: ecdh.getPublicKey() };
}

/** `padTo`: the least length before encryption, so that the length tells little of the words. @throws where the plaintext is too long. */
export function encrypt(plaintext: Buffer, to: SubscriptionKeys, secrets: MessageSecrets, padTo = 0): Buffer {
  if (plaintext.length > MAX_PLAINTEXT_BYTES)
    throw new RangeError(`a push message holds at most ${MAX_PLAINTEXT_BYTES} bytes, not ${plaintext.length}`);
  const { ecdh, point } = ownPoint(secrets.privateKey);
  const shared = ecdh.computeSecret(to.p256dh);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), to.p256dh, point]);
  const ikm = hkdf(shared, to.auth, info, IKM_BYTES);
  const key = hkdf(ikm, secrets.salt, 'Content-Encoding: aes128gcm\0', KEY_BYTES);
  const nonce = hkdf(ikm, secrets.salt, 'Content-Encoding: nonce\0', NONCE_BYTES);
  const padding = Math.max(0, Math.min(padTo, MAX_PLAINTEXT_BYTES) - plaintext.length);
  const cipher = createCipheriv('aes-128-gcm', key, nonce);
  const header = Buffer.alloc(SALT_BYTES + 4 + 1);
  secrets.salt.copy(header);
  header.writeUInt32BE(RECORD_BYTES, SALT_BYTES);
  header[SALT_BYTES + 4] = POINT_BYTES;
  return Buffer.concat([
    header,
    point,
    cipher.update(plaintext),
    cipher.update(Buffer.from([DELIMITER])),
    cipher.update(Buffer.alloc(padding)),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
}
