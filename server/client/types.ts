/** What the operations take and answer. Written by `npm run client` from the OpenAPI document: not to be changed by hand. */
import type { Time } from './core.ts';

export interface AbResult {
  /** Of the sequential test: it may be looked at as often as one likes. */
  method: string;
  /** Shoppers whose window is over, each in the variant of their first offer; redeemed within the window. */
  variants: {
    id: string;
    shoppers: number | null;
    redeemed: number | null;
    rate: Effect | null;
  }[];
  /** Pairs against variant a. */
  comparisons: {
    variant: string;
    /** Redemption rate minus that of variant a, interval valid at every look. */
    difference: Effect | null;
    decision: 'better' | 'worse' | 'undecided';
  }[];
}

export interface Account {
  id: string;
  email: string;
  name: string | null;
  grants: Grant[];
  hasPassword: boolean;
  /** Milliseconds since 1970-01-01T00:00Z. */
  createdMs: number;
  /** Milliseconds since 1970-01-01T00:00Z. */
  lastSignInMs: number | null;
}

export interface Affinity {
  /** Of A's visitors the share that also visited B in the same visit, and how many times more often than chance. */
  pairs: {
    a: string;
    b: string;
    /** A share, 0 to 1. */
    share: number | null;
    lift: number | null;
    visitsA: number | null;
    visitsBoth: number | null;
    suppressed?: boolean | undefined;
  }[];
  /** A share, 0 to 1. */
  coverage: number;
}

export interface ApiToken {
  id: string;
  label: string;
  grants: Grant[];
  createdBy: string;
  /** Milliseconds since 1970-01-01T00:00Z. */
  createdMs: number;
  /** Milliseconds since 1970-01-01T00:00Z. */
  expiresMs: number | null;
  /** Milliseconds since 1970-01-01T00:00Z. */
  lastUsedMs: number | null;
}

/** Of an answer under a named version of the definitions. */
export interface AskedDefinitions {
  version: number;
  /** Fields that shape the rows themselves and were otherwise when the rows of this period were made. */
  notApplied: string[];
  /** Before it rows have expired: there the numbers are as they were counted at their time. */
  rowsFrom: string | null;
}

/** The mall's one attention budget for each shopper, over all tenants. */
export interface Attention {
  /** 0 to 20. Default: 1. */
  pushesPerVisit: number;
  /** 0 to 50. Default: 2. */
  pushesPerDay: number;
  /** 0 to 20. Default: 1. */
  pushesPerTenantPerDay: number;
  /** From one push to the next, of any tenant. Minutes. 0 to 1440. Default: 0. */
  minSpacingMinutes: number;
  /**
   * Local times; null: none. 22:00 is when malls of the region close, 08:00 before they open. Default:
   * {"from":"22:00","to":"08:00"}.
   */
  quietHours: {
    from: string;
    to: string;
  } | null;
  /** A retailer's campaign goes live only after the mall has approved it. Default: false. */
  approvalRequired: boolean;
}

/** The mall's one attention budget for each shopper, over all tenants. */
export interface AttentionInput {
  /** 0 to 20. Default: 1. */
  pushesPerVisit?: number | undefined;
  /** 0 to 50. Default: 2. */
  pushesPerDay?: number | undefined;
  /** 0 to 20. Default: 1. */
  pushesPerTenantPerDay?: number | undefined;
  /** From one push to the next, of any tenant. Minutes. 0 to 1440. Default: 0. */
  minSpacingMinutes?: number | undefined;
  /**
   * Local times; null: none. 22:00 is when malls of the region close, 08:00 before they open. Default:
   * {"from":"22:00","to":"08:00"}.
   */
  quietHours?:
    | {
        from: string;
        to: string;
      }
    | null
    | undefined;
  /** A retailer's campaign goes live only after the mall has approved it. Default: false. */
  approvalRequired?: boolean | undefined;
}

/**
 * All that is named must hold; an empty list and null name nothing. Anything named asks for the consent to
 * profiling.
 */
export interface Audience {
  /** Any of them. 0 to 12 of them. Default: []. */
  interests: Interest[];
  /** Any of them, as the shopper's favourites. 0 to 50 of them. Default: []. */
  brands: string[];
  /** 0 to 3 of them. Default: []. */
  tiers: Tier[];
  /** First visit to the mall within the return window, or an earlier one (definition of returning). Default: "all". */
  who: 'all' | 'new' | 'returning';
  /** Visits to the mall within the last `withinDays`, today's not counted. */
  frequency: {
    /** 0 to 1000. */
    minVisits: number;
    /** 0 to 1000. */
    maxVisits: number | null;
    /** Days. 1 to 365. */
    withinDays: number;
  } | null;
  /** Days since the last earlier visit. */
  recency: {
    /** Days. 0 to 365. */
    minDays: number;
    /** Days. 0 to 365. */
    maxDays: number | null;
  } | null;
  visited: {
    /** 1 to 50 of them. */
    zoneIds: string[];
    /** Days. 1 to 365. */
    withinDays: number;
  } | null;
  notVisited: {
    /** 1 to 50 of them. */
    zoneIds: string[];
    /** Days. 1 to 365. */
    withinDays: number;
  } | null;
}

/**
 * All that is named must hold; an empty list and null name nothing. Anything named asks for the consent to
 * profiling.
 */
export interface AudienceInput {
  /** Any of them. 0 to 12 of them. Default: []. */
  interests?: Interest[] | undefined;
  /** Any of them, as the shopper's favourites. 0 to 50 of them. Default: []. */
  brands?: string[] | undefined;
  /** 0 to 3 of them. Default: []. */
  tiers?: Tier[] | undefined;
  /** First visit to the mall within the return window, or an earlier one (definition of returning). Default: "all". */
  who?: 'all' | 'new' | 'returning' | undefined;
  /** Visits to the mall within the last `withinDays`, today's not counted. */
  frequency?:
    | {
        /** 0 to 1000. */
        minVisits: number;
        /** 0 to 1000. */
        maxVisits: number | null;
        /** Days. 1 to 365. */
        withinDays: number;
      }
    | null
    | undefined;
  /** Days since the last earlier visit. */
  recency?:
    | {
        /** Days. 0 to 365. */
        minDays: number;
        /** Days. 0 to 365. */
        maxDays: number | null;
      }
    | null
    | undefined;
  visited?:
    | {
        /** 1 to 50 of them. */
        zoneIds: string[];
        /** Days. 1 to 365. */
        withinDays: number;
      }
    | null
    | undefined;
  notVisited?:
    | {
        /** 1 to 50 of them. */
        zoneIds: string[];
        /** Days. 1 to 365. */
        withinDays: number;
      }
    | null
    | undefined;
}

/** Carriers that one may walk with: those that are nobody's. */
export interface AuditCarrier {
  id: string;
  kind: 'shopper' | 'tag' | 'cart' | 'staff' | 'unknown';
  label: string | null;
}

export interface AuditInput {
  id?: string | undefined;
  carrierId: string;
  /** Milliseconds since 1970-01-01T00:00Z. 0 to 8640000000000000. */
  clockMs: number;
}

/** What one gateway handed in after its time had been computed. */
export interface Backlog {
  /** Null for a retailer, to whom gateways are not shown. */
  gateway: string | null;
  batches: number;
  /** Time that the batches cover. Seconds. */
  seconds: number;
  from: string;
  to: string;
  /** By the server's clock. */
  firstArrived: string;
  lastArrived: string;
}

export interface BasketInput {
  /** From `GET /shopper/reference`, which the shopper's app hands to the web shop. 1 to 64 characters. */
  reference: string;
  basketId: string;
  /** Whose web shop; a retailer's own may be left out. */
  tenantId?: string | undefined;
  /** `purchased` and `emptied` close it for good. Default: "open". */
  state?: 'open' | 'purchased' | 'emptied' | undefined;
  /** Only how many things they are is kept. 0 to 500 of them. Default: []. */
  items?:
    | {
        /** 0 to 200 characters. */
        name?: string | undefined;
        /** 1 to 10000. Default: 1. */
        quantity?: number | undefined;
      }[]
    | undefined;
  /** Minor units of the site's currency. 0 to 1000000000. */
  valueMinor: number;
  /** When the basket was last touched; now where it is left out. ISO 8601 with its offset from UTC. */
  at?: Time | undefined;
}

/** The same whether or not the reference is (still) known, so that the answer tells nothing of anybody. */
export interface BasketTaken {
  basketId: string;
}

export interface BeaconAlias {
  uuid: string;
  /** 0 to 65535. */
  major: number;
  /** 0 to 65535. */
  minor: number;
}

export interface BeaconAliasInput {
  uuid: string;
  /** 0 to 65535. */
  major: number;
  /** 0 to 65535. */
  minor: number;
}

export interface Campaign {
  id: string;
  /** 1 to 120 characters. */
  name: string;
  /** Null: the mall's own. */
  tenantId: string | null;
  /** Coupon zones; any of them triggers. 1 to 50 of them. */
  zoneIds: string[];
  trigger: Trigger;
  offer: OfferFace;
  /** Further faces of the offer, shown in equal shares; who gets which never changes. 0 to 4 of them. Default: []. */
  variants: Variant[];
  /** Null: every consenting shopper. */
  audience: Audience | null;
  /** Per shopper, from one offer of this campaign to the next. Minutes. 0 to 525600. Default: 1440. */
  cooldownMinutes: number;
  /** Null: at any time, but for the mall's quiet hours. */
  schedule: Schedule | null;
  /** Offers that may be out or redeemed; one that expires unredeemed comes back. Null: no limit. 0 to 10000000. */
  stock: number | null;
  /**
   * What offers that are out or redeemed may cost at most, by their value. Null: no limit. In minor units of the
   * currency, such as cents. 0 to 100000000000.
   */
  budgetMinor: number | null;
  /** Share of shoppers who are held back at random, so that the effect can be measured. 0 to 0.5. Default: 0.1. */
  controlShare: number;
  status: 'draft' | 'rehearsed' | 'approved' | 'live' | 'paused' | 'ended';
  /** Why the landlord sent it back to draft; null where they did not. */
  rejection: {
    reason: string;
    /** ISO 8601 with its offset from UTC. */
    at: string;
  } | null;
}

export interface CampaignDraft {
  id?: string | undefined;
  /** 1 to 120 characters. */
  name: string;
  /** Null: the mall's own. */
  tenantId?: string | null | undefined;
  /** Coupon zones; any of them triggers. 1 to 50 of them. */
  zoneIds: string[];
  trigger: TriggerInput;
  offer: OfferFaceInput;
  /** Further faces of the offer, shown in equal shares; who gets which never changes. 0 to 4 of them. Default: []. */
  variants?: VariantInput[] | undefined;
  /** Null: every consenting shopper. */
  audience?: AudienceInput | null | undefined;
  /** Per shopper, from one offer of this campaign to the next. Minutes. 0 to 525600. Default: 1440. */
  cooldownMinutes?: number | undefined;
  /** Null: at any time, but for the mall's quiet hours. */
  schedule?: ScheduleInput | null | undefined;
  /** Offers that may be out or redeemed; one that expires unredeemed comes back. Null: no limit. 0 to 10000000. */
  stock?: number | null | undefined;
  /**
   * What offers that are out or redeemed may cost at most, by their value. Null: no limit. In minor units of the
   * currency, such as cents. 0 to 100000000000.
   */
  budgetMinor?: number | null | undefined;
  /** Share of shoppers who are held back at random, so that the effect can be measured. 0 to 0.5. Default: 0.1. */
  controlShare?: number | undefined;
}

/** A picture that offers may show, at `/api/v1/images/{id}`. */
export interface CampaignImage {
  id: string;
  /** Null: the mall's own, for everybody's campaigns. */
  tenantId: string | null;
  url: string;
  contentType: string;
  /** Pixels. */
  widthPx: number;
  /** Pixels. */
  heightPx: number;
  bytes: number;
  /** ISO 8601 with its offset from UTC. */
  uploadedAt: string;
}

export interface CampaignInput {
  id: string;
  /** 1 to 120 characters. */
  name: string;
  /** Null: the mall's own. */
  tenantId?: string | null | undefined;
  /** Coupon zones; any of them triggers. 1 to 50 of them. */
  zoneIds: string[];
  trigger: TriggerInput;
  offer: OfferFaceInput;
  /** Further faces of the offer, shown in equal shares; who gets which never changes. 0 to 4 of them. Default: []. */
  variants?: VariantInput[] | undefined;
  /** Null: every consenting shopper. */
  audience?: AudienceInput | null | undefined;
  /** Per shopper, from one offer of this campaign to the next. Minutes. 0 to 525600. Default: 1440. */
  cooldownMinutes?: number | undefined;
  /** Null: at any time, but for the mall's quiet hours. */
  schedule?: ScheduleInput | null | undefined;
  /** Offers that may be out or redeemed; one that expires unredeemed comes back. Null: no limit. 0 to 10000000. */
  stock?: number | null | undefined;
  /**
   * What offers that are out or redeemed may cost at most, by their value. Null: no limit. In minor units of the
   * currency, such as cents. 0 to 100000000000.
   */
  budgetMinor?: number | null | undefined;
  /** Share of shoppers who are held back at random, so that the effect can be measured. 0 to 0.5. Default: 0.1. */
  controlShare?: number | undefined;
}

