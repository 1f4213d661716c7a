/** A campaign whose effect is known: judged by the product's own functions, and through its tables and its route. Seeded. */

import { DecisionLog } from '../../server/campaigns/decisionLog.ts';
import { unitOf } from '../../server/campaigns/experiment.ts';
import { type Campaign, campaign as campaignSchema } from '../../server/contract/campaigns.ts';
import { site, zone } from '../../server/contract/model.ts';
import type { Effect, Finding, Proof } from '../../server/contract/proof.ts';
import { Duck, type SqlValue } from '../../server/db/duckdb.ts';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
import { migrate } from '../../server/db/migrations/index.ts';
import { insightRoutes } from '../../server/http/routes/insights.ts';
import { adjust } from '../../server/insights/cuped.ts';
import { differenceOfMeans } from '../../server/insights/permutation.ts';
import { WINDOW_MS } from '../../server/insights/population.ts';
import { type DrawnShopper, proofOf } from '../../server/insights/proof.ts';
import {
  type EffectScenario,
  PLAIN_SCENARIO,
  plantedEffect,
  type SimulatedShopper,
  simulateShopper,
} from '../../simulators/effects.ts';
import { memoryRegistry } from './memoryRegistry.ts';
import { seededRandom } from './random.ts';

const SITE = 'mall';
const DAY_MS = 86_400_000;
export const NOW = Date.parse('2026-05-20T12:00:00Z');
const K = 10;

export const provenCampaign = (controlShare: number, given: Partial<Campaign> = {}): Campaign =>
  campaignSchema.parse({
    id: 'spring',
    name: 'Spring',
    tenantId: 'cafe',
    zoneIds: ['cafe-front'],
    trigger: { type: 'enter' },
    offer: { title: 'Second coffee free', text: 'Today only.', validMinutes: 60 * 24 },
    controlShare,
    status: 'live',
    ...given,
  });

interface Played {
  shopperId: string;
  firstMs: number;
  simulated: SimulatedShopper;
}

/** Drawn by the very hash of the campaign; they come one after another over three weeks, whose days are over. */
function play(seed: number, scenario: EffectScenario): Played[] {
  const random = seededRandom(seed);
  return Array.from({ length: scenario.shoppers }, (_, i) => {
    const shopperId = `s-${seed}-${i}`;
    const treated = unitOf(shopperId, 'spring') >= scenario.controlShare;
    const firstMs = Math.round(NOW - WINDOW_MS - DAY_MS - (21 * DAY_MS * (scenario.shoppers - i)) / scenario.shoppers);
    return { shopperId, firstMs, simulated: simulateShopper(random, scenario, treated) };
  });
}

const drawnOf = ({ shopperId, firstMs, simulated }: Played): DrawnShopper => ({
  treated: simulated.treated,
  firstMs,
  unit: unitOf(shopperId, 'spring'),
  variant: simulated.treated ? 'a' : null,
  redeemedInWindow: false,
  heardToEnd: simulated.heardUntil === null,
  visitsBefore: simulated.visitsBefore,
  visits: simulated.visits,
  salesBeforeMinor: simulated.salesBeforeMinor,
  salesMinor: simulated.salesMinor,
});

export interface Verdict {
  told: boolean;
  covered: boolean;
  /** The interval leaves out 0. */
  called: boolean;
  significant: boolean;
  /** By Welch's error and the normal distribution, of the same adjusted numbers. */
  plainCovered: boolean;
  moreShoppers: number | null;
}

export interface EffectVerdicts {
  visits: Verdict;
  sales: Verdict;
}

const within = ({ low, high }: Pick<Effect, 'low' | 'high'>, truth: number): boolean => low <= truth && truth <= high;

function verdictOf(finding: Finding, truth: number, plain: Pick<Effect, 'low' | 'high'>): Verdict {
  const { perShopper } = finding;
  return {
    told: perShopper !== null,
    covered: perShopper !== null && within(perShopper, truth),
    called: perShopper !== null && !within(perShopper, 0),
    significant: finding.state === 'measured' && finding.significant,
    plainCovered: perShopper !== null && within(plain, truth),
    moreShoppers: finding.state === 'not-enough' ? finding.moreShoppers : null,
  };
}

function plainInterval(shoppers: readonly DrawnShopper[], of: 'visits' | 'sales'): Pick<Effect, 'low' | 'high'> {
  const kept = of === 'visits' ? shoppers.filter(({ heardToEnd }) => heardToEnd) : shoppers;
  const { treated, control } = adjust(
    kept.map((one) => ({
      treated: one.treated,
      before: of === 'visits' ? one.visitsBefore : one.salesBeforeMinor,
      during: of === 'visits' ? one.visits : one.salesMinor,
    })),
  );
  const { value, standardError } = differenceOfMeans(treated, control);
  return { low: value - 1.96 * standardError, high: value + 1.96 * standardError };
}

