/** The answer after redeeming, what one likes, points. */
import { computed, signal } from '@preact/signals';
import type { LoyaltyView, ProfileInput, ProfileView } from '../../server/contract/shopper.ts';
import { ApiError } from '../lib/api.ts';
import { device } from './device.ts';
import { shopper } from './endpoints.ts';
import { nowMs, offers, refreshWallet } from './state.ts';

export const loyalty = signal<LoyaltyView | undefined>(undefined);
export const profile = signal<ProfileView | undefined>(undefined);
const dismissed = signal<readonly string[]>(device.dismissed());

/** Who was in the shop today still knows how it was. */
const ASKED_FOR_MS = 24 * 3_600_000;

/** Redeemed, and not yet asked about or put away. */
export const toRate = computed(() =>
  offers.value.find(
    (offer) =>
      offer.state === 'redeemed' &&
      offer.score === null &&
      offer.redeemedAt !== null &&
      nowMs.value - Date.parse(offer.redeemedAt) < ASKED_FOR_MS &&
      !dismissed.value.includes(offer.id),
  ),
);

export function dismiss(offerId: string): void {
  dismissed.value = [...dismissed.value.slice(-20), offerId];
  device.dismiss(dismissed.value);
}

/** What another of one's phones has answered is answered. */
export async function rate(offerId: string, score: number, comment = ''): Promise<void> {
  try {
    await shopper.feedback({ offerId, score, comment });
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'already-answered')) throw error;
  }
}
/** Only then it leaves the list of what is asked about. */
export const rated = (offerId: string): void => {
  dismiss(offerId);
  void refreshWallet();
};

export async function loadClub(): Promise<void> {
  const [points, likes] = await Promise.all([shopper.loyalty(), shopper.profile()]);
  loyalty.value = points;
  profile.value = likes;
}

export async function saveProfile(said: ProfileInput): Promise<void> {
  profile.value = await shopper.saveProfile(said);
}
