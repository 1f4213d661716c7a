/**
 * Unique visitors: distinct carriers with a visit that overlaps the interval; of a zone, with a zone visit that does. Only
 * visits that are long enough to be footfall: a short visit makes nobody a visitor, in any number. A visit is half-open,
 * [start, end); one that ends in the instant it starts overlaps the interval that holds that instant. Carriers are not
 * people, and an unknown one is another carrier on another day. Pure.
 */
import type { DarkWindow } from './dark.ts';
import { excessChance, type Light, millionths, missingOf, reachOf, type Seen, unheard, wrongOf } from './doubt.ts';
import type { Presence } from './footfall.ts';
import { lengthOf } from './length.ts';
import { doubtfulCountBand } from './spread.ts';
import { counts } from './thresholds.ts';

export const overlaps = (row: Presence, fromMs: number, toMs: number): boolean =>
  row.startMs < toMs && Math.max(row.endMs, row.startMs + 1) > fromMs;

export interface UniqueCounts extends Seen {
  distinct: number;
  /** Expected numbers in millionths: of those counted that should not be, and of those that should be. */
  falseM: number;
  falseSquareM: number;
  missingM: number;
  missingSquareM: number;
}
export const NOBODY: UniqueCounts = {
  distinct: 0,
  falseM: 0,
  falseSquareM: 0,
  missingM: 0,
  missingSquareM: 0,
  seenByOne: 0,
  seenByTwo: 0,
  seenByMore: 0,
};

/** The definition on plain rows: what SQL must agree with. By carrier, its surest visit of the interval. */
export function uniqueCounts(
  rows: readonly Presence[],
  fromMs: number,
  toMs: number,
  minMs: number,
  windows: readonly DarkWindow[] = [],
): UniqueCounts {
  const carriers = new Map<string, { counted: boolean; chance: number; gateways: number }>();
  for (const row of rows) {
    if (!counts(row.kind)) continue;
    const { beforeMs, afterMs } = reachOf(row, windows);
    const endMs = Math.max(row.endMs, row.startMs + 1);
    const within =
      row.startMs >= toMs ? 1 - (row.startMs - toMs) / beforeMs : endMs <= fromMs ? 1 - (fromMs - endMs) / afterMs : 1;
    if (within <= 0) continue;
    const known = carriers.get(row.carrierId) ?? { counted: false, chance: 0, gateways: 0 };
    carriers.set(row.carrierId, {
      counted: known.counted || (overlaps(row, fromMs, toMs) && lengthOf(row) >= minMs),
      chance: Math.max(known.chance, within * excessChance(minMs - (row.endMs - row.startMs), beforeMs, afterMs)),
      gateways: Math.max(known.gateways, row.gateways ?? 0),
    });
  }
  const out = { ...NOBODY };
  for (const { counted, chance, gateways } of carriers.values()) {
    if (!counted) {
      out.missingM += millionths(chance);
      out.missingSquareM += millionths(chance * chance);
      continue;
    }
    out.distinct += 1;
    out.falseM += millionths(1 - chance);
    out.falseSquareM += millionths((1 - chance) * (1 - chance));
    if (gateways <= 1) out.seenByOne += 1;
    else if (gateways === 2) out.seenByTwo += 1;
    else out.seenByMore += 1;
  }
  return out;
}

export function uniqueFigures(counted: UniqueCounts, light: Light) {
  const value = counted.distinct;
  return { value, ...doubtfulCountBand(value, wrongOf(counted), missingOf(counted), unheard(counted, light)) };
}
