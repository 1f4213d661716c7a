/** Who is held back as control: sticky for a shopper and a campaign, independent between campaigns. Pure. */
import { createHash } from 'node:crypto';

const TWO_POW_32 = 2 ** 32;

/** Uniform in [0, 1). */
export function unitOf(shopperId: string, campaignId: string): number {
  return createHash('sha256').update(`${campaignId}\0${shopperId}`).digest().readUInt32BE(0) / TWO_POW_32;
}

export const inControl = (shopperId: string, campaignId: string, controlShare: number): boolean =>
  unitOf(shopperId, campaignId) < controlShare;
