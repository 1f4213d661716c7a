/**
 * Which gateways no longer hang where the plan has them, from what they hear of other gateways' carriers: is it as it was, is
 * it all weaker by the same (antenna, water, a door), or as one would hear it from another place? Pure.
 */
import type { CrossHearing, Hung, Pair } from './crossHearing.ts';
import { type Curve, curveDbm, DEEPEST_DBM, median, slopeAt, unsoftened } from './hearingCurve.ts';

export interface Place {
  floorId: string;
  xM: number;
  yM: number;
}

export interface Verdict {
  gatewayId: string;
  /** Log odds that it hangs elsewhere (0 for no place that explains more), and that it hears worse or better than it did. */
  movedGain: number;
  changedGain: number;
  /** How well it is known what it heard before, 0 to 1. */
  known: number;
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
const HOURLY_DB = 1.5;
const PLACE_DB = 4.5;
/** Of one carrier in one second, where all are heard; and samples of somebody who stays for a while say less than as many. */
const SAMPLE_DB = 7;
const SAMPLES_PER_WORD = 2;
/** Where hardly any is heard there is still one now and then. */
const LEAST_SLOPE = 0.1;
const NU = 8;
/** What one pair tells is told by its neighbours as well. */
const TEMPER = 1;
/** Walls and shelves are others some metres on. */
const CARRY_M = 8;
/** A radio keeps its hearing when it is moved; one that has become deaf stays where it was. */
const SAME_RADIO_DB = 2.5;
const OTHER_RADIO_DB = 12;
/** So much the price of any other place, and of any other hearing. */
const PLACE_PRICE = 3;
const CHANGE_PRICE = 2;
/** Without a past, walls that nobody knows of look like another place: so many times more must speak for one. */
const LEAST_KNOWN = 0.5;
const STRANGER_TIMES = 4;
/** How well a pair must be known before to be compared. */
const KNOWN_SAMPLES = 40;
const MOST_OFFSET_DB = 18;
/** To either side. */
const OFFSET_STEPS = 4;
/** What another offset could save at most. */
const HOPELESS = 8;
const COARSE_M = 4;
const FINE_M = 1;
const AROUND_M = 24;
const STRONGEST = 4;

interface Evidence {
  anchor: Hung;
  /** What the mean would be if all were heard. */
  dbm: number;
  samples: number;
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
    list.push({ anchor, dbm: Math.max(DEEPEST_DBM, unsoftened(recentDbm) - shiftDb), samples: recentCount });
  }
  // What is heard well tells apart most places at once.
  return list.sort((a, b) => b.dbm - a.dbm);
}

