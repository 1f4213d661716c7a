/** Codes that people carry from a phone to a till, or from a tag to a phone. Pure: random bytes are handed in. */
import { createHash } from 'node:crypto';
import { BASE32, readToken } from '../contract/offerToken.ts';

/** Crockford's base 32: no I, L, O, U, so that a code read aloud or typed is not misread. */
const ALPHABET = BASE32;

/** 40 bits: safe only because tries are limited. */
export const SHORT_CODE_CHARS = 8;
/** 50 bits: printed on a tag, so it lives for years. */
export const TAG_CODE_CHARS = 10;
/** 128 bits: cannot be guessed. */
export const LONG_CODE_BYTES = 16;

/** One byte a character; the low five bits are used. */
export const crockford = (random: Uint8Array): string => Array.from(random, (byte) => ALPHABET[byte & 31]).join('');

/** Upper case, without spaces and dashes, O read as 0, I and L as 1; undefined where another character or length is found. */
export function normalise(typed: string, chars: number): string | undefined {
  const code = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  return code.length === chars && [...code].every((char) => ALPHABET.includes(char)) ? code : undefined;
}

/** In groups of four or five, as printed. */
export const grouped = (code: string): string =>
  code.length === TAG_CODE_CHARS ? `${code.slice(0, 5)}-${code.slice(5)}` : `${code.slice(0, 4)}-${code.slice(4)}`;

export const longCode = (random: Uint8Array): string => Buffer.from(random).toString('base64url');
const LONG_CODE = /^[A-Za-z0-9_-]{22}$/;

/** Codes are looked up by hash, so that how long a look-up takes says nothing about the code. */
export const codeHash = (siteId: string, kind: 'long' | 'short' | 'tag', code: string): string =>
  createHash('sha256').update(`${kind}\0${siteId}\0${code}`).digest('base64url');

export type OfferCode = { kind: 'token' | 'long' | 'short'; code: string };

/** What a till read or a cashier typed: kind and canonical form. */
export function readOfferCode(text: string): OfferCode | undefined {
  const trimmed = text.trim();
  if (LONG_CODE.test(trimmed)) return { kind: 'long', code: trimmed };
  const token = readToken(trimmed);
  if (token !== undefined) return { kind: 'token', code: token.token };
  const code = normalise(trimmed, SHORT_CODE_CHARS);
  return code === undefined ? undefined : { kind: 'short', code };
}
