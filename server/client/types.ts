/** What the operations take and answer. Written by `npm run client` from the OpenAPI document: not to be changed by hand. */
import type { Time } from './core.ts';

export interface AbResult {
  method: string;
  variants: {
    id: string;
    shoppers: number | null;
    redeemed: number | null;
    rate: Effect | null;
  }[];
  comparisons: {
    variant: string;
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

export interface AskedDefinitions {
  version: number;
  notApplied: string[];
  rowsFrom: string | null;
}

export interface Attention {
  /** 0 to 20. Default: 1. */
  pushesPerVisit: number;
  /** 0 to 50. Default: 2. */
  pushesPerDay: number;
  /** 0 to 20. Default: 1. */
  pushesPerTenantPerDay: number;
  /** Minutes. 0 to 1440. Default: 0. */
  minSpacingMinutes: number;
  /** Default: {"from":"22:00","to":"08:00"}. */
  quietHours: {
    from: string;
    to: string;
  } | null;
  /** Default: false. */
  approvalRequired: boolean;
}

export interface AttentionInput {
  /** 0 to 20. Default: 1. */
  pushesPerVisit?: number | undefined;
  /** 0 to 50. Default: 2. */
  pushesPerDay?: number | undefined;
  /** 0 to 20. Default: 1. */
  pushesPerTenantPerDay?: number | undefined;
  /** Minutes. 0 to 1440. Default: 0. */
  minSpacingMinutes?: number | undefined;
  /** Default: {"from":"22:00","to":"08:00"}. */
  quietHours?:
    | {
        from: string;
        to: string;
      }
    | null
    | undefined;
  /** Default: false. */
  approvalRequired?: boolean | undefined;
}

export interface Audience {
  /** 0 to 12 of them. Default: []. */
  interests: Interest[];
  /** 0 to 50 of them. Default: []. */
  brands: string[];
  /** 0 to 3 of them. Default: []. */
  tiers: Tier[];
  /** Default: "all". */
  who: 'all' | 'new' | 'returning';
  frequency: {
    /** 0 to 1000. */
    minVisits: number;
    /** 0 to 1000. */
    maxVisits: number | null;
    /** Days. 1 to 365. */
    withinDays: number;
  } | null;
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

export interface AudienceInput {
  /** 0 to 12 of them. Default: []. */
  interests?: Interest[] | undefined;
  /** 0 to 50 of them. Default: []. */
  brands?: string[] | undefined;
  /** 0 to 3 of them. Default: []. */
  tiers?: Tier[] | undefined;
  /** Default: "all". */
  who?: 'all' | 'new' | 'returning' | undefined;
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

export interface Backlog {
  gateway: string | null;
  batches: number;
  /** Seconds. */
  seconds: number;
  from: string;
  to: string;
  firstArrived: string;
  lastArrived: string;
}

export interface BasketInput {
  /** 1 to 64 characters. */
  reference: string;
  basketId: string;
  tenantId?: string | undefined;
  /** Default: "open". */
  state?: 'open' | 'purchased' | 'emptied' | undefined;
  /** 0 to 500 of them. Default: []. */
  items?:
    | {
        /** 0 to 200 characters. */
        name?: string | undefined;
        /** 1 to 10000. Default: 1. */
        quantity?: number | undefined;
      }[]
    | undefined;
  /** In minor units of the currency, such as cents. 0 to 1000000000. */
  valueMinor: number;
  /** ISO 8601 with its offset from UTC. */
  at?: Time | undefined;
}

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
  tenantId: string | null;
  /** 1 to 50 of them. */
  zoneIds: string[];
  trigger: Trigger;
  offer: OfferFace;
  /** 0 to 4 of them. Default: []. */
  variants: Variant[];
  audience: Audience | null;
  /** Minutes. 0 to 525600. Default: 1440. */
  cooldownMinutes: number;
  schedule: Schedule | null;
  /** 0 to 10000000. */
  stock: number | null;
  /** In minor units of the currency, such as cents. 0 to 100000000000. */
  budgetMinor: number | null;
  /** A share, 0 to 1. 0 to 0.5. Default: 0.1. */
  controlShare: number;
  status: 'draft' | 'rehearsed' | 'approved' | 'live' | 'paused' | 'ended';
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
  tenantId?: string | null | undefined;
  /** 1 to 50 of them. */
  zoneIds: string[];
  trigger: TriggerInput;
  offer: OfferFaceInput;
  /** 0 to 4 of them. Default: []. */
  variants?: VariantInput[] | undefined;
  audience?: AudienceInput | null | undefined;
  /** Minutes. 0 to 525600. Default: 1440. */
  cooldownMinutes?: number | undefined;
  schedule?: ScheduleInput | null | undefined;
  /** 0 to 10000000. */
  stock?: number | null | undefined;
  /** In minor units of the currency, such as cents. 0 to 100000000000. */
  budgetMinor?: number | null | undefined;
  /** A share, 0 to 1. 0 to 0.5. Default: 0.1. */
  controlShare?: number | undefined;
}

export interface CampaignImage {
  id: string;
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
  tenantId?: string | null | undefined;
  /** 1 to 50 of them. */
  zoneIds: string[];
  trigger: TriggerInput;
  offer: OfferFaceInput;
  /** 0 to 4 of them. Default: []. */
  variants?: VariantInput[] | undefined;
  audience?: AudienceInput | null | undefined;
  /** Minutes. 0 to 525600. Default: 1440. */
  cooldownMinutes?: number | undefined;
  schedule?: ScheduleInput | null | undefined;
  /** 0 to 10000000. */
  stock?: number | null | undefined;
  /** In minor units of the currency, such as cents. 0 to 100000000000. */
  budgetMinor?: number | null | undefined;
  /** A share, 0 to 1. 0 to 0.5. Default: 0.1. */
  controlShare?: number | undefined;
}

export interface Carrier {
  id: string;
  kind: 'shopper' | 'tag' | 'cart' | 'staff' | 'unknown';
  uuid: string;
  /** 0 to 65535. */
  major: number;
  /** 0 to 65535. */
  minor: number;
  /** dBm. -110 to -20. */
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
  zoneId: string | null;
  floorId: string;
  auditId: string;
  /** ISO 8601 with its offset from UTC. */
  at: string;
  by: string | null;
  taps: number;
  enough: boolean;
  /** Metres. */
  medianM: number | null;
  p90M: number | null;
  hitRate: number;
  elsewhere: {
    zoneId: string | null;
    taps: number;
  }[];
  wronglyHere: number;
  noFix: number;
  wrongFloor: number;
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
  state: 'provisional' | 'final';
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
  occupancy: {
    before: number | null;
    after: number | null;
  };
  suppressed?: boolean | undefined;
}

export interface Changelog {
  timezone: string;
  entries: ChangelogEntry[];
  more: boolean;
  awaited: {
    gateway: string | null;
    from: string;
  }[];
}

export interface ChangelogEntry {
  id: number;
  computed: string;
  from: string;
  to: string;
  backlogs: Backlog[];
  modelChanged: boolean;
  rebuilt: boolean;
  definitionsVersion: number;
  hours: ChangedHour[];
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
  /** 0 to 100 characters. */
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

export interface Counter {
  id: string;
  /** 1 to 120 characters. */
  name: string | null;
  zoneId: string;
}

export interface CoverageDraft {
  /** 0 to 500 of them. */
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
  /** Default: true. */
  oneMore?: boolean | undefined;
}

export interface CoverageMap {
  floor: string;
  /** Metres. */
  cellM: number;
  weight: 'area' | 'traffic';
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
  cells: {
    /** Metres, local to the floor: x to the right, y upwards. */
    xM: number;
    /** Metres, local to the floor: x to the right, y upwards. */
    yM: number;
    /** Metres. */
    errorM: number;
    gateways: number;
  }[];
  oneMore: CoverageProposal[];
}

export interface CoverageProposal {
  /** Metres, local to the floor: x to the right, y upwards. */
  xM: number;
  /** Metres, local to the floor: x to the right, y upwards. */
  yM: number;
  /** Metres. */
  zM: number;
  /** Metres. */
  meanBeforeM: number;
  /** Metres. */
  meanAfterM: number;
  /** Metres. */
  p90BeforeM: number;
  /** Metres. */
  p90AfterM: number;
  /** Metres. */
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
  score: number | null;
  outrankedBy: string | null;
}

export interface Definitions {
  /** Minutes. 1 to 240. Default: 15. */
  visitGapMinutes: number;
  /** Seconds. 0 to 3600. Default: 60. */
  minVisitSeconds: number;
  /** Seconds. 0 to 120. Default: 3. */
  enterConfirmSeconds: number;
  /** Seconds. 1 to 600. Default: 20. */
  exitAfterSeconds: number;
  /** Seconds. 0 to 3600. Default: 30. */
  minStaySeconds: number;
  /** Seconds. 0 to 3600. Default: 120. */
  bounceSeconds: number;
  /** Days. 1 to 90. Default: 30. */
  returnWindowDays: number;
  /** 0 to 1. Default: 0.9. */
  minCoverage: number;
  /** 1 to 100. Default: 10. */
  kAnonymity: number;
}

export interface DefinitionsInput {
  /** Minutes. 1 to 240. Default: 15. */
  visitGapMinutes?: number | undefined;
  /** Seconds. 0 to 3600. Default: 60. */
  minVisitSeconds?: number | undefined;
  /** Seconds. 0 to 120. Default: 3. */
  enterConfirmSeconds?: number | undefined;
  /** Seconds. 1 to 600. Default: 20. */
  exitAfterSeconds?: number | undefined;
  /** Seconds. 0 to 3600. Default: 30. */
  minStaySeconds?: number | undefined;
  /** Seconds. 0 to 3600. Default: 120. */
  bounceSeconds?: number | undefined;
  /** Days. 1 to 90. Default: 30. */
  returnWindowDays?: number | undefined;
  /** 0 to 1. Default: 0.9. */
  minCoverage?: number | undefined;
  /** 1 to 100. Default: 10. */
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
  /** ISO 8601 with its offset from UTC. */
  at: string;
  attempts: number;
  /** ISO 8601 with its offset from UTC. */
  lastAttemptAt: string | null;
  /** ISO 8601 with its offset from UTC. */
  nextAttemptAt: string | null;
  lastStatus: number | null;
  lastError: string | null;
  replayable: boolean;
}

export interface DeliveryFigures {
  pending: number;
  dead: number;
  delivered: number;
  dropped: number;
  failing: number;
  /** ISO 8601 with its offset from UTC. */
  retryAt: string | null;
}

export interface DeliveryReport {
  from: string;
  to: string;
  received: number;
  pushed: number;
  notAcknowledged: number;
  latencyMs: {
    all: LatencyQuantiles;
    received: LatencyQuantiles;
    pushed: LatencyQuantiles;
  };
  subscriptions: number;
}

export type DeliveryState = 'pending' | 'delivered' | 'dead' | 'withdrawn' | 'expired';

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

export interface FeedbackComments {
  comments: {
    day: string;
    campaignId: string;
    score: number;
    comment: string;
  }[];
}

export interface FeedbackInput {
  offerId: string;
  /** 0 to 10. */
  score: number;
  /** 0 to 500 characters. Default: "". */
  comment?: string | undefined;
}

export type Finding =
  | {
      state: 'measured';
      effect: Effect;
      significant: boolean;
      perShopper: Effect;
      controlMean: number;
      shoppers: {
        treated: number;
        control: number;
      };
    }
  | {
      state: 'not-enough';
      effect: Effect | null;
      perShopper: Effect | null;
      controlMean: number | null;
      shoppers: {
        treated: number;
        control: number;
      } | null;
      moreShoppers: number | null;
      why: 'no-control' | 'too-few' | 'undecided' | 'no-data';
    };

export interface FixedBeacon {
  uuid: string;
  /** 0 to 65535. */
  major: number;
  /** 0 to 65535. */
  minor: number;
  /** dBm. -110 to -20. Default: -59. */
  powerDbm: number;
}

export interface FixedBeaconInput {
  uuid: string;
  /** 0 to 65535. */
  major: number;
  /** 0 to 65535. */
  minor: number;
  /** dBm. -110 to -20. Default: -59. */
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
  /** 1 to 32 of them. */
  topics: string[];
  /** Default: {}. */
  aliases: Record<string, BeaconAlias>;
  /** Default: true. */
  enabled: boolean;
  /** Default: "own". */
  clock: FleetClock;
}

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
  /** 1 to 32 of them. */
  topics?: string[] | undefined;
  aliases?: Record<string, BeaconAliasInput> | undefined;
  /** Default: true. */
  enabled?: boolean | undefined;
  /** Default: "own". */
  clock?: FleetClock | undefined;
}

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
  defaultTopics: string[];
  timed: boolean;
  /** Seconds. */
  aliveSeconds: number;
  aliases: 'always' | 'possible' | 'never';
}

export interface FleetGateway {
  gatewayId: string;
  name: string;
  placed: boolean;
  dismissed: boolean;
  online: boolean;
  lastHeard: string | null;
  messages: number;
  /** Milliseconds. */
  clockOffsetMs: number | null;
  version: string | null;
}

export interface FleetHealth {
  fleetId: string;
  since: string;
  listening: boolean;
  messages: number;
  readings: number;
  used: number;
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
  /** -20 to 200. */
  level: number;
  /** Metres. 1 to 5000. */
  widthM: number;
  /** Metres. 1 to 5000. */
  heightM: number;
  outline: Shape | null;
  /** 0 to 20000 of them. Default: []. */
  walls: [number, number, number, number][];
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
  /** Metres, local to the floor: x to the right, y upwards. -10000 to 10000. */
  originXM?: number | undefined;
  /** Metres, local to the floor: x to the right, y upwards. -10000 to 10000. */
  originYM?: number | undefined;
}

export interface FloorInput {
  id?: string | undefined;
  /** 1 to 120 characters. */
  name: string;
  /** -20 to 200. */
  level: number;
  /** Metres. 1 to 5000. */
  widthM: number;
  /** Metres. 1 to 5000. */
  heightM: number;
  outline?: Shape | null | undefined;
  /** 0 to 20000 of them. Default: []. */
  walls?: [number, number, number, number][] | undefined;
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
  flows: {
    from: string | null;
    to: string | null;
    visits: number;
  }[];
  suppressed: number;
  /** A share, 0 to 1. */
  coverage: number;
}

export interface Funnel {
  wouldFire: number;
  control: number;
  sent: number;
  opened: number;
  redeemed: number;
  held: Record<string, number>;
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
  /** Metres. 0 to 50. Default: 2.5. */
  zM: number;
  /** Default: true. */
  enabled: boolean;
  beacon?: FixedBeacon | null | undefined;
  settings?: GatewaySettings | undefined;
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
  /** Metres. 0 to 50. Default: 2.5. */
  zM?: number | undefined;
  /** Default: true. */
  enabled?: boolean | undefined;
  beacon?: FixedBeaconInput | null | undefined;
  settings?: GatewaySettings | undefined;
}

export interface GatewaySettings {
  /** Milliseconds. 500 to 5000. */
  windowMs?: number | undefined;
  /** Milliseconds. 5000 to 30000. */
  heartbeatMs?: number | undefined;
  /** Milliseconds. 5000 to 30000. */
  statusEveryMs?: number | undefined;
  unknowns?: boolean | undefined;
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
  gateways: number;
  lastHeardSecondsAgo: number | null;
  /** Seconds. */
  listeningSeconds: number;
}

export interface Heatmap {
  floor: string;
  /** Metres. */
  cellM: number;
  measure: 'dwell' | 'carriers';
  unit: 'secondsPerM2' | 'carriers';
  max: number;
  /** A share, 0 to 1. */
  coverage: number;
  state: 'provisional' | 'final';
  suppressedCells: number;
  cells: {
    /** Metres, local to the floor: x to the right, y upwards. */
    xM: number;
    /** Metres, local to the floor: x to the right, y upwards. */
    yM: number;
    value: number;
  }[];
}

export interface HeldLog {
  from: string;
  to: string;
  byReason: {
    code: string;
    detail: string | null;
    reason: string;
    count: number;
  }[];
  byDay: {
    date: string;
    sent: number;
    control: number;
    held: Record<string, number>;
  }[];
  outrankedBy: {
    campaign: string | null;
    count: number;
  }[];
  samples: DecisionView[];
}

export interface IdentitiesView {
  rotatingUuid: string | null;
  enrolled: {
    advertise: number;
    listen: number;
  };
  resolved: number;
  replayed: number;
  unknown: number;
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
  uuid: string | null;
  /** Seconds. */
  slotSeconds: number;
  /** Milliseconds since 1970-01-01T00:00Z. */
  serverMs: number;
  secretHex: string | null;
}

export interface IdentityInput {
  /** Default: "advertise". */
  mode?: IdentityMode | undefined;
}

export type IdentityMode = 'advertise' | 'listen';

export interface IdentityView {
  mode: IdentityMode;
  since: string;
  uuid: string | null;
  /** Seconds. */
  slotSeconds: number;
  /** Milliseconds since 1970-01-01T00:00Z. */
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
  id: string;
  suggestedName: string;
  fleetId: string | null;
  format: string;
  name: string;
  firstHeard: string;
  lastHeard: string;
  messages: number;
  beaconsPerMinute: number | null;
  dismissed: boolean;
}

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
  finding: string | null;
}

export interface LiveHeat {
  /** Milliseconds since 1970-01-01T00:00Z. */
  atMs: number;
  floors: {
    floorId: string;
    /** Metres. */
    cellM: number;
    cells: [number, number, number][];
    tooFew?: boolean | undefined;
  }[];
}

export interface LiveSnapshot {
  /** Milliseconds since 1970-01-01T00:00Z. */
  atMs: number;
  occupancy: number | null;
  zones: {
    zoneId: string;
    occupancy: number | null;
  }[];
  gateways: LiveGateway[];
  historyProgress: number | null;
}

export type Liveliness = 'quiet' | 'normal' | 'lively';

export interface LoyaltySettings {
  /** 1 to 1000000. Default: 100. */
  minorPerPoint: number;
  /** 1 to 10000000. Default: 500. */
  silverPoints: number;
  /** 2 to 10000000. Default: 2000. */
  goldPoints: number;
}

export interface LoyaltySettingsInput {
  /** 1 to 1000000. Default: 100. */
  minorPerPoint?: number | undefined;
  /** 1 to 10000000. Default: 500. */
  silverPoints?: number | undefined;
  /** 2 to 10000000. Default: 2000. */
  goldPoints?: number | undefined;
}

export interface LoyaltyView {
  points: number;
  tier: Tier;
  tiers: {
    tier: 'member' | 'silver' | 'gold';
    fromPoints: number;
  }[];
  minorPerPoint: number;
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
  outline: Shape | null;
  walls: [number, number, number, number][];
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
  coupon: boolean;
  liveliness: Liveliness | null;
}

export interface OccupancyThreshold {
  zone: string | null;
  /** 1 to 1000000. */
  limit: number;
  /** 0 to 1000000. Default: 0. */
  hysteresis: number;
  /** Seconds. 0 to 3600. Default: 10. */
  forSeconds: number;
}

export interface OccupancyThresholdInput {
  zone?: string | null | undefined;
  /** 1 to 1000000. */
  limit: number;
  /** 0 to 1000000. Default: 0. */
  hysteresis?: number | undefined;
  /** Seconds. 0 to 3600. Default: 10. */
  forSeconds?: number | undefined;
}

export interface OfferFace {
  /** 1 to 80 characters. */
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
  imageId: string | null;
  value: OfferValue | null;
  /** Minutes. 1 to 129600. */
  validMinutes: number;
  validUntil: string | null;
}

export interface OfferFaceInput {
  /** 1 to 80 characters. */
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
  imageId?: string | null | undefined;
  value?: OfferValue | null | undefined;
  /** Minutes. 1 to 129600. */
  validMinutes: number;
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
      /** In minor units of the currency, such as cents. 1 to 100000000. */
      maxAmountMinor: number;
    }
  | {
      type: 'gift';
      /** In minor units of the currency, such as cents. 0 to 100000000. */
      costMinor: number;
    };

export interface OfflineKit {
  /** Milliseconds since 1970-01-01T00:00Z. */
  serverMs: number;
  sites: OfflineSite[];
}

export interface OfflineSite {
  site: {
    id: string;
    name: string;
    timezone: string;
    currency: string;
  };
  keys: {
    id: string;
    publicKey: string;
  }[];
  tenants: string[];
  faces: {
    campaignRef: string;
    variant: string;
    title: string;
    text: string;
    terms: string | null;
  }[];
  used: {
    offerId: string;
    /** Milliseconds since 1970-01-01T00:00Z. */
    atMs: number;
  }[];
}

export interface OrderFault {
  at: number;
  order: string | null;
  field: string;
  message: string;
}

export interface OrderInput {
  id: string;
  tenant?: string | null | undefined;
  /** ISO 8601 with its offset from UTC. */
  at: Time;
  /** In minor units of the currency, such as cents. 0 to 1000000000. */
  amountMinor: number;
  /** 0 to 100000. */
  items?: number | null | undefined;
  zone?: string | null | undefined;
  /** Default: "pos". */
  source?: 'pos' | 'import' | 'webshop' | undefined;
  offerId?: string | null | undefined;
  /** 1 to 80 characters. */
  shopperRef?: string | null | undefined;
  /** 1 to 120 characters. */
  customerId?: string | null | undefined;
}

export interface OrdersFileTaken {
  taken: number;
  known: number;
  refused: number;
  faults: OrderFault[];
  complete: boolean;
  lines: number;
  stopped: string | null;
}

export interface OrdersTaken {
  taken: number;
  known: number;
  refused: number;
  faults: OrderFault[];
}

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
  excludedDays: {
    day: string;
    /** A share, 0 to 1. */
    coverage: number;
  }[];
}

