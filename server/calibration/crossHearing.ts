/**
 * How gateways hear the same carriers in the same second. A carrier that some gateway hears best is near that gateway, its
 * anchor: how well others hear the carriers of an anchor tells how far they hang from it. Kept for each pair twice: of late,
 * and as it was before. Pure; forgets by what comes, so that nights and closed days forget nothing.
 */
import type { Floor, Gateway } from '../contract/model.ts';

/** In place of the RSSI of a carrier that was not heard: just below the weakest that radios decode. */
export const UNHEARD_DBM = -97;
/** Two hours or so of one anchor's carriers in a usual mall. */
const RECENT_SAMPLES = 120;
/** Some days. */
const BASE_SAMPLES = 3_000;
/** Gateways whose hearing of an anchor's carriers is kept, silence included: those nearest to it … */
const NEAREST = 24;
/** … and those beyond that heard some. */
const MOST_PAIRS = 40;
/** Fewer are no usual. */
const USUAL_SAMPLES = 20;

/** Gateway `of` and the carriers near `anchor`. */
export interface Pair {
  recentCount: number;
  recentDbm: number;
  recentHeard: number;
  baseCount: number;
  baseDbm: number;
  baseHeard: number;
}

export interface Hung {
  id: string;
  floorId: string;
  level: number;
  xM: number;
  yM: number;
}

export interface Heard {
  gatewayId: string;
  rssiDbm: number;
}

/** [of, anchor, recent count, dBm, heard, base count, dBm, heard] */
export type StoredPair = [string, string, number, number, number, number, number, number];

const clampDbm = (rssiDbm: number): number => Math.max(UNHEARD_DBM, Math.min(-20, rssiDbm));

export function hangingOf(gateways: readonly Gateway[], floors: readonly Floor[]): Hung[] {
  const levels = new Map(floors.map(({ id, level }) => [id, level]));
  return gateways
    .filter(({ enabled, floorId }) => enabled && levels.has(floorId))
    .map(({ id, floorId, xM, yM }) => ({ id, floorId, level: levels.get(floorId)!, xM, yM }));
}

/** Floors count as farther than they are: a ceiling takes what twelve metres of hall take. */
const PER_FLOOR_M = 12;
export const apartM = (a: Hung, b: Hung): number =>
  Math.hypot(a.xM - b.xM, a.yM - b.yM, PER_FLOOR_M * (a.level - b.level));

export class CrossHearing {
  readonly hung: readonly Hung[];
  private readonly byId: ReadonlyMap<string, Hung>;
  /** By anchor: the pairs of those that hear, or should hear, its carriers. */
  private readonly pairs = new Map<string, Map<string, Pair>>();
  /** How many carriers each should have heard, by what was usual, since it heard one. */
  private readonly owed = new Map<string, number>();
  /** What is learned of these is kept as it was: something is wrong with them. */
  private suspects: ReadonlySet<string> = new Set();

  constructor(hung: readonly Hung[], stored: readonly StoredPair[] = []) {
    this.hung = hung;
    this.byId = new Map(hung.map((one) => [one.id, one]));
    for (const anchor of hung) {
      const near = hung
        .filter((one) => one !== anchor)
        .map((one) => ({ id: one.id, awayM: apartM(one, anchor) }))
        .sort((a, b) => a.awayM - b.awayM)
        .slice(0, NEAREST);
      this.pairs.set(anchor.id, new Map(near.map(({ id }) => [id, noPair()])));
    }
    for (const [of, anchor, recentCount, recentDbm, recentHeard, baseCount, baseDbm, baseHeard] of stored) {
      if (!this.byId.has(of)) continue;
      const pairs = this.pairs.get(anchor);
      if (pairs && (pairs.has(of) || pairs.size < MOST_PAIRS))
        pairs.set(of, { recentCount, recentDbm, recentHeard, baseCount, baseDbm, baseHeard });
    }
  }

  suspect(gatewayIds: ReadonlySet<string>): void {
    this.suspects = gatewayIds;
  }

