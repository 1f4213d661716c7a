/** What the zone tracker needs to know of the zones in force. Built once per model. Pure. */
import type { Zone } from '../contract/model.ts';
import { massInShape } from '../floor/gaussian.ts';
import { boundsMeet, boundsOf, innerPoint, overlapShare } from '../floor/geometry.ts';

/** Neighbours share a wall, and drawings overlap a little there; beyond this they are meant to overlap. */
const MIN_OVERLAP_SHARE = 0.05;
/** Accuracies for which the attainable mass is kept: half octaves from 0.5 m to 64 m. */
const LADDER_STEPS = 15;
const LADDER_FROM_M = 0.5;

export class TrackedZone {
  readonly zone: Zone;
  readonly dwellSeconds: readonly number[];
  /** Zones of the same floor that a carrier can be in together with this one. */
  readonly overlapping: ReadonlySet<string>;
  private readonly ladder = new Float64Array(LADDER_STEPS).fill(-1);
  private inner: readonly [number, number] | undefined;

  constructor(zone: Zone, dwellSeconds: readonly number[], overlapping: ReadonlySet<string>) {
    this.zone = zone;
    this.dwellSeconds = dwellSeconds;
    this.overlapping = overlapping;
  }

  /** The mass that a carrier in the middle of the zone would have with this accuracy: small zones never reach one. */
  attainable(accuracyM: number): number {
    const step = Math.min(LADDER_STEPS - 1, Math.max(0, 2 * Math.log2(accuracyM / LADDER_FROM_M)));
    const below = Math.floor(step);
    const low = this.rung(below);
    return below === step ? low : low + (step - below) * (this.rung(below + 1) - low);
  }

  private rung(step: number): number {
    const known = this.ladder[step]!;
    if (known >= 0) return known;
    const accuracyM = LADDER_FROM_M * 2 ** (step / 2);
    // Zones smaller than a sample's share of the Gaussian still have some.
    this.inner ??= innerPoint(this.zone.shape);
    const mass = Math.max(0.01, massInShape(this.zone.shape, this.inner[0], this.inner[1], accuracyM));
    this.ladder[step] = mass;
    return mass;
  }
}

export type ZoneTable = ReadonlyMap<string, TrackedZone>;

export function zoneTable(zones: readonly Zone[], dwellSecondsByZone: Record<string, readonly number[]>): ZoneTable {
  // A zone may be called constructor, and a plain object has one.
  const dwellSeconds = new Map(Object.entries(dwellSecondsByZone));
  const overlapping = zones.map(() => new Set<string>());
  const bounds = zones.map((zone) => boundsOf(zone.shape));
  for (let a = 0; a < zones.length; a++)
    for (let b = a + 1; b < zones.length; b++) {
      if (zones[a]!.floorId !== zones[b]!.floorId || !boundsMeet(bounds[a]!, bounds[b]!)) continue;
      if (overlapShare(zones[a]!.shape, zones[b]!.shape) < MIN_OVERLAP_SHARE) continue;
      overlapping[a]!.add(zones[b]!.id);
      overlapping[b]!.add(zones[a]!.id);
    }
  return new Map(
    zones.map((zone, i) => [
      zone.id,
      new TrackedZone(
        zone,
        [...(dwellSeconds.get(zone.id) ?? [])].sort((a, b) => a - b),
        overlapping[i]!,
      ),
    ]),
  );
}
