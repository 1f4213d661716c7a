/** Routes around campaigns: rehearsal, approval, proof, pictures, and what a shop earned. */
import type { Campaign } from '../../../server/contract/campaigns.ts';
import type { OrdersFileTaken } from '../../../server/contract/orders.ts';
import type { Proof, ShopFigures } from '../../../server/contract/proof.ts';
import type { DeliveryReport } from '../../../server/contract/push.ts';
import type { Rehearsal } from '../../../server/contract/rehearsal.ts';
import type { LoyaltySettings } from '../../../server/contract/shopper.ts';
import { ApiError, api, withQuery } from '../../lib/api.ts';
import type { Period } from './endpoints.ts';

/** A code that a second till took as well. */
export interface Conflict {
  at: string;
}
export interface Picture {
  id: string;
  url: string;
}

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
    rehearse: (campaignId: string) => api.post<Rehearsal>(of(campaignId, '/rehearsal'), {}),
    rehearsal: (campaignId: string, signal?: AbortSignal) =>
      orNull(api.get<Rehearsal>(of(campaignId, '/rehearsal'), options(signal))),
    approve: (campaignId: string) => api.post<Campaign>(of(campaignId, '/approve'), {}),
    reject: (campaignId: string, reason: string) => api.post<Campaign>(of(campaignId, '/reject'), { reason }),
    proof: (campaignId: string, signal?: AbortSignal) => api.get<Proof>(of(campaignId, '/proof'), options(signal)),
    uploadPicture: (file: Blob) =>
      api.post<Picture>(at('/images'), file, { contentType: file.type || 'application/octet-stream' }),
    figures: (zoneId: string, period: Period, signal?: AbortSignal) =>
      api.get<ShopFigures>(
        withQuery(at(`/shops/${zoneId}/figures`), { from: iso(period.fromMs), to: iso(period.toMs) }),
        options(signal),
      ),
    importOrders: (file: Blob, tenant?: string) =>
      api.post<OrdersFileTaken>(withQuery(at('/orders/csv'), { tenant }), file, { contentType: 'text/csv' }),
    conflicts: (signal?: AbortSignal) =>
      api
        .get<{ conflicts: Conflict[] }>(at('/redemptions/conflicts'), options(signal))
        .then(({ conflicts }) => conflicts),
    loyalty: (signal?: AbortSignal) => api.get<LoyaltySettings>(at('/loyalty'), options(signal)),
    putLoyalty: (settings: LoyaltySettings) => api.put<LoyaltySettings>(at('/loyalty'), settings),
    delivery: (signal?: AbortSignal) => api.get<DeliveryReport>(at('/delivery'), options(signal)),
  };
};

export const pictureUrl = (siteId: string, imageId: string): string => `/api/v1/sites/${siteId}/images/${imageId}`;
