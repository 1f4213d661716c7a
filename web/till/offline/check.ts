/** What a till decides by itself while there is no network. Pure: clock, keys and what was used are handed in. */
import { type OfferClaims, readToken, signedBytes } from '../../../server/contract/offerToken.ts';
import type { OfflineKit, OfflineSite } from '../../../server/contract/offlineKit.ts';

/** As it was fetched, and by how much the till's clock is behind the server's. */
export interface KeptKit {
  kit: OfflineKit;
  fetchedMs: number;
  behindMs: number;
}

/** A long weekend without a network; beyond it keys may have been revoked and offers withdrawn for too long. */
export const KIT_LASTS_MS = 72 * 3_600_000;

export type Face = OfflineSite['faces'][number];
export type OfflineAnswer =
  | { ok: true; site: OfflineSite; claims: OfferClaims; face: Face | undefined }
  /** `needs-network`: a code that carries no signature, or a till that holds nothing to check one by. */
  | { ok: false; why: 'needs-network' | 'unknown' }
  | { ok: false; why: 'expired' | 'already-redeemed'; face: Face | undefined; atMs: number };

export interface CheckParts {
  kept: KeptKit | undefined;
  /** By the till's clock. */
  nowMs: number;
  usedHere: (offerId: string) => Promise<number | undefined>;
  verify: (publicKey: string, signature: Uint8Array<ArrayBuffer>, message: Uint8Array<ArrayBuffer>) => Promise<boolean>;
}

export async function checkOffline(
  text: string,
  { kept, nowMs, usedHere, verify }: CheckParts,
): Promise<OfflineAnswer> {
  const read = readToken(text);
  if (read === undefined) return { ok: false, why: 'needs-network' };
  if (kept === undefined || nowMs - kept.fetchedMs > KIT_LASTS_MS || nowMs < kept.fetchedMs)
    return { ok: false, why: 'needs-network' };
  const { claims, signature } = read;
  const site = kept.kit.sites.find((one) => one.keys.some((key) => key.id === claims.keyId));
  // A key that this till has not heard of may be a new one: the server knows.
  if (site === undefined) return { ok: false, why: 'needs-network' };
  const key = site.keys.find((one) => one.id === claims.keyId)!;
  if (!(await verify(key.publicKey, signature, signedBytes(site.site.id, claims))))
    return { ok: false, why: 'unknown' };
  if (!site.tenants.includes(claims.tenantRef)) return { ok: false, why: 'unknown' };
  const face =
    site.faces.find((one) => one.campaignRef === claims.campaignRef && one.variant === claims.variant) ??
    site.faces.find((one) => one.campaignRef === claims.campaignRef);
  const usedMs = site.used.find((one) => one.offerId === claims.offerId)?.atMs ?? (await usedHere(claims.offerId));
  if (usedMs !== undefined) return { ok: false, why: 'already-redeemed', face, atMs: usedMs };
  if (nowMs + kept.behindMs >= claims.expiresMs) return { ok: false, why: 'expired', face, atMs: claims.expiresMs };
  return { ok: true, site, claims, face };
}
