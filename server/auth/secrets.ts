/** Tokens of 256 random bits; only their SHA-256 is stored, which needs no salt for a secret of that size. */
import { createHash } from 'node:crypto';

export type RandomBytes = (bytes: number) => Uint8Array;

const TOKEN_BYTES = 32;

export const newToken = (random: RandomBytes, prefix = ''): string =>
  prefix + Buffer.from(random(TOKEN_BYTES)).toString('base64url');

export const hashToken = (token: string): string => createHash('sha256').update(token).digest('base64url');

const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const ID_LENGTH = 20;

/** 100 random bits in the form of an id: `a-…`. */
export const newId = (random: RandomBytes, prefix: string): string =>
  `${prefix}-${Array.from(random(ID_LENGTH), (byte) => ID_ALPHABET[byte & 31]).join('')}`;
