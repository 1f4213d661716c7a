/** Campaigns of the mock mall: their life, rehearsals, results and what shops earned. Each answer is checked against its contract, so that none drifts. */
import { z } from 'zod';
import {
  afterRehearsal,
  type CampaignAction,
  changed,
  mayGoLive,
  statusAfter,
} from '../../server/campaigns/campaign.ts';
import {
  type Attention,
  approvalInput,
  attention,
  type Campaign,
  campaign,
  campaignImage,
  campaignInput,
  DEFAULT_ATTENTION,
  decisionView,
  funnel,
  heldLog,
  rejectionInput,
} from '../../server/contract/campaigns.ts';
import { redemptionConflict } from '../../server/contract/offers.ts';
import { type OrdersFileTaken, ordersFileTaken } from '../../server/contract/orders.ts';
import { proof, shopFigures } from '../../server/contract/proof.ts';
import { deliveryReport } from '../../server/contract/push.ts';
import { type RehearsalView, rehearsalView } from '../../server/contract/rehearsal.ts';
import { DEFAULT_LOYALTY, type LoyaltySettings, loyaltySettings } from '../../server/contract/shopper.ts';
import * as mall from './mockMall.ts';

const DAY_MS = 86_400_000;
const REHEARSAL_MS = 400;
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const iso = (atMs: number): string => new Date(atMs).toISOString();

export class Refusal extends Error {
  readonly status: number;
  readonly path: string | undefined;
  constructor(status: number, message: string, path?: string) {
    super(message);
    this.status = status;
    this.path = path;
  }
}

function rehearsalOf(one: Campaign): RehearsalView {
  const small = one.zoneIds.includes('coupon-bakery');
  return rehearsalView.parse({
    campaignId: one.id,
    isCurrent: true,
    rehearsedAt: iso(Date.now() - 42_000),
    from: iso(mall.NOW_MS - 28 * DAY_MS),
    to: iso(mall.NOW_MS),
    days: 26,
    leftOut: { lowCoverage: 2, closed: 0 },
    basis: 'stays',
    checked: null,
    triggersPerDay: { value: 146.2, low: 104, high: 193 },
    distinctShoppers: 2_318,
    reachable: { shoppers: 412, triggersPerDay: 26.4 },
    falseFireShare: { value: small ? 0.31 : 0.084, low: small ? 0.24 : 0.061, high: small ? 0.39 : 0.112 },
    spill: [
      { zoneId: 'cafe-alma', share: small ? 0.02 : 0.046 },
      { zoneId: small ? 'bakery-lipa' : 'vela-shoes', share: small ? 0.14 : 0.021 },
      { zoneId: null, share: 0.008 },
    ],
    heldPerDay: { 'attention-budget/visit': 31.5, cooldown: 12.1, 'quiet-hours': 2.4 },
    controlPerDay: 14.6,
    offersPerDay: { value: 85.6, low: 58, high: 117 },
    zones: one.zoneIds.map((zoneId) => ({
      zoneId,
      basis: 'stays',
      triggersPerDay: 146.2 / one.zoneIds.length,
      falseFireShare: zoneId === 'coupon-bakery' ? 0.31 : 0.084,
      radiusM: zoneId === 'coupon-bakery' ? 4 : 4.5,
      localP90M: zoneId === 'coupon-bakery' ? 5.2 : 3.1,
      errorFrom: 'zone-certificate',
    })),
    warnings: small
      ? [
          { code: 'zone-smaller-than-error', zoneId: 'coupon-bakery', params: { radiusM: 4, errorM: 5.2 }, words: '' },
          { code: 'little-history', zoneId: null, params: { days: 6 }, words: '' },
        ]
      : [],
  });
}

const funnelOf = () =>
  funnel.parse({
    wouldFire: 973,
    control: 131,
    sent: 842,
    opened: 517,
    redeemed: 203,
    held: { 'attention-budget': 214, cooldown: 97, outranked: 41, 'quiet-hours': 12, 'left-zone': 9 },
    latencyMs: { p50: 640, p95: 1_380, p99: 1_910 },
  });