export interface People {
  interval: '15m' | 'hour' | 'day' | 'week';
  timezone: string;
  zone: string | null;
  series: {
    /** ISO 8601 with its offset from UTC. */
    start: string;
    /** A share, 0 to 1. */
    coverage: number;
    state: 'provisional' | 'final';
    observed: {
      value: number | null;
      low: number | null;
      high: number | null;
    };
    people: {
      value: number | null;
      low: number | null;
      high: number | null;
    };
  }[];
  ratio: {
    peoplePerCarrier: number;
    low: number;
    high: number;
    counts: number;
    from: string;
    entrances: {
      peoplePerCarrier: number;
      low: number;
      high: number;
      counts: number;
      zoneId: string;
    }[];
  } | null;
  unusedCounts: number;
}

export interface PhoneSighting {
  uuid: string;
  /** 0 to 65535. */
  major: number;
  /** 0 to 65535. */
  minor: number;
  /** dBm. -120 to -10. */
  rssiDbm: number;
  /** 1 to 1000. Default: 1. */
  adverts?: number | undefined;
  /** Milliseconds since 1970-01-01T00:00Z. 0 to 8640000000000000. */
  atMs: number;
}

export interface PhoneSightings {
  /** 0 to 4294967295. */
  epoch: number;
  /** At least 0. */
  seq: number;
  /** Milliseconds since 1970-01-01T00:00Z. 0 to 8640000000000000. */
  clockMs: number;
  /** 0 to 1000 of them. */
  sightings: PhoneSighting[];
}

