/** The shopper's map, feedback, quiz and loyalty, as REST carries them. Pure. */
import { z } from 'zod';
import { brand, INTERESTS, interest, TIERS, tier } from './campaigns.ts';
import { id, shape, ZONE_KINDS } from './model.ts';
import { ORDER_SOURCES } from './orders.ts';

// The map

export const LIVELINESS = ['quiet', 'normal', 'lively'] as const;
export const liveliness = z.enum(LIVELINESS);
export type Liveliness = z.infer<typeof liveliness>;

export const mapFloor = z.object({
  id: z.string(),
  name: z.string(),
  level: z.int(),
  widthM: z.number(),
  heightM: z.number(),
  /** Null: the whole rectangle. */
  outline: shape.nullable(),
  /** [x1, y1, x2, y2] in metres, only those that show on a phone. */
  walls: z.array(z.tuple([z.number(), z.number(), z.number(), z.number()])),
  /** Where neither outline nor walls were drawn: the uploaded plan, and where on the floor it lies. */
  image: z
    .object({ url: z.string(), xM: z.number(), yM: z.number(), widthM: z.number(), heightM: z.number() })
    .nullable(),
});
export const mapZone = z.object({
  id: z.string(),
  floorId: z.string(),
  name: z.string(),
  kind: z.enum(ZONE_KINDS),
  shape,
  /** An offer runs here now. */
  coupon: z.boolean(),
  /** Null: not measured, or too few people to tell it without telling of them. */
  liveliness: liveliness.nullable(),
});
/** Nobody is in it, and no number of people. */
export const shopperMap = z.object({ at: z.string(), floors: z.array(mapFloor), zones: z.array(mapZone) });
export type ShopperMap = z.infer<typeof shopperMap>;
export type MapFloor = z.infer<typeof mapFloor>;
export type MapZone = z.infer<typeof mapZone>;

// Feedback after a redemption

export const MAX_COMMENT_CHARS = 500;
export const feedbackInput = z.object({
  offerId: id,
  /** How likely one is to recommend the shop: 0 not at all, 10 certainly. */
  score: z.int().min(0).max(10),
  comment: z.string().trim().max(MAX_COMMENT_CHARS).default(''),
});
export type FeedbackInput = z.input<typeof feedbackInput>;

/** What shoppers wrote, for the shop: no hour, no offer, nobody. The figure (NPS) is among the shop's figures. */
export const feedbackComments = z.object({
  comments: z.array(
    z.object({
      /** Of the site's calendar. */
      day: z.string(),
      campaignId: z.string(),
      score: z.int(),
      comment: z.string(),
    }),
  ),
});
export type FeedbackComments = z.infer<typeof feedbackComments>;

// The quiz

const MAX_BRANDS = 20;
export const profileInput = z.object({
  interests: z.array(interest).max(INTERESTS.length),
  brands: z.array(brand).max(MAX_BRANDS),
});
export type ProfileInput = z.infer<typeof profileInput>;
export const profileView = profileInput.extend({
  /** Brands that offers of this mall ask for. */
  suggestedBrands: z.array(z.string()),
});
export type ProfileView = z.infer<typeof profileView>;

// Loyalty

export const loyaltySettings = z
  .object({
    /** What a point costs, in minor units of the site's currency. */
    minorPerPoint: z.int().min(1).max(1_000_000).default(100),
    /** Points of the last twelve months from which one has the tier. */
    silverPoints: z.int().min(1).max(10_000_000).default(500),
    goldPoints: z.int().min(2).max(10_000_000).default(2_000),
  })
  .refine(({ silverPoints, goldPoints }) => silverPoints < goldPoints, {
    message: 'gold must take more points than silver',
    path: ['goldPoints'],
  });
export type LoyaltySettings = z.infer<typeof loyaltySettings>;
export const DEFAULT_LOYALTY: LoyaltySettings = loyaltySettings.parse({});

export const loyaltyView = z.object({
  /** Of the last twelve months. */
  points: z.int(),
  tier,
  tiers: z.array(z.object({ tier: z.enum(TIERS), fromPoints: z.int() })),
  minorPerPoint: z.int(),
  /** Newest first. */
  entries: z.array(z.object({ at: z.string(), points: z.int(), source: z.enum(ORDER_SOURCES) })),
});
export type LoyaltyView = z.infer<typeof loyaltyView>;