const decisionOf = (outcome: string, reason: string, n: number) => ({
  at: iso(mall.NOW_MS - n * 210_000),
  zoneId: 'coupon-alma',
  trigger: 'dwell',
  outcome,
  code: outcome,
  reason,
  variant: outcome === 'sent' ? (n === 0 ? 'a' : 'b') : null,
  latencyMs: outcome === 'sent' ? 600 + n * 90 : null,
  score: n === 1 ? 0.42 : null,
  outrankedBy: n === 1 ? 'Bread after six' : null,
});
const reason = (code: string, detail: string | null, count: number) => ({ code, detail, reason: code, count });
const heldOf = () =>
  heldLog.parse({
    from: iso(mall.NOW_MS - 28 * DAY_MS),
    to: iso(mall.NOW_MS),
    byReason: [
      reason('attention-budget', 'visit', 214),
      reason('cooldown', null, 97),
      reason('not-in-audience', 'interests', 63),
      reason('outranked', null, 41),
      reason('quiet-hours', null, 12),
    ],
    byDay: [],
    outrankedBy: [
      { campaign: 'Iced coffee week', count: 29 },
      { campaign: null, count: 12 },
    ],
    samples: [],
  });
const conflictsOf = () =>
  z.array(redemptionConflict).parse([
    {
      result: 'double-use',
      message: 'another till took this code before',
      tenantId: 'cafe-alma',
      campaignId: 'alma-afternoon',
      offerId: 'o-1',
      title: 'A slice of cake with your coffee',
      acceptedAt: iso(mall.NOW_MS - 5_400_000),
      settledAt: iso(mall.NOW_MS - 3_600_000),
      till: 'Terrace',
      by: { kind: 'account', id: 'a-2' },
      amountMinor: 18_900,
      currency: mall.site.currency,
      clockOffsetMs: 240,
      other: { at: iso(mall.NOW_MS - 5_580_000), till: 'Counter' },
    },
  ]);

const proofOf = (one: Campaign) =>
  proof.parse({
    campaignId: one.id,
    from: iso(mall.NOW_MS - 24 * DAY_MS),
    to: iso(mall.NOW_MS - 3 * DAY_MS),
    funnel: { wouldFire: 973, control: 131, sent: 842, opened: 517, redeemed: 203 },
    timeToRedeemMinutes: { median: 14, p90: 47 },
    windowDays: 7,
    shoppers: { treated: 611, control: 98 },
    waiting: 64,
    currency: mall.site.currency,
    incrementalVisits: {
      state: 'measured',
      effect: { value: 74, low: 31, high: 118 },
      perShopper: { value: 0.12, low: 0.05, high: 0.19 },
      controlMean: 0.41,
      shoppers: { treated: 611, control: 98 },
      significant: true,
    },
    incrementalSalesMinor: {
      state: 'not-enough',
      effect: { value: 1_205_000, low: -322_500, high: 2_732_500 },
      perShopper: { value: 1_972, low: -528, high: 4_472 },
      controlMean: 10_300,
      shoppers: { treated: 240, control: 41 },
      moreShoppers: 340,
      why: 'undecided',
    },
    method: 'mSPRT, Student-t',
    warnings: [],
    ab:
      one.variants.length === 0
        ? null
        : {
            method: 'mSPRT',
            variants: [
              { id: 'a', shoppers: 306, redeemed: 64, rate: { value: 0.209, low: 0.163, high: 0.262 } },
              { id: 'b', shoppers: 305, redeemed: 102, rate: { value: 0.334, low: 0.279, high: 0.392 } },
            ],
            comparisons: [{ variant: 'b', difference: { value: 0.125, low: 0.034, high: 0.216 }, decision: 'better' }],
          },
  });

const decisionsOf = () => ({
  decisions: z.array(decisionView).parse(
    (
      [
        ['sent', 'stayed 20 s in Alma coffee'],
        ['held', 'one offer was already sent in this visit'],
        ['control', 'held back at random as control: would have fired'],
        ['sent', 'stayed 20 s in Alma coffee'],
        ['held', 'left the zone before the offer went out'],
      ] as const
    ).map(([outcome, words], n) => decisionOf(outcome, words, n)),
  ),
});