const proofOfDrawn = (shoppers: readonly DrawnShopper[], campaign: Campaign) =>
  proofOf({ campaign, shoppers, settledMs: NOW, visitsFromMs: 0, hasShop: true, hasSales: true, k: K });

export function runProof(seed: number, given: Partial<EffectScenario>): EffectVerdicts {
  const scenario = { ...PLAIN_SCENARIO, ...given };
  const shoppers = play(seed, scenario).map(drawnOf);
  const told = proofOfDrawn(shoppers, provenCampaign(scenario.controlShare));
  const truth = plantedEffect(scenario);
  return {
    visits: verdictOf(told.incrementalVisits, truth.visits, plainInterval(shoppers, 'visits')),
    sales: verdictOf(told.incrementalSalesMinor, truth.salesMinor, plainInterval(shoppers, 'sales')),
  };
}

/** Rows by name; numbers that are whole become BIGINT. */
export async function insert(duck: Duck, table: string, rows: readonly Record<string, SqlValue>[]): Promise<void> {
  if (rows.length === 0) return;
  const names = Object.keys(rows[0]!);
  const types = Object.fromEntries(
    names.map((name) => {
      const value = rows.find((row) => row[name] !== null)?.[name];
      return [name, typeof value === 'number' ? 'BIGINT' : typeof value === 'boolean' ? 'BOOLEAN' : 'VARCHAR'];
    }),
  );
  await duck.run(
    `insert into ${table} (${names.join(', ')}) select ${names.join(', ')}
     from (select unnest(from_json($1, '[${JSON.stringify(types)}]'), recursive := true))`,
    [JSON.stringify(rows)],
  );
}

/**
 * The same shoppers as rows: offers that arrived, died or were never answered, decisions before and after, carriers, stays at
 * the shop and elsewhere, orders told by a reference. What must not count is there too: coupons' baskets of the treated,
 * passers-by, other tenants' orders, offers and control decisions after the first.
 */
async function store(duck: Duck, played: readonly Played[]): Promise<void> {
  const offers: Record<string, SqlValue>[] = [];
  const decisions: Record<string, SqlValue>[] = [];
  const pairings: Record<string, SqlValue>[] = [];
  const stays: Record<string, SqlValue>[] = [];
  const orders: Record<string, SqlValue>[] = [];
  const states = ['delivered', 'delivered', 'delivered', 'dead', 'unconfirmed', 'pushed'];
  for (const [i, { shopperId, firstMs, simulated }] of played.entries()) {
    const offer = (atMs: number, n: number): Record<string, SqlValue> => ({
      id: `o-${i}-${n}`,
      site_id: SITE,
      tenant_id: 'cafe',
      campaign_id: 'spring',
      shopper_id: shopperId,
      zone_id: 'cafe-front',
      zone_name: 'Café',
      title: 'x',
      text: 'x',
      reason: 'x',
      state: states[(i + n) % states.length]!,
      issued_ms: atMs,
      expires_ms: atMs + DAY_MS,
      redeemed_ms: null,
      variant: 'a',
    });
    const decision = (atMs: number, outcome: string, n: number): Record<string, SqlValue> => ({
      id: `d-${i}-${n}`,
      site_id: SITE,
      tenant_id: 'cafe',
      campaign_id: 'spring',
      shopper_id: shopperId,
      zone_id: 'cafe-front',
      trigger: 'entered',
      event_at_ms: atMs,
      sighting_at_ms: atMs,
      decided_ms: atMs,
      outcome,
      code: outcome,
      params: '{}',
      words: '',
    });
    decisions.push(decision(firstMs - DAY_MS, 'held', 0));
    if (simulated.treated) offers.push(offer(firstMs, 0), offer(firstMs + 2 * DAY_MS, 1));
    else decisions.push(decision(firstMs, 'control', 1), decision(firstMs + 2 * DAY_MS, 'control', 2));
    const heardToMs = simulated.heardUntil === null ? null : Math.round(firstMs + simulated.heardUntil * WINDOW_MS);
    pairings.push({
      site_id: SITE,
      carrier_id: `c-${i}`,
      shopper_id: shopperId,
      from_ms: firstMs - 60 * DAY_MS,
      to_ms: heardToMs,
      ended_by: heardToMs === null ? null : 'shopper',
    });
    const stay = (zoneId: string, startMs: number, seconds: number): Record<string, SqlValue> => ({
      site_id: SITE,
      carrier_id: `c-${i}`,
      kind: 'tag',
      zone_id: zoneId,
      floor_id: 'ground',
      start_ms: startMs,
      end_ms: startMs + seconds * 1_000,
      visit_start_ms: startMs,
      emitted_ms: startMs + seconds * 1_000,
    });
    const atMs = (share: number): number =>
      share < 0
        ? Math.min(firstMs - 1, Math.round(firstMs + share * WINDOW_MS))
        : Math.min(firstMs + WINDOW_MS - 1, Math.round(firstMs + share * WINDOW_MS));
    for (const share of simulated.visitTimes) stays.push(stay('cafe-shop', atMs(share), 120));
    stays.push(stay('cafe-shop', firstMs + 1_000, 5), stay('shoes-shop', firstMs + 60_000, 300));
    const order = (n: number, sold: Record<string, SqlValue>): Record<string, SqlValue> => ({
      site_id: SITE,
      tenant_id: 'cafe',
      order_id: `r-${i}-${n}`,
      customer_key: `s-${i}`,
      shopper_id: shopperId,
      offer_id: null,
      source: 'webshop',
      created_ms: NOW,
      known_without_offer: true,
      ...sold,
    });
    for (const [n, { at, amountMinor }] of simulated.purchases.entries())
      orders.push(
        order(n, {
          at_ms: atMs(at),
          amount_minor: amountMinor,
          customer_key: `x-${i}`,
          // Some customers show the web shop who they are once, and from then on name their number alone.
          ...(n > 0 && i % 2 === 0 ? { shopper_id: null, known_without_offer: false, source: 'pos' } : {}),
        }),
      );
    orders.push(order(1_000, { at_ms: firstMs + 5_000, amount_minor: 90_000, tenant_id: 'shoes' }));
    if (simulated.treated)
      orders.push(
        order(1_001, {
          at_ms: firstMs + 60_000,
          amount_minor: 50_000,
          source: 'redemption',
          offer_id: `o-${i}-0`,
          known_without_offer: false,
        }),
      );
  }
  for (const [table, rows] of Object.entries({ offers, offer_decisions: decisions, pairings, stays, orders }))
    await insert(duck, table, rows);
}

