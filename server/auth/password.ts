/** Passwords: scrypt, with its costs written beside the hash so that they can rise later. */
import { scrypt, timingSafeEqual } from 'node:crypto';
import type { RandomBytes } from './secrets.ts';

export interface ScryptCost {
  n: number;
  r: number;
  p: number;
}
/** One of OWASP's equivalent settings: 32 MB and about a quarter of a second on a small server. */
export const SCRYPT_COST: ScryptCost = { n: 2 ** 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Each run holds tens of megabytes: no more than two at a time. */
const PARALLEL = 2;
let running = 0;
const waiting: (() => void)[] = [];

async function derive(password: string, salt: Uint8Array, cost: ScryptCost): Promise<Buffer> {
  if (running >= PARALLEL) await new Promise<void>((resolve) => waiting.push(resolve));
  else running++;
  try {
    return await new Promise((resolve, reject) => {
      const maxmem = 256 * cost.n * cost.r * cost.p;
      scrypt(
        password.normalize('NFKC'),
        salt,
        HASH_BYTES,
        { N: cost.n, r: cost.r, p: cost.p, maxmem },
        (error, hash) => (error ? reject(error) : resolve(hash)),
      );
    });
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}

export async function hashPassword(password: string, random: RandomBytes, cost = SCRYPT_COST): Promise<string> {
  const salt = Buffer.from(random(SALT_BYTES));
  const hash = await derive(password, salt, cost);
  return ['scrypt', cost.n, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Takes as long for an account that does not exist (`stored` undefined) as for a wrong password. */
export async function verifyPassword(
  password: string,
  stored: string | undefined,
  cost = SCRYPT_COST,
): Promise<boolean> {
  const [scheme, n, r, p, salt, hash] = stored?.split('$') ?? [];
  if (scheme !== 'scrypt' || !salt || !hash) {
    await derive(password, Buffer.alloc(SALT_BYTES), cost);
    return false;
  }
  const expected = Buffer.from(hash, 'base64url');
  const actual = await derive(password, Buffer.from(salt, 'base64url'), {
    n: Number(n),
    r: Number(r),
    p: Number(p),
  });
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