export interface Carrier {
  /** Random; what logs and rows carry. Never derived from the beacon. */
  id: string;
  kind: 'shopper' | 'tag' | 'cart' | 'staff' | 'unknown';
  uuid: string;
  /** 0 to 65535. */
  major: number;
  /** 0 to 65535. */
  minor: number;
  /** Mean RSSI at 1 m of this fleet, where it was calibrated; declared powers are not trusted. dBm. -110 to -20. */
  calibratedPowerDbm: number | null;
  /** 0 to 120 characters. */
  label: string | null;
}

export interface CarrierTag {
  carrierId: string;
  code: string;
  url: string;
  svg: string;
}

export interface Certificate {
  /** Null: the whole floor. */
  zoneId: string | null;
  floorId: string;
  auditId: string;
  /** ISO 8601 with its offset from UTC. */
  at: string;
  /** Null for tenants. */
  by: string | null;
  taps: number;
  /** False below five taps: one of them decides the figures. */
  enough: boolean;
  /** Null: that many taps had no fix, or one on another floor. Metres. */
  medianM: number | null;
  p90M: number | null;
  /** Share of the taps in the zone whose fix lay in it too; on a floor: on the right floor. */
  hitRate: number;
  /** Where the fixes of the other taps lay; null is no zone at all. */
  elsewhere: {
    zoneId: string | null;
    taps: number;
  }[];
  /** Taps outside whose fix lay in the zone. */
  wronglyHere: number;
  noFix: number;
  wrongFloor: number;
  /** Share of the fixes that lay within the accuracy they stated; 0.68 is what is meant. */
  withinStated: number | null;
  state: 'valid' | 'stale';
  reasons: {
    what: 'moved' | 'removed' | 'off' | 'redrawn';
    gatewayId: string | null;
    gatewayName: string | null;
    /** ISO 8601 with its offset from UTC. */
    at: string | null;
  }[];
}

export interface Certificates {
  certificates: Certificate[];
}

export interface ChangeGatewayBody {
  /** 1 to 120 characters. */
  name?: string | undefined;
  enabled?: boolean | undefined;
  settings?:
    | {
        /** Milliseconds. 500 to 5000. */
        windowMs?: number | null | undefined;
        /** Milliseconds. 5000 to 30000. */
        heartbeatMs?: number | null | undefined;
        /** Milliseconds. 5000 to 30000. */
        statusEveryMs?: number | null | undefined;
        unknowns?: boolean | null | undefined;
      }
    | undefined;
}

export interface ChangeMeBody {
  /** 3 to 254 characters. */
  email?: string | undefined;
  /** 1 to 120 characters. */
  name?: string | null | undefined;
}

export interface ChangedHour {
  /** ISO 8601 with its offset from UTC. */
  start: string;
  end: string;
  /** As of now. */
  state: 'provisional' | 'final';
  /** The number had been told as final when the data came. */
  wasFinal: boolean;
  coverage: {
    before: number;
    after: number;
  };
  footfall: {
    before: number | null;
    after: number | null;
  };
  visitors: {
    before: number | null;
    after: number | null;
  };
  /** Mean. */
  occupancy: {
    before: number | null;
    after: number | null;
  };
  /** True where the figures are withheld because fewer than k carriers stand behind one of the sides. */
  suppressed?: boolean | undefined;
}

export interface Changelog {
  timezone: string;
  /** The newest first. */
  entries: ChangelogEntry[];
  /** More entries touch this period than are told. */
  more: boolean;
  /** Gateways whose data is still to come: from then on hours are provisional. */
  awaited: {
    gateway: string | null;
    from: string;
  }[];
}

export interface ChangelogEntry {
  id: number;
  computed: string;
  /** Hours that were compared; earlier ones, if any, were not. */
  from: string;
  to: string;
  backlogs: Backlog[];
  /** Floors, zones, gateways or definitions were changed for a time that had been computed already. */
  modelChanged: boolean;
  /** Somebody had the time computed anew. */
  rebuilt: boolean;
  definitionsVersion: number;
  /** Of what was asked for, the whole site or one zone, the hours that moved. */
  hours: ChangedHour[];
  /** Zones in which something moved in the period asked for; only where the whole site was asked for. */
  zones?: string[] | undefined;
}

export interface Clones {
  clones: {
    carrierId: string;
    firstFound: string;
    lastFound: string;
  }[];
}

export interface CodeCheck {
  result: 'valid' | 'already-redeemed' | 'expired' | 'unknown';
  message: string;
  offerId: string | null;
  campaignId: string | null;
  title: string | null;
  text: string | null;
  terms: string | null;
  /** ISO 8601 with its offset from UTC. */
  redeemedAt: string | null;
  /** ISO 8601 with its offset from UTC. */
  expiresAt: string | null;
}

export interface CodeCheckInput {
  /** 1 to 400 characters. */
  code: string;
}

export interface ComparedDefinitions {
  metric: 'footfall' | 'occupancy' | 'dwell' | 'unique-visitors' | 'capture-rate';
  interval: '15m' | 'hour' | 'day' | 'week';
  timezone: string;
  a: {
    version: number;
    notApplied: string[];
    rowsFrom: string | null;
    created: string;
  };
  b: {
    version: number;
    notApplied: string[];
    rowsFrom: string | null;
    created: string;
  };
  /** Thresholds in which they differ. */
  changed: {
    name: string;
    a: number;
    b: number;
  }[];
  series: {
    /** ISO 8601 with its offset from UTC. */
    start: string;
    a: SeriesPoint;
    b: SeriesPoint;
  }[];
}

export interface ConsentGiven {
  purpose: Purpose;
  version: number;
  /** Of the very words that were shown. 0 to 100 characters. */
  textHash: string;
  language: Language;
}

export interface ConsentText {
  purpose: Purpose;
  version: number;
  title: string;
  text: string;
  textHash: string;
}

export interface ConsentView {
  purpose: Purpose;
  state: 'none' | 'granted' | 'withdrawn' | 'expired';
  version: number | null;
  /** ISO 8601 with its offset from UTC. */
  at: string | null;
  /** ISO 8601 with its offset from UTC. */
  expiresAt: string | null;
}

/** A door counter; only those that are entered here are heard. */
export interface Counter {
  id: string;
  /** 1 to 120 characters. */
  name: string | null;
  zoneId: string;
}

export interface CoverageDraft {
  /** Instead of what hangs on this floor. Those of other floors stay. 0 to 500 of them. */
  gateways: {
    /** Metres, local to the floor: x to the right, y upwards. -10000 to 10000. */
    xM: number;
    /** Metres, local to the floor: x to the right, y upwards. -10000 to 10000. */
    yM: number;
    /** Metres. 0 to 50. Default: 2.5. */
    zM?: number | undefined;
    /** Default: true. */
    enabled?: boolean | undefined;
    /** 0 to 64 characters. */
    id?: string | undefined;
  }[];
  /** Metres. 0.5 to 20. */
  cellM?: number | undefined;
  /** Default: "area". */
  weight?: 'area' | 'traffic' | undefined;
  /** Places for one more are sought as well; false answers sooner. Default: true. */
  oneMore?: boolean | undefined;
}

export interface CoverageMap {
  floor: string;
  /** Metres. */
  cellM: number;
  weight: 'area' | 'traffic';
  /** What the site's radio was taken to be, and whether it was learned from traffic or a survey, or is the usual. */
  radio: {
    /** dBm. */
    powerDbm: number;
    exponent: number;
    noiseDb: number;
    /** A share, 0 to 1. */
    advertShare: number;
    fromTraffic: boolean;
    fromSurvey: boolean;
  };
  /** Fewer gateways in hearing than this make a cell weak. */
  enoughGateways: number;
  summary: {
    /** Metres. */
    meanM: number;
    /** Metres. */
    medianM: number;
    p90M: number;
    /** 0 to 1. */
    within3M: number;
    /** 0 to 1. */
    within5M: number;
    /** 0 to 1. */
    within10M: number;
    /** 0 to 1. */
    weak: number;
    /** 0 to 1. */
    blind: number;
  };
  /** Lower left corner; the radius that holds the true place 68 % of the time; gateways in hearing. */
  cells: {
    /** Metres, local to the floor: x to the right, y upwards. */
    xM: number;
    /** Metres, local to the floor: x to the right, y upwards. */
    yM: number;
    /** Metres. */
    errorM: number;
    gateways: number;
  }[];
  /** Where one more gateway would lower the mean most, the best first. */
  oneMore: CoverageProposal[];
}

export interface CoverageProposal {
  /** Metres, local to the floor: x to the right, y upwards. */
  xM: number;
  /** Metres, local to the floor: x to the right, y upwards. */
  yM: number;
  /** Metres. */
  zM: number;
  /** Expected error over the floor, without and with this gateway. Metres. */
  meanBeforeM: number;
  /** Metres. */
  meanAfterM: number;
  /** Metres. */
  p90BeforeM: number;
  /** Metres. */
  p90AfterM: number;
  /** Mean over its surroundings, as far as the gateways hang apart. Metres. */
  nearBeforeM: number;
  /** Metres. */
  nearAfterM: number;
}

export interface CreateAccountLinkAnswer {
  link: string;
  /** Milliseconds since 1970-01-01T00:00Z. */
  expiresMs: number;
}

export interface CreateCarriersBodyItem {
  id?: string | undefined;
  kind: 'shopper' | 'tag' | 'cart' | 'staff' | 'unknown';
  uuid: string;
  /** 0 to 65535. */
  major: number;
  /** 0 to 65535. */
  minor: number;
  /** dBm. -110 to -20. */
  calibratedPowerDbm?: number | null | undefined;
  /** 0 to 120 characters. */
  label?: string | null | undefined;
}

export interface CreateExportBody {
  /** 1 to 7 of them. Default: ["footfall","occupancy","dwell","unique-visitors","capture-rate","heatmap","coverage"]. */
  tables?: ExportTable[] | undefined;
  /** ISO 8601 with its offset from UTC. */
  from: Time;
  /** ISO 8601 with its offset from UTC. */
  to: Time;
  /** Default: "hour". */
  interval?: '15m' | 'hour' | 'day' | 'week' | undefined;
}

export interface CreateSiteBody {
  id: string;
  /** 1 to 120 characters. */
  name: string;
  timezone: string;
  /** Default: "EUR". */
  currency?: string | undefined;
  /** Default: "wall". */
  clock?: SiteClock | undefined;
  /** 0 to 64 of them. */
  uuids?: string[] | undefined;
  /** Default: false. */
  countUnknowns?: boolean | undefined;
  rotatingUuid?: string | null | undefined;
  publishOccupancy?: boolean | undefined;
  /** Milliseconds since 1970-01-01T00:00Z. */
  historyFromMs?: number | null | undefined;
  /** Milliseconds since 1970-01-01T00:00Z. */
  historyUntilMs?: number | null | undefined;
}

export interface CreateTokenAnswer {
  id: string;
  label: string;
  grants: Grant[];
  createdBy: string;
  /** Milliseconds since 1970-01-01T00:00Z. */
  createdMs: number;
  /** Milliseconds since 1970-01-01T00:00Z. */
  expiresMs: number | null;
  /** Milliseconds since 1970-01-01T00:00Z. */
  lastUsedMs: number | null;
  token: string;
}

export interface CreateTokenBody {
  /** 1 to 120 characters. */
  label: string;
  /** 1 to 50 of them. */
  grants: GrantInput[];
  /** ISO 8601 with its offset from UTC. */
  expires?: Time | null | undefined;
}

export interface DecisionView {
  /** ISO 8601 with its offset from UTC. */
  at: string;
  zoneId: string;
  trigger: string;
  outcome: 'sent' | 'held' | 'control';
  code: string;
  reason: string;
  variant: string | null;
  /** Milliseconds. */
  latencyMs: number | null;
  /** Where campaigns competed for one shopper: see server/campaigns/ranking.ts. */
  score: number | null;
  /** Name of the campaign that won instead; null for another tenant's, but to the mall. */
  outrankedBy: string | null;
}

export interface Definitions {
  /** Sightings of one carrier with no gap longer than this are one visit. Minutes. 1 to 240. Default: 15. */
  visitGapMinutes: number;
  /** Shorter visits are short visits and not counted in footfall. Seconds. 0 to 3600. Default: 60. */
  minVisitSeconds: number;
  /** Seconds. 0 to 120. Default: 3. */
  enterConfirmSeconds: number;
  /** Seconds. 1 to 600. Default: 20. */
  exitAfterSeconds: number;
  /** Default for zones that set none of their own: a shorter stay is a passer-by. Seconds. 0 to 3600. Default: 30. */
  minStaySeconds: number;
  /** Seconds. 0 to 3600. Default: 120. */
  bounceSeconds: number;
  /** Days. 1 to 90. Default: 30. */
  returnWindowDays: number;
  /** Days below this are left out of peak hours, and listed. 0 to 1. Default: 0.9. */
  minCoverage: number;
  /** Cells with fewer distinct carriers are suppressed. 1 to 100. Default: 10. */
  kAnonymity: number;
}