export async function openStored() {
  const duck = await Duck.open(':memory:', { threads: 1 });
  await migrate(duck, 0);
  const registry = memoryRegistry();
  await registry.putSite(site.parse({ id: SITE, name: 'Mall', timezone: 'Europe/Prague', currency: 'CZK' }));
  const circle = { type: 'circle' as const, xM: 10, yM: 10, radiusM: 4 };
  for (const [id, tenantId, kind] of [
    ['cafe-shop', 'cafe', 'shop'],
    ['cafe-front', 'cafe', 'coupon'],
    ['shoes-shop', 'shoes', 'shop'],
  ] as const)
    await registry.zones.put(SITE, zone.parse({ id, floorId: 'ground', name: id, kind, tenantId, shape: circle }));
  const log = new DecisionLog(duck);
  return { duck, registry, log };
}

/** What the route answers of the stored rows, and what the pure function says of the shoppers themselves. */
export async function runStored(
  seed: number,
  given: Partial<EffectScenario>,
): Promise<EffectVerdicts & { answer: Proof; pure: ReturnType<typeof proofOfDrawn> }> {
  const scenario = { ...PLAIN_SCENARIO, ...given };
  const played = play(seed, scenario);
  const campaign = provenCampaign(scenario.controlShare);
  const { duck, registry, log } = await openStored();
  try {
    await store(duck, played);
    const asked = insightRoutes({
      services: { campaigns: { get: () => campaign } as never, log },
      reading: openTimeSeries(duck, registry),
      registry,
      questions: {} as never,
    }).find(({ path }) => path.endsWith('/proof'))!;
    const answer = (await asked.handler({
      params: { site: SITE, campaign: campaign.id },
      siteId: SITE,
      tenantId: 'cafe',
      nowMs: NOW,
    } as never)) as Proof;
    const shoppers = played.map(drawnOf);
    const pure = proofOfDrawn(shoppers, campaign);
    const truth = plantedEffect(scenario);
    return {
      visits: verdictOf(answer.incrementalVisits, truth.visits, plainInterval(shoppers, 'visits')),
      sales: verdictOf(answer.incrementalSalesMinor, truth.salesMinor, plainInterval(shoppers, 'sales')),
      answer,
      pure,
    };
  } finally {
    await duck.close();
  }
}
