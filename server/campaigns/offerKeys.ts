/** Keys that sign the codes of offers: one at a time per site, renewed by time or by hand. The private half never leaves. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { type OfferClaims, readToken, signedBytes, writeToken } from '../contract/offerToken.ts';
import type { Duck, WriteSql } from '../db/duckdb.ts';

/** A key that leaked unnoticed is good for so long at most. */
export const KEY_LASTS_MS = 90 * 86_400_000;
const KEY_ID_BYTES = 4;
const REF_HEX_CHARS = 10;

/** Short name of a tenant or campaign in a code: tells nothing to who reads it, and tills are told theirs. */
export const refOf = (kind: 'tenant' | 'campaign', siteId: string, id: string | null): string =>
  createHash('sha256')
    .update(`${kind}\0${siteId}\0${id ?? ''}`)
    .digest('hex')
    .slice(0, REF_HEX_CHARS);

export interface KeyView {
  keyId: string;
  publicKey: string;
  createdMs: number;
  retiredMs: number | null;
  revokedMs: number | null;
}
interface Key extends KeyView {
  verifying: KeyObject;
}
interface SigningKey {
  keyId: string;
  createdMs: number;
  signing: KeyObject;
}

export type OfferToSign = {
  id: string;
  siteId: string;
  tenantId: string | null;
  campaignId: string;
  variant: string;
  expiresMs: number;
};

/** `forged`: not signed by this site. `revoked`: by a key that is no longer trusted. */
export type Verified =
  | { ok: true; claims: OfferClaims }
  | { ok: false; why: 'forged' | 'revoked'; claims: OfferClaims };

const PUBLIC_DER_HEAD = Buffer.from('302a300506032b6570032100', 'hex');
const publicOf = (raw: string): KeyObject =>
  createPublicKey({
    key: Buffer.concat([PUBLIC_DER_HEAD, Buffer.from(raw, 'base64url')]),
    format: 'der',
    type: 'spki',
  });

export class OfferKeys {
  readonly #duck: Duck;
  /** By site, then key id; read when a site is first asked for. */
  readonly #bySite = new Map<string, Promise<Map<string, Key>>>();
  readonly #signing = new Map<string, SigningKey>();
  readonly #tails = new Map<string, Promise<unknown>>();

  constructor(duck: Duck) {
    this.#duck = duck;
  }

  /** Not to be asked for within a transaction: it may need one of its own. */
  async signer(siteId: string, nowMs: number): Promise<(offer: OfferToSign) => string> {
    const { keyId, signing } = await this.#current(siteId, nowMs);
    return (offer) => {
      const claims: OfferClaims = {
        keyId,
        offerId: offer.id,
        tenantRef: refOf('tenant', siteId, offer.tenantId),
        campaignRef: refOf('campaign', siteId, offer.campaignId),
        variant: offer.variant,
        expiresMs: offer.expiresMs,
      };
      return writeToken(claims, sign(null, signedBytes(siteId, claims), signing));
    };
  }

