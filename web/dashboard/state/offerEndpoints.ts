/** Routes around campaigns: rehearsal, approval, proof, pictures, and what a shop earned. */
import type { Campaign, CampaignImageView, CampaignInput, HeldLog } from '../../../server/contract/campaigns.ts';
import type { RedemptionConflict } from '../../../server/contract/offers.ts';
import type { OrdersFileTaken } from '../../../server/contract/orders.ts';
import type { Proof, ShopFigures } from '../../../server/contract/proof.ts';
import type { DeliveryReport } from '../../../server/contract/push.ts';
import type { RehearsalView } from '../../../server/contract/rehearsal.ts';
import type { LoyaltySettings } from '../../../server/contract/shopper.ts';
import { ApiError, api, withQuery } from '../../lib/api.ts';
import type { Period } from './endpoints.ts';

const iso = (atMs: number): string => new Date(atMs).toISOString();
const options = (signal?: AbortSignal) => (signal === undefined ? {} : { signal });

/** What was never made is no fault. */
const orNull = <T>(answer: Promise<T>): Promise<T | null> =>
  answer.catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  });

export const offersOf = (siteId: string) => {
  const at = (path: string) => `/sites/${siteId}${path}`;
  const of = (campaignId: string, path: string) => at(`/campaigns/${campaignId}${path}`);
  return {
    rehearse: (campaignId: string) => api.post<RehearsalView>(of(campaignId, '/rehearsal'), {}),
    rehearsal: (campaignId: string, signal?: AbortSignal) =>
      orNull(api.get<RehearsalView>(of(campaignId, '/rehearsal'), options(signal))),
    /** What was looked at; one that was changed since is refused. */
    approve: (seen: CampaignInput) => api.post<Campaign>(of(seen.id, '/approve'), { seen }),
    reject: (campaignId: string, reason: string) => api.post<Campaign>(of(campaignId, '/reject'), { reason }),
    held: (campaignId: string, signal?: AbortSignal) => api.get<HeldLog>(of(campaignId, '/held'), options(signal)),
    proof: (campaignId: string, signal?: AbortSignal) => api.get<Proof>(of(campaignId, '/proof'), options(signal)),
    uploadPicture: (file: Blob, tenant?: string | null) =>
      api.post<CampaignImageView>(withQuery(at('/images'), { tenant }), file, {
        contentType: file.type || 'application/octet-stream',
      }),
    figures: (zoneId: string, period: Period, signal?: AbortSignal) =>
      api.get<ShopFigures>(
        withQuery(at(`/shops/${zoneId}/figures`), { from: iso(period.fromMs), to: iso(period.toMs) }),
        options(signal),
      ),
    importOrders: (file: Blob) => api.post<OrdersFileTaken>(at('/orders/csv'), file, { contentType: 'text/csv' }),
    conflicts: (signal?: AbortSignal) =>
      api
        .get<{ conflicts: RedemptionConflict[] }>(at('/redemptions/conflicts'), options(signal))
        .then(({ conflicts }) => conflicts),
    loyalty: (signal?: AbortSignal) => api.get<LoyaltySettings>(at('/loyalty'), options(signal)),
    putLoyalty: (settings: LoyaltySettings) => api.put<LoyaltySettings>(at('/loyalty'), settings),
    delivery: (signal?: AbortSignal) => api.get<DeliveryReport>(at('/delivery'), options(signal)),
  };
};

export const pictureUrl = (imageId: string): string => `/api/v1/images/${imageId}`;
