/**
 * How many observed carriers stand for one person, by entrance and local hour of the week, learned from reference counts.
 *
 * For P people, n carriers are observed: E n = λP, Var n = ψλP + δ(λP)². ψ = 1 − λ is the thinning of those who carry a
 * beacon (it becomes Poisson where few do), δ the overdispersion of a negative binomial: days on which more carry one.
 * Rates are nested, λ(entrance, hour) = m · (1 + a(entrance) + b(entrance, hour)), with variances τa² and τb². The best
 * linear estimate then shrinks an hour towards its entrance and an entrance towards the site by Z = τ² / (τ² + v), v being
 * the variance of what was counted there; for gamma-distributed rates that is the posterior mean of the Gamma–Poisson
 * model. Source: Bühlmann and Straub, "Glaubwürdigkeit für Schadensätze", 1970; nested: Jewell, "The use of collateral
 * data in credibility theory", 1975; both in Bühlmann and Gisler, "A Course in Credibility Theory", 2005, ch. 4 and 6.
 * δ, τa² and τb² are estimated by moments (as DerSimonian and Laird, 1986), each mixed with a prior worth a few degrees of
 * freedom, so that a site with two counts does not believe that it knows how different its hours are. Pure.
 */

/** People who came in by an entrance, beside the carriers that were observed to. */
export interface CountedPeriod {
  entranceId: string;
  /** 0 = Monday 00:00 local, 167 = Sunday 23:00; null where the count spans several hours: it tells of the entrance alone. */
  hourOfWeek: number | null;
  people: number;
  observed: number;
}

export interface Rate {
  /** Carriers per person. */
  rate: number;
  /** Of what is the hour's (the entrance's) own, given the level above. */
  ownVariance: number;
  /** How much of an error of the level above remains here: 1 where nothing was counted. */
  shrunk: number;
}
export interface EntranceRates extends Rate {
  byHour: Map<number, Rate>;
  counts: number;
}
export interface PeopleModel {
  siteRate: number;
  siteVariance: number;
  /** Variance of one more entrance, and of one more hour: what nobody has counted yet. */
  entranceVariance: number;
  hourVariance: number;
  thinning: number;
  overdispersion: number;
  entrances: Map<string, EntranceRates>;
  counts: number;
  people: number;
}

/** Entrances and hours differ by a seventh as long as nothing else is known: a car park and a tram stop bring other people. */
const PRIOR_CV2 = 0.15 ** 2;
/** Day by day at the same hour by a twentieth: weather, sales, and the counter itself, which is right to within 2 to 5 %. */
const PRIOR_OVERDISPERSION = 0.05 ** 2;
const PRIOR_DEGREES = 3;
/** Above it several carriers come with one person, and their number varies by itself. */
const MIN_THINNING = 0.2;

interface Cell {
  hourOfWeek: number | null;
  people: number;
  observed: number;
  /** Σ of squared people over its periods. */
  squares: number;
  periods: CountedPeriod[];
}

function cellsOf(periods: readonly CountedPeriod[]): Map<string, Cell[]> {
  const byKey = new Map<string, Cell>();
  const byEntrance = new Map<string, Cell[]>();
  for (const period of periods) {
    if (period.people <= 0) continue;
    const key = `${period.entranceId} ${period.hourOfWeek}`;
    let cell = byKey.get(key);
    if (!cell) {
      cell = { hourOfWeek: period.hourOfWeek, people: 0, observed: 0, squares: 0, periods: [] };
      byKey.set(key, cell);
      const cells = byEntrance.get(period.entranceId);
      if (cells) cells.push(cell);
      else byEntrance.set(period.entranceId, [cell]);
    }
    cell.people += period.people;
    cell.observed += period.observed;
    cell.squares += period.people ** 2;
    cell.periods.push(period);
  }
  return byEntrance;
}

const mixed = (estimate: number, degrees: number, prior: number): number =>
  Math.max(prior / 20, (degrees * estimate + PRIOR_DEGREES * prior) / (degrees + PRIOR_DEGREES));

