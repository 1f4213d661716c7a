/** socket.io events. Namespace `/dashboard` (room chosen by the server from the session's site), namespace `/shopper`. Pure. */
import { z } from 'zod';
import { gatewayElsewhere, gatewayFinding, gatewayVitals } from './gatewayHealth.ts';

export const liveGateway = z.object({
  id: z.string(),
  online: z.boolean(),
  lastSeenMs: z.number().nullable(),
  advertsPerSecond: z.number().nullable(),
  clockOffsetMs: z.number().nullable(),
  outboxBatches: z.number().nullable(),
  droppedBatches: z.number().nullable(),
  version: z.string().nullable(),
  /** In words, null where all is well. */
  finding: z.string().nullable(),
  /** The same one by one, and what is only to be known; the gravest first. */
  findings: z.array(gatewayFinding).optional(),
  vitals: gatewayVitals.optional(),
  /** Where it hangs, if not where the plan has it. */
  elsewhere: gatewayElsewhere.nullable().optional(),
});
export type LiveGateway = z.infer<typeof liveGateway>;

export const liveSnapshot = z.object({
  /** The site's clock. */
  atMs: z.number(),
  /** Present carriers that count as people's (no staff, no carts); null while suppressed. */
  occupancy: z.number().nullable(),
  zones: z.array(z.object({ zoneId: z.string(), occupancy: z.number().nullable() })),
  gateways: z.array(liveGateway),
  /** 0..1 while history is being played in, else null. */
  historyProgress: z.number().nullable(),
});
export type LiveSnapshot = z.infer<typeof liveSnapshot>;

/** Where carriers are now, per floor: cells of `cellM` by their lower left corner in metres, blurred until k stand behind each. */
export const liveHeat = z.object({
  atMs: z.number(),
  floors: z.array(
    z.object({
      floorId: z.string(),
      cellM: z.number(),
      cells: z.array(z.tuple([z.number(), z.number(), z.number()])),
      /** Somebody is on the floor, but fewer than k: nothing is drawn. */
      tooFew: z.boolean().optional(),
    }),
  ),
});
export type LiveHeat = z.infer<typeof liveHeat>;

export interface DashboardServerEvents {
  live: (snapshot: LiveSnapshot) => void;
  heat: (heat: LiveHeat) => void;
  /** The changelog has a new entry, or its newest has grown: what is shown of the past may be asked for again. */
  changelog: () => void;
}
/** A client names the site that it wants to follow; the server checks the right to it. */
export interface DashboardClientEvents {
  follow: (siteId: string, answer: (result: { ok: boolean; error?: string }) => void) => void;
}

export const offerPush = z.object({
  offerId: z.string(),
  campaignId: z.string(),
  title: z.string(),
  text: z.string(),
  zoneName: z.string(),
  issuedAtMs: z.number(),
  expiresAtMs: z.number(),
  code: z.string(),
  /** For saying it at the till, where the QR code cannot be read. */
  shortCode: z.string().optional(),
  terms: z.string().nullable().optional(),
  reason: z.string(),
});
export type OfferPush = z.infer<typeof offerPush>;
export interface ShopperServerEvents {
  /** `received` is called once the phone has the offer; an offer that no phone acknowledged counts as unsent. */
  offer: (offer: OfferPush, received: () => void) => void;
  /** Consent or pairing changed elsewhere: ask again. */
  changed: () => void;
}
