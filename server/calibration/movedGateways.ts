/**
 * Which gateways no longer hang where the plan has them, from what they hear of other gateways' carriers: is it as it was, is
 * it all weaker by the same (antenna, water, a door), or as one would hear it from another place? Pure.
 */
import type { CrossHearing, Hung, Pair } from './crossHearing.ts';
import { type Curve, curveDbm, fitCurve, median, slopeAt, softened, unsoftened } from './hearingCurve.ts';

export interface Place {
  floorId: string;
  xM: number;
  yM: number;
}

export interface Verdict {
  gatewayId: string;
  /** Log odds that it hangs elsewhere, and that it hears worse or better than it did. */
  movedGain: number;
  changedGain: number;
  /** How much more it hears than before, at the place of the plan. Negative: it has become deaf. */
  changeDb: number;
  /** Against the site's other gateways. */
  offsetDb: number;
  place: Place;
  awayM: number;
}

export interface FloorOf {
  id: string;
  level: number;
  widthM: number;
  heightM: number;
}

const LEAST_RECENT = 12;
const LEAST_ANCHORS = 3;
const LEAST_SHIFTS = 10;
const TELLING_SLOPE = 0.3;
/** What crowds that come and go make of a pair from hour to hour; what walls and shelves make of a place. */
const HOURLY_DB = 1.8;
const PLACE_DB = 4.5;
/** Of one carrier in one second, where all are heard; and samples of somebody who stays for a while say less than as many. */
const SAMPLE_DB = 7;
const SAMPLES_PER_WORD = 3;
/** Where hardly any is heard there is still one now and then. */
const LEAST_SLOPE = 0.1;
const NU = 4;
/** What one pair tells is told by its neighbours as well. */
const TEMPER = 0.6;
/** Walls and shelves are others some metres on. */
const CARRY_M = 8;
/** A radio keeps its hearing when it is moved; one that has become deaf stays where it was. */
const SAME_RADIO_DB = 2.5;
const OTHER_RADIO_DB = 12;
/** So much the price of any other place, and of any other hearing. */
const PLACE_PRICE = 3;
const CHANGE_PRICE = 2;
/** How well a pair must be known before to be compared. */
const KNOWN_SAMPLES = 40;
const MOST_OFFSET_DB = 18;
/** To either side. */
const OFFSET_STEPS = 4;
const HOPELESS = 6;
const COARSE_M = 4;
const FINE_M = 1;
const AROUND_M = 24;
const STRONGEST = 4;

interface Evidence {
  anchor: Hung;
  dbm: number;
  /** How much of a decibel shows in it. */
  slope: number;
  sampleVariance: number;
}

/** What pairs lay off the curve before: of each gateway by anchor, and how well that is known, 0 to 1. */
type Usual = ReadonlyMap<string, ReadonlyMap<string, { offDb: number; known: number }>>;

function usualOf(hearing: CrossHearing, curve: Curve): Usual {
  const usual = new Map<string, Map<string, { offDb: number; known: number }>>();
  for (const [of, anchor, pair] of hearing.all()) {
    const known = knownOf(pair);
    if (known === 0) continue;
    const offDb = unsoftened(pair.baseDbm) - curveDbm(curve, of, anchor) - (curve.offsetDb.get(of.id) ?? 0);
    const list = usual.get(of.id) ?? new Map<string, { offDb: number; known: number }>();
    usual.set(of.id, list.set(anchor.id, { offDb, known }));
  }
  return usual;
}

/** A pair whose past is all of late has no past. */
const knownOf = ({ recentCount, baseCount }: Pair): number =>
  baseCount < 1.5 * recentCount ? 0 : (baseCount - recentCount) / (baseCount - recentCount + KNOWN_SAMPLES);

/**
 * How much more is heard everywhere than before: in the evening other people carry other things, and the staff's tags are all
 * that is left at night.
 */
function shiftOf(hearing: CrossHearing): number {
  const shifts: number[] = [];
  for (const [, , pair] of hearing.all()) {
    if (pair.recentCount < LEAST_RECENT || knownOf(pair) < 0.3) continue;
    const beforeDbm = unsoftened(pair.baseDbm);
    if (slopeAt(beforeDbm) > TELLING_SLOPE) shifts.push(unsoftened(pair.recentDbm) - beforeDbm);
  }
  return shifts.length < LEAST_SHIFTS ? 0 : median(shifts);
}

function evidenceOf({ hearing, shiftDb }: Site, own: Hung, without: ReadonlySet<string>): Evidence[] {
  const list: Evidence[] = [];
  for (const [anchor, { recentCount, recentDbm }] of hearing.anchorsOf(own.id)) {
    if (recentCount < LEAST_RECENT || without.has(anchor.id)) continue;
    const foundDbm = unsoftened(recentDbm) - shiftDb;
    const slope = Math.max(LEAST_SLOPE, slopeAt(foundDbm));
    const sampleVariance = (SAMPLE_DB ** 2 * slope * SAMPLES_PER_WORD) / recentCount;
    list.push({ anchor, dbm: softened(foundDbm), slope, sampleVariance });
  }
  return list;
}

