/** Looks at the cross-hearing every few minutes, and believes what it sees only when it sees it again. Pure. */
import type { CrossHearing } from './crossHearing.ts';
import { type Curve, curveDbm, fitCurve, slopeAt } from './hearingCurve.ts';
import { type Finding, type FloorOf, isElsewhere, judgeAll, type Verdict } from './movedGateways.ts';

/** Log odds from which a gateway counts as hanging elsewhere; by bench:moved no healthy one comes near it for long. */
export const MOVED_GAIN = 2;
/** From here on nothing is learned of it any more, lest the new place becomes the usual one. */
const SUSPECT_GAIN = 0.5;
/** Looks in a row that must agree, before it is said and before it is taken back. */
const AGREEING = 3;
const GONE = 3;
/** Hearing that has changed by so much is told. */
export const DEAF_DB = -6;
const CHANGED_GAIN = 1;

/** Walls do not move: a curve holds for an hour of looks. */
const CURVE_LOOKS = 12;
/** Gateways for which other places are considered in one look. */
const MOST_WATCHED = 12;
const STRANGEST = 4;
const IN_TURN = 4;

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
  private looksOfCurve = 0;
  private lastInTurn = '';

  constructor(hearing: CrossHearing, floors: readonly FloorOf[], state?: WatchState) {
    this.hearing = hearing;
    this.floors = floors;
    this.watched = new Map(state?.moved);
    this.deafness = new Map(state?.deaf);
    this.suspect();
  }

  /** Costs some tens of milliseconds, whatever the number of gateways: other places are considered for a few at a time. */
  look(nowMs: number): void {
    if (this.curve === undefined || this.looksOfCurve >= CURVE_LOOKS) {
      this.curve = fitCurve(this.hearing) ?? this.curve;
      this.looksOfCurve = 0;
    }
    this.looksOfCurve += 1;
    if (!this.curve) return;
    const judged = judgeAll(this.hearing, this.curve, this.floors, MOVED_GAIN, (unexplained) =>
      this.choose(unexplained),
    );
    this.verdicts = judged.verdicts;
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

  /** Those under suspicion, those that least is explained of, and the others in turn. */
  private choose(unexplained: ReadonlyMap<string, number>): ReadonlySet<string> {
    const chosen = new Set([...this.watched.keys()].slice(0, MOST_WATCHED));
    const rest = [...unexplained].filter(([id, most]) => most > 0 && !chosen.has(id));
    rest.sort(([, a], [, b]) => b - a);
    for (const [id] of rest.splice(0, STRANGEST)) chosen.add(id);
    rest.sort(([a], [b]) => (a < b ? -1 : 1));
    const from = rest.findIndex(([id]) => id > this.lastInTurn);
    const turn = [...rest.slice(Math.max(0, from)), ...rest.slice(0, Math.max(0, from))].slice(0, IN_TURN);
    for (const [id] of turn) chosen.add(id);
    this.lastInTurn = turn.at(-1)?.[0] ?? '';
    return chosen;
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