export const figuresOf = (zoneId: string, from: string, to: string) => {
  const shop = mall.zones.find((zone) => zone.id === zoneId);
  if (shop === undefined) throw new Refusal(404, `zone ${zoneId} does not exist`);
  const figure = (value: number, band: number, n: number) => ({ value, low: value - band, high: value + band, n });
  return shopFigures.parse({
    zoneId,
    tenantId: shop.tenantId,
    from,
    to,
    currency: mall.site.currency,
    conversionRate: { ...figure(0.231, 0.018, 4_120), basis: 'people' },
    purchaseFrequency: figure(1.62, 0.11, 486),
    averageOrderValueMinor: figure(18_550, 525, 951),
    repeatPurchaseRate: figure(0.342, 0.042, 486),
    guestShare: figure(0.486, 0.032, 951),
    lifetimeValueMinor: figure(146_000, 17_750, 486),
    nps: { value: null, low: null, high: null, n: null },
  });
};

const latencies = (count: number, p50: number, p95: number, p99: number) => ({ count, p50, p95, p99 });
const deliveryOf = () =>
  deliveryReport.parse({
    from: iso(mall.NOW_MS - DAY_MS),
    to: iso(mall.NOW_MS),
    received: 842,
    pushed: 117,
    notAcknowledged: 9,
    latencyMs: {
      all: latencies(959, 660, 1_420, 2_310),
      received: latencies(842, 610, 1_180, 1_640),
      pushed: latencies(117, 1_190, 2_240, 3_050),
    },
    subscriptions: 264,
  });

const ordersTakenOf = (bytes: number): OrdersFileTaken =>
  ordersFileTaken.parse({
    taken: 128,
    known: 12,
    refused: 2,
    faults: [
      { at: 17, order: 'R-1058', field: 'amount', message: 'must be a number such as 18.90' },
      { at: 44, order: null, field: 'id', message: 'must be 1 to 64 letters, digits and . _ : / # - between them' },
    ],
    complete: bytes > 0,
    lines: 143,
    stopped: bytes > 0 ? null : 'the file is empty',
  });

export class MockCampaigns {
  #campaigns: Campaign[] = [];
  #attention: Attention = DEFAULT_ATTENTION;
  #loyalty: LoyaltySettings = DEFAULT_LOYALTY;
  #rehearsals = new Map<string, RehearsalView>();