export interface DefinitionsInput {
  /** Sightings of one carrier with no gap longer than this are one visit. Minutes. 1 to 240. Default: 15. */
  visitGapMinutes?: number | undefined;
  /** Shorter visits are short visits and not counted in footfall. Seconds. 0 to 3600. Default: 60. */
  minVisitSeconds?: number | undefined;
  /** Seconds. 0 to 120. Default: 3. */
  enterConfirmSeconds?: number | undefined;
  /** Seconds. 1 to 600. Default: 20. */
  exitAfterSeconds?: number | undefined;
  /** Default for zones that set none of their own: a shorter stay is a passer-by. Seconds. 0 to 3600. Default: 30. */
  minStaySeconds?: number | undefined;
  /** Seconds. 0 to 3600. Default: 120. */
  bounceSeconds?: number | undefined;
  /** Days. 1 to 90. Default: 30. */
  returnWindowDays?: number | undefined;
  /** Days below this are left out of peak hours, and listed. 0 to 1. Default: 0.9. */
  minCoverage?: number | undefined;
  /** Cells with fewer distinct carriers are suppressed. 1 to 100. Default: 10. */
  kAnonymity?: number | undefined;
}

export interface DefinitionsVersion {
  version: number;
  /** Milliseconds since 1970-01-01T00:00Z. */
  createdMs: number;
  definitions: Definitions;
}

export interface Delivery {
  id: string;
  sequence: number;
  type: string;
  state: DeliveryState;
  /** Of what it tells. ISO 8601 with its offset from UTC. */
  at: string;
  attempts: number;
  /** ISO 8601 with its offset from UTC. */
  lastAttemptAt: string | null;
  /** ISO 8601 with its offset from UTC. */
  nextAttemptAt: string | null;
  /** HTTP status of the last answer. */
  lastStatus: number | null;
  /** Begin of the last answer, or why there was none. */
  lastError: string | null;
  /** False once nothing is left to send again: it was of a person, or too long ago. */
  replayable: boolean;
}

export interface DeliveryFigures {
  /** Waiting to be sent, now. */
  pending: number;
  /** Given up, and kept for a replay. */
  dead: number;
  /** In the last 24 hours. */
  delivered: number;
  /** Not taken because too many were waiting; the next delivery tells it to the receiver. */
  dropped: number;
  /** Failures in a row; 0 where the last one was taken. */
  failing: number;
  /** ISO 8601 with its offset from UTC. */
  retryAt: string | null;
}

/** `GET /sites/{site}/delivery`. */
export interface DeliveryReport {
  from: string;
  to: string;
  /** Offers by how they ended: on an open page, taken by a push service, or not out at all. */
  received: number;
  pushed: number;
  notAcknowledged: number;
  /** Milliseconds from the sighting that completed the trigger to the phone's answer or the push service's. */
  latencyMs: {
    all: LatencyQuantiles;
    received: LatencyQuantiles;
    pushed: LatencyQuantiles;
  };
  /** Subscriptions to Web Push of this site's shoppers. */
  subscriptions: number;
}

export type DeliveryState = 'pending' | 'delivered' | 'dead' | 'withdrawn' | 'expired';

/** `low` and `high` bound the truth in 95 of 100 such campaigns. */
export interface Effect {
  value: number;
  low: number;
  high: number;
}

export interface Erasure {
  receipt: string;
  /** ISO 8601 with its offset from UTC. */
  erasedAt: string;
  removed: Record<string, number>;
}

export type EventType =
  | 'occupancy.threshold'
  | 'zone.counts'
  | 'offer.sent'
  | 'redemption.made'
  | 'redemption.voided'
  | 'carrier.entered'
  | 'carrier.exited'
  | 'carrier.dwelled';

export interface ExportFile {
  /** As in the path of its download. */
  name: string;
  table: string;
  rows: number;
  bytes: number;
  sha256: string;
}

export interface ExportJob {
  id: string;
  state: 'waiting' | 'running' | 'done' | 'failed';
  tables: ExportTable[];
  interval: '15m' | 'hour' | 'day' | 'week';
  /** Whole local days that are over. */
  from: string;
  to: string;
  /** ISO 8601 with its offset from UTC. */
  createdAt: string;
  /** It is removed then. ISO 8601 with its offset from UTC. */
  expiresAt: string;
  filesDone: number;
  filesTotal: number;
  rows: number;
  /** Once it is done: Parquet files, and manifest.json, which says what they hold. */
  files: ExportFile[];
  /** Why it failed, and what to do. */
  problem: string | null;
}

export interface ExportJobs {
  exports: ExportJob[];
}

export type ExportTable =
  | 'footfall'
  | 'occupancy'
  | 'dwell'
  | 'unique-visitors'
  | 'capture-rate'
  | 'heatmap'
  | 'coverage';

export interface Failure {
  error: {
    /** Stable: for programs. */
    code: string;
    /** What is wrong and what would be right: for people. */
    message: string;
    /** The field that is wrong, such as `body.shape.rings.0`. */
    path?: string | undefined;
  };
}

/** What shoppers wrote, for the shop: no hour, no offer, nobody. The figure (NPS) is among the shop's figures. */
export interface FeedbackComments {
  comments: {
    /** Of the site's calendar. */
    day: string;
    campaignId: string;
    score: number;
    comment: string;
  }[];
}

export interface FeedbackInput {
  offerId: string;
  /** How likely one is to recommend the shop: 0 not at all, 10 certainly. 0 to 10. */
  score: number;
  /** 0 to 500 characters. Default: "". */
  comment?: string | undefined;
}

/** Either a figure with its interval, or how many more shoppers it takes to say. */
export type Finding =
  | {
      state: 'measured';
      effect: Effect;
      /** By a test that may be looked at as often as one likes. False: whatever effect there is, it is small. */
      significant: boolean;
      /** What it comes to for one shopper who was treated, and what control did without. */
      perShopper: Effect;
      controlMean: number;
      /** Shoppers that the interval rests on. */
      shoppers: {
        treated: number;
        control: number;
      };
    }
  | {
      state: 'not-enough';
      effect: Effect | null;
      /** What it comes to for one shopper who was treated, and what control did without. */
      perShopper: Effect | null;
      controlMean: number | null;
      /** Shoppers that the interval rests on. */
      shoppers: {
        treated: number;
        control: number;
      } | null;
      /** Both sides together; null where no number would help, or none is known. */
      moreShoppers: number | null;
      why: 'no-control' | 'too-few' | 'undecided' | 'no-data';
    };

/** What a fixed beacon advertises, for phones that listen. */
export interface FixedBeacon {
  uuid: string;
  /** 0 to 65535. */
  major: number;
  /** 0 to 65535. */
  minor: number;
  /**
   * Mean RSSI at 1 m, as measured with a usual phone; beacons of one site may be set to different powers. dBm. -110
   * to -20. Default: -59.
   */
  powerDbm: number;
}

/** What a fixed beacon advertises, for phones that listen. */
export interface FixedBeaconInput {
  uuid: string;
  /** 0 to 65535. */
  major: number;
  /** 0 to 65535. */
  minor: number;
  /**
   * Mean RSSI at 1 m, as measured with a usual phone; beacons of one site may be set to different powers. dBm. -110
   * to -20. Default: -59.
   */
  powerDbm?: number | undefined;
}

export interface Fleet {
  id: string;
  /** 1 to 120 characters. */
  name: string;
  format:
    | 'espresense'
    | 'openmqttgateway'
    | 'room-assistant'
    | 'minew'
    | 'moko'
    | 'april-brother'
    | 'ruuvi'
    | 'happy-bubbles'
    | 'shelly'
    | 'kontakt';
  /** MQTT filters, `+` and `#` as usual. 1 to 32 of them. */
  topics: string[];
  /**
   * The fleet's own name of a beacon → which beacon it is, for formats that do not tell (ESPresense aliases, Kontakt
   * trackingIds). Default: {}.
   */
  aliases: Record<string, BeaconAlias>;
  /** Not listened to while false. Default: true. */
  enabled: boolean;
  /** Default: "own". */
  clock: FleetClock;
}

/** Without topics those of the format out of the box, where it has some; without a name that of the format. */
export interface FleetBody {
  id: string;
  /** 1 to 120 characters. */
  name?: string | undefined;
  format:
    | 'espresense'
    | 'openmqttgateway'
    | 'room-assistant'
    | 'minew'
    | 'moko'
    | 'april-brother'
    | 'ruuvi'
    | 'happy-bubbles'
    | 'shelly'
    | 'kontakt';
  /** MQTT filters, `+` and `#` as usual. 1 to 32 of them. */
  topics?: string[] | undefined;
  /**
   * The fleet's own name of a beacon → which beacon it is, for formats that do not tell (ESPresense aliases, Kontakt
   * trackingIds).
   */
  aliases?: Record<string, BeaconAliasInput> | undefined;
  /** Not listened to while false. Default: true. */
  enabled?: boolean | undefined;
  /** Default: "own". */
  clock?: FleetClock | undefined;
}

/** `own`: the gateways' clocks, where the format tells their time; `arrival`: the moment at which a message comes. */
export type FleetClock = 'own' | 'arrival';

export interface FleetFormat {
  format:
    | 'espresense'
    | 'openmqttgateway'
    | 'room-assistant'
    | 'minew'
    | 'moko'
    | 'april-brother'
    | 'ruuvi'
    | 'happy-bubbles'
    | 'shelly'
    | 'kontakt';
  title: string;
  /** Empty: each installation sets its own. */
  defaultTopics: string[];
  /** Messages tell when something was heard. Those that do not are true only as they come, and are not waited for. */
  timed: boolean;
  /** How long a gateway that says nothing counts as listening. Seconds. */
  aliveSeconds: number;
  /** Beacons are known by names of the fleet: always, or where the installation gave some. */
  aliases: 'always' | 'possible' | 'never';
}

export interface FleetGateway {
  /** Of ours. */
  gatewayId: string;
  /** As the fleet calls it. */
  name: string;
  /** Entered under its id; what it hears is counted. */
  placed: boolean;
  dismissed: boolean;
  online: boolean;
  lastHeard: string | null;
  messages: number;
  /** Null while nothing is known of it. Milliseconds. */
  clockOffsetMs: number | null;
  version: string | null;
}

export interface FleetHealth {
  fleetId: string;
  /** Counted since then: the start of the server, or of the fleet's present settings. */
  since: string;
  listening: boolean;
  messages: number;
  /** Beacons in messages, of gateways that are placed. */
  readings: number;
  /** Of them those that became part of a sighting. */
  used: number;
  /** Sightings written: one carrier at one gateway in one second. */
  sightings: number;
  lastHeard: string | null;
  ignored: {
    reason: string;
    count: number;
  }[];
  unknown: UnknownPayload[];
  gateways: FleetGateway[];
}

export interface Floor {
  id: string;
  /** 1 to 120 characters. */
  name: string;
  /** Order from the lowest up: -1 for B1, 0 for the ground floor. -20 to 200. */
  level: number;
  /** Metres. 1 to 5000. */
  widthM: number;
  /** Metres. 1 to 5000. */
  heightM: number;
  /** Walkable outline; absent: the whole rectangle. */
  outline: Shape | null;
  /** Wall segments [x1, y1, x2, y2] in metres. 0 to 20000 of them. Default: []. */
  walls: [number, number, number, number][];
  /** Metres per pixel and the image's lower left corner, where an image was uploaded. */
  image: {
    url: string;
    metresPerPixel: number;
    /** Pixels. */
    widthPx: number;
    /** Pixels. */
    heightPx: number;
    /** Metres, local to the floor: x to the right, y upwards. -10000 to 10000. */
    originXM: number;
    /** Metres, local to the floor: x to the right, y upwards. -10000 to 10000. */
    originYM: number;
  } | null;
}

export interface FloorChange {
  /** 1 to 120 characters. */
  name?: string | undefined;
  /** -20 to 200. */
  level?: number | undefined;
  /** Metres. 1 to 5000. */
  widthM?: number | undefined;
  /** Metres. 1 to 5000. */
  heightM?: number | undefined;
  outline?: Shape | null | undefined;
  /** 0 to 20000 of them. */
  walls?: [number, number, number, number][] | undefined;
  scale?:
    | {
        /** 0.0005 to 10. */
        metresPerPixel: number;
      }
    | {
        /** 2 to 2 of them. */
        points: [[number, number], [number, number]];
        /** Metres. 0.1 to 5000. */
        distanceM: number;
      }
    | undefined;
  /**
   * Where the image's lower left corner lies on the floor. Metres, local to the floor: x to the right, y upwards.
   * -10000 to 10000.
   */
  originXM?: number | undefined;
  /** Metres, local to the floor: x to the right, y upwards. -10000 to 10000. */
  originYM?: number | undefined;
}

export interface FloorInput {
  id?: string | undefined;
  /** 1 to 120 characters. */
  name: string;
  /** Order from the lowest up: -1 for B1, 0 for the ground floor. -20 to 200. */
  level: number;
  /** Metres. 1 to 5000. */
  widthM: number;
  /** Metres. 1 to 5000. */
  heightM: number;
  /** Walkable outline; absent: the whole rectangle. */
  outline?: Shape | null | undefined;
  /** Wall segments [x1, y1, x2, y2] in metres. 0 to 20000 of them. Default: []. */
  walls?: [number, number, number, number][] | undefined;
  /** Metres per pixel and the image's lower left corner, where an image was uploaded. */
  image?:
    | {
        url: string;
        metresPerPixel: number;
        /** Pixels. */
        widthPx: number;
        /** Pixels. */
        heightPx: number;
        /** Metres, local to the floor: x to the right, y upwards. -10000 to 10000. */
        originXM: number;
        /** Metres, local to the floor: x to the right, y upwards. -10000 to 10000. */
        originYM: number;
      }
    | null
    | undefined;
}