interface Site {
  hearing: CrossHearing;
  curve: Curve;
  usual: Usual;
  shiftDb: number;
  floors: readonly FloorOf[];
}

interface Spot {
  xM: number;
  yM: number;
  level: number;
  /** The nearest place on the plan at which a gateway is known to hang, and how far it is: walls are about the same there. */
  like: string;
  likeAwayM: number;
}

interface Fit {
  cost: number;
  offsetDb: number;
}

/** What stays unexplained of what is heard, from a place and with a radio that hears so much more than others. */
function costAt({ curve, usual }: Site, list: readonly Evidence[], at: Spot, offsetDb: number): number {
  const carry = Math.exp(-at.likeAwayM / CARRY_M);
  const there = usual.get(at.like);
  let cost = 0;
  for (const one of list) {
    const before = there?.get(one.anchor.id);
    const kept = before ? carry * before.known : 0;
    const dbm = curveDbm(curve, at, one.anchor) + (before ? kept * before.offDb : 0) + offsetDb;
    const lasting = HOURLY_DB ** 2 + (1 - kept ** 2) * PLACE_DB ** 2;
    const variance = one.slope ** 2 * lasting + one.sampleVariance;
    const off = one.dbm - softened(dbm);
    cost += TEMPER * (((NU + 1) / 2) * Math.log1p(off ** 2 / (NU * variance)) + 0.5 * Math.log(variance));
  }
  return cost;
}

/** The offset that explains best, at a price for every decibel off `priorDb`. */
function fitAt(site: Site, list: readonly Evidence[], at: Spot, priorDb: number, priorSdDb: number): Fit {
  let best: Fit = { cost: Number.POSITIVE_INFINITY, offsetDb: priorDb };
  const reachDb = Math.min(MOST_OFFSET_DB, 2 * priorSdDb);
  const stepDb = reachDb / OFFSET_STEPS;
  for (let off = -reachDb; off <= reachDb; off += stepDb) {
    const cost = costAt(site, list, at, priorDb + off) + off ** 2 / (2 * priorSdDb ** 2);
    if (cost < best.cost) best = { cost, offsetDb: priorDb + off };
  }
  return best;
}

function judge(site: Site, own: Hung, without: ReadonlySet<string>): Verdict | undefined {
  const list = evidenceOf(site, own, without);
  if (list.length < LEAST_ANCHORS) return undefined;
  const usual = [...(site.usual.get(own.id)?.values() ?? [])];
  const known = usual.length === 0 ? 0 : usual.reduce((sum, one) => sum + one.known, 0) / usual.length;
  // Before anything is known of it, a radio is as others are.
  const usualDb = (site.curve.offsetDb.get(own.id) ?? 0) * known;
  const place: Spot = { ...own, like: own.id, likeAwayM: 0 };
  const here = fitAt(site, list, place, usualDb, SAME_RADIO_DB);
  const changed = fitAt(site, list, place, usualDb, OTHER_RADIO_DB);
  const stayed = Math.min(here.cost, changed.cost + CHANGE_PRICE);
  // Nothing could explain more than all of it: most gateways are done here.
  const most = stayed - leastCost(list) - PLACE_PRICE;
  const best = most > 0 ? search(site, list, own, usualDb) : { cost: stayed, place: own, awayM: 0 };
  return {
    gatewayId: own.id,
    movedGain: stayed - best.cost - PLACE_PRICE,
    changedGain: here.cost - changed.cost - CHANGE_PRICE,
    changeDb: changed.offsetDb - usualDb,
    offsetDb: changed.offsetDb,
    place: { floorId: best.place.floorId, xM: best.place.xM, yM: best.place.yM },
    awayM: best.awayM,
  };
}

/** Where all is as expected, and the expected is as well known as can be. */
const leastCost = (list: readonly Evidence[]): number =>
  list.reduce((sum, { slope, sampleVariance }) => {
    return sum + (TEMPER / 2) * Math.log(slope ** 2 * HOURLY_DB ** 2 + sampleVariance);
  }, 0);

