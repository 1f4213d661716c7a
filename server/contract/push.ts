/** Web Push: what a closed phone is sent, and how it subscribes. Pure. */
import { z } from 'zod';

/**
 * `GET /shopper/push-key`: what `pushManager.subscribe({ userVisibleOnly: true, applicationServerKey })` needs.
 * A subscription made with another key is refused by the push services: compare, and subscribe anew.
 */
export const pushKey = z.object({
  /** The server's P-256 point, uncompressed, base64url: 87 characters. */
  publicKey: z.string(),
});
export type PushKey = z.infer<typeof pushKey>;

const base64url = (chars: number, what: string) =>
  z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${chars}}=*$`), `must be ${what} in base64url`);

/**
 * Body of `PUT /shopper/push`: `subscription.toJSON()`. The same endpoint again replaces its keys. 204.
 * Asked for by a shopper who agreed to `push`; 409 `no-consent` otherwise.
 */
export const pushSubscription = z.object({
  /** Checked again each time before anything is sent to it. */
  endpoint: z
    .url()
    .max(1_000)
    .refine((url) => url.startsWith('https://'), 'must be an https address'),
  keys: z.object({
    p256dh: base64url(87, 'an uncompressed P-256 point (65 bytes)'),
    auth: base64url(22, 'a secret of 16 bytes'),
  }),
  expirationTime: z.number().nullable().optional(),
});
export type PushSubscriptionInput = z.infer<typeof pushSubscription>;

/** Body of `DELETE /shopper/push`: one endpoint, or all of this shopper where there is no body. 204 whether there was one or not. */
export const pushUnsubscribe = z.object({ endpoint: z.string().max(1_000) }).optional();

/** What the service worker decrypts: `event.data.json()`. No code is in it: the page fetches `GET /shopper/offers`. */
export const pushPayload = z.object({
  offerId: z.string(),
  title: z.string(),
  text: z.string(),
  /** Of the offer. One that comes later shows nothing worth showing; a notification must be shown nevertheless. */
  expiresAtMs: z.number(),
  /** Path of this server that opens the offer, e.g. `/shopper?offer=o-…`. */
  url: z.string(),
});
export type PushPayload = z.infer<typeof pushPayload>;

/** Quantiles from the sighting to the hand-over; null before there was one. */
export const latencyQuantiles = z.object({
  count: z.int(),
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
});
export type LatencyQuantiles = z.infer<typeof latencyQuantiles>;

/** `GET /sites/{site}/delivery`. */
export const deliveryReport = z.object({
  from: z.string(),
  to: z.string(),
  /** Offers by how they ended: on an open page, taken by a push service, or not out at all. */
  received: z.int(),
  pushed: z.int(),
  notAcknowledged: z.int(),
  /** Milliseconds from the sighting that completed the trigger to the phone's answer or the push service's. */
  latencyMs: z.object({ all: latencyQuantiles, received: latencyQuantiles, pushed: latencyQuantiles }),
  /** Subscriptions to Web Push of this site's shoppers. */
  subscriptions: z.int(),
});
export type DeliveryReport = z.infer<typeof deliveryReport>;
