/**
 * How many fires are behind what the heat of a new zone shows? Heat is drawn from where carriers may have been, so a zone
 * beside a busy hall has heat of people who never entered it. In zones that stood, both are known: fires by heat H, and
 * those of their stays S. The new zone's fires are taken to be H × the weighted geometric mean of S ÷ H over those zones,
 * a zone weighing the more the more alike its ground (hall or shop) and its size are, and the more fires it had. Each zone estimated from
 * the others alone tells by how much that is off. Pure.
 */

/** Of the cells of a zone, the share in each kind of place. */
export type Ground = ReadonlyMap<string, number>;

export interface Reference {
  zoneId: string;
  ground: Ground;
  areaM2: number;
  /** Fires by the heat rule. */
  byHeat: number;
  /** Fires by stays. */
  byStays: number;
}

export interface Scale {
  factor: number;
  /** Standard deviation of the logarithm of what it is off by. */
  doubt: number;
  /** That were tried. */
  zones: number;
}

/** Ground of another kind says a little as well. */
const UNLIKE_WEIGHT = 0.02;
/** So many fires are worth half of what endless ones are. */
const HALF_WORTH_FIRES = 20;
const MIN_FIRES = 10;
/** Zones with which the mean and its doubt can be told. */
const MIN_ZONES = 3;
/** Ten zones drawn anew in a simulated mall were off by a factor of 1.6, two of three; no neighbours promise more. */
const MIN_DOUBT = 0.45;
/** For each halving or doubling from the size of those that were tried. */
const DOUBT_PER_OCTAVE = 0.1;
/** Of the simulated mall, where nothing else is known: halls 0.9, shops 0.35, each within a factor of two. */
const UNTRIED: Scale = { factor: 0.6, doubt: Math.LN2, zones: 0 };

export type Likeness = Pick<Reference, 'ground' | 'areaM2'>;

/** Who walks through a small zone leaves less heat there, so size counts as well: twice the area weighs a fifth. */
function likeness(a: Likeness, b: Likeness): number {
  const ground = [...a.ground].reduce((sum, [kind, share]) => sum + share * (b.ground.get(kind) ?? 0), 0);
  const octaves = Math.log2(a.areaM2 / b.areaM2);
  return (UNLIKE_WEIGHT + ground) / (1 + (2 * octaves) ** 2);
}

function weightedMean(target: Likeness, references: readonly Reference[]): number {
  let sum = 0;
  let weights = 0;
  for (const one of references) {
    const { byHeat, byStays } = one;
    const weight = likeness(target, one) * (byStays / (byStays + HALF_WORTH_FIRES));
    sum += weight * Math.log((byStays + 0.5) / (byHeat + 0.5));
    weights += weight;
  }
  return sum / weights;
}

export function scaleFor(target: Likeness, references: readonly Reference[]): Scale {
  const usable = references.filter(({ byHeat, byStays }) => byHeat >= MIN_FIRES && byStays >= MIN_FIRES);
  if (usable.length < MIN_ZONES) return UNTRIED;
  let squares = 0;
  let weights = 0;
  let octaves = 0;
  for (const one of usable) {
    const others = usable.filter((other) => other !== one);
    const offBy = Math.log((one.byStays + 0.5) / (one.byHeat + 0.5)) - weightedMean(one, others);
    // Those like the new zone tell how sure it is.
    const weight = likeness(target, one) * (one.byStays / (one.byStays + HALF_WORTH_FIRES));
    squares += weight * offBy * offBy;
    octaves += weight * Math.log2(one.areaM2 / target.areaM2);
    weights += weight;
  }
  const shown = Math.max(MIN_DOUBT, Math.sqrt(squares / weights));
  return {
    factor: Math.exp(weightedMean(target, usable)),
    doubt: Math.hypot(shown, (DOUBT_PER_OCTAVE * octaves) / weights),
    zones: usable.length,
  };
}
