/** Looks at the cross-hearing every few minutes, and believes what it sees only when it sees it again. Pure. */
import type { CrossHearing } from './crossHearing.ts';
import { type Curve, curveDbm, slopeAt } from './hearingCurve.ts';
import { type Finding, type FloorOf, isElsewhere, judgeAll, type Verdict } from './movedGateways.ts';

/** Log odds from which a gateway counts as hanging elsewhere; by bench:moved no healthy one comes near it for long. */
export const MOVED_GAIN = 2;
/** From here on nothing is learned of it any more, lest the new place becomes the usual one. */
const SUSPECT_GAIN = 0;
/** Looks in a row that must agree, before it is said and before it is taken back. */
const AGREEING = 3;
const GONE = 3;
/** Hearing that has changed by so much is told. */
export const DEAF_DB = -6;
const CHANGED_GAIN = 1;

export interface Moved extends Finding {
  sinceMs: number;
  /** 0 to 1. */
  sure: number;
}
export interface Deaf {
  gatewayId: string;
  sinceMs: number;
  changeDb: number;
}

interface Watched {
  sinceMs: number;
  looks: number;
  missing: number;
  finding: Finding | undefined;
}
const fresh = (sinceMs: number): Watched => ({ sinceMs, looks: 0, missing: 0, finding: undefined });

export interface WatchState {
  moved: [string, Watched][];
  deaf: [string, Watched][];
}

export class MovedWatch {
  private readonly hearing: CrossHearing;
  private readonly floors: readonly FloorOf[];
  private readonly watched: Map<string, Watched>;
  private readonly deafness: Map<string, Watched>;
  verdicts: ReadonlyMap<string, Verdict> = new Map();
  private curve: Curve | undefined;

  constructor(hearing: CrossHearing, floors: readonly FloorOf[], state?: WatchState) {
    this.hearing = hearing;
    this.floors = floors;
    this.watched = new Map(state?.moved);
    this.deafness = new Map(state?.deaf);
    this.suspect();
  }

  /** Costs some tens of milliseconds for a mall's gateways; nothing where nothing was heard since. */
  look(nowMs: number): void {
    const judged = judgeAll(this.hearing, this.floors, MOVED_GAIN);
    if (!judged) return;
    this.verdicts = judged.verdicts;
    this.curve = judged.curve;
    const moved = new Map(judged.moved.map((finding) => [finding.gatewayId, finding]));
    for (const { id } of this.hearing.hung) {
      const verdict = judged.verdicts.get(id);
      const own = this.hearing.get(id)!;
      const finding = moved.get(id);
      note(this.watched, id, nowMs, verdict !== undefined && isElsewhere(verdict, own, SUSPECT_GAIN), finding);
      const isDeaf =
        verdict !== undefined && !finding && verdict.changedGain >= CHANGED_GAIN && verdict.changeDb <= DEAF_DB;
      note(this.deafness, id, nowMs, isDeaf, isDeaf ? { ...verdict, swappedWith: undefined } : undefined);
    }
    this.suspect();
  }

  private suspect(): void {
    this.hearing.suspect(new Set([...this.watched.keys(), ...this.deafness.keys()]));
  }

  /** Of carriers near others, how many a gateway that never heard one should have heard by its place; of late. */
  expectedOf(gatewayId: string): number {
    const { curve } = this;
    const own = this.hearing.get(gatewayId);
    if (!curve || !own) return 0;
    let expected = 0;
    for (const [anchor, { recentCount }] of this.hearing.anchorsOf(gatewayId))
      expected += recentCount * slopeAt(curveDbm(curve, own, anchor));
    return expected;
  }

  moved(): Moved[] {
    return [...this.watched.values()].flatMap(({ looks, finding, sinceMs }) =>
      finding && looks >= AGREEING ? [{ ...finding, sinceMs, sure: sureOf(finding.movedGain) }] : [],
    );
  }

  deaf(): Deaf[] {
    const moved = new Set(this.moved().map(({ gatewayId }) => gatewayId));
    return [...this.deafness].flatMap(([gatewayId, { looks, finding, sinceMs }]) =>
      finding && looks >= AGREEING && !moved.has(gatewayId) ? [{ gatewayId, sinceMs, changeDb: finding.changeDb }] : [],
    );
  }

  state(): WatchState {
    return { moved: [...this.watched], deaf: [...this.deafness] };
  }
}

function note(
  all: Map<string, Watched>,
  id: string,
  nowMs: number,
  isSuspect: boolean,
  finding: Finding | undefined,
): void {
  const known = all.get(id);
  if (!isSuspect && !finding) {
    if (!known) return;
    known.missing += 1;
    if (known.missing >= GONE) all.delete(id);
    return;
  }
  const one = known ?? fresh(nowMs);
  all.set(id, one);
  one.missing = 0;
  if (!finding) {
    if (one.looks < AGREEING) one.looks = 0;
    return;
  }
  one.looks += 1;
  one.finding = finding;
}

/** As odds, less what the threshold asks; never quite sure. */
const sureOf = (gain: number): number => Math.min(0.99, 1 / (1 + Math.exp(-(gain - MOVED_GAIN / 2) / 2)));