  async #current(siteId: string, nowMs: number): Promise<SigningKey> {
    const fresh = (key: SigningKey | undefined) => key !== undefined && nowMs < key.createdMs + KEY_LASTS_MS;
    const held = this.#signing.get(siteId);
    if (fresh(held)) return held!;
    return this.#oneAtATime(siteId, async () => {
      await this.#of(siteId);
      const meanwhile = this.#signing.get(siteId);
      return fresh(meanwhile) ? meanwhile! : this.#renew(siteId, nowMs, false);
    });
  }

  /** Two renewals at once would retire each other's key. */
  #oneAtATime<T>(siteId: string, work: () => Promise<T>): Promise<T> {
    const done = (this.#tails.get(siteId) ?? Promise.resolve()).then(work);
    this.#tails.set(
      siteId,
      done.catch(() => {}),
    );
    return done;
  }

  /** Undefined: not of the form of a token. */
  async verify(siteId: string, text: string): Promise<Verified | undefined> {
    const read = readToken(text);
    if (read === undefined) return undefined;
    const { claims, signature } = read;
    const key = (await this.#of(siteId)).get(claims.keyId);
    if (key === undefined || !verify(null, signedBytes(siteId, claims), key.verifying, signature))
      return { ok: false, why: 'forged', claims };
    return key.revokedMs === null ? { ok: true, claims } : { ok: false, why: 'revoked', claims };
  }

  /** The newest first. */
  async keys(siteId: string): Promise<KeyView[]> {
    return [...(await this.#of(siteId)).values()]
      .map(({ keyId, publicKey, createdMs, retiredMs, revokedMs }) => ({
        keyId,
        publicKey,
        createdMs,
        retiredMs,
        revokedMs,
      }))
      .sort((a, b) => b.createdMs - a.createdMs);
  }

  /**
   * A new key from now on. `revoke`: codes under the keys so far are worth nothing any more; those that are still out
   * are signed anew, in the phones' wallets at their next look.
   */
  async rotate(siteId: string, nowMs: number, { revoke }: { revoke: boolean }): Promise<{ resigned: number }> {
    await this.#oneAtATime(siteId, () => this.#renew(siteId, nowMs, revoke));
    if (!revoke) return { resigned: 0 };
    const signer = await this.signer(siteId, nowMs);
    return this.#duck.transaction(async (sql) => {
      const open = await sql.all<OfferToSign & { code: string }>(
        `select id, site_id as "siteId", tenant_id as "tenantId", campaign_id as "campaignId",
           coalesce(variant, 'a') as variant, expires_ms as "expiresMs", code
         from offers where site_id = $1 and code is not null and redeemed_ms is null and expires_ms > $2`,
        [siteId, nowMs],
      );
      const signed = open.filter(({ code }) => readToken(code) !== undefined);
      for (const offer of signed) await sql.run('update offers set code = $2 where id = $1', [offer.id, signer(offer)]);
      return { resigned: signed.length };
    });
  }

  /** Keys whose last code has expired long ago. */
  static async expire(sql: WriteSql, beforeMs: number): Promise<void> {
    await sql.run('delete from offer_keys where retired_ms < $1', [beforeMs]);
  }

  async #renew(siteId: string, nowMs: number, revoke: boolean): Promise<SigningKey> {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const keys = await this.#of(siteId);
    const next: Key = {
      keyId: randomBytes(KEY_ID_BYTES).toString('hex'),
      publicKey: publicKey
        .export({ format: 'der', type: 'spki' })
        .subarray(PUBLIC_DER_HEAD.length)
        .toString('base64url'),
      createdMs: nowMs,
      retiredMs: null,
      revokedMs: null,
      verifying: publicKey,
    };
    await this.#duck.transaction(async (sql) => {
      await sql.run(
        `update offer_keys set private_key = null, retired_ms = coalesce(retired_ms, $2),
           revoked_ms = case when $3 then coalesce(revoked_ms, $2) else revoked_ms end
         where site_id = $1`,
        [siteId, nowMs, revoke],
      );
      await sql.run('insert into offer_keys values ($1, $2, $3, $4, $5, null, null)', [
        next.keyId,
        siteId,
        next.publicKey,
        privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64url'),
        nowMs,
      ]);
    });
    for (const key of keys.values()) {
      key.retiredMs ??= nowMs;
      if (revoke) key.revokedMs ??= nowMs;
    }
    keys.set(next.keyId, next);
    const signing = { keyId: next.keyId, createdMs: nowMs, signing: privateKey };
    this.#signing.set(siteId, signing);
    return signing;
  }

  #of(siteId: string): Promise<Map<string, Key>> {
    let keys = this.#bySite.get(siteId);
    if (keys === undefined) {
      keys = this.#load(siteId);
      this.#bySite.set(siteId, keys);
      keys.catch(() => this.#bySite.delete(siteId));
    }
    return keys;
  }

  async #load(siteId: string): Promise<Map<string, Key>> {
    const rows = await this.#duck.all<KeyView & { privateKey: string | null }>(
      `select key_id as "keyId", public_key as "publicKey", private_key as "privateKey", created_ms as "createdMs",
         retired_ms as "retiredMs", revoked_ms as "revokedMs"
       from offer_keys where site_id = $1`,
      [siteId],
    );
    const keys = new Map<string, Key>();
    for (const { privateKey, ...key } of rows) {
      keys.set(key.keyId, { ...key, verifying: publicOf(key.publicKey) });
      if (privateKey === null) continue;
      const signing = createPrivateKey({ key: Buffer.from(privateKey, 'base64url'), format: 'der', type: 'pkcs8' });
      this.#signing.set(siteId, { keyId: key.keyId, createdMs: key.createdMs, signing });
    }
    return keys;
  }
}
