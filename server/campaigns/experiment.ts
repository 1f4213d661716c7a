/** Who is held back as control, and who gets which variant: both sticky, independent of each other and between campaigns. Pure. */
import { createHash } from 'node:crypto';
import { type Campaign, type OfferFace, VARIANT_A } from '../contract/campaigns.ts';

const TWO_POW_32 = 2 ** 32;

/** Uniform in [0, 1). `purpose` names the draw; ids hold no slash, so no draw is that of another campaign. */
export function unitOf(shopperId: string, purpose: string): number {
  return createHash('sha256').update(`${purpose}\0${shopperId}`).digest().readUInt32BE(0) / TWO_POW_32;
}

export const inControl = (shopperId: string, campaignId: string, controlShare: number): boolean =>
  unitOf(shopperId, campaignId) < controlShare;

/**
 * Equal shares. Each variant draws for the shopper and the highest wins, so that a variant that is added or removed
 * moves only those who come to it or had it.
 */
export function variantOf(shopperId: string, campaign: Pick<Campaign, 'id' | 'variants'>): string {
  let best = VARIANT_A;
  let highest = -1;
  for (const id of [VARIANT_A, ...campaign.variants.map((variant) => variant.id)]) {
    const drawn = unitOf(shopperId, `${campaign.id}/${id}`);
    if (drawn > highest) [best, highest] = [id, drawn];
  }
  return best;
}

/** The campaign's own where the variant is no longer there. */
export const faceOf = (campaign: Pick<Campaign, 'offer' | 'variants'>, variantId: string): OfferFace =>
  campaign.variants.find((variant) => variant.id === variantId)?.offer ?? campaign.offer;
