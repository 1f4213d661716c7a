/**
 * How well a carrier is heard, from its own silences. Somebody comes at a random moment between two hearings, so the first
 * one follows after the mean residual time of a renewal process, E[gap²] ÷ 2 E[gap], and the last one comes as long before
 * the leaving. That holds for any advertising interval and any share of lost adverts. Pure.
 */
import type { HeardView } from '../positioning/types.ts';
import { type Certainty, MAX_WITNESSES } from './types.ts';

/** Of one visit. Structured-cloneable, of bounded size. */
export interface Hearing {
  gapMs: number;
  gapSquareMs2: number;
  gatewayIds: string[];
}

export const noHearing = (): Hearing => ({ gapMs: 0, gapSquareMs2: 0, gatewayIds: [] });

/** `longestMs`: a longer silence is no matter of adverts, the carrier was away or the gateways were. */
export function noteGap(hearing: Hearing, gapMs: number, longestMs: number): void {
  if (gapMs <= 0 || gapMs > longestMs) return;
  hearing.gapMs += gapMs;
  hearing.gapSquareMs2 += gapMs * gapMs;
}

export function noteWitnesses(hearing: Hearing, heard: readonly HeardView[]): void {
  const { gatewayIds } = hearing;
  if (gatewayIds.length >= MAX_WITNESSES) return;
  for (const { gatewayId } of heard)
    if (gatewayIds.length < MAX_WITNESSES && !gatewayIds.includes(gatewayId)) gatewayIds.push(gatewayId);
}

export const certaintyOf = ({ gapMs, gapSquareMs2, gatewayIds }: Hearing): Certainty => ({
  lagMs: gapMs > 0 ? Math.round(gapSquareMs2 / (2 * gapMs)) : 0,
  gateways: gatewayIds.length,
});