interface Site {
  hearing: CrossHearing;
  curve: Curve;
  usual: Usual;
  shiftDb: number;
  floors: readonly FloorOf[];
  /** Of the place under consideration, by the evidence's order; made anew for each. */
  expected: number[];
  lasting: number[];
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

/** What a place lets expect of each anchor, before what the radio hears more or less; and its variance beside the samples'. */
function expectAt({ curve, usual, expected, lasting }: Site, list: readonly Evidence[], at: Spot): void {
  const carry = Math.exp(-at.likeAwayM / CARRY_M);
  const there = usual.get(at.like);
  for (let i = 0; i < list.length; i++) {
    const { anchor } = list[i]!;
    const before = there?.get(anchor.id);
    const kept = before ? carry * before.known : 0;
    expected[i] = curveDbm(curve, at, anchor) + (before ? kept * before.offDb : 0);
    lasting[i] = HOURLY_DB ** 2 + (1 - kept ** 2) * PLACE_DB ** 2;
  }
}

/** What stays unexplained of what is heard, with a radio that hears so much more than others. */
function costOf({ expected, lasting }: Site, list: readonly Evidence[], offsetDb: number, bound: number): number {
  let cost = 0;
  for (let i = 0; i < list.length; i++) {
    const one = list[i]!;
    // Below what can be told from silence all is the same.
    const dbm = Math.max(DEEPEST_DBM, expected[i]! + offsetDb);
    const off = one.dbm - dbm;
    const variance = lasting[i]! + sampleVariance((one.dbm + dbm) / 2, one.samples);
    cost += TEMPER * (((NU + 1) / 2) * Math.log1p(off ** 2 / (NU * variance)) + 0.5 * Math.log(lasting[i]!));
    // Nearly all places are given up after the first few anchors.
    if (cost >= bound) return Number.POSITIVE_INFINITY;
  }
  return cost;
}

/** Of a mean: where hardly any is heard, a few more or less are many decibels. */
function sampleVariance(dbm: number, samples: number): number {
  const slope = Math.max(LEAST_SLOPE, slopeAt(dbm));
  return (SAMPLE_DB ** 2 * SAMPLES_PER_WORD) / (slope * samples);
}

/** The offset that explains best, at a price for every decibel off `priorDb`; `bound` where nothing costs less. */
function fitAt(
  site: Site,
  list: readonly Evidence[],
  at: Spot,
  priorDb: number,
  priorSdDb: number,
  bound = Number.POSITIVE_INFINITY,
): Fit {
  expectAt(site, list, at);
  const first = costOf(site, list, priorDb, bound + HOPELESS);
  let best: Fit = first < bound ? { cost: first, offsetDb: priorDb } : { cost: bound, offsetDb: priorDb };
  // Few decibels more or less do not mend that.
  if (first === Number.POSITIVE_INFINITY) return best;
  const stepDb = Math.min(MOST_OFFSET_DB, 2 * priorSdDb) / OFFSET_STEPS;
  for (let step = 1; step <= OFFSET_STEPS; step++)
    for (const off of [-step * stepDb, step * stepDb]) {
      const price = off ** 2 / (2 * priorSdDb ** 2);
      const cost = costOf(site, list, priorDb + off, best.cost - price) + price;
      if (cost < best.cost) best = { cost, offsetDb: priorDb + off };
    }
  return best;
}

interface Judging {
  own: Hung;
  list: Evidence[];
  usualDb: number;
  stayed: number;
  /** More than this no other place can gain. */
  most: number;
  verdict: Verdict;
}

/** As far as it goes without a look at other places. */
function judge(site: Site, own: Hung, without: ReadonlySet<string>): Judging | undefined {
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
  return {
    own,
    list,
    usualDb,
    stayed,
    most: stayed - leastCost(list) - PLACE_PRICE,
    verdict: {
      gatewayId: own.id,
      movedGain: 0,
      known,
      changedGain: known < LEAST_KNOWN ? 0 : here.cost - changed.cost - CHANGE_PRICE,
      changeDb: changed.offsetDb - usualDb,
      offsetDb: changed.offsetDb,
      place: { floorId: own.floorId, xM: own.xM, yM: own.yM },
      awayM: 0,
    },
  };
}

function searched(site: Site, { own, list, usualDb, stayed, most, verdict }: Judging): Verdict {
  if (most <= 0) return verdict;
  const bound = stayed - PLACE_PRICE;
  const { cost, place, awayM } = search(site, list, own, usualDb, bound);
  return { ...verdict, movedGain: bound - cost, place, awayM };
}

/** Where all is as expected, and the expected is as well known as can be. */
const leastCost = (list: readonly Evidence[]): number => (list.length * TEMPER * Math.log(HOURLY_DB ** 2)) / 2;

function search(
  site: Site,
  list: readonly Evidence[],
  own: Hung,
  usualDb: number,
  bound: number,
): { cost: number; place: Place; awayM: number } {
  const nearOn = (floor: FloorOf, { xM, yM }: { xM: number; yM: number }): Hung[] =>
    site.hearing.hung.filter((one) => one.floorId === floor.id && Math.hypot(one.xM - xM, one.yM - yM) <= 2 * AROUND_M);
  let best = { cost: bound, place: { floorId: own.floorId, xM: own.xM, yM: own.yM }, awayM: 0 };
  const consider = (floor: FloorOf, near: readonly Hung[], xM: number, yM: number): void => {
    const x = Math.min(floor.widthM, Math.max(0, xM));
    const y = Math.min(floor.heightM, Math.max(0, yM));
    let like = own.id;
    let likeAwayM = Number.POSITIVE_INFINITY;
    for (const one of near) {
      const awayM = Math.hypot(one.xM - x, one.yM - y);
      if (awayM >= likeAwayM) continue;
      like = one.id;
      likeAwayM = awayM;
    }
    const spot = { xM: x, yM: y, level: floor.level, like, likeAwayM };
    const { cost } = fitAt(site, list, spot, usualDb, SAME_RADIO_DB, best.cost);
    if (cost >= best.cost) return;
    best = { cost, place: { floorId: floor.id, xM: x, yM: y }, awayM: Math.hypot(x - own.xM, y - own.yM) };
  };
  const strongest = list.slice(0, STRONGEST);
  const visited = new Set<string>();
  for (const { anchor } of strongest)
    for (const floor of site.floors) {
      if (Math.abs(floor.level - anchor.level) > 1) continue;
      const near = nearOn(floor, anchor);
      const x0 = Math.round(anchor.xM / COARSE_M) * COARSE_M;
      const y0 = Math.round(anchor.yM / COARSE_M) * COARSE_M;
      for (let dx = -AROUND_M; dx <= AROUND_M; dx += COARSE_M)
        for (let dy = -AROUND_M; dy <= AROUND_M; dy += COARSE_M) {
          const key = `${floor.id} ${x0 + dx} ${y0 + dy}`;
          if (visited.has(key)) continue;
          visited.add(key);
          consider(floor, near, x0 + dx, y0 + dy);
        }
      // Where others hang on the plan: the classic is a mixed-up label.
      for (const other of near)
        if (Math.hypot(other.xM - anchor.xM, other.yM - anchor.yM) <= AROUND_M)
          consider(floor, near, other.xM, other.yM);
    }
  const floor = site.floors.find(({ id }) => id === best.place.floorId);
  if (floor && best.cost < bound) {
    const { xM, yM } = best.place;
    const near = nearOn(floor, best.place);
    for (let dx = -COARSE_M + FINE_M; dx < COARSE_M; dx += FINE_M)
      for (let dy = -COARSE_M + FINE_M; dy < COARSE_M; dy += FINE_M) consider(floor, near, xM + dx, yM + dy);
  }
  return best;
}

/** Hung elsewhere by less is within what crowds do to hearing. */
export const LEAST_AWAY_M = 6;
/** Two that hang where the other is on the plan. */
const SWAPPED_M = 10;
const SWAPPED_ABOUT_M = 25;
/** Found one after the other; more at once wait for the next look. */
const MOST_ROUNDS = 5;

export interface Finding extends Verdict {
  /** The gateway at whose place it seems to hang, while that one hangs at its. */
  swappedWith: string | undefined;
}

export interface Judged {
  verdicts: Map<string, Verdict>;
  moved: Finding[];
}

export const isElsewhere = (verdict: Verdict, own: Hung, gain: number): boolean =>
  verdict.movedGain >= (verdict.known < LEAST_KNOWN ? STRANGER_TIMES * gain : gain) &&
  (verdict.awayM >= LEAST_AWAY_M || verdict.place.floorId !== own.floorId);

/**
 * All gateways; for those that `chosen` picks (what no other place could explain better is told along) other places are
 * considered. Who is found to hang elsewhere is no anchor for the others any more.
 */
export function judgeAll(
  hearing: CrossHearing,
  curve: Curve,
  floors: readonly FloorOf[],
  gain: number,
  chosen: (unexplained: ReadonlyMap<string, number>) => ReadonlySet<string>,
): Judged {
  const usual = usualOf(hearing, curve);
  const site: Site = { hearing, curve, usual, shiftDb: shiftOf(hearing), floors, expected: [], lasting: [] };
  const verdicts = new Map<string, Verdict>();
  const unexplained = new Map<string, number>();
  const nobody: ReadonlySet<string> = new Set();
  for (const own of hearing.hung) {
    const judging = judge(site, own, nobody);
    if (!judging) continue;
    verdicts.set(own.id, judging.verdict);
    unexplained.set(own.id, judging.most);
  }
  const out = new Set<string>();
  const looked = [...chosen(unexplained)].flatMap((id) => hearing.get(id) ?? []);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let worst: Verdict | undefined;
    for (const own of looked) {
      const others = new Set(out);
      others.delete(own.id);
      const judging = judge(site, own, others) ?? judge(site, own, nobody);
      if (!judging) continue;
      const verdict = searched(site, judging);
      verdicts.set(own.id, verdict);
      if (out.has(own.id) || !isElsewhere(verdict, own, gain)) continue;
      if (!worst || verdict.movedGain > worst.movedGain) worst = verdict;
    }
    if (!worst) break;
    out.add(worst.gatewayId);
  }
  const moved = [...out].flatMap((id) => {
    const verdict = verdicts.get(id);
    return verdict && isElsewhere(verdict, hearing.get(id)!, gain) ? [verdict] : [];
  });
  const offM = ({ place }: Verdict, { floorId, xM, yM }: Hung): number =>
    place.floorId === floorId ? Math.hypot(place.xM - xM, place.yM - yM) : Number.POSITIVE_INFINITY;
  /** One of the two fits well and the other about: both have the place of the other. */
  const isSwap = (a: Verdict, b: Verdict): boolean => {
    const [near, far] = [offM(a, hearing.get(b.gatewayId)!), offM(b, hearing.get(a.gatewayId)!)].sort((x, y) => x - y);
    return near! <= SWAPPED_M && far! <= SWAPPED_ABOUT_M;
  };
  return {
    verdicts,
    moved: moved.map((verdict) => {
      const other = moved.find((one) => one !== verdict && isSwap(verdict, one));
      return { ...verdict, swappedWith: other?.gatewayId };
    }),
  };
}
