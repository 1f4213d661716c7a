/** What the phone's page asks of the server, in its own words. */
import * as server from '../../server/client/operations.ts';
import type { ConsentGiven, FeedbackInput, Language, ProfileInput, Purpose } from '../../server/client/types.ts';
import { client } from '../lib/api.ts';

export const shopper = {
  sites: () => server.listShopperSites(client),
  site: (siteId: string, language: Language) => server.getShopperSite(client, { siteId, language }),
  start: (site: string, consents: ConsentGiven[], language: Language) =>
    server.startShopper(client, { site, consents, language }),
  me: () => server.getShopper(client),
  setLanguage: (language: Language) => server.changeShopper(client, { language }),
  agree: (given: ConsentGiven) => server.giveConsent(client, given),
  withdraw: (purpose: Purpose) => server.withdrawConsent(client, { purpose }),
  pair: (code: string, takeover: boolean) => server.pairTag(client, { code, takeover }),
  unpair: () => server.unpairTag(client),
  demoPair: () => server.pairDemoCarrier(client),
  pause: (minutes: number | null) => server.pauseOffers(client, { minutes }),
  resume: () => server.resumeOffers(client),
  wallet: async () => (await server.listOffers(client)).offers,
  opened: (offer: string) => server.tellOfferOpened(client, { offer }),
  map: () => server.getShopperMap(client),
  feedback: (said: FeedbackInput) => server.giveFeedback(client, said),
  loyalty: () => server.getPoints(client),
  profile: () => server.getProfile(client),
  saveProfile: (said: ProfileInput) => server.putProfile(client, said),
  pushKey: () => server.getPushKey(client),
  subscribe: ({ endpoint = '', expirationTime = null, keys = {} }: PushSubscriptionJSON) =>
    server.subscribePush(client, {
      endpoint,
      expirationTime,
      keys: { p256dh: keys.p256dh ?? '', auth: keys.auth ?? '' },
    }),
  unsubscribe: (endpoint: string) => server.unsubscribePush(client, { endpoint }),
  ledger: () => server.getLedger(client),
  export: () => server.exportShopper(client),
  erase: () => server.eraseShopper(client),
};
