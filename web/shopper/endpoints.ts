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
  ledger: () => api.get<Ledger>('/shopper/ledger'),
  export: () => api.get<unknown>('/shopper/export'),
  erase: () => api.post<Erasure>('/shopper/erase', {}),
};
