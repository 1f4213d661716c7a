/** What audiences ask of loyalty. */
import type { Tier } from '../contract/campaigns.ts';

export interface TierSource {
  tierOf(shopperId: string): Promise<Tier>;
}

/** Where no loyalty is kept everybody is a member. */
export const EVERYONE_MEMBER: TierSource = { tierOf: async () => 'member' };