export interface PhoneSightingsAnswer {
  accepted: number;
  duplicate: boolean;
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
  suggestedBrands: string[];
}

export interface Proof {
  campaignId: string;
  from: string | null;
  to: string | null;
  funnel: {
    wouldFire: number;
    control: number;
    sent: number;
    opened: number;
    redeemed: number;
  };
  timeToRedeemMinutes: {
    median: number | null;
    p90: number | null;
  };
  /** Days. */
  windowDays: number;
  shoppers: {
    treated: number | null;
    control: number | null;
  };
  waiting: number;
  currency: string;
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

export interface PushKey {
  publicKey: string;
}

export interface PushSubscription {
  /** 0 to 1000 characters. */
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
  id: string | null;
  offerId: string | null;
  title: string | null;
  text: string | null;
  terms: string | null;
  /** ISO 8601 with its offset from UTC. */
  redeemedAt: string | null;
  /** ISO 8601 with its offset from UTC. */
  expiresAt: string | null;
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
  /** 0 to 10000000. */
  amount?: number | undefined;
  /** In minor units of the currency, such as cents. 0 to 1000000000. */
  amountMinor?: number | undefined;
  orderId?: string | undefined;
  /** 1 to 40 characters. */
  till?: string | undefined;
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
  /** ISO 8601 with its offset from UTC. */
  settledAt: string | null;
  voidableUntil: string | null;
}

export interface ReferenceCount {
  id: string;
  zoneId: string;
  counterId: string | null;
  from: string;
  to: string;
  people: number;
  out: number | null;
  note: string | null;
}

export interface ReferenceCountInput {
  zoneId: string;
  /** ISO 8601 with its offset from UTC. */
  from: Time;
  /** ISO 8601 with its offset from UTC. */
  to: Time;
  /** 0 to 1000000. */
  people: number;
  /** 0 to 1000000. */
  out?: number | null | undefined;
  /** 0 to 500 characters. */
  note?: string | null | undefined;
}

export interface RehearsalView {
  campaignId: string;
  /** ISO 8601 with its offset from UTC. */
  rehearsedAt: string;
  from: string;
  to: string;
  days: number;
  leftOut: {
    lowCoverage: number;
    closed: number;
  };
  basis: 'stays' | 'heat' | 'none';
  checked: {
    factor: number;
    zones: number;
  } | null;
  triggersPerDay: {
    value: number;
    low: number;
    high: number;
  } | null;
  distinctShoppers: number | null;
  reachable: {
    shoppers: number;
    triggersPerDay: number;
  } | null;
  falseFireShare: {
    value: number;
    low: number;
    high: number;
  } | null;
  spill: {
    zoneId: string | null;
    /** A share, 0 to 1. */
    share: number;
  }[];
  heldPerDay: Record<string, number>;
  controlPerDay: number | null;
  offersPerDay: {
    value: number;
    low: number;
    high: number;
  } | null;
  zones: {
    zoneId: string;
    basis: 'stays' | 'heat' | 'none';
    triggersPerDay: number | null;
    /** A share, 0 to 1. */
    falseFireShare: number | null;
    /** Metres. */
    radiusM: number;
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
    params: Record<string, string | number>;
    words: string;
  }[];
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
  /** 1 to 7 of them. */
  weekdays: number[];
  from: string;
  to: string;
  startsOn: string | null;
  endsOn: string | null;
  /** 0 to 200 of them. Default: []. */
  exceptions: {
    date: string;
    hours: {
      from: string;
      to: string;
    } | null;
  }[];
}

export interface ScheduleInput {
  /** 1 to 7 of them. */
  weekdays: number[];
  from: string;
  to: string;
  startsOn?: string | null | undefined;
  endsOn?: string | null | undefined;
  /** 0 to 200 of them. Default: []. */
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

export interface SeriesPoint {
  /** ISO 8601 with its offset from UTC. */
  start: string;
  value: number | null;
  low: number | null;
  high: number | null;
  /** A share, 0 to 1. */
  coverage: number;
  state: 'provisional' | 'final';
  suppressed?: boolean | undefined;
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
  /** ISO 8601 with its offset from UTC. */
  clock: Time;
  /** 1 to 40 characters. */
  till?: string | undefined;
  /** 1 to 100 of them. */
  items: {
    key: string;
    /** 1 to 400 characters. */
    code: string;
    /** ISO 8601 with its offset from UTC. */
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
  other: {
    /** ISO 8601 with its offset from UTC. */
    at: string;
    till: string | null;
  } | null;
}

export interface Settlements {
  results: Settlement[];
  /** Milliseconds. */
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
  /** Default: "EUR". */
  currency: string;
  /** Default: "wall". */
  clock: SiteClock;
  /** 0 to 64 of them. Default: []. */
  uuids: string[];
  /** Default: false. */
  countUnknowns: boolean;
  rotatingUuid?: string | null | undefined;
  publishOccupancy?: boolean | undefined;
  /** Milliseconds since 1970-01-01T00:00Z. */
  historyFromMs: number | null;
  /** Milliseconds since 1970-01-01T00:00Z. */
  historyUntilMs: number | null;
  historyProgress: number | null;
}

export type SiteClock = 'wall' | 'data';

export interface SiteInput {
  id?: string | undefined;
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

export type Tier = 'member' | 'silver' | 'gold';

export type Trigger =
  | {
      type: 'enter';
    }
  | {
      type: 'dwell';
      /** Seconds. 5 to 3600. */
      seconds: number;
    }
  | {
      type: 'exit';
    }
  | {
      type: 'return';
      /** 1 to 365. */
      days: number;
    }
  | {
      type: 'basket';
      /** Hours. 1 to 720. Default: 72. */
      maxAgeHours: number;
      /** In minor units of the currency, such as cents. At least 0. Default: 0. */
      minValueMinor: number;
    };

export type TriggerInput =
  | {
      type: 'enter';
    }
  | {
      type: 'dwell';
      /** Seconds. 5 to 3600. */
      seconds: number;
    }
  | {
      type: 'exit';
    }
  | {
      type: 'return';
      /** 1 to 365. */
      days: number;
    }
  | {
      type: 'basket';
      /** Hours. 1 to 720. Default: 72. */
      maxAgeHours?: number | undefined;
      /** In minor units of the currency, such as cents. At least 0. Default: 0. */
      minValueMinor?: number | undefined;
    };

export interface UnknownPayload {
  reason: string;
  count: number;
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
  usable: boolean;
}

export interface WalkAudit {
  id: string;
  carrierId: string;
  carrierLabel: string | null;
  by: string;
  started: string;
  finished: string | null;
  taps: number;
}

export interface WalkAuditDetail {
  id: string;
  carrierId: string;
  carrierLabel: string | null;
  by: string;
  started: string;
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
  /** Metres. */
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
  imageUrl: string | null;
  zoneName: string;
  shopName: string | null;
  reason: string;
  state: 'active' | 'redeemed' | 'expired';
  /** ISO 8601 with its offset from UTC. */
  issuedAt: string;
  /** ISO 8601 with its offset from UTC. */
  expiresAt: string;
  /** ISO 8601 with its offset from UTC. */
  openedAt: string | null;
  /** ISO 8601 with its offset from UTC. */
  redeemedAt: string | null;
  score: number | null;
  code: string | null;
  shortCode: string | null;
}

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

export interface WaypointsInput {
  /** Milliseconds since 1970-01-01T00:00Z. 0 to 8640000000000000. */
  clockMs: number;
  /** 1 to 200 of them. */
  waypoints: Waypoint[];
}

export interface WaypointsTaken {
  taps: number;
  refused: {
    id: string;
    reason: string;
  }[];
}

export interface Webhook {
  id: string;
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
  disabledReason: 'gone' | null;
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
  /** 0 to 200 of them. Default: []. */
  zones?: string[] | undefined;
  /** 0 to 200 of them. Default: []. */
  campaigns?: string[] | undefined;
  /** 0 to 50 of them. Default: []. */
  thresholds?: OccupancyThresholdInput[] | undefined;
  /** 0 to 5 of them. Default: []. */
  dwellSeconds?: number[] | undefined;
  /** Default: "15m". */
  countsInterval?: '15m' | 'hour' | undefined;
  /** Default: true. */
  enabled?: boolean | undefined;
}

export interface WebhookWithSecret {
  id: string;
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
  disabledReason: 'gone' | null;
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
  /** Seconds. 0 to 3600. */
  minStaySeconds: number | null;
}

export interface ZoneInput {
  id?: string | undefined;
  floorId: string;
  /** 1 to 120 characters. */
  name: string;
  kind: 'shop' | 'corridor' | 'entrance' | 'coupon' | 'other';
  shape: Shape;
  tenantId?: string | null | undefined;
  /** Seconds. 0 to 3600. */
  minStaySeconds?: number | null | undefined;
}