  reset(): void {
    this.#campaigns = z.array(campaign).parse(mall.campaigns);
    this.#attention = DEFAULT_ATTENTION;
    this.#loyalty = DEFAULT_LOYALTY;
    this.#rehearsals = new Map(
      this.#campaigns.filter(({ status }) => status !== 'draft').map((one) => [one.id, rehearsalOf(one)]),
    );
  }

  #keep(next: Campaign): Campaign {
    this.#campaigns = [...this.#campaigns.filter(({ id }) => id !== next.id), campaign.parse(next)];
    return next;
  }
  #find(id: string, tenantId: string | null): Campaign {
    const found = this.#campaigns.find((one) => one.id === id);
    if (found === undefined || (tenantId !== null && found.tenantId !== tenantId))
      throw new Refusal(404, `campaign ${id} does not exist`);
    return found;
  }
  #moved(found: Campaign, action: CampaignAction, tenantId: string | null, body: unknown): Campaign {
    const status = statusAfter(found.status, action);
    if (status === undefined) throw new Refusal(409, `a campaign that is ${found.status} cannot be moved by ${action}`);
    if (action === 'start' && !mayGoLive(found, this.#attention))
      throw new Refusal(409, 'the mall approves campaigns before they go live');
    if (action !== 'approve' && action !== 'reject') return { ...found, status };
    if (tenantId !== null) throw new Refusal(403, 'the mall approves, not the shop');
    if (action === 'reject')
      return { ...found, status, rejection: { reason: rejectionInput.parse(body).reason, at: iso(mall.NOW_MS) } };
    approvalInput.parse(body);
    return { ...found, status, rejection: null };
  }

  #answerCampaign(method: string, id: string | undefined, sub: string | undefined, body: unknown, own: string | null) {
    const mine = (one: Campaign) => own === null || one.tenantId === own;
    if (id === undefined && method === 'GET') return { campaigns: this.#campaigns.filter(mine) };
    if (sub === undefined && (method === 'POST' || method === 'PUT')) {
      const input = campaignInput.parse(body);
      if (own !== null && input.tenantId !== own)
        throw new Refusal(403, 'this account makes campaigns of its own tenant only', 'body.tenantId');
      const known = this.#campaigns.find((one) => one.id === input.id);
      if (known === undefined) return this.#keep({ ...input, status: 'draft', rejection: null });
      const next = changed(known, input);
      if (next === undefined)
        throw new Refusal(409, 'while a campaign is live little of it can be changed: pause it first');
      const told = this.#rehearsals.get(known.id);
      if (told !== undefined && next.status === 'draft') this.#rehearsals.set(known.id, { ...told, isCurrent: false });
      return this.#keep(next);
    }
    const found = this.#find(id!, own);
    if (sub === undefined && method === 'DELETE') {
      this.#campaigns = this.#campaigns.filter((one) => one !== found);
      return undefined;
    }
    switch (sub) {
      case undefined:
        return found;
      case 'funnel':
        return funnelOf();
      case 'proof':
        return proofOf(found);
      case 'held':
        return heldOf();
      case 'decisions':
        return decisionsOf();
      case 'rehearsal': {
        // It takes a while, as it does with years of history; until then there is none.
        if (method === 'POST')
          return sleep(REHEARSAL_MS).then(() => {
            this.#rehearsals.set(found.id, rehearsalOf(found));
            this.#keep(afterRehearsal(found));
            return rehearsalOf(found);
          });
        const known = this.#rehearsals.get(found.id);
        if (known === undefined) throw new Refusal(404, 'it was not rehearsed yet');
        return known;
      }
      case 'start':
      case 'pause':
      case 'end':
      case 'approve':
      case 'reject':
        return this.#keep(this.#moved(found, sub, own, body));
      default:
        throw new Refusal(404, `${sub} does not exist`);
    }
  }

  /** Undefined where the path is not of campaigns and shops. */
  answer(asked: {
    method: string;
    what: string | undefined;
    id: string | undefined;
    sub: string | undefined;
    query: URLSearchParams;
    body: unknown;
    tenantId: string | null;
    empty: boolean;
  }): { body: unknown } | undefined {
    const { method, what, id, sub, body, query, empty } = asked;
    switch (what) {
      case 'campaigns':
        if (empty && method === 'GET' && id === undefined) return { body: { campaigns: [] } };
        return { body: this.#answerCampaign(method, id, sub, body, asked.tenantId) };
      case 'attention':
        if (method === 'PUT') this.#attention = attention.parse(body);
        return { body: this.#attention };
      case 'loyalty':
        if (method === 'PUT') this.#loyalty = loyaltySettings.parse(body);
        return { body: this.#loyalty };
      case 'delivery':
        return { body: deliveryOf() };
      case 'images':
        return {
          body: campaignImage.parse({
            id: 'im-1',
            tenantId: asked.tenantId,
            url: '/api/v1/images/im-1',
            contentType: 'image/png',
            widthPx: 320,
            heightPx: 150,
            bytes: 2_000,
            uploadedAt: iso(mall.NOW_MS),
          }),
        };
      case 'shops':
        return { body: figuresOf(id!, query.get('from') ?? '', query.get('to') ?? '') };
      case 'orders':
        return { body: ordersTakenOf((body as { bytes?: number } | undefined)?.bytes ?? 0) };
      case 'redemptions':
        return { body: { conflicts: empty ? [] : conflictsOf() } };
      default:
        return undefined;
    }
  }
}
