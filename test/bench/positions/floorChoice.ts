/** Which floor a carrier is on: the one whose gateways hear it loudest, with hysteresis. Pure. */

export interface FloorState {
  floorId: string | undefined;
  rivalId: string | undefined;
  rivalTicks: number;
}

/** Another floor must be this much louder in amplitude (3.5 dB), since atriums let sound through. */
const RIVAL_RATIO = 1.5;
/** And for this many heard ticks in a row: an escalator takes longer, a reflection does not last. */
const RIVAL_TICKS = 3;

/** `scores` holds the summed amplitude by floor, of floors with any. */
export function chooseFloor(state: FloorState, scores: ReadonlyMap<string, number>): string | undefined {
  let best: string | undefined;
  let bestScore = 0;
  for (const [floorId, score] of scores)
    if (score > bestScore) {
      best = floorId;
      bestScore = score;
    }
  if (best === undefined) return state.floorId;
  const own = state.floorId === undefined ? 0 : (scores.get(state.floorId) ?? 0);
  if (state.floorId === undefined || own === 0) {
    state.floorId = best;
    state.rivalId = undefined;
    state.rivalTicks = 0;
  } else if (best === state.floorId || bestScore < own * RIVAL_RATIO) {
    state.rivalId = undefined;
    state.rivalTicks = 0;
  } else {
    state.rivalTicks = state.rivalId === best ? state.rivalTicks + 1 : 1;
    state.rivalId = best;
    if (state.rivalTicks >= RIVAL_TICKS) {
      state.floorId = best;
      state.rivalId = undefined;
      state.rivalTicks = 0;
    }
  }
  return state.floorId;
}
