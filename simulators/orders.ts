/** What the shops of a simulated mall sold, for the demo: baskets by trade, some customers known again, others guests. Pure. */
import type { OrderInput } from '../server/contract/orders.ts';
import { createRandom, lognormal, poisson } from './random.ts';
import type { Scenario } from './scenario.ts';
import { zonesOf } from './zones.ts';

const DAY_MS = 86_400_000;
const OPENS_MS = 10 * 3_600_000;
const OPEN_FOR_MS = 10 * 3_600_000;
/** Of a shop of popularity 1; the demo's mall sells some five hundred baskets a day. */
const ORDERS_A_DAY = 6;
const KNOWN = 0.55;
const ORDERS_OF_A_CUSTOMER = 2.5;
const SPREAD = 0.7;
/** Typical baskets, in hundreds of the smallest unit. */
const MEDIANS: Record<string, number> = {
  groceries: 380,
  electronics: 1_900,
  fashion: 850,
  sport: 900,
  beauty: 450,
  books: 320,
  home: 700,
  toys: 480,
  food: 190,
  gifts: 350,
  health: 290,
};
const OTHER_MEDIAN = 400;

export type SoldOrder = Pick<OrderInput, 'id' | 'at' | 'amountMinor' | 'zone' | 'customerId' | 'source'> & {
  tenant: string;
};

/** `fromMs` begins a local day. The same seed gives the same orders under the same numbers: sending them again changes nothing. */
export function ordersOf(
  scenario: Scenario,
  { seed, fromMs, untilMs }: { seed: number; fromMs: number; untilMs: number },
): SoldOrder[] {
  const tenants = new Map(zonesOf(scenario).map((zone) => [zone.id, zone.tenantId]));
  return scenario.shops.flatMap((shop) => {
    const tenant = tenants.get(shop.id);
    if (tenant == null) return [];
    const aDay = ORDERS_A_DAY * shop.popularity;
    const customers = Math.max(1, Math.round((aDay * 14 * KNOWN) / ORDERS_OF_A_CUSTOMER));
    const orders: SoldOrder[] = [];
    for (let dayMs = fromMs; dayMs < untilMs; dayMs += DAY_MS) {
      const day = Math.floor(dayMs / DAY_MS);
      const random = createRandom(`orders ${seed} ${shop.id} ${day}`);
      for (let n = poisson(random, aDay); n > 0; n--) {
        const atMs = Math.round(dayMs + OPENS_MS + OPEN_FOR_MS * random());
        const amountMinor = Math.round(lognormal(random, MEDIANS[shop.category] ?? OTHER_MEDIAN, SPREAD)) * 100;
        const known = random() < KNOWN;
        const customer = Math.floor(customers * random());
        if (atMs >= untilMs) continue;
        orders.push({
          id: `D-${day}-${n}`,
          tenant,
          zone: shop.id,
          at: new Date(atMs).toISOString(),
          amountMinor,
          source: 'pos',
          customerId: known ? `card-${customer}` : null,
        });
      }
    }
    return orders;
  });
}
