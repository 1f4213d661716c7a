/**
 * The code of an offer that a till can check without a network: what it is good for and until when, signed by the mall.
 * Server, till and tests read and write it here; the till's page loads it, so nothing large is imported. Pure.
 */

/** Crockford's base 32: a QR code's denser alphabet, and the same under every keyboard layout that a hand scanner types in. */
export const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export const TOKEN_VERSION = 1;
export const KEY_BYTES = 4;
const OFFER_BYTES = 12;
/** Of a few hundred tenants and campaigns of one site, so that 40 bits of a hash tell them apart. */
export const REF_BYTES = 5;
const EXPIRY_BYTES = 4;
export const SIGNATURE_BYTES = 64;
const PAYLOAD_BYTES = 1 + KEY_BYTES + OFFER_BYTES + 2 * REF_BYTES + 1 + EXPIRY_BYTES;
/** 96 bytes: a QR code of 41 × 41 modules at 15 % error correction. */
const TOKEN_BYTES = PAYLOAD_BYTES + SIGNATURE_BYTES;
export const TOKEN_CHARS = Math.ceil((TOKEN_BYTES * 8) / 5);

export interface OfferClaims {
  /** Hex; of a key of the site. */
  keyId: string;
  /** `o-…` */
  offerId: string;
  /** Hex; see `refOf` on the server. */
  tenantRef: string;
  campaignRef: string;
  variant: string;
  /** Whole seconds. */
  expiresMs: number;
}

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const bytesOfHex = (hex: string): number[] => (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));

function encode32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + BASE32[(held << (5 - bits)) & 31];
}

function decode32(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const char of text) {
    const value = BASE32.indexOf(char);
    if (value < 0) return undefined;
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = held >> bits;
    }
    held &= (1 << bits) - 1;
  }
  // Bits that fill up the last character: one token has one spelling.
  return held === 0 ? bytes : undefined;
}

const field = (claims: OfferClaims): number[] => {
  const seconds = Math.floor(claims.expiresMs / 1000);
  return [
    TOKEN_VERSION,
    ...bytesOfHex(claims.keyId),
    ...bytesOfHex(claims.offerId.slice(2)),
    ...bytesOfHex(claims.tenantRef),
    ...bytesOfHex(claims.campaignRef),
    claims.variant.charCodeAt(0),
    (seconds >>> 24) & 255,
    (seconds >>> 16) & 255,
    (seconds >>> 8) & 255,
    seconds & 255,
  ];
};

/** What is signed: the claims under the name of the site, so that no other mall's key or use of it can stand in. */
export function signedBytes(siteId: string, claims: OfferClaims): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`promenade offer\0${siteId}\0`);
  const payload = field(claims);
  if (payload.length !== PAYLOAD_BYTES) throw new Error('a claim of the token has a length of its own');
  const message = new Uint8Array(head.length + payload.length);
  message.set(head);
  message.set(payload, head.length);
  return message;
}

export const writeToken = (claims: OfferClaims, signature: Uint8Array): string =>
  encode32(Uint8Array.from([...field(claims), ...signature]));

/** Upper case, spaces and dashes gone, O read as 0, I and L as 1: undefined where that is no token. */
export function readToken(
  text: string,
): { claims: OfferClaims; signature: Uint8Array<ArrayBuffer>; token: string } | undefined {
  if (text.length > 2 * TOKEN_CHARS) return undefined;
  const token = text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  if (token.length !== TOKEN_CHARS) return undefined;
  const bytes = decode32(token);
  if (bytes === undefined || bytes[0] !== TOKEN_VERSION) return undefined;
  let at = 1;
  const take = (length: number) => {
    at += length;
    return bytes.slice(at - length, at);
  };
  const keyId = hexOf(take(KEY_BYTES));
  const offerId = `o-${hexOf(take(OFFER_BYTES))}`;
  const tenantRef = hexOf(take(REF_BYTES));
  const campaignRef = hexOf(take(REF_BYTES));
  const variant = String.fromCharCode(take(1)[0]!);
  const seconds = take(EXPIRY_BYTES).reduce((sum, byte) => sum * 256 + byte, 0);
  const claims = { keyId, offerId, tenantRef, campaignRef, variant, expiresMs: seconds * 1000 };
  return { claims, signature: take(SIGNATURE_BYTES), token };
}