/** δ from periods of the same entrance and hour. */
function overdispersionOf(cells: readonly Cell[], siteRate: number, thinning: number): number {
  let excess = 0;
  let scale = 0;
  let degrees = 0;
  for (const { periods, people, observed, squares } of cells) {
    if (periods.length < 2) continue;
    // An empty cell says nothing of its own mean.
    const rate = observed > 0 ? observed / people : siteRate;
    degrees += periods.length - 1;
    for (const period of periods) {
      const mean = rate * period.people;
      const share = period.people / people;
      excess += (period.observed - mean) ** 2 - thinning * mean * (1 - share);
      scale += mean ** 2 * (1 - 2 * share + squares / people ** 2);
    }
  }
  return scale > 0 ? mixed(excess / scale, degrees, PRIOR_OVERDISPERSION) : PRIOR_OVERDISPERSION;
}

interface Group {
  value: number;
  variance: number;
}
/** Moments of the variance between groups, beyond that of each; numerator and denominator, to be pooled. */
function between(groups: readonly Group[]): { excess: number; scale: number; degrees: number } {
  if (groups.length < 2) return { excess: 0, scale: 0, degrees: 0 };
  const weights = groups.map((group) => 1 / group.variance);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const mean = groups.reduce((total, group, i) => total + weights[i]! * group.value, 0) / sum;
  const q = groups.reduce((total, group, i) => total + weights[i]! * (group.value - mean) ** 2, 0);
  const degrees = groups.length - 1;
  return { excess: q - degrees, scale: sum - weights.reduce((total, weight) => total + weight ** 2, 0) / sum, degrees };
}

/** Undefined where nothing was counted, or no carrier was observed while people were. */
export function fitPeople(periods: readonly CountedPeriod[]): PeopleModel | undefined {
  const byEntrance = cellsOf(periods);
  const all = [...byEntrance.values()].flat();
  const people = all.reduce((sum, cell) => sum + cell.people, 0);
  const observed = all.reduce((sum, cell) => sum + cell.observed, 0);
  if (people <= 0 || observed <= 0) return undefined;
  const crude = observed / people;
  const thinning = Math.max(MIN_THINNING, 1 - crude);
  const overdispersion = overdispersionOf(all, crude, thinning);
  const cellVariance = (cell: Cell): number =>
    (thinning * crude) / cell.people + (overdispersion * crude ** 2 * cell.squares) / cell.people ** 2;

  const within = [...byEntrance.values()].map((cells) =>
    between(cells.map((cell) => ({ value: cell.observed / cell.people, variance: cellVariance(cell) }))),
  );
  const total = (key: 'excess' | 'scale' | 'degrees') => within.reduce((sum, part) => sum + part[key], 0);
  const hours = total('scale') > 0 ? total('excess') / total('scale') : 0;
  const hourVariance = mixed(hours, total('degrees'), PRIOR_CV2 * crude ** 2);

  const means = [...byEntrance].map(([id, cells]) => {
    const weights = cells.map((cell) => 1 / (hourVariance + cellVariance(cell)));
    const sum = weights.reduce((a, b) => a + b, 0);
    const value = cells.reduce((a, cell, i) => a + (weights[i]! * cell.observed) / cell.people, 0) / sum;
    return { id, cells, value, variance: 1 / sum };
  });
  const apart = between(means);
  const entranceVariance = mixed(
    apart.scale > 0 ? apart.excess / apart.scale : 0,
    apart.degrees,
    PRIOR_CV2 * crude ** 2,
  );
  const weights = means.map((mean) => 1 / (entranceVariance + mean.variance));
  const sum = weights.reduce((a, b) => a + b, 0);
  const siteRate = means.reduce((a, mean, i) => a + weights[i]! * mean.value, 0) / sum;

  const entrances = new Map<string, EntranceRates>();
  for (const { id, cells, value, variance } of means) {
    const z = entranceVariance / (entranceVariance + variance);
    const rate = z * value + (1 - z) * siteRate;
    const byHour = new Map<number, Rate>();
    for (const cell of cells) {
      if (cell.hourOfWeek === null) continue;
      const zHour = hourVariance / (hourVariance + cellVariance(cell));
      byHour.set(cell.hourOfWeek, {
        rate: zHour * (cell.observed / cell.people) + (1 - zHour) * rate,
        ownVariance: hourVariance * (1 - zHour),
        shrunk: 1 - zHour,
      });
    }
    const counts = cells.reduce((a, cell) => a + cell.periods.length, 0);
    entrances.set(id, { rate, ownVariance: entranceVariance * (1 - z), shrunk: 1 - z, byHour, counts });
  }
  return {
    siteRate,
    siteVariance: 1 / sum,
    entranceVariance,
    hourVariance,
    thinning,
    overdispersion,
    entrances,
    counts: periods.length,
    people,
  };
}
