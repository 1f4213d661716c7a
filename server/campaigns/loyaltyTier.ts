/** What audiences ask of loyalty. */
import type { Tier } from '../contract/campaigns.ts';

export interface TierSource {
  tierOf(shopperId: string): Promise<Tier>;
}
