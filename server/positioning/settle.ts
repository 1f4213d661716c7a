/** From a floor's posterior to a fix and how sure it is; and from fixes to the place where zones see the carrier. Pure. */
import type { Fix } from '../engine/types.ts';
import { ACCURACY_PER_SIGMA } from '../floor/gaussian.ts';
import type { GridState } from './gridState.ts';
import type { Tuning } from './tuning.ts';

/** The tempered posterior is a little wider than the errors. */
const POSTERIOR_SHARE = 0.88;
const MIN_ACCURACY_M = 0.5;
const MAX_ACCURACY_M = 60;
/** Nobody runs through a mall for long; a first place may be far off and is corrected at once. */
const MAX_SPEED = 2.5;
const SPEED_SLACK_M = 0.5;
const FREE_TICKS = 12;
/** Gateways with which lasting errors are as large as the tuning says: variance falls with their number. */
const LASTING_COUNT = 9;
/** Ticks that the wandering remembers. */
const WANDER_TICKS = 64;

export function accuracyOf(
  tuning: Tuning,
  surveyed: boolean,
  posteriorM2: number,
  spacingM: number,
  heardShare: number,
  count: number,
): number {
  const sparse = surveyed ? tuning.surveyedSparseInflation : tuning.sparseInflation;
  const inflation = POSTERIOR_SHARE * (1 + sparse * (1 - heardShare));
  const lastingM = (surveyed ? tuning.surveyedLastingSpacings : tuning.lastingSpacings) * spacingM;
  const varianceM2 = inflation * inflation * posteriorM2 + (lastingM * lastingM * LASTING_COUNT) / (count + 1);
  return Math.min(MAX_ACCURACY_M, Math.max(MIN_ACCURACY_M, Math.sqrt(varianceM2) * ACCURACY_PER_SIGMA));
}

/** Makes `fix` the carrier's, no further from the last one than people go. */
export function moveTo(state: GridState, fix: Fix): void {
  const old = state.fix;
  const stayed = old?.floorId === fix.floorId;
  if (old && stayed && state.fixes > FREE_TICKS) {
    const dx = fix.xM - old.xM;
    const dy = fix.yM - old.yM;
    const stepM = Math.sqrt(dx * dx + dy * dy);
    const longestM = MAX_SPEED * ((fix.atMs - old.atMs) / 1_000) + SPEED_SLACK_M;
    if (stepM > longestM) {
      fix.xM = old.xM + (longestM / stepM) * dx;
      fix.yM = old.yM + (longestM / stepM) * dy;
    }
  }
  state.fixes = stayed ? state.fixes + 1 : 0;
  state.fix = fix;
}

/** A carrier that stands has its fixes averaged; one that has moved is where it is. */
export function settle(state: GridState, { floorId, xM, yM, accuracyM }: Fix, tuning: Tuning): void {
  const { slackShare, wanderShare, stillPace, walkingPace, settleFrom, settleMost } = tuning;
  const dx = xM - state.settledXM;
  const dy = yM - state.settledYM;
  const awayM2 = dx * dx + dy * dy;
  const pace = Math.sqrt(state.vxM * state.vxM + state.vyM * state.vyM) / accuracyM;
  const walks = Math.min(1, Math.max(0, (pace - stillPace) / (walkingPace - stillPace)));
  const slackM = slackShare * accuracyM;
  const reachM = (1 - walks) * Math.max(slackM, wanderShare * Math.sqrt(state.wanderM2));
  state.wanderM2 += (Math.min(awayM2, 4 * slackM * slackM) - state.wanderM2) / WANDER_TICKS;
  let share = 1;
  if (state.settledFloorId === floorId && Math.sqrt(awayM2) <= reachM) {
    state.settledTicks = Math.min(state.settledTicks + 1, settleMost);
    share = 1 / (state.settledTicks + settleFrom);
  } else state.settledTicks = 0;
  state.settledXM += share * dx;
  state.settledYM += share * dy;
  state.settledFloorId = floorId;
  state.walks = walks;
}

/** The fix's own pace, smoothed. */
export function follow(state: GridState, old: Fix | undefined, seconds: number, paceGain: number): void {
  const { fix } = state;
  if (!old || !fix || old.floorId !== fix.floorId || seconds === 0) {
    state.vxM = 0;
    state.vyM = 0;
    return;
  }
  const gain = seconds === 1 ? paceGain : 1 - (1 - paceGain) ** seconds;
  state.vxM += gain * ((fix.xM - old.xM) / seconds - state.vxM);
  state.vyM += gain * ((fix.yM - old.yM) / seconds - state.vyM);
}
