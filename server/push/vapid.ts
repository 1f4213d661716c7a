/** Who sends (RFC 8292): one key pair of this server, made at its first start, and the tokens that it signs. */
import { createECDH, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writePrivateFile } from '../log/privateFile.ts';

/** Push services refuse more than 24 h; a clock that is wrong by hours still passes. */
const TOKEN_LIVES_MS = 12 * 3_600_000;
const TOKEN_RENEWED_MS = TOKEN_LIVES_MS / 2;
/** There are a handful of push services. */
const MAX_TOKENS = 100;

const base64url = (value: string | Buffer): string => Buffer.from(value).toString('base64url');
const keyFile = z.object({ publicKey: z.string().length(87), privateKey: z.string().length(43) });
export type VapidKeys = z.infer<typeof keyFile>;

export function newVapidKeys(): VapidKeys {
  const ecdh = createECDH('prime256v1');
  const publicKey = base64url(ecdh.generateKeys());
  const padded = Buffer.alloc(32);
  const d = ecdh.getPrivateKey();
  d.copy(padded, 32 - d.length);
  return { publicKey, privateKey: base64url(padded) };
}

/** With other keys every subscription would be void, so a file that cannot be read stops the start and is never replaced. */
export async function loadVapidKeys(file: string): Promise<VapidKeys> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text !== undefined) {
    const parsed = keyFile.safeParse(safeJson(text));
    if (!parsed.success)
      throw new Error(
        `${file} does not hold the keys of Web Push: restore it from a backup, or remove it, and phones subscribe anew`,
      );
    return parsed.data;
  }
  const keys = newVapidKeys();
  await writePrivateFile(file, `${JSON.stringify(keys)}\n`);
  return keys;
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export class Vapid {
  readonly publicKey: string;
  readonly #key: KeyObject;
  readonly #subject: string | null;
  readonly #tokens = new Map<string, { token: string; untilMs: number }>();

  /** `subject`: where a push service can complain, https: or mailto:. */
  constructor(keys: VapidKeys, subject: string | null) {
    const point = Buffer.from(keys.publicKey, 'base64url');
    this.publicKey = keys.publicKey;
    this.#subject = subject;
    this.#key = createPrivateKey({
      format: 'jwk',
      key: {
        kty: 'EC',
        crv: 'P-256',
        x: base64url(point.subarray(1, 33)),
        y: base64url(point.subarray(33)),
        d: keys.privateKey,
      },
    });
  }

  /** Value of the Authorization header for a push service. */
  authorization(endpoint: URL, nowMs: number): string {
    const audience = endpoint.origin;
    const known = this.#tokens.get(audience);
    if (known !== undefined && nowMs < known.untilMs) return this.#header(known.token);
    const claims = {
      aud: audience,
      exp: Math.floor((nowMs + TOKEN_LIVES_MS) / 1_000),
      ...(this.#subject === null ? {} : { sub: this.#subject }),
    };
    const signed = `${base64url(JSON.stringify({ typ: 'JWT', alg: 'ES256' }))}.${base64url(JSON.stringify(claims))}`;
    const signature = sign('sha256', Buffer.from(signed), { key: this.#key, dsaEncoding: 'ieee-p1363' });
    const token = `${signed}.${base64url(signature)}`;
    this.#tokens.delete(audience);
    this.#tokens.set(audience, { token, untilMs: nowMs + TOKEN_RENEWED_MS });
    if (this.#tokens.size > MAX_TOKENS) this.#tokens.delete(this.#tokens.keys().next().value!);
    return this.#header(token);
  }

  #header(token: string): string {
    return `vapid t=${token}, k=${this.publicKey}`;
  }
}