export interface Flows {
  /** Successive zone visits within one visit. `null` zone is the outside. */
  flows: {
    from: string | null;
    to: string | null;
    visits: number;
  }[];
  /** Flows withheld for having fewer than k carriers, and those that would give them away. */
  suppressed: number;
  /** A share, 0 to 1. */
  coverage: number;
}

export interface Funnel {
  /** Sent and control: what the campaign would have done to everyone. */
  wouldFire: number;
  control: number;
  sent: number;
  opened: number;
  redeemed: number;
  /** Held back, by reason code. */
  held: Record<string, number>;
  /** From the sighting that completed the trigger to the phone's acknowledgement. */
  latencyMs: {
    p50: number | null;
    p95: number | null;
    p99: number | null;
  };
}

export interface Gateway {
  id: string;
  /** 1 to 120 characters. */
  name?: string | undefined;
  floorId: string;
  /** Metres, local to the floor: x to the right, y upwards. -10000 to 10000. */
  xM: number;
  /** Metres, local to the floor: x to the right, y upwards. -10000 to 10000. */
  yM: number;
  /** Height of the antenna above the floor. Metres. 0 to 50. Default: 2.5. */
  zM: number;
  /**
   * Not expected to report while false. A plain beacon on a wall is one that never reports and has a `beacon`.
   * Default: true.
   */
  enabled: boolean;
  /** Where it advertises as well: phones may tell that they hear it. */
  beacon?: FixedBeacon | null | undefined;
  settings?: GatewaySettings | undefined;
}

/** How much all gateways of a site heard in the last days, for a line beside each. */
export interface GatewayAdverts {
  /** Of the first slot. ISO 8601 with its offset from UTC. */
  start: string;
  /** Seconds. */
  slotSeconds: number;
  gateways: {
    id: string;
    /** A slot each, up to now; null where it told nothing. */
    advertsPerSecond: (number | null)[];
  }[];
}

/** `unknown`: its program does not say what it runs with. `pending`: sent, and not yet confirmed. */
export interface GatewayConfigState {
  state: 'unknown' | 'pending' | 'confirmed' | 'refused';
  /** When the configuration was sent, milliseconds since 1970 UTC. */
  sinceMs: number | null;
  /** Where it is refused: the gateway's reason. */
  why: string | null;
}

/** A gateway that hears as one would hear elsewhere. */
export interface GatewayElsewhere {
  /** The place that fits best what it hears, for a person to confirm. */
  place: GatewayPlace;
  /** 0 to 1. 0 to 1. */
  sure: number;
  /** When it was first noticed, milliseconds since 1970 UTC. */
  sinceMs: number;
  /** The gateway that seems to hang at its place instead. */
  swappedWith: string | null;
}

export interface GatewayFinding {
  /** Stable; what a page translates by. */
  code:
    | 'never-heard'
    | 'offline'
    | 'silent'
    | 'radio-fault'
    | 'deaf'
    | 'hears-less'
    | 'clock-off'
    | 'catching-up'
    | 'dropped-batches'
    | 'config-refused'
    | 'config-pending'
    | 'old-version'
    | 'radio-restarts'
    | 'program-restarts'
    | 'moved'
    | 'swapped'
    | 'crowded-air'
    | 'noise-up'
    | 'duplicate-id'
    | 'hot';
  severity: 'info' | 'warning' | 'fault';
  /** Since when, milliseconds since 1970 UTC; null where nobody knows. */
  sinceMs: number | null;
  /** What the words are filled with. */
  params: Record<string, string | number>;
  /** In English: what is wrong. */
  text: string;
  /** In English: what to do next. */
  todo: string;
}

export interface GatewayHealth {
  id: string;
  name: string | null;
  floorId: string;
  enabled: boolean;
  online: boolean;
  /** When anything of it last came, milliseconds since 1970 UTC. */
  lastSeenMs: number | null;
  /** Advertisements of all kinds. */
  advertsPerSecond: number | null;
  /** To be added to its times; negative where its clock is ahead. Milliseconds. */
  clockOffsetMs: number | null;
  /** Waiting on its disk. */
  outboxBatches: number | null;
  /** Lost on its side, since its program began. */
  droppedBatches: number | null;
  version: string | null;
  /** The newest of those that run the same program. */
  newestVersion: string | null;
  /** Advertisements of all kinds a second, usual at this hour of the day; null before three days are known. */
  usualAdvertsPerSecond: number | null;
  /** Of the minutes of the last hour: the share in which it reported. 0 to 1. */
  coverageHour: number | null;
  /** Of the minutes of the last 24 hours: the share in which it reported. 0 to 1. */
  coverageDay: number | null;
  /** When it last heard a carrier of the site, milliseconds since 1970 UTC. */
  lastCarrierMs: number | null;
  /** Of the carriers that are nearest to its neighbours: the share that it hears, of late. 0 to 1. */
  heardShare: number | null;
  /** The share that it heard before. 0 to 1. */
  usualHeardShare: number | null;
  /**
   * Decibels that it hears more than the site's other gateways do from as far, from the carriers that they hear as
   * well.
   */
  hearingDb: number | null;
  /** Decibels that it hears more than it did before; negative: it hears less. */
  hearingChangeDb: number | null;
  /** RSSI in dBm that the weakest twentieth of all that it decodes stays below: what is weaker it does not hear. */
  weakestDbm: number | null;
  /** The same, usual at this hour of the day; null before three days are known. dBm. */
  usualWeakestDbm: number | null;
  /** Batches that it declared lost, since the server knows it. */
  lostBatches: number;
  config: GatewayConfigState;
  /** Since its program began. Seconds. */
  uptimeSeconds: number | null;
  /** Times that its radio had to be started again, since its program began. */
  scannerRestarts: number | null;
  /** What the gateway's processes take: CPU as a share of one core, and memory. */
  program: {
    /** A share, 0 to 1. */
    cpuShare: number;
    memoryBytes: number;
  } | null;
  /** The machine that it runs on. */
  box: {
    temperatureC: number | null;
    /** Processes that want to run, over a minute, for each core. */
    load: number | null;
    /** A share, 0 to 1. 0 to 1. */
    memoryFreeShare: number | null;
    /** Seconds. */
    uptimeSeconds: number | null;
  } | null;
  elsewhere: GatewayElsewhere | null;
  findings: GatewayFinding[];
}

export interface GatewayHealthWithHistory {
  id: string;
  name: string | null;
  floorId: string;
  enabled: boolean;
  online: boolean;
  /** When anything of it last came, milliseconds since 1970 UTC. */
  lastSeenMs: number | null;
  /** Advertisements of all kinds. */
  advertsPerSecond: number | null;
  /** To be added to its times; negative where its clock is ahead. Milliseconds. */
  clockOffsetMs: number | null;
  /** Waiting on its disk. */
  outboxBatches: number | null;
  /** Lost on its side, since its program began. */
  droppedBatches: number | null;
  version: string | null;
  /** The newest of those that run the same program. */
  newestVersion: string | null;
  /** Advertisements of all kinds a second, usual at this hour of the day; null before three days are known. */
  usualAdvertsPerSecond: number | null;
  /** Of the minutes of the last hour: the share in which it reported. 0 to 1. */
  coverageHour: number | null;
  /** Of the minutes of the last 24 hours: the share in which it reported. 0 to 1. */
  coverageDay: number | null;
  /** When it last heard a carrier of the site, milliseconds since 1970 UTC. */
  lastCarrierMs: number | null;
  /** Of the carriers that are nearest to its neighbours: the share that it hears, of late. 0 to 1. */
  heardShare: number | null;
  /** The share that it heard before. 0 to 1. */
  usualHeardShare: number | null;
  /**
   * Decibels that it hears more than the site's other gateways do from as far, from the carriers that they hear as
   * well.
   */
  hearingDb: number | null;
  /** Decibels that it hears more than it did before; negative: it hears less. */
  hearingChangeDb: number | null;
  /** RSSI in dBm that the weakest twentieth of all that it decodes stays below: what is weaker it does not hear. */
  weakestDbm: number | null;
  /** The same, usual at this hour of the day; null before three days are known. dBm. */
  usualWeakestDbm: number | null;
  /** Batches that it declared lost, since the server knows it. */
  lostBatches: number;
  config: GatewayConfigState;
  /** Since its program began. Seconds. */
  uptimeSeconds: number | null;
  /** Times that its radio had to be started again, since its program began. */
  scannerRestarts: number | null;
  /** What the gateway's processes take: CPU as a share of one core, and memory. */
  program: {
    /** A share, 0 to 1. */
    cpuShare: number;
    memoryBytes: number;
  } | null;
  /** The machine that it runs on. */
  box: {
    temperatureC: number | null;
    /** Processes that want to run, over a minute, for each core. */
    load: number | null;
    /** A share, 0 to 1. 0 to 1. */
    memoryFreeShare: number | null;
    /** Seconds. */
    uptimeSeconds: number | null;
  } | null;
  elsewhere: GatewayElsewhere | null;
  findings: GatewayFinding[];
  /** Quarter hours of the last days, the oldest first; those in which nothing came are left out. */
  history: GatewayQuarter[];
}

export interface GatewayInput {
  id: string;
  /** 1 to 120 characters. */
  name?: string | undefined;
  floorId: string;
  /** Metres, local to the floor: x to the right, y upwards. -10000 to 10000. */
  xM: number;
  /** Metres, local to the floor: x to the right, y upwards. -10000 to 10000. */
  yM: number;
  /** Height of the antenna above the floor. Metres. 0 to 50. Default: 2.5. */
  zM?: number | undefined;
  /**
   * Not expected to report while false. A plain beacon on a wall is one that never reports and has a `beacon`.
   * Default: true.
   */
  enabled?: boolean | undefined;
  /** Where it advertises as well: phones may tell that they hear it. */
  beacon?: FixedBeaconInput | null | undefined;
  settings?: GatewaySettings | undefined;
}

export interface GatewayPlace {
  floorId: string;
  /** Metres, local to the floor: x to the right, y upwards. */
  xM: number;
  /** Metres, local to the floor: x to the right, y upwards. */
  yM: number;
}

/** A quarter hour of one gateway; null where nothing was measured. */
export interface GatewayQuarter {
  /** ISO 8601 with its offset from UTC. */
  start: string;
  /** Of its fifteen minutes: the share in which it reported. 0 to 1. */
  coverage: number;
  /** Of all kinds; the mean. */
  advertsPerSecond: number | null;
  /** RSSI in dBm that the weakest twentieth of all that it decoded stayed below; the mean. */
  weakestDbm: number | null;
  /** Of the carriers that were nearest to its neighbours: the share that it heard. 0 to 1. */
  heardShare: number | null;
  /** Decibels that it heard more than the site's other gateways did from as far. */
  hearingDb: number | null;
  /** Waiting on its disk; the most. */
  outboxBatches: number | null;
  /** Of its box; the highest. */
  temperatureC: number | null;
}

/** What one gateway does otherwise than the others; what is left out is as usual. */
export interface GatewaySettings {
  /**
   * Of one thinning window. A place is worked out once a second: shorter costs the network, longer costs accuracy.
   * 500 to 5000.
   */
  windowMs?: number | undefined;
  /** A gateway counts as silent after a minute without a word. Milliseconds. 5000 to 30000. */
  heartbeatMs?: number | undefined;
  /** Milliseconds. 5000 to 30000. */
  statusEveryMs?: number | undefined;
  /** False: counts no unknown carriers although the site does; for one that hangs over a street. */
  unknowns?: boolean | undefined;
}

/** Measured of one gateway, next to what is usual for it. */
export interface GatewayVitals {
  /** Advertisements of all kinds a second, usual at this hour of the day; null before three days are known. */
  usualAdvertsPerSecond: number | null;
  /** Of the minutes of the last hour: the share in which it reported. 0 to 1. */
  coverageHour: number | null;
  /** Of the minutes of the last 24 hours: the share in which it reported. 0 to 1. */
  coverageDay: number | null;
  /** When it last heard a carrier of the site, milliseconds since 1970 UTC. */
  lastCarrierMs: number | null;
  /** Of the carriers that are nearest to its neighbours: the share that it hears, of late. 0 to 1. */
  heardShare: number | null;
  /** The share that it heard before. 0 to 1. */
  usualHeardShare: number | null;
  /**
   * Decibels that it hears more than the site's other gateways do from as far, from the carriers that they hear as
   * well.
   */
  hearingDb: number | null;
  /** Decibels that it hears more than it did before; negative: it hears less. */
  hearingChangeDb: number | null;
  /** RSSI in dBm that the weakest twentieth of all that it decodes stays below: what is weaker it does not hear. */
  weakestDbm: number | null;
  /** The same, usual at this hour of the day; null before three days are known. dBm. */
  usualWeakestDbm: number | null;
  /** Batches that it declared lost, since the server knows it. */
  lostBatches: number;
  config: GatewayConfigState;
  /** Since its program began. Seconds. */
  uptimeSeconds: number | null;
  /** Times that its radio had to be started again, since its program began. */
  scannerRestarts: number | null;
}

