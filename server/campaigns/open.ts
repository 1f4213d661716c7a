/** Puts the parts of offers together: for the server's composition and for tests. */
import type { OfflineKit } from '../contract/offlineKit.ts';
import type { Duck } from '../db/duckdb.ts';
import type { SeriesReader } from '../db/timeSeries.ts';
import type { Clock, Pipeline } from '../ingest/types.ts';
import type { LiveHub } from '../live/types.ts';
import { Orders } from '../orders/orders.ts';
import { ConsentStore } from '../privacy/consentStore.ts';
import { DEFAULT_RETENTION_DAYS } from '../privacy/consentTexts.ts';
import { openPush, type PushOptions, type PushServices } from '../push/open.ts';
import type { Registry } from '../registry/types.ts';
import { Baskets } from './baskets.ts';
import { CampaignRecords } from './campaignRecords.ts';
import { Campaigns } from './campaigns.ts';
import { DecisionLog } from './decisionLog.ts';
import { Delivery } from './delivery.ts';
import { HandOverTimes } from './deliveryTimes.ts';
import { Eraser } from './erase.ts';
import { Feedback } from './feedback.ts';
import { CampaignImages } from './images.ts';
import { ShopperLedger } from './ledger.ts';
import { Loyalty } from './loyalty.ts';
import { OfferBook } from './offerBook.ts';
import { OfferKeys } from './offerKeys.ts';
import { Offers } from './offers.ts';
import { offlineKit } from './offlineKit.ts';
import { Pairings } from './pairings.ts';
import { ProfileFacts } from './profileFacts.ts';
import { Profiles } from './profiles.ts';
import { Redeemer } from './redeem.ts';
import { RedemptionBook, type RedemptionRight } from './redemptionBook.ts';
import { expireOffers, monthsBefore, OFFERS_KEPT_MONTHS } from './retention.ts';
import { Settler } from './settle.ts';
import { Shoppers } from './shoppers.ts';

export interface OfferServicesOptions {
  duck: Duck;
  reading: SeriesReader;
  registry: Registry;
  pipeline: Pick<Pipeline, 'onLiveEvents' | 'present' | 'clones'>;
  hub: Pick<LiveHub, 'pushOffer' | 'isConnected' | 'notifyChanged'>;
  clock: Clock;
  onError: (error: unknown) => void;
  /** Beside the database, e.g. `dataDir/erasures.jsonl`; undefined keeps none. */
  erasureJournalFile: string | undefined;
  /** @default keys of this run alone */
  push?: PushOptions;
  /** How long visits of identified carriers are kept. @default 90 */
  retentionDays?: number;
}

export interface OfferServices {
  campaigns: Campaigns;
  consents: ConsentStore;
  shoppers: Shoppers;
  pairings: Pairings;
  profiles: Profiles;
  baskets: Baskets;
  images: CampaignImages;
  loyalty: Loyalty;
  feedback: Feedback;
  book: OfferBook;
  log: DecisionLog;
  ledger: ShopperLedger;
  eraser: Eraser;
  redeemer: Redeemer;
  redemptions: RedemptionBook;
  settler: Settler;
  keys: OfferKeys;
  orders: Orders;
  offlineKit(rights: readonly RedemptionRight[], nowMs: number): Promise<OfflineKit>;
  offers: Offers;
  push: PushServices;
  handOverTimes: HandOverTimes;
  /** After the registry is loaded, before the pipeline starts. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Removes what is old; called about hourly. */
  expire(nowMs: number): Promise<void>;
}

export function openOffers(options: OfferServicesOptions): OfferServices {
  const { duck, reading, registry, pipeline, hub, clock, onError } = options;
  const campaigns = new Campaigns(duck, registry);
  const consents = new ConsentStore(duck);
  const shoppers = new Shoppers(duck);
  const pairings = new Pairings(duck);
  const profiles = new Profiles(duck);
  const baskets = new Baskets(duck);
  const images = new CampaignImages(duck);
  const facts = new ProfileFacts({ reading, registry, consents, pairings, profiles });
  const records = new CampaignRecords(duck, onError);
  consents.onChange((shopperId, row) => {
    // The rows of whom is erased go with the erasure, which counts them.
    if (row === undefined) baskets.drop(shopperId);
    else if (row.purpose === 'profiling' && row.state === 'withdrawn') void baskets.forget(shopperId).catch(onError);
  });
  const loyalty = new Loyalty(duck, clock);
  const feedback = new Feedback(duck);
  const keys = new OfferKeys(duck);
  const book = new OfferBook(duck, keys);
  const log = new DecisionLog(duck);
  const ledger = new ShopperLedger({ duck, reading, registry, campaigns, consents, pairings, book, log, feedback });
  const push = openPush(duck, clock, options.push ?? { keyFile: undefined, subject: null }, onError);
  const eraser = new Eraser({
    duck,
    consents,
    pairings,
    subscriptions: push.subscriptions,
    shoppers,
    journalFile: options.erasureJournalFile,
  });
  const orders = new Orders({ duck, consents, loyalty });
  const redemptions = new RedemptionBook(duck, orders, registry);
  const onRedeemed = (shopperId: string) => hub.notifyChanged(shopperId);
  const redeemer = new Redeemer({ book: redemptions, keys, onRedeemed });
  const settler = new Settler({ book: redemptions, keys, campaigns, onRedeemed });
  const handOverTimes = new HandOverTimes(duck, onError);
  const delivery = new Delivery({ hub, push: push.sender, times: handOverTimes, clock });
  const offers = new Offers({
    pipeline,
    delivery,
    registry,
    campaigns,
    consents,
    shoppers,
    pairings,
    book,
    baskets,
    facts,
    records,
    tiers: loyalty,
    log,
    clock,
    onError,
  });
  return {
    campaigns,
    consents,
    shoppers,
    pairings,
    profiles,
    baskets,
    images,
    loyalty,
    feedback,
    book,
    log,
    ledger,
    eraser,
    redeemer,
    redemptions,
    settler,
    keys,
    orders,
    offlineKit: (rights, nowMs) => offlineKit({ duck, registry, campaigns, keys }, rights, nowMs),
    offers,
    push,
    handOverTimes,
    async start() {
      await eraser.start();
      await push.start();
      await offers.start();
    },
    async stop() {
      await offers.stop();
      push.stop();
      await handOverTimes.flush();
    },
    async expire(nowMs) {
      await expireOffers(duck, nowMs, options.retentionDays ?? DEFAULT_RETENTION_DAYS);
      await baskets.expire(nowMs);
      await push.subscriptions.expire(nowMs);
      await handOverTimes.expire(monthsBefore(nowMs, OFFERS_KEPT_MONTHS));
    },
  };
}
