/** What a till keeps for the time without a network, as REST carries it. Pure. */
import { z } from 'zod';
import { KEY_BYTES, REF_BYTES } from './offerToken.ts';

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));

/** What a till keeps so that it can check codes without a network: of the sites and tenants where it may redeem. */
export const offlineSite = z.object({
  site: z.object({ id: z.string(), name: z.string(), timezone: z.string(), currency: z.string() }),
  /** Ed25519, raw, base64url. Revoked ones are left out. */
  keys: z.array(z.object({ id: hex(KEY_BYTES), publicKey: z.string() })),
  /** Codes of these tenants are taken. */
  tenants: z.array(hex(REF_BYTES)),
  faces: z.array(
    z.object({
      campaignRef: hex(REF_BYTES),
      variant: z.string(),
      title: z.string(),
      text: z.string(),
      terms: z.string().nullable(),
    }),
  ),
  /** Offers that were redeemed and whose codes have not expired; the latest, as many as there is room for. */
  used: z.array(z.object({ offerId: z.string(), atMs: z.int() })),
});
export type OfflineSite = z.infer<typeof offlineSite>;
export const offlineKit = z.object({
  /** The server's clock, to hold the till's against. */
  serverMs: z.int(),
  sites: z.array(offlineSite),
});
export type OfflineKit = z.infer<typeof offlineKit>;