  /** One carrier in one second: who heard it, of those who listened. */
  add(heard: readonly Heard[], listening: ReadonlySet<string>): void {
    let best: Heard | undefined;
    let second: Heard | undefined;
    for (const one of heard) {
      if (!this.byId.has(one.gatewayId)) continue;
      if (!best || one.rssiDbm > best.rssiDbm) {
        second = best;
        best = one;
      } else if (!second || one.rssiDbm > second.rssiDbm) second = one;
    }
    if (!best) return;
    this.addAnchored(best.gatewayId, heard, listening);
    // For the best itself the anchor is the best of the others, as it is for everybody.
    if (second) this.note(second.gatewayId, best.gatewayId, best.rssiDbm);
  }

  private addAnchored(anchor: string, heard: readonly Heard[], listening: ReadonlySet<string>): void {
    for (const { gatewayId, rssiDbm } of heard) if (gatewayId !== anchor) this.note(anchor, gatewayId, rssiDbm);
    for (const gatewayId of this.pairs.get(anchor)!.keys())
      if (listening.has(gatewayId) && !heard.some((one) => one.gatewayId === gatewayId))
        this.note(anchor, gatewayId, undefined);
  }

  private note(anchor: string, of: string, rssiDbm: number | undefined): void {
    const pairs = this.pairs.get(anchor)!;
    let pair = pairs.get(of);
    if (!pair) {
      if (rssiDbm === undefined || pairs.size >= MOST_PAIRS || !this.byId.has(of)) return;
      // From the next one on: to begin with one that was heard would count it as usual.
      pair = noPair();
      pairs.set(of, pair);
      return;
    }
    if (rssiDbm !== undefined) this.owed.delete(of);
    else if (pair.baseCount >= USUAL_SAMPLES) this.owed.set(of, (this.owed.get(of) ?? 0) + pair.baseHeard);
    const dbm = rssiDbm === undefined ? UNHEARD_DBM : clampDbm(rssiDbm);
    const isHeard = rssiDbm === undefined ? 0 : 1;
    pair.recentCount = Math.min(RECENT_SAMPLES, pair.recentCount + 1);
    pair.recentDbm += (dbm - pair.recentDbm) / pair.recentCount;
    pair.recentHeard += (isHeard - pair.recentHeard) / pair.recentCount;
    if (this.suspects.has(of) || this.suspects.has(anchor)) return;
    pair.baseCount = Math.min(BASE_SAMPLES, pair.baseCount + 1);
    pair.baseDbm += (dbm - pair.baseDbm) / pair.baseCount;
    pair.baseHeard += (isHeard - pair.baseHeard) / pair.baseCount;
  }

  get(id: string): Hung | undefined {
    return this.byId.get(id);
  }

  /** Carriers that it should have heard since it heard the last one. */
  owedTo(id: string): number {
    return this.owed.get(id) ?? 0;
  }

  /** Anchors of what a gateway hears, or should hear. */
  *anchorsOf(of: string): Generator<[Hung, Pair]> {
    for (const [anchor, pairs] of this.pairs) {
      const pair = pairs.get(of);
      if (pair) yield [this.byId.get(anchor)!, pair];
    }
  }

  *all(): Generator<[Hung, Hung, Pair]> {
    for (const [anchor, pairs] of this.pairs)
      for (const [of, pair] of pairs) yield [this.byId.get(of)!, this.byId.get(anchor)!, pair];
  }

  stored(): StoredPair[] {
    const rows: StoredPair[] = [];
    const round = (value: number): number => Math.round(value * 100) / 100;
    for (const [of, anchor, pair] of this.all())
      if (pair.recentCount > 0)
        rows.push([
          of.id,
          anchor.id,
          pair.recentCount,
          round(pair.recentDbm),
          round(pair.recentHeard),
          pair.baseCount,
          round(pair.baseDbm),
          round(pair.baseHeard),
        ]);
    return rows;
  }
}

const noPair = (): Pair => ({
  recentCount: 0,
  recentDbm: 0,
  recentHeard: 0,
  baseCount: 0,
  baseDbm: 0,
  baseHeard: 0,
});
