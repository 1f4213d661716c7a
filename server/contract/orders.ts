/** Orders as POS systems, web shops and files bring them. Pure. */
import { z } from 'zod';
import { id } from './model.ts';
import { MAX_AMOUNT_MINOR } from './money.ts';

/** `redemption`: the basket that a till named when it redeemed an offer. */
export const ORDER_SOURCES = ['pos', 'import', 'webshop', 'redemption'] as const;
export type OrderSource = (typeof ORDER_SOURCES)[number];

/** A tenant's own number: letters, digits and what receipts carry between them. */
export const orderId = z
  .string()
  .trim()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._:/#-]{0,63}$/u, 'must be 1 to 64 letters, digits and . _ : / # - between them');
export const amountMinor = z.int().min(0).max(MAX_AMOUNT_MINOR);
/** A random one that a phone hands to a web shop; see shopper references. */
const shopperRef = z.string().trim().min(1).max(80);
/** The shop's own number of a customer; only a keyed hash of it is kept. */
const customerId = z.string().trim().min(1).max(120);
export const items = z.int().min(0).max(100_000);

export const OFFER_ID_PATTERN = /^o-[0-9a-f]{24}$/;
export const offerId = z.string().regex(OFFER_ID_PATTERN, 'must be the `offerId` that a redemption was answered with');

export const orderInput = z.object({
  id: orderId,
  /** The shop; needed from a manager, and the own one may be left out by everybody else. Null: the mall's own. */
  tenant: id.nullable().optional(),
  at: z.string().meta({ format: 'date-time', example: '2026-05-04T10:00:00+02:00' }),
  /** What was paid after discounts, in minor units of the site's currency. */
  amountMinor,
  items: items.nullable().default(null),
  /** The zone of the shop; left out: the tenant's only shop, where there is one. */
  zone: id.nullable().default(null),
  source: z.enum(['pos', 'import', 'webshop']).default('pos'),
  /** At most one shopper: who redeemed this offer with it, or who has this reference. None: a guest. */
  offerId: offerId.nullable().default(null),
  shopperRef: shopperRef.nullable().default(null),
  customerId: customerId.nullable().default(null),
});
export type OrderInput = z.infer<typeof orderInput>;

export const orderFault = z.object({
  /** Place in the batch, from 0; of a file the line, from 1. */
  at: z.int(),
  order: z.string().nullable(),
  field: z.string(),
  message: z.string(),
});
export type OrderFault = z.infer<typeof orderFault>;

/** Nothing is lost silently: taken + known + refused is what was read. */
export const ordersTaken = z.object({
  taken: z.int(),
  /** Were there already, alike. */
  known: z.int(),
  refused: z.int(),
  /** The first of them. */
  faults: z.array(orderFault),
});
export type OrdersTaken = z.infer<typeof ordersTaken>;

export const ordersFileTaken = ordersTaken.extend({
  /** False: the file broke off or could not be read further; what came before is kept, and sending it all again is safe. */
  complete: z.boolean(),
  lines: z.int(),
  stopped: z.string().nullable(),
});
export type OrdersFileTaken = z.infer<typeof ordersFileTaken>;
