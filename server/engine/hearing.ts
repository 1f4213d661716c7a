/**
 * How well a carrier is heard, from its own silences. Somebody comes at a random moment between two hearings, so the first
 * one follows after the mean residual time of a renewal process, E[gap²] ÷ 2 E[gap], and the last one comes as long before
 * the leaving. That holds for any advertising interval and any share of lost adverts; at the doors it is measured apart, as
 * people leave with their backs to the gateways and often far from them. Pure.
 */
import type { HeardView } from '../positioning/types.ts';
import { type Certainty, type DoorHearing, MAX_WITNESSES } from './types.ts';

/** Of one visit. Structured-cloneable, flat but for the list, of bounded size. */
export interface Hearing {
  gapMs: number;
  gapSquareMs2: number;
  gatewayIds: string[];
  /** Gaps that begin within NEAR_MS of the first sighting, and how many gateways had that one. */
  firstGapMs: number;
  firstGapSquareMs2: number;
  firstGateways: number;
  /** Gaps of late, each weighing less the more time has passed since: half after NEAR_MS. */
  lastGapMs: number;
  lastGapSquareMs2: number;
  lastGateways: number;
}

/** A walk of ten metres or so: from a door to where one is heard like anywhere else. */
const NEAR_MS = 10_000;

export const noHearing = (): Hearing => ({
  gapMs: 0,
  gapSquareMs2: 0,
  gatewayIds: [],
  firstGapMs: 0,
  firstGapSquareMs2: 0,
  firstGateways: 0,
  lastGapMs: 0,
  lastGapSquareMs2: 0,
  lastGateways: 0,
});

/** `longestMs`: a longer silence is no matter of adverts, the carrier was away or the gateways were. `sinceFirstMs`: when the gap began. */
export function noteGap(hearing: Hearing, gapMs: number, longestMs: number, sinceFirstMs: number): void {
  if (gapMs <= 0 || gapMs > longestMs) return;
  const squareMs2 = gapMs * gapMs;
  hearing.gapMs += gapMs;
  hearing.gapSquareMs2 += squareMs2;
  if (sinceFirstMs < NEAR_MS) {
    hearing.firstGapMs += gapMs;
    hearing.firstGapSquareMs2 += squareMs2;
  }
  const kept = NEAR_MS / (NEAR_MS + gapMs);
  hearing.lastGapMs = hearing.lastGapMs * kept + gapMs;
  hearing.lastGapSquareMs2 = hearing.lastGapSquareMs2 * kept + squareMs2;
}

export function noteWitnesses(hearing: Hearing, heard: readonly HeardView[]): void {
  hearing.lastGateways = heard.length;
  if (hearing.firstGateways === 0) hearing.firstGateways = heard.length;
  const { gatewayIds } = hearing;
  if (gatewayIds.length >= MAX_WITNESSES) return;
  for (const { gatewayId } of heard)
    if (gatewayIds.length < MAX_WITNESSES && !gatewayIds.includes(gatewayId)) gatewayIds.push(gatewayId);
}

const lagOf = (gapMs: number, gapSquareMs2: number): number => (gapMs > 0 ? Math.round(gapSquareMs2 / (2 * gapMs)) : 0);

export const certaintyOf = ({ gapMs, gapSquareMs2, gatewayIds }: Hearing): Certainty => ({
  lagMs: lagOf(gapMs, gapSquareMs2),
  gateways: gatewayIds.length,
});

export const doorHearingOf = (hearing: Hearing): DoorHearing => ({
  firstGapMs: Math.round(hearing.firstGapMs),
  firstLagMs: lagOf(hearing.firstGapMs, hearing.firstGapSquareMs2),
  firstGateways: hearing.firstGateways,
  lastGapMs: Math.round(hearing.lastGapMs),
  lastLagMs: lagOf(hearing.lastGapMs, hearing.lastGapSquareMs2),
  lastGateways: hearing.lastGateways,
});
