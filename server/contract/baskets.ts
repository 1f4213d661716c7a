/** Baskets left in a tenant's web shop, as REST carries them. Pure. */
import { z } from 'zod';
import { id } from './model.ts';

/** Of the web shop: an order or basket number, a UUID. */
export const basketId = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores');

export const BASKET_STATES = ['open', 'purchased', 'emptied'] as const;

export const basketInput = z.object({
  /** From `GET /shopper/reference`, which the shopper's app hands to the web shop. */
  reference: z.string().min(1).max(64),
  basketId,
  /** Whose web shop; a retailer's own may be left out. */
  tenantId: id.optional(),
  /** `purchased` and `emptied` close it for good. */
  state: z.enum(BASKET_STATES).default('open'),
  /** Only how many things they are is kept. */
  items: z
    .array(z.object({ name: z.string().max(200).optional(), quantity: z.int().min(1).max(10_000).default(1) }))
    .max(500)
    .default([]),
  /** Minor units of the site's currency. */
  valueMinor: z.int().min(0).max(1_000_000_000),
  /** When the basket was last touched; now where it is left out. */
  at: z.iso.datetime({ offset: true }).optional(),
});
export type BasketInput = z.infer<typeof basketInput>;

/** The same whether or not the reference is (still) known, so that the answer tells nothing of anybody. */
export const basketTaken = z.object({ basketId: z.string() });

export const shopperReference = z.object({ tenantId: z.string(), reference: z.string() });
export type ShopperReference = z.infer<typeof shopperReference>;
