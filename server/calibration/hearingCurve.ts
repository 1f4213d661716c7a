/**
 * What the mean RSSI of an anchor's carriers is at a gateway so and so far from the anchor: fitted on all pairs of the site,
 * so that walls, ceilings and pockets of this very building are in it. Pure.
 */
import { type CrossHearing, type Hung, type Pair, UNHEARD_DBM } from './crossHearing.ts';

/** Over so many decibels hearing goes over into not hearing. */
const SOFT_DB = 5;
/** What a mean that is nearly all silence may stand for at most. */
export const DEEPEST_DBM = UNHEARD_DBM - 12;
/** Pairs with fewer samples tell nothing of the site. */
const ENOUGH_SAMPLES = 15;
const ENOUGH_PAIRS = 12;
/** More would not make the fit better. */
const MOST_PAIRS = 2_000;
/** Carriers near an anchor are spread around it. */
const LEAST_SPREAD_M = 3;

export interface Curve {
  /** At one metre, exponent, what a ceiling takes, how far an anchor's carriers are from it. */
  atOneM: number;
  exponent: number;
  perFloorDb: number;
  spreadM: number;
  /** Median size of what pairs lie off it. */
  residualDb: number;
  /** Of each gateway, how much more than usual it hears; before, and of late. */
  offsetDb: ReadonlyMap<string, number>;
}

/**
 * What the mean would be if all were heard, from the mean of heard and not heard, which is taken to be
 * UNHEARD + SOFT ln(1 + exp((dBm - UNHEARD) / SOFT)).
 */
export function unsoftened(meanDbm: number): number {
  const above = (meanDbm - UNHEARD_DBM) / SOFT_DB;
  return above < 0.05 ? DEEPEST_DBM : Math.max(DEEPEST_DBM, UNHEARD_DBM + SOFT_DB * Math.log(Math.expm1(above)));
}

/** How much of a decibel shows in the mean: little where hardly any is heard. */
export const slopeAt = (dbm: number): number => 1 / (1 + Math.exp((UNHEARD_DBM - dbm) / SOFT_DB));

export function curveDbm(
  { atOneM, exponent, perFloorDb, spreadM }: Pick<Curve, 'atOneM' | 'exponent' | 'perFloorDb' | 'spreadM'>,
  at: { xM: number; yM: number; level: number },
  anchor: Hung,
): number {
  const awayM = Math.hypot(at.xM - anchor.xM, at.yM - anchor.yM, spreadM);
  return atOneM - 10 * exponent * Math.log10(awayM) - perFloorDb * Math.abs(at.level - anchor.level);
}

export function median(values: number[]): number {
  if (values.length === 0) return 0;
  values.sort((a, b) => a - b);
  return (values[(values.length - 1) >> 1]! + values[values.length >> 1]!) / 2;
}

/** Half of the usual distance to the nearest neighbour. */
function spreadOf(hung: readonly Hung[]): number {
  const nearest = hung.map((one) => {
    let least = Number.POSITIVE_INFINITY;
    for (const other of hung)
      if (other !== one && other.level === one.level)
        least = Math.min(least, Math.hypot(other.xM - one.xM, other.yM - one.yM));
    return least;
  });
  return Math.max(LEAST_SPREAD_M, median(nearest.filter(Number.isFinite)) / 2);
}

const EXPONENTS = [1.6, 2, 2.4, 2.8, 3.2, 3.6, 4];
const PER_FLOOR_DB = [6, 10, 14, 18, 22];

/** Undefined until enough was heard. */
export function fitCurve(hearing: CrossHearing): Curve | undefined {
  const spreadM = spreadOf(hearing.hung);
  const points: { of: Hung; anchor: Hung; dbm: number; weight: number }[] = [];
  for (const [of, anchor, pair] of hearing.all()) {
    const { count, dbm } = before(pair);
    if (count >= ENOUGH_SAMPLES) points.push({ of, anchor, dbm: unsoftened(dbm), weight: slopeAt(unsoftened(dbm)) });
  }
  const telling = points.filter(({ weight }) => weight > 0.3);
  if (telling.length < ENOUGH_PAIRS) return undefined;
  const stride = Math.ceil(telling.length / MOST_PAIRS);
  const some = telling.filter((_, i) => i % stride === 0);
  let best: Curve | undefined;
  for (const exponent of EXPONENTS)
    for (const perFloorDb of PER_FLOOR_DB) {
      const shape = { atOneM: 0, exponent, perFloorDb, spreadM };
      const residuals = some.map(({ of, anchor, dbm }) => dbm - curveDbm(shape, of, anchor));
      const atOneM = median([...residuals]);
      const residualDb = median(residuals.map((one) => Math.abs(one - atOneM)));
      if (!best || residualDb < best.residualDb) best = { ...shape, atOneM, residualDb, offsetDb: new Map() };
    }
  const byGateway = new Map<string, number[]>();
  for (const { of, anchor, dbm } of telling) {
    const list = byGateway.get(of.id) ?? [];
    list.push(dbm - curveDbm(best!, of, anchor));
    byGateway.set(of.id, list);
  }
  const offsetDb = new Map([...byGateway].map(([id, list]) => [id, (median(list) * list.length) / (list.length + 3)]));
  return { ...best!, offsetDb };
}

/** As it was before; of a pair that is new, as it is. */
export const before = ({ baseCount, baseDbm, recentCount, recentDbm }: Pair): { count: number; dbm: number } =>
  baseCount > 0 ? { count: baseCount, dbm: baseDbm } : { count: recentCount, dbm: recentDbm };
