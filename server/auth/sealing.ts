/**
 * Secrets that must be used again and so cannot be hashed: AES-256-GCM under a key that lies in a file beside the database,
 * so that a copy of the database alone tells none of them.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writePrivateFile } from '../log/privateFile.ts';
import type { RandomBytes } from './secrets.ts';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORM = 'sealed:1:';

export const isSealed = (stored: string): boolean => stored.startsWith(FORM);

export class Sealer {
  readonly #key: Buffer;
  readonly #random: RandomBytes;

  constructor(random: RandomBytes, key: Buffer = Buffer.from(random(KEY_BYTES))) {
    this.#key = key;
    this.#random = random;
  }

  /** @param owner whose it is: moved to another's row it opens no more */
  seal(secret: string, owner: string): string {
    const nonce = this.#random(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce).setAAD(Buffer.from(owner));
    const bytes = Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return FORM + bytes.toString('base64url');
  }

  /** Undefined where it was sealed under another key, for another owner, or was changed. */
  open(sealed: string, owner: string): string | undefined {
    const bytes = Buffer.from(sealed.slice(FORM.length), 'base64url');
    if (!isSealed(sealed) || bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(owner))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      return undefined;
    }
  }
}

/** Made where there is none. One that cannot be read stops the start and is never replaced: what it sealed would be lost. */
export async function loadSealer(file: string, random: RandomBytes): Promise<Sealer> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const key = Buffer.from(text?.trim() ?? Buffer.from(random(KEY_BYTES)).toString('base64url'), 'base64url');
  if (key.length !== KEY_BYTES)
    throw new Error(
      `${file} does not hold the key of the secrets in the database: restore it from a backup, or remove it, and the secrets of webhooks are to be made anew`,
    );
  if (text === undefined) await writePrivateFile(file, `${key.toString('base64url')}\n`);
  return new Sealer(random, key);
}
