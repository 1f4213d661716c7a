/** One carrier's RSSI per gateway, averaged over the last seconds with the newest counting most. Pure. */
import type { HeardView } from '../../../server/positioning/types.ts';

/** A walker covers about 8 m in it: older readings speak of another place. */
export const WINDOW_MS = 6_000;
/** Half of a reading's say is gone after about 1.7 s: two or three steps. */
const DECAY_MS = 2_500;
/** More than this many advertisements in a second add nothing: fading is correlated within a wavelength. */
const MAX_ADVERTS_WEIGHT = 4;
/** More gateways than one carrier can usefully be heard by; bounds the state. */
const MAX_GATEWAYS = 24;

/** Structured-cloneable; three numbers per gateway beside its id, flat so that a carrier costs few objects. */
export interface RssiState {
  gatewayIds: string[];
  /** rssiDbm, weight, atMs for each of gatewayIds. */
  values: number[];
}
const STRIDE = 3;

export const emptyRssi = (): RssiState => ({ gatewayIds: [], values: [] });

export function hear(state: RssiState, tickEndMs: number, heard: readonly HeardView[]): void {
  expire(state, tickEndMs);
  const { gatewayIds, values } = state;
  for (const view of heard) {
    const weight = Math.min(view.adverts, MAX_ADVERTS_WEIGHT);
    let at = gatewayIds.indexOf(view.gatewayId);
    if (at < 0) {
      at = gatewayIds.length < MAX_GATEWAYS ? gatewayIds.length : faintest(state);
      gatewayIds[at] = view.gatewayId;
      values[at * STRIDE] = view.rssiMeanDbm;
      values[at * STRIDE + 1] = weight;
      values[at * STRIDE + 2] = view.atMs;
      continue;
    }
    const base = at * STRIDE;
    const ageMs = Math.max(0, view.atMs - values[base + 2]!);
    const oldWeight = values[base + 1]! * Math.exp(-ageMs / DECAY_MS);
    values[base] = (values[base]! * oldWeight + view.rssiMeanDbm * weight) / (oldWeight + weight);
    values[base + 1] = oldWeight + weight;
    values[base + 2] = Math.max(values[base + 2]!, view.atMs);
  }
}

function faintest({ gatewayIds, values }: RssiState): number {
  let at = 0;
  for (let i = 1; i < gatewayIds.length; i++) if (values[i * STRIDE]! < values[at * STRIDE]!) at = i;
  return at;
}

function expire(state: RssiState, nowMs: number): void {
  const { gatewayIds, values } = state;
  let kept = 0;
  for (let i = 0; i < gatewayIds.length; i++) {
    if (nowMs - values[i * STRIDE + 2]! > WINDOW_MS) continue;
    if (kept !== i) {
      gatewayIds[kept] = gatewayIds[i]!;
      for (let k = 0; k < STRIDE; k++) values[kept * STRIDE + k] = values[i * STRIDE + k]!;
    }
    kept += 1;
  }
  if (kept < gatewayIds.length) {
    gatewayIds.length = kept;
    values.length = kept * STRIDE;
  }
}

export const readRssiDbm = (state: RssiState, i: number): number => state.values[i * STRIDE]!;

/** 0 to 1: what the reading is worth now. */
export function readWeight(state: RssiState, i: number, nowMs: number): number {
  const ageMs = Math.max(0, nowMs - state.values[i * STRIDE + 2]!);
  const weight = state.values[i * STRIDE + 1]! * Math.exp(-ageMs / DECAY_MS);
  return weight / (weight + 1);
}