export interface GetIngestCountersAnswer {
  messages: number;
  batches: number;
  sightings: number;
  duplicates: number;
  notAllowed: number;
  unlinkable: number;
  unresolved: number;
  gaps: number;
  deadLetters: Record<string, number>;
}

export interface Grant {
  role: 'owner' | 'manager' | 'retailer' | 'installer' | 'till';
  siteId: string | null;
  tenantId: string | null;
}

export interface GrantInput {
  role: 'owner' | 'manager' | 'retailer' | 'installer' | 'till';
  siteId?: string | null | undefined;
  tenantId?: string | null | undefined;
}

export interface HeardNow {
  /** How many gateways heard it within the last seconds. */
  gateways: number;
  lastHeardSecondsAgo: number | null;
  /** Since when it is listened for; before, nothing is known. Seconds. */
  listeningSeconds: number;
}

export interface Heatmap {
  floor: string;
  /** Metres. */
  cellM: number;
  measure: 'dwell' | 'carriers';
  /** What `value` counts: dwell seconds per square metre, or distinct carriers. */
  unit: 'secondsPerM2' | 'carriers';
  max: number;
  /** A share, 0 to 1. */
  coverage: number;
  state: 'provisional' | 'final';
  /** Cells withheld for having fewer than k carriers. */
  suppressedCells: number;
  /** Lower left corner of each cell in metres. */
  cells: {
    /** Metres, local to the floor: x to the right, y upwards. */
    xM: number;
    /** Metres, local to the floor: x to the right, y upwards. */
    yM: number;
    value: number;
  }[];
}

/** What was held back and why; names nobody. */
export interface HeldLog {
  from: string;
  to: string;
  /** The most frequent first. `detail`: the audience's condition, the budget's limit, the consent's purpose. */
  byReason: {
    code: string;
    detail: string | null;
    reason: string;
    count: number;
  }[];
  /** Local days, the earliest first; those without decisions are left out. */
  byDay: {
    date: string;
    sent: number;
    control: number;
    held: Record<string, number>;
  }[];
  /** Held by the ranking: which campaigns won, and how often; null name as in `decisionView`. */
  outrankedBy: {
    campaign: string | null;
    count: number;
  }[];
  samples: DecisionView[];
}

/** For those who run the mall: whether identities work, and whether somebody plays old ones back. Names nobody. */
export interface IdentitiesView {
  rotatingUuid: string | null;
  enrolled: {
    advertise: number;
    listen: number;
  };
  /** Sightings since the server's start. */
  resolved: number;
  /** Heard outside of their slot and its neighbours. */
  replayed: number;
  /** Of nobody: invented, or of an identity that has ended. */
  unknown: number;
  /** Two identities had the same number: given to neither. */
  ambiguous: number;
  lastReplay: {
    /** ISO 8601 with its offset from UTC. */
    at: string;
    gatewayId: string;
  } | null;
  phones: {
    messages: number;
    sightings: number;
    unknownBeacons: number;
    refused: number;
  };
}

export interface IdentityGiven {
  mode: IdentityMode;
  since: string;
  /** To advertise under; null for one that listens. */
  uuid: string | null;
  /** Seconds. */
  slotSeconds: number;
  /** The server's clock, to hold the phone's against. Milliseconds since 1970-01-01T00:00Z. */
  serverMs: number;
  /** 64 hex digits, told this once; null for one that listens. */
  secretHex: string | null;
}

export interface IdentityInput {
  /** Default: "advertise". */
  mode?: IdentityMode | undefined;
}

/**
 * Advertising phones rotate; listening ones advertise nothing. One phone is one or the other: their RSSI do not
 * compare.
 */
export type IdentityMode = 'advertise' | 'listen';

export interface IdentityView {
  mode: IdentityMode;
  since: string;
  /** To advertise under; null for one that listens. */
  uuid: string | null;
  /** Seconds. */
  slotSeconds: number;
  /** The server's clock, to hold the phone's against. Milliseconds since 1970-01-01T00:00Z. */
  serverMs: number;
}

export interface ImportFloorGeojsonAnswer {
  floor: Floor;
  zones: Zone[];
  skipped: {
    feature: number;
    name: string | null;
    reason: string;
  }[];
  crs: string;
}

export interface InboxGateway {
  /** Put a gateway of this id on the plan, and it is heard. */
  id: string;
  suggestedName: string;
  /** Null: one of Promenade's own. */
  fleetId: string | null;
  format: string;
  /** As it calls itself. */
  name: string;
  firstHeard: string;
  lastHeard: string;
  messages: number;
  /** Different beacons within its last whole minute; null before there was one. */
  beaconsPerMinute: number | null;
  dismissed: boolean;
}

/** How each figure is counted, in words. */
export interface InsightDefinitions {
  definitions: {
    name: string;
    definition: string;
    interval: string;
  }[];
}

export type Interest =
  | 'fashion'
  | 'shoes'
  | 'sport'
  | 'beauty'
  | 'electronics'
  | 'home'
  | 'books'
  | 'kids'
  | 'food'
  | 'coffee'
  | 'health'
  | 'entertainment';

export interface InviteAccountAnswer {
  account: Account;
  link: string;
  /** Milliseconds since 1970-01-01T00:00Z. */
  expiresMs: number;
}

export interface InviteAccountBody {
  /** 3 to 254 characters. */
  email: string;
  /** 1 to 120 characters. */
  name?: string | null | undefined;
  /** 1 to 50 of them. */
  grants: GrantInput[];
}

export type Language = 'en' | 'cs' | 'pl' | 'sk';

