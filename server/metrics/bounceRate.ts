/** Bounce rate: of the visits that count as footfall, the share shorter than `bounceSeconds`. Null without visits. Pure. */
import { wilson } from './bands.ts';
import type { LengthCounts } from './footfall.ts';

export function bounceFigures(counted: LengthCounts, coverage: number) {
  if (counted.counted === 0) return { value: null, low: null, high: null };
  const value = counted.bounced / counted.counted;
  return { value, ...wilson(value, counted.counted * coverage) };
}
