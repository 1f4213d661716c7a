/** The routes that the phone's page calls, and the shapes of their answers. */
import type { Language } from '../../server/contract/campaigns.ts';
import type {
  ConsentGiven,
  Erasure,
  Ledger,
  PublicSite,
  PublicSites,
  Purpose,
  ShopperMe,
  WalletOffer,
} from '../../server/contract/offers.ts';
import type { PushKey } from '../../server/contract/push.ts';
import type {
  FeedbackInput,
  LoyaltyView,
  ProfileInput,
  ProfileView,
  ShopperMap,
} from '../../server/contract/shopper.ts';
import { api, withQuery } from '../lib/api.ts';

export const shopper = {
  sites: () => api.get<PublicSites>('/shopper/sites'),
  site: (siteId: string, language: Language) =>
    api.get<PublicSite>(withQuery(`/shopper/site/${encodeURIComponent(siteId)}`, { language })),
  start: (site: string, consents: ConsentGiven[], language: Language) =>
    api.post<ShopperMe>('/shopper/start', { site, consents, language }),
  me: () => api.get<ShopperMe>('/shopper/me'),
  setLanguage: (language: Language) => api.patch<ShopperMe>('/shopper/me', { language }),
  agree: (given: ConsentGiven) => api.post<ShopperMe>('/shopper/consent', given),
  withdraw: (purpose: Purpose) => api.delete<ShopperMe>(`/shopper/consent/${purpose}`),
  pair: (code: string, takeover: boolean) => api.post<ShopperMe>('/shopper/pair', { code, takeover }),
  unpair: () => api.delete<ShopperMe>('/shopper/pair'),
  demoPair: () => api.post<ShopperMe>('/demo/pair', {}),
  pause: (minutes: number | null) => api.post<ShopperMe>('/shopper/pause', { minutes }),
  resume: () => api.delete<ShopperMe>('/shopper/pause'),
  wallet: async () => (await api.get<{ offers: WalletOffer[] }>('/shopper/offers')).offers,
  opened: (offerId: string) => api.post<void>(`/shopper/offers/${offerId}/opened`, {}),
  map: () => api.get<ShopperMap>('/shopper/map'),
  feedback: (said: FeedbackInput) => api.post<void>('/shopper/feedback', said),
  loyalty: () => api.get<LoyaltyView>('/shopper/loyalty'),
  profile: () => api.get<ProfileView>('/shopper/profile'),
  saveProfile: (said: ProfileInput) => api.put<ProfileView>('/shopper/profile', said),
  pushKey: () => api.get<PushKey>('/shopper/push-key'),
  subscribe: (subscription: PushSubscriptionJSON) => api.put<void>('/shopper/push', subscription),
  unsubscribe: (endpoint: string) => api.delete<void>('/shopper/push', { body: { endpoint } }),
  ledger: () => api.get<Ledger>('/shopper/ledger'),
  export: () => api.get<unknown>('/shopper/export'),
  erase: () => api.post<Erasure>('/shopper/erase', {}),
};