/** Quantiles from the sighting to the hand-over; null before there was one. */
export interface LatencyQuantiles {
  count: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

export interface Ledger {
  decisions: {
    /** ISO 8601 with its offset from UTC. */
    at: string;
    campaign: string;
    zoneName: string;
    outcome: 'sent' | 'held' | 'control';
    code: string;
    reason: string;
  }[];
  /** One's own stays, as long as presence was agreed to and the carrier was paired. */
  seen: {
    zoneName: string;
    from: string;
    to: string;
  }[];
}

export interface ListDeadLettersAnswerItem {
  id: number;
  /** ISO 8601 with its offset from UTC. */
  at: string;
  gatewayId: string | null;
  topic: string;
  reason: string;
  detail: string;
}

export interface ListServerAuditAnswerItem {
  /** ISO 8601 with its offset from UTC. */
  at: string;
  actorKind: string;
  actorId: string;
  action: string;
  siteId: string | null;
  subject: string | null;
  detail: string | null;
  ip: string | null;
}

export interface ListSiteAuditAnswerItem {
  /** ISO 8601 with its offset from UTC. */
  at: string;
  actorKind: string;
  actorId: string;
  action: string;
  siteId: string | null;
  subject: string | null;
  detail: string | null;
  ip: string | null;
}

/** The fixed beacons of a site, as they are heard on the air anyway: what a phone has to range for. */
export interface ListenedBeacons {
  uuids: string[];
}

export interface LiveGateway {
  id: string;
  online: boolean;
  /** Milliseconds since 1970-01-01T00:00Z. */
  lastSeenMs: number | null;
  advertsPerSecond: number | null;
  /** Milliseconds. */
  clockOffsetMs: number | null;
  outboxBatches: number | null;
  droppedBatches: number | null;
  version: string | null;
  /** In words, null where all is well. */
  finding: string | null;
  /** The same one by one, and what is only to be known; the gravest first. */
  findings?: GatewayFinding[] | undefined;
  vitals?: GatewayVitals | undefined;
  /** Where it hangs, if not where the plan has it. */
  elsewhere?: GatewayElsewhere | null | undefined;
}

/**
 * Where carriers are now, per floor: cells of `cellM` by their lower left corner in metres, blurred until k stand
 * behind each.
 */
export interface LiveHeat {
  /** Milliseconds since 1970-01-01T00:00Z. */
  atMs: number;
  floors: {
    floorId: string;
    /** Metres. */
    cellM: number;
    cells: [number, number, number][];
    /** Somebody is on the floor, but fewer than k: nothing is drawn. */
    tooFew?: boolean | undefined;
  }[];
}

export interface LiveSnapshot {
  /** The site's clock. Milliseconds since 1970-01-01T00:00Z. */
  atMs: number;
  /** Present carriers that count as people's (no staff, no carts); null while suppressed. */
  occupancy: number | null;
  zones: {
    zoneId: string;
    occupancy: number | null;
  }[];
  gateways: LiveGateway[];
  /** 0..1 while history is being played in, else null. */
  historyProgress: number | null;
}

export type Liveliness = 'quiet' | 'normal' | 'lively';

export interface LoyaltySettings {
  /** What a point costs, in minor units of the site's currency. 1 to 1000000. Default: 100. */
  minorPerPoint: number;
  /** Points of the last twelve months from which one has the tier. 1 to 10000000. Default: 500. */
  silverPoints: number;
  /** 2 to 10000000. Default: 2000. */
  goldPoints: number;
}

export interface LoyaltySettingsInput {
  /** What a point costs, in minor units of the site's currency. 1 to 1000000. Default: 100. */
  minorPerPoint?: number | undefined;
  /** Points of the last twelve months from which one has the tier. 1 to 10000000. Default: 500. */
  silverPoints?: number | undefined;
  /** 2 to 10000000. Default: 2000. */
  goldPoints?: number | undefined;
}

export interface LoyaltyView {
  /** Of the last twelve months. */
  points: number;
  tier: Tier;
  tiers: {
    tier: 'member' | 'silver' | 'gold';
    fromPoints: number;
  }[];
  minorPerPoint: number;
  /** Newest first. */
  entries: {
    /** ISO 8601 with its offset from UTC. */
    at: string;
    points: number;
    source: 'pos' | 'import' | 'webshop' | 'redemption';
  }[];
}

export interface MapFloor {
  id: string;
  name: string;
  level: number;
  /** Metres. */
  widthM: number;
  /** Metres. */
  heightM: number;
  /** Null: the whole rectangle. */
  outline: Shape | null;
  /** [x1, y1, x2, y2] in metres, only those that show on a phone. */
  walls: [number, number, number, number][];
  /** Where neither outline nor walls were drawn: the uploaded plan, and where on the floor it lies. */
  image: {
    url: string;
    /** Metres, local to the floor: x to the right, y upwards. */
    xM: number;
    /** Metres, local to the floor: x to the right, y upwards. */
    yM: number;
    /** Metres. */
    widthM: number;
    /** Metres. */
    heightM: number;
  } | null;
}

export interface MapZone {
  id: string;
  floorId: string;
  name: string;
  kind: 'shop' | 'corridor' | 'entrance' | 'coupon' | 'other';
  shape: Shape;
  /** An offer runs here now. */
  coupon: boolean;
  /** Null: not measured, or too few people to tell it without telling of them. */
  liveliness: Liveliness | null;
}

export interface OccupancyThreshold {
  /** Null: the whole site. */
  zone: string | null;
  /** `rose` is told once so many are present. 1 to 1000000. */
  limit: number;
  /**
   * `fell` is told once fewer than limit − hysteresis are, so that coming and going at the limit tells nothing. 0 to
   * 1000000. Default: 0.
   */
  hysteresis: number;
  /** It must last so long. Seconds. 0 to 3600. Default: 10. */
  forSeconds: number;
}

export interface OccupancyThresholdInput {
  /** Null: the whole site. */
  zone?: string | null | undefined;
  /** `rose` is told once so many are present. 1 to 1000000. */
  limit: number;
  /**
   * `fell` is told once fewer than limit − hysteresis are, so that coming and going at the limit tells nothing. 0 to
   * 1000000. Default: 0.
   */
  hysteresis?: number | undefined;
  /** It must last so long. Seconds. 0 to 3600. Default: 10. */
  forSeconds?: number | undefined;
}

export interface OfferFace {
  /** In the site's main language, and for every language that has no translation. 1 to 80 characters. */
  title: string;
  /** 1 to 400 characters. */
  text: string;
  /** 0 to 1000 characters. */
  terms: string | null;
  /** Default: {}. */
  translations: Record<
    string,
    {
      /** 1 to 80 characters. */
      title: string;
      /** 1 to 400 characters. */
      text: string;
      /** 0 to 1000 characters. */
      terms: string | null;
    }
  >;
  /** An image that was uploaded for this site. */
  imageId: string | null;
  value: OfferValue | null;
  /** Minutes. 1 to 129600. */
  validMinutes: number;
  /** Last local day on which it can be redeemed, however long it would be valid; null: no such day. */
  validUntil: string | null;
}

export interface OfferFaceInput {
  /** In the site's main language, and for every language that has no translation. 1 to 80 characters. */
  title: string;
  /** 1 to 400 characters. */
  text: string;
  /** 0 to 1000 characters. */
  terms?: string | null | undefined;
  /** Default: {}. */
  translations?:
    | Record<
        string,
        {
          /** 1 to 80 characters. */
          title: string;
          /** 1 to 400 characters. */
          text: string;
          /** 0 to 1000 characters. */
          terms?: string | null | undefined;
        }
      >
    | undefined;
  /** An image that was uploaded for this site. */
  imageId?: string | null | undefined;
  value?: OfferValue | null | undefined;
  /** Minutes. 1 to 129600. */
  validMinutes: number;
  /** Last local day on which it can be redeemed, however long it would be valid; null: no such day. */
  validUntil?: string | null | undefined;
}

export interface OfferKeyView {
  id: string;
  publicKey: string;
  /** ISO 8601 with its offset from UTC. */
  createdAt: string;
  /** ISO 8601 with its offset from UTC. */
  retiredAt: string | null;
  /** ISO 8601 with its offset from UTC. */
  revokedAt: string | null;
}

/**
 * What the shopper saves: for ranking, the budget and the ledger. Minor units of the site's currency (hellers,
 * groszy, cents).
 */
export type OfferValue =
  | {
      type: 'amount';
      /** In minor units of the currency, such as cents. 1 to 100000000. */
      amountMinor: number;
    }
  | {
      type: 'percent';
      /** 0.1 to 100. */
      percent: number;
      /**
       * What a basket is expected to come to, and at most taken off: the budget counts on it. In minor units of the
       * currency, such as cents. 1 to 100000000.
       */
      maxAmountMinor: number;
    }
  | {
      type: 'gift';
      /** In minor units of the currency, such as cents. 0 to 100000000. */
      costMinor: number;
    };

export interface OfflineKit {
  /** The server's clock, to hold the till's against. Milliseconds since 1970-01-01T00:00Z. */
  serverMs: number;
  sites: OfflineSite[];
}

/** What a till keeps so that it can check codes without a network: of the sites and tenants where it may redeem. */
export interface OfflineSite {
  site: {
    id: string;
    name: string;
    timezone: string;
    currency: string;
  };
  /** Ed25519, raw, base64url. Revoked ones are left out. */
  keys: {
    id: string;
    publicKey: string;
  }[];
  /** Codes of these tenants are taken. */
  tenants: string[];
  faces: {
    campaignRef: string;
    variant: string;
    title: string;
    text: string;
    terms: string | null;
  }[];
  /** Offers that were redeemed and whose codes have not expired; the latest, as many as there is room for. */
  used: {
    offerId: string;
    /** Milliseconds since 1970-01-01T00:00Z. */
    atMs: number;
  }[];
}

export interface OrderFault {
  /** Place in the batch, from 0; of a file the line, from 1. */
  at: number;
  order: string | null;
  field: string;
  message: string;
}

export interface OrderInput {
  id: string;
  /** The shop; needed from a manager, and the own one may be left out by everybody else. Null: the mall's own. */
  tenant?: string | null | undefined;
  /** ISO 8601 with its offset from UTC. */
  at: Time;
  /** What was paid after discounts, in minor units of the site's currency. 0 to 1000000000. */
  amountMinor: number;
  /** 0 to 100000. */
  items?: number | null | undefined;
  /** The zone of the shop; left out: the tenant's only shop, where there is one. */
  zone?: string | null | undefined;
  /** Default: "pos". */
  source?: 'pos' | 'import' | 'webshop' | undefined;
  /** At most one shopper: who redeemed this offer with it, or who has this reference. None: a guest. */
  offerId?: string | null | undefined;
  /** 1 to 80 characters. */
  shopperRef?: string | null | undefined;
  /** 1 to 120 characters. */
  customerId?: string | null | undefined;
}

export interface OrdersFileTaken {
  taken: number;
  /** Were there already, alike. */
  known: number;
  refused: number;
  /** The first of them. */
  faults: OrderFault[];
  /**
   * False: the file broke off or could not be read further; what came before is kept, and sending it all again is
   * safe.
   */
  complete: boolean;
  lines: number;
  stopped: string | null;
}

/** Nothing is lost silently: taken + known + refused is what was read. */
export interface OrdersTaken {
  taken: number;
  /** Were there already, alike. */
  known: number;
  refused: number;
  /** The first of them. */
  faults: OrderFault[];
}

/** Any of them, for receivers. */
export type OutgoingEvent =
  | {
      type: 'occupancy.threshold';
      timestamp: string;
      site: string;
      webhook: string;
      sequence: number;
      dropped: number;
      data: {
        zone: string | null;
        direction: 'rose' | 'fell';
        limit: number;
        hysteresis: number;
        occupancy: number | null;
      };
    }
  | {
      type: 'zone.counts';
      timestamp: string;
      site: string;
      webhook: string;
      sequence: number;
      dropped: number;
      data: {
        interval: '15m' | 'hour';
        from: string;
        to: string;
        revision: number;
        zones: ZoneFigures[];
      };
    }
  | {
      type: 'offer.sent';
      timestamp: string;
      site: string;
      webhook: string;
      sequence: number;
      dropped: number;
      data: {
        campaign: string;
        tenant: string | null;
        from: string;
        to: string;
        sent: number | null;
        byZone: {
          zone: string;
          variant: string | null;
          sent: number | null;
        }[];
      };
    }
  | {
      type: 'redemption.made';
      timestamp: string;
      site: string;
      webhook: string;
      sequence: number;
      dropped: number;
      data: {
        id: string;
        offer: string;
        campaign: string;
        tenant: string | null;
        /** ISO 8601 with its offset from UTC. */
        redeemedAt: string;
        till: string | null;
        /** In minor units of the currency, such as cents. */
        amountMinor: number | null;
        currency: string;
      };
    }
  | {
      type: 'redemption.voided';
      timestamp: string;
      site: string;
      webhook: string;
      sequence: number;
      dropped: number;
      data: {
        id: string;
        offer: string;
        campaign: string;
        tenant: string | null;
        /** ISO 8601 with its offset from UTC. */
        redeemedAt: string;
        till: string | null;
        /** In minor units of the currency, such as cents. */
        amountMinor: number | null;
        currency: string;
        /** ISO 8601 with its offset from UTC. */
        voidedAt: string;
      };
    }
  | {
      type: 'carrier.entered';
      timestamp: string;
      site: string;
      webhook: string;
      sequence: number;
      dropped: number;
      data: {
        visitor: string;
        zone: string;
      };
    }
  | {
      type: 'carrier.exited';
      timestamp: string;
      site: string;
      webhook: string;
      sequence: number;
      dropped: number;
      data: {
        visitor: string;
        zone: string;
      };
    }
  | {
      type: 'carrier.dwelled';
      timestamp: string;
      site: string;
      webhook: string;
      sequence: number;
      dropped: number;
      data: {
        visitor: string;
        zone: string;
        /** Seconds. */
        dwellSeconds: number;
      };
    }
  | {
      type: 'webhook.test';
      timestamp: string;
      site: string;
      webhook: string;
      sequence: number;
      dropped: number;
      data: {
        message: string;
      };
    };

export interface PairTagBody {
  /** 1 to 64 characters. */
  code: string;
  /** Default: false. */
  takeover?: boolean | undefined;
}

export interface PauseOffersBody {
  /** Minutes. 1 to 525600. */
  minutes: number | null;
}

export interface PeakHours {
  timezone: string;
  /** Grid[weekday 0 = Monday][hour 0..23]: mean footfall of that local hour, null where no day counted. */
  grid: {
    value: number | null;
    low: number | null;
    high: number | null;
    days: number;
  }[][];
  peak: {
    weekday: number;
    hour: number;
    value: number;
  } | null;
  /** Local days left out for low coverage. */
  excludedDays: {
    day: string;
    /** A share, 0 to 1. */
    coverage: number;
  }[];
}

export interface People {
  interval: '15m' | 'hour' | 'day' | 'week';
  timezone: string;
  /** Null: the whole site. */
  zone: string | null;
  series: {
    /** ISO 8601 with its offset from UTC. */
    start: string;
    /** A share, 0 to 1. */
    coverage: number;
    state: 'provisional' | 'final';
    /** Carriers that came in: what was seen. */
    observed: {
      value: number | null;
      low: number | null;
      high: number | null;
    };
    /** People who came in: what reference counts make of it. Null without any. */
    people: {
      value: number | null;
      low: number | null;
      high: number | null;
    };
  }[];
  /** What the estimate rests on; null where no count could be used. */
  ratio: {
    peoplePerCarrier: number;
    low: number;
    high: number;
    counts: number;
    /** Counts are used from then on: who carries a beacon changes over the months. */
    from: string;
    entrances: {
      peoplePerCarrier: number;
      low: number;
      high: number;
      counts: number;
      zoneId: string;
    }[];
  } | null;
  /** Counts of the time that say nothing: too little coverage, or not settled yet. */
  unusedCounts: number;
}

export interface PhoneSighting {
  uuid: string;
  /** 0 to 65535. */
  major: number;
  /** 0 to 65535. */
  minor: number;
  /**
   * Mean of the second or so in which it was heard. Radios say 0 or 127 for "not known": such are not to be sent.
   * dBm. -120 to -10.
   */
  rssiDbm: number;
  /** Advertisements that the mean is of. 1 to 1000. Default: 1. */
  adverts?: number | undefined;
  /** By the phone's clock. Milliseconds since 1970-01-01T00:00Z. 0 to 8640000000000000. */
  atMs: number;
}

export interface PhoneSightings {
  /**
   * Rises with each start of the app; `seq` with each message of it. Sent again, a message counts once. 0 to
   * 4294967295.
   */
  epoch: number;
  /** At least 0. */
  seq: number;
  /**
   * The phone's clock as it sends: the server corrects by it. Milliseconds since 1970-01-01T00:00Z. 0 to
   * 8640000000000000.
   */
  clockMs: number;
  /** 0 to 1000 of them. */
  sightings: PhoneSighting[];
}

export interface PhoneSightingsAnswer {
  /** Sightings that are durable now, or were from an earlier sending. */
  accepted: number;
  duplicate: boolean;
  /** Sightings of beacons that are none of this mall's. */
  unknownBeacons: number;
}

export type Point = [number, number];

export interface ProfileInput {
  /** 0 to 12 of them. */
  interests: Interest[];
  /** 0 to 20 of them. */
  brands: string[];
}

export interface ProfileView {
  /** 0 to 12 of them. */
  interests: Interest[];
  /** 0 to 20 of them. */
  brands: string[];
  /** Brands that offers of this mall ask for. */
  suggestedBrands: string[];
}

export interface Proof {
  campaignId: string;
  /** First and last time at which a shopper who is counted came in; null: nobody yet. */
  from: string | null;
  to: string | null;
  /** Offers, not shoppers. */
  funnel: {
    wouldFire: number;
    control: number;
    sent: number;
    opened: number;
    redeemed: number;
  };
  /** From the hand-over to the till. Null below k. */
  timeToRedeemMinutes: {
    median: number | null;
    p90: number | null;
  };
  /** From a shopper's first would-fire on, what they did is counted for as long. Days. */
  windowDays: number;
  /** Shoppers, not triggers: each counts once, from their first; those whose window is over. Null below k. */
  shoppers: {
    treated: number | null;
    control: number | null;
  };
  /** Their window is not over yet. */
  waiting: number;
  currency: string;
  /** Over all treated shoppers whose window is over. */
  incrementalVisits: Finding;
  incrementalSalesMinor: Finding;
  method: string;
  warnings: ('sample-ratio' | 'dropout')[];
  ab: AbResult | null;
}

export interface PublicSite {
  id: string;
  name: string;
  demo: boolean;
  languages: Language[];
  consents: ConsentText[];
}

export interface PublicSites {
  sites: {
    id: string;
    name: string;
  }[];
}

export type Purpose = 'presence' | 'push' | 'profiling' | 'sharing';

/**
 * `GET /shopper/push-key`: what `pushManager.subscribe({ userVisibleOnly: true, applicationServerKey })` needs. A
 * subscription made with another key is refused by the push services: compare, and subscribe anew.
 */
export interface PushKey {
  /** The server's P-256 point, uncompressed, base64url: 87 characters. */
  publicKey: string;
}

/**
 * Body of `PUT /shopper/push`: `subscription.toJSON()`. The same endpoint again replaces its keys. 204. Asked for
 * by a shopper who agreed to `push`; 409 `no-consent` otherwise.
 */
export interface PushSubscription {
  /** Checked again each time before anything is sent to it. 0 to 1000 characters. */
  endpoint: string;
  keys: {
    p256dh: string;
    auth: string;
  };
  expirationTime?: number | null | undefined;
}

export interface PutCarrierBody {
  id?: string | undefined;
  kind: 'shopper' | 'tag' | 'cart' | 'staff' | 'unknown';
  uuid: string;
  /** 0 to 65535. */
  major: number;
  /** 0 to 65535. */
  minor: number;
  /** dBm. -110 to -20. */
  calibratedPowerDbm?: number | null | undefined;
  /** 0 to 120 characters. */
  label?: string | null | undefined;
}

export interface PutCounterBody {
  id?: string | undefined;
  /** 1 to 120 characters. */
  name?: string | null | undefined;
  zoneId: string;
}

export interface PutFleetBody {
  id?: string | undefined;
  /** 1 to 120 characters. */
  name?: string | undefined;
  format:
    | 'espresense'
    | 'openmqttgateway'
    | 'room-assistant'
    | 'minew'
    | 'moko'
    | 'april-brother'
    | 'ruuvi'
    | 'happy-bubbles'
    | 'shelly'
    | 'kontakt';
  /** 1 to 32 of them. */
  topics?: string[] | undefined;
  aliases?: Record<string, BeaconAliasInput> | undefined;
  /** Default: true. */
  enabled?: boolean | undefined;
  /** Default: "own". */
  clock?: FleetClock | undefined;
}

export interface PutGatewayBody {
  id?: string | undefined;
  /** 1 to 120 characters. */
  name?: string | undefined;
  floorId: string;
  /** Metres, local to the floor: x to the right, y upwards. -10000 to 10000. */
  xM: number;
  /** Metres, local to the floor: x to the right, y upwards. -10000 to 10000. */
  yM: number;
  /** Metres. 0 to 50. Default: 2.5. */
  zM?: number | undefined;
  /** Default: true. */
  enabled?: boolean | undefined;
  beacon?: FixedBeaconInput | null | undefined;
  settings?: GatewaySettings | undefined;
}

export interface PutOrdersBody {
  /** 1 to 1000 of them. */
  orders: OrderInput[];
}

export interface Redemption {
  result: 'redeemed' | 'already-redeemed' | 'expired' | 'unknown';
  message: string;
  /** For taking it back; null where nothing was redeemed now. */
  id: string | null;
  /** Ties an order of an import to whoever redeemed. */
  offerId: string | null;
  title: string | null;
  text: string | null;
  terms: string | null;
  /** ISO 8601 with its offset from UTC. */
  redeemedAt: string | null;
  /** ISO 8601 with its offset from UTC. */
  expiresAt: string | null;
  /** Until then it can be taken back; null where it cannot. */
  voidableUntil: string | null;
  /** In minor units of the currency, such as cents. */
  amountMinor: number | null;
  currency: string | null;
}

export interface RedemptionConflict {
  result: 'settled' | 'double-use' | 'expired' | 'withdrawn' | 'revoked' | 'unknown';
  message: string;
  tenantId: string | null;
  campaignId: string | null;
  offerId: string;
  title: string | null;
  /** ISO 8601 with its offset from UTC. */
  acceptedAt: string;
  /** ISO 8601 with its offset from UTC. */
  settledAt: string;
  till: string | null;
  by: {
    kind: string;
    id: string;
  };
  /** In minor units of the currency, such as cents. */
  amountMinor: number | null;
  currency: string;
  /** Milliseconds. */
  clockOffsetMs: number;
  other: {
    /** ISO 8601 with its offset from UTC. */
    at: string;
    till: string | null;
  } | null;
}

export interface RedemptionInput {
  /** 1 to 400 characters. */
  code: string;
  /**
   * What was paid in the end, in the site's currency; `amountMinor` is the same in its minor units, and only one of
   * them is given. 0 to 10000000.
   */
  amount?: number | undefined;
  /** In minor units of the currency, such as cents. 0 to 1000000000. */
  amountMinor?: number | undefined;
  /** The receipt's number: an import of the same order later is the same order. */
  orderId?: string | undefined;
  /** Which till of the shop, where it has several. 1 to 40 characters. */
  till?: string | undefined;
  /** Or as the header Idempotency-Key. */
  idempotencyKey?: string | undefined;
}

export interface RedemptionRow {
  id: string;
  siteId: string;
  tenantId: string | null;
  offerId: string;
  campaignId: string;
  title: string;
  /** ISO 8601 with its offset from UTC. */
  at: string;
  till: string | null;
  /** In minor units of the currency, such as cents. */
  amountMinor: number | null;
  currency: string;
  orderId: string | null;
  /** When it was settled, where it was accepted without a network. ISO 8601 with its offset from UTC. */
  settledAt: string | null;
  voidableUntil: string | null;
}

export interface ReferenceCount {
  id: string;
  zoneId: string;
  /** Null: entered by hand or from a file. */
  counterId: string | null;
  from: string;
  to: string;
  people: number;
  out: number | null;
  note: string | null;
}

export interface ReferenceCountInput {
  /** An entrance. */
  zoneId: string;
  /** ISO 8601 with its offset from UTC. */
  from: Time;
  /** ISO 8601 with its offset from UTC. */
  to: Time;
  /** Persons who came in. 0 to 1000000. */
  people: number;
  /** Persons who went out, where that was counted. 0 to 1000000. */
  out?: number | null | undefined;
  /** 0 to 500 characters. */
  note?: string | null | undefined;
}

export interface RehearsalView {
  campaignId: string;
  /** ISO 8601 with its offset from UTC. */
  rehearsedAt: string;
  /** The history that was replayed: at most the last 28 days, whole local days. */
  from: string;
  to: string;
  /** Local days with enough coverage to count, on which the schedule is open. */
  days: number;
  /** Local days of the history left out. */
  leftOut: {
    /** Coverage below the definitions' least. */
    lowCoverage: number;
    /** The schedule is closed. */
    closed: number;
  };
  basis: 'stays' | 'heat' | 'none';
  /**
   * Of `heat`: how far the estimate is off in zones where the answer is known, as a factor (1.4: a third less to 40
   * % more, two times of three), and in how many zones that was tried. Null where no zone could be tried.
   */
  checked: {
    factor: number;
    zones: number;
  } | null;
  /**
   * Fires a day after schedule, cooldown and audience, before the attention budget, as if every carrier that counts
   * were a shopper who agreed. The band holds a single day 19 times of 20.
   */
  triggersPerDay: {
    value: number;
    low: number;
    high: number;
  } | null;
  /** Carriers over the whole history, unknown ones counted anew each day; null below k. */
  distinctShoppers: number | null;
  /** Of that, what shoppers who have paired and agreed to presence and offers would get now. Null below k of them. */
  reachable: {
    shoppers: number;
    triggersPerDay: number;
  } | null;
  /** Of the fires, the share of carriers whose true place was outside the zone, given the position error there. */
  falseFireShare: {
    value: number;
    low: number;
    high: number;
  } | null;
  /**
   * Where those really were, largest share of all fires first; null: in no zone, or in one that the asker does not
   * see.
   */
  spill: {
    zoneId: string | null;
    /** A share, 0 to 1. */
    share: number;
  }[];
  /**
   * What the mall's limits would hold back a day, by reason code, that of the budget with its limit:
   * `attention-budget/visit`.
   */
  heldPerDay: Record<string, number>;
  /** Shoppers chosen at random to get none, a day. */
  controlPerDay: number | null;
  offersPerDay: {
    value: number;
    low: number;
    high: number;
  } | null;
  zones: {
    zoneId: string;
    basis: 'stays' | 'heat' | 'none';
    /** Null where the whole figure is not told. */
    triggersPerDay: number | null;
    /** A share, 0 to 1. */
    falseFireShare: number | null;
    /** Radius of the circle of the zone's area. Metres. */
    radiusM: number;
    /** Position error that nine of ten fixes keep below here; null where nothing is known of it. */
    localP90M: number | null;
    errorFrom: 'zone-certificate' | 'floor-certificate' | 'expected' | null;
  }[];
  warnings: {
    code:
      | 'zone-smaller-than-error'
      | 'spill'
      | 'many-false-fires'
      | 'no-history'
      | 'little-history'
      | 'no-triggers'
      | 'too-few'
      | 'budget-takes-most'
      | 'audience-unknown'
      | 'baskets-unknown'
      | 'zone-is-new'
      | 'error-unknown';
    zoneId: string | null;
    /** What the words are made of, for words in another language. */
    params: Record<string, string | number>;
    /** In English. */
    words: string;
  }[];
  /** Nothing that was rehearsed has been changed since. */
  isCurrent: boolean;
}

export interface RejectionInput {
  /** 1 to 1000 characters. */
  reason: string;
}

export interface ReplayDeliveriesBody {
  /** ISO 8601 with its offset from UTC. */
  since: Time;
}

export interface Returning {
  identified: number | null;
  returning: number | null;
  /** A share, 0 to 1. */
  share: number | null;
  low: number | null;
  high: number | null;
  /** Days. */
  windowDays: number;
  /** A share, 0 to 1. */
  coverage: number;
}

export interface RotateOfferKeysBody {
  /** Default: false. */
  revoke?: boolean | undefined;
}

export interface Schedule {
  /** 1 is Monday, 7 is Sunday; the day on which the hours begin. 1 to 7 of them. */
  weekdays: number[];
  from: string;
  /** At or before `from`: on the next day. */
  to: string;
  /** First and last local day, both included. */
  startsOn: string | null;
  endsOn: string | null;
  /** Days with hours of their own, whatever their weekday; `hours: null`: closed. 0 to 200 of them. Default: []. */
  exceptions: {
    date: string;
    hours: {
      from: string;
      to: string;
    } | null;
  }[];
}

export interface ScheduleInput {
  /** 1 is Monday, 7 is Sunday; the day on which the hours begin. 1 to 7 of them. */
  weekdays: number[];
  from: string;
  /** At or before `from`: on the next day. */
  to: string;
  /** First and last local day, both included. */
  startsOn?: string | null | undefined;
  endsOn?: string | null | undefined;
  /** Days with hours of their own, whatever their weekday; `hours: null`: closed. 0 to 200 of them. Default: []. */
  exceptions?:
    | {
        date: string;
        hours: {
          from: string;
          to: string;
        } | null;
      }[]
    | undefined;
}

export interface Series {
  metric: string;
  interval: '15m' | 'hour' | 'day' | 'week';
  timezone: string;
  series: SeriesPoint[];
  definitions?: AskedDefinitions | undefined;
}

/** `value: null` where nothing was measured; low ≤ value ≤ high is meant to hold the truth 95 % of the time. */
export interface SeriesPoint {
  /** ISO 8601 with its offset from UTC. */
  start: string;
  value: number | null;
  low: number | null;
  high: number | null;
  /** Share of expected gateway-minutes that reported, 0 to 1. */
  coverage: number;
  state: 'provisional' | 'final';
  /** True where the value is withheld because fewer than k carriers stand behind it. */
  suppressed?: boolean | undefined;
  /** Further figures of the same definition: dwell has mean, p90; occupancy has peak; capture-rate has turnInRatio. */
  mean?: number | null | undefined;
  p90?: number | null | undefined;
  peak?: number | null | undefined;
  turnInRatio?: number | null | undefined;
}

export interface SetPasswordBody {
  /** 3 to 254 characters. */
  email?: string | undefined;
  /** 0 to 200 characters. */
  current?: string | undefined;
  /** 10 to 200 characters. */
  password: string;
}

export interface SettleInput {
  /** The till's clock as it sends this: what its times are corrected by. ISO 8601 with its offset from UTC. */
  clock: Time;
  /** 1 to 40 characters. */
  till?: string | undefined;
  /** 1 to 100 of them. */
  items: {
    key: string;
    /** 1 to 400 characters. */
    code: string;
    /** By the till's clock. ISO 8601 with its offset from UTC. */
    acceptedAt: Time;
    /** 0 to 10000000. */
    amount?: number | undefined;
    /** In minor units of the currency, such as cents. 0 to 1000000000. */
    amountMinor?: number | undefined;
    orderId?: string | undefined;
  }[];
}

export interface Settlement {
  key: string;
  result: 'settled' | 'double-use' | 'expired' | 'withdrawn' | 'revoked' | 'unknown';
  message: string;
  title: string | null;
  offerId: string | null;
  /** The one that counts, where it is another. */
  other: {
    /** ISO 8601 with its offset from UTC. */
    at: string;
    till: string | null;
  } | null;
}

export interface Settlements {
  results: Settlement[];
  /** How much the till's clock is behind the server's. Milliseconds. */
  clockOffsetMs: number;
}

export type Shape =
  | {
      type: 'polygon';
      /** 1 to 50 of them. */
      rings: Point[][];
    }
  | {
      type: 'circle';
      /** Metres, local to the floor: x to the right, y upwards. -10000 to 10000. */
      xM: number;
      /** Metres, local to the floor: x to the right, y upwards. -10000 to 10000. */
      yM: number;
      /** Metres. 0.5 to 500. */
      radiusM: number;
    };

export interface ShopFigures {
  zoneId: string | null;
  tenantId: string | null;
  from: string;
  to: string;
  currency: string;
  conversionRate: {
    value: number | null;
    low: number | null;
    high: number | null;
    n: number | null;
    basis: 'people' | 'identified' | null;
  };
  purchaseFrequency: {
    value: number | null;
    low: number | null;
    high: number | null;
    n: number | null;
  };
  averageOrderValueMinor: {
    value: number | null;
    low: number | null;
    high: number | null;
    n: number | null;
  };
  repeatPurchaseRate: {
    value: number | null;
    low: number | null;
    high: number | null;
    n: number | null;
  };
  guestShare: {
    value: number | null;
    low: number | null;
    high: number | null;
    n: number | null;
  };
  lifetimeValueMinor: {
    value: number | null;
    low: number | null;
    high: number | null;
    n: number | null;
  };
  nps: {
    value: number | null;
    low: number | null;
    high: number | null;
    n: number | null;
  };
}

/** Nobody is in it, and no number of people. */
export interface ShopperMap {
  /** ISO 8601 with its offset from UTC. */
  at: string;
  floors: MapFloor[];
  zones: MapZone[];
}

export interface ShopperMe {
  site: {
    id: string;
    name: string;
    timezone: string;
    currency: string;
  };
  language: Language;
  demo: boolean;
  consents: ConsentView[];
  pairing: {
    label: string | null;
    since: string;
  } | null;
  /** `until: null` lasts until it is ended by hand. */
  paused: {
    until: string | null;
  } | null;
}

export interface ShopperReference {
  tenantId: string;
  reference: string;
}

export interface ShopperStart {
  site: string;
  /** 0 to 4 of them. */
  consents: ConsentGiven[];
  language: Language;
}

export interface SignInBody {
  /** 0 to 254 characters. */
  email: string;
  /** 0 to 200 characters. */
  password: string;
}

export interface SignInByLinkBody {
  /** 1 to 200 characters. */
  token: string;
}

export interface Site {
  id: string;
  /** 1 to 120 characters. */
  name: string;
  timezone: string;
  /** Of every amount of this site: prices, baskets, budgets. Default: "EUR". */
  currency: string;
  /** Default: "wall". */
  clock: SiteClock;
  /** IBeacon UUIDs that gateways let through. 0 to 64 of them. Default: []. */
  uuids: string[];
  /** Default: false. */
  countUnknowns: boolean;
  /**
   * The one of `uuids` under which shopper apps advertise numbers that change with time: its beacons are looked up
   * by slot.
   */
  rotatingUuid?: string | null | undefined;
  /** Occupancy as retained MQTT topics, where its clock is the wall's. Left out: yes. */
  publishOccupancy?: boolean | undefined;
  /**
   * Set while recorded or simulated history is being played in: what the progress bar runs towards. Milliseconds
   * since 1970-01-01T00:00Z.
   */
  historyFromMs: number | null;
  /** Milliseconds since 1970-01-01T00:00Z. */
  historyUntilMs: number | null;
  /** 0..1 while history is being played in, else null. */
  historyProgress: number | null;
}

/**
 * `wall`: the site's clock is the server's. `data`: the newest sighting is now; nothing expires or turns live by
 * itself.
 */
export type SiteClock = 'wall' | 'data';

export interface SiteInput {
  id?: string | undefined;
  /** 1 to 120 characters. */
  name: string;
  timezone: string;
  /** Of every amount of this site: prices, baskets, budgets. Default: "EUR". */
  currency?: string | undefined;
  /** Default: "wall". */
  clock?: SiteClock | undefined;
  /** IBeacon UUIDs that gateways let through. 0 to 64 of them. */
  uuids?: string[] | undefined;
  /** Default: false. */
  countUnknowns?: boolean | undefined;
  /**
   * The one of `uuids` under which shopper apps advertise numbers that change with time: its beacons are looked up
   * by slot.
   */
  rotatingUuid?: string | null | undefined;
  /** Occupancy as retained MQTT topics, where its clock is the wall's. Left out: yes. */
  publishOccupancy?: boolean | undefined;
  /**
   * Set while recorded or simulated history is being played in: what the progress bar runs towards. Milliseconds
   * since 1970-01-01T00:00Z.
   */
  historyFromMs?: number | null | undefined;
  /** Milliseconds since 1970-01-01T00:00Z. */
  historyUntilMs?: number | null | undefined;
}

export type Tier = 'member' | 'silver' | 'gold';

export type Trigger =
  | {
      /** Enters a coupon zone with a basket left in the web shop within `maxAgeHours`; a basket fires once. */
      type: 'enter';
    }
  | {
      /** Enters a coupon zone with a basket left in the web shop within `maxAgeHours`; a basket fires once. */
      type: 'dwell';
      /** Seconds. 5 to 3600. */
      seconds: number;
    }
  | {
      /** Enters a coupon zone with a basket left in the web shop within `maxAgeHours`; a basket fires once. */
      type: 'exit';
    }
  | {
      /** Enters a coupon zone with a basket left in the web shop within `maxAgeHours`; a basket fires once. */
      type: 'return';
      /** 1 to 365. */
      days: number;
    }
  | {
      /** Enters a coupon zone with a basket left in the web shop within `maxAgeHours`; a basket fires once. */
      type: 'basket';
      /** Hours. 1 to 720. Default: 72. */
      maxAgeHours: number;
      /** In minor units of the currency, such as cents. At least 0. Default: 0. */
      minValueMinor: number;
    };

export type TriggerInput =
  | {
      /** Enters a coupon zone with a basket left in the web shop within `maxAgeHours`; a basket fires once. */
      type: 'enter';
    }
  | {
      /** Enters a coupon zone with a basket left in the web shop within `maxAgeHours`; a basket fires once. */
      type: 'dwell';
      /** Seconds. 5 to 3600. */
      seconds: number;
    }
  | {
      /** Enters a coupon zone with a basket left in the web shop within `maxAgeHours`; a basket fires once. */
      type: 'exit';
    }
  | {
      /** Enters a coupon zone with a basket left in the web shop within `maxAgeHours`; a basket fires once. */
      type: 'return';
      /** 1 to 365. */
      days: number;
    }
  | {
      /** Enters a coupon zone with a basket left in the web shop within `maxAgeHours`; a basket fires once. */
      type: 'basket';
      /** Hours. 1 to 720. Default: 72. */
      maxAgeHours?: number | undefined;
      /** In minor units of the currency, such as cents. At least 0. Default: 0. */
      minValueMinor?: number | undefined;
    };

export interface UnknownPayload {
  reason: string;
  count: number;
  /** The latest, cut and with everything masked that could name a person: what it looks like, not what it says. */
  sample: {
    /** ISO 8601 with its offset from UTC. */
    at: string;
    topic: string;
    payload: string;
  } | null;
}

export interface UnsubscribePushBody {
  /** 0 to 1000 characters. */
  endpoint: string;
}

export interface Variant {
  id: string;
  offer: OfferFace;
}

export interface VariantInput {
  id: string;
  offer: OfferFaceInput;
}

export interface VoidInput {
  /** 1 to 200 characters. */
  reason?: string | undefined;
}

/** What was taken back, by whom and why. */
export interface VoidRow {
  id: string;
  tenantId: string | null;
  offerId: string;
  campaignId: string;
  title: string;
  /** ISO 8601 with its offset from UTC. */
  redeemedAt: string;
  /** ISO 8601 with its offset from UTC. */
  voidedAt: string;
  by: {
    kind: string;
    id: string;
  };
  till: string | null;
  /** In minor units of the currency, such as cents. */
  amountMinor: number | null;
  currency: string;
  reason: string | null;
}

export interface Voided {
  id: string;
  offerId: string;
  /** ISO 8601 with its offset from UTC. */
  voidedAt: string;
  /** False: the offer has expired meanwhile, or its holder was erased. */
  usable: boolean;
}

export interface WalkAudit {
  id: string;
  carrierId: string;
  carrierLabel: string | null;
  /** The account that walks. */
  by: string;
  started: string;
  /** Null: under way. */
  finished: string | null;
  taps: number;
}

export interface WalkAuditDetail {
  id: string;
  carrierId: string;
  carrierLabel: string | null;
  /** The account that walks. */
  by: string;
  started: string;
  /** Null: under way. */
  finished: string | null;
  taps: number;
  waypoints: WalkedTap[];
}

export interface WalkedTap {
  id: string;
  floorId: string;
  /** Metres, local to the floor: x to the right, y upwards. -10000 to 10000. */
  xM: number;
  /** Metres, local to the floor: x to the right, y upwards. -10000 to 10000. */
  yM: number;
  /** ISO 8601 with its offset from UTC. */
  at: string;
  /** Metres between the tap and the fix of that moment. Null: under way, no fix, or one on another floor. */
  errorM: number | null;
  outcome: 'pending' | 'measured' | 'noFix' | 'wrongFloor';
}

export interface Wallet {
  offers: WalletOffer[];
}

export interface WalletOffer {
  id: string;
  campaignId: string;
  title: string;
  text: string;
  terms: string | null;
  /** Of the picture, where the offer has one. */
  imageUrl: string | null;
  zoneName: string;
  /** Whose offer it is; null for the mall's own, and for a tenant without a shop on the plan. */
  shopName: string | null;
  reason: string;
  /** `active` can be redeemed. */
  state: 'active' | 'redeemed' | 'expired';
  /** ISO 8601 with its offset from UTC. */
  issuedAt: string;
  /** ISO 8601 with its offset from UTC. */
  expiresAt: string;
  /** ISO 8601 with its offset from UTC. */
  openedAt: string | null;
  /** ISO 8601 with its offset from UTC. */
  redeemedAt: string | null;
  /** What the shopper answered after redeeming, 0 to 10. */
  score: number | null;
  /** For the QR code and for typing; null once it can no longer be redeemed. */
  code: string | null;
  shortCode: string | null;
}

/** "I stand here now", by the clock of the phone. The id is the phone's own, so that sending twice counts once. */
export interface Waypoint {
  id: string;
  floorId: string;
  /** Metres, local to the floor: x to the right, y upwards. -10000 to 10000. */
  xM: number;
  /** Metres, local to the floor: x to the right, y upwards. -10000 to 10000. */
  yM: number;
  /** Milliseconds since 1970-01-01T00:00Z. 0 to 8640000000000000. */
  atMs: number;
}

/** `clockMs`: what the phone's clock says while sending; the server's own then tells how far it is off. */
export interface WaypointsInput {
  /** Milliseconds since 1970-01-01T00:00Z. 0 to 8640000000000000. */
  clockMs: number;
  /** 1 to 200 of them. */
  waypoints: Waypoint[];
}

export interface WaypointsTaken {
  /** Of the audit, by now. */
  taps: number;
  /** Never to be sent again: the reason says what is wrong with it. */
  refused: {
    id: string;
    reason: string;
  }[];
}

export interface Webhook {
  id: string;
  /** Whose it is; null: the mall's. */
  tenantId: string | null;
  url: string;
  name: string | null;
  events: EventType[];
  zones: string[];
  campaigns: string[];
  thresholds: OccupancyThreshold[];
  dwellSeconds: number[];
  countsInterval: '15m' | 'hour';
  enabled: boolean;
  /** `gone`: the receiver answered 410. */
  disabledReason: 'gone' | null;
  /** Until when deliveries are signed with the secret before as well. */
  previousSecretUntil: string | null;
  /** ISO 8601 with its offset from UTC. */
  createdAt: string;
  figures: DeliveryFigures;
}

export interface WebhookInput {
  /** 1 to 2000 characters. */
  url: string;
  /** 1 to 120 characters. */
  name?: string | null | undefined;
  /** 1 to 8 of them. */
  events: EventType[];
  /** Only of these; empty: of all that the owner of the webhook may see. 0 to 200 of them. Default: []. */
  zones?: string[] | undefined;
  /** 0 to 200 of them. Default: []. */
  campaigns?: string[] | undefined;
  /** 0 to 50 of them. Default: []. */
  thresholds?: OccupancyThresholdInput[] | undefined;
  /** How long a stay must last for `carrier.dwelled`; each is told once a stay. 0 to 5 of them. Default: []. */
  dwellSeconds?: number[] | undefined;
  /** Default: "15m". */
  countsInterval?: '15m' | 'hour' | undefined;
  /** Default: true. */
  enabled?: boolean | undefined;
}

/** The secret is shown this once. */
export interface WebhookWithSecret {
  id: string;
  /** Whose it is; null: the mall's. */
  tenantId: string | null;
  url: string;
  name: string | null;
  events: EventType[];
  zones: string[];
  campaigns: string[];
  thresholds: OccupancyThreshold[];
  dwellSeconds: number[];
  countsInterval: '15m' | 'hour';
  enabled: boolean;
  /** `gone`: the receiver answered 410. */
  disabledReason: 'gone' | null;
  /** Until when deliveries are signed with the secret before as well. */
  previousSecretUntil: string | null;
  /** ISO 8601 with its offset from UTC. */
  createdAt: string;
  figures: DeliveryFigures;
  secret: string;
}

export interface Zone {
  id: string;
  floorId: string;
  /** 1 to 120 characters. */
  name: string;
  kind: 'shop' | 'corridor' | 'entrance' | 'coupon' | 'other';
  shape: Shape;
  tenantId: string | null;
  /** Null: the definitions' minStaySeconds. 0 to 3600. */
  minStaySeconds: number | null;
}

export interface ZoneFigures {
  /** Null: the whole site. */
  zone: string | null;
  /** A share, 0 to 1. */
  coverage: number;
  footfall: {
    value: number | null;
    low: number | null;
    high: number | null;
    suppressed: boolean;
    state: 'provisional' | 'final';
  };
  occupancy: {
    value: number | null;
    low: number | null;
    high: number | null;
    suppressed: boolean;
    state: 'provisional' | 'final';
  };
}

export interface ZoneInput {
  id?: string | undefined;
  floorId: string;
  /** 1 to 120 characters. */
  name: string;
  kind: 'shop' | 'corridor' | 'entrance' | 'coupon' | 'other';
  shape: Shape;
  tenantId?: string | null | undefined;
  /** Null: the definitions' minStaySeconds. 0 to 3600. */
  minStaySeconds?: number | null | undefined;
}