function search(
  site: Site,
  list: readonly Evidence[],
  own: Hung,
  usualDb: number,
): { cost: number; place: Place; awayM: number } {
  const { hung } = site.hearing;
  let best = { cost: Number.POSITIVE_INFINITY, place: { floorId: own.floorId, xM: own.xM, yM: own.yM }, awayM: 0 };
  const consider = (floor: FloorOf, xM: number, yM: number): void => {
    const x = Math.min(floor.widthM, Math.max(0, xM));
    const y = Math.min(floor.heightM, Math.max(0, yM));
    let like = own.id;
    let likeAwayM = Number.POSITIVE_INFINITY;
    for (const one of hung) {
      if (one.level !== floor.level) continue;
      const awayM = Math.hypot(one.xM - x, one.yM - y);
      if (awayM >= likeAwayM) continue;
      like = one.id;
      likeAwayM = awayM;
    }
    const spot = { xM: x, yM: y, level: floor.level, like, likeAwayM };
    // Its offset matters little where nothing else fits.
    if (costAt(site, list, spot, usualDb) > best.cost + HOPELESS) return;
    const { cost } = fitAt(site, list, spot, usualDb, SAME_RADIO_DB);
    if (cost >= best.cost) return;
    best = { cost, place: { floorId: floor.id, xM: x, yM: y }, awayM: Math.hypot(x - own.xM, y - own.yM) };
  };
  const strongest = [...list].sort((a, b) => b.dbm - a.dbm).slice(0, STRONGEST);
  const visited = new Set<string>();
  for (const { anchor } of strongest)
    for (const floor of site.floors) {
      if (Math.abs(floor.level - anchor.level) > 1) continue;
      const x0 = Math.round(anchor.xM / COARSE_M) * COARSE_M;
      const y0 = Math.round(anchor.yM / COARSE_M) * COARSE_M;
      for (let dx = -AROUND_M; dx <= AROUND_M; dx += COARSE_M)
        for (let dy = -AROUND_M; dy <= AROUND_M; dy += COARSE_M) {
          const key = `${floor.id} ${x0 + dx} ${y0 + dy}`;
          if (visited.has(key)) continue;
          visited.add(key);
          consider(floor, x0 + dx, y0 + dy);
        }
      // Where others hang on the plan: the classic is a mixed-up label.
      for (const other of hung)
        if (other.floorId === floor.id && Math.hypot(other.xM - anchor.xM, other.yM - anchor.yM) <= AROUND_M)
          consider(floor, other.xM, other.yM);
    }
  const floor = site.floors.find(({ id }) => id === best.place.floorId);
  if (floor && Number.isFinite(best.cost)) {
    const { xM, yM } = best.place;
    for (let dx = -COARSE_M + FINE_M; dx < COARSE_M; dx += FINE_M)
      for (let dy = -COARSE_M + FINE_M; dy < COARSE_M; dy += FINE_M) consider(floor, xM + dx, yM + dy);
  }
  return best;
}

/** Hung elsewhere by less is within what crowds do to hearing. */
export const LEAST_AWAY_M = 6;
/** Two that hang where the other is on the plan. */
const SWAPPED_M = 10;
/** Reconsidered one after the other: more at once are an exchange of all labels. */
const MOST_AT_ONCE = 12;

export interface Finding extends Verdict {
  /** The gateway at whose place it seems to hang, while that one hangs at its. */
  swappedWith: string | undefined;
}

export interface Judged {
  curve: Curve;
  verdicts: Map<string, Verdict>;
  moved: Finding[];
}

export const isElsewhere = (verdict: Verdict, own: Hung, gain: number): boolean =>
  verdict.movedGain >= gain && (verdict.awayM >= LEAST_AWAY_M || verdict.place.floorId !== own.floorId);

/** All gateways; who is found to hang elsewhere is no anchor for the others any more. */
export function judgeAll(hearing: CrossHearing, floors: readonly FloorOf[], gain: number): Judged | undefined {
  const curve = fitCurve(hearing);
  if (!curve) return undefined;
  const site: Site = { hearing, curve, usual: usualOf(hearing, curve), shiftDb: shiftOf(hearing), floors };
  const out = new Set<string>();
  let verdicts = new Map<string, Verdict>();
  for (let round = 0; round <= MOST_AT_ONCE; round++) {
    verdicts = new Map();
    let worst: Verdict | undefined;
    for (const own of hearing.hung) {
      const others = new Set(out);
      others.delete(own.id);
      const verdict = judge(site, own, others) ?? judge(site, own, new Set());
      if (!verdict) continue;
      verdicts.set(own.id, verdict);
      if (out.has(own.id) || !isElsewhere(verdict, own, gain)) continue;
      if (!worst || verdict.movedGain > worst.movedGain) worst = verdict;
    }
    if (!worst) break;
    out.add(worst.gatewayId);
  }
  const moved = [...out].flatMap((id) => {
    const verdict = verdicts.get(id);
    const own = hearing.get(id)!;
    return verdict && isElsewhere(verdict, own, gain) ? [verdict] : [];
  });
  const at = (verdict: Verdict, other: Hung): boolean =>
    verdict.place.floorId === other.floorId &&
    Math.hypot(verdict.place.xM - other.xM, verdict.place.yM - other.yM) <= SWAPPED_M;
  return {
    curve,
    verdicts,
    moved: moved.map((verdict) => ({
      ...verdict,
      swappedWith: moved.find(
        (other) =>
          other !== verdict && at(verdict, hearing.get(other.gatewayId)!) && at(other, hearing.get(verdict.gatewayId)!),
      )?.gatewayId,
    })),
  };
}
