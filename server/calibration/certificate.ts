/** The newest word on each zone and floor, and whether it still holds. Pure. */
import type { Certificate, StaleReason } from '../contract/calibration.ts';
import { ENOUGH_TAPS } from '../contract/calibration.ts';
import type { Gateway, Zone } from '../contract/model.ts';
import { type Fault, sameShape } from './placement.ts';
import type { Score } from './score.ts';

export interface Certified {
  id: string;
  by: string;
  finishedMs: number;
  scores: readonly Score[];
  heardOn: Readonly<Record<string, readonly string[]>>;
  faults: readonly Fault[];
}

const iso = (atMs: number): string => new Date(atMs).toISOString();
const rounded = (share: number): number => Math.round(share * 1_000) / 1_000;

/** `audits` the newest first. Zones that are no more have none; a floor's stands before those of its zones. */
export function certificatesOf(
  audits: readonly Certified[],
  zones: readonly Zone[],
  gateways: readonly Pick<Gateway, 'id' | 'name'>[],
): Certificate[] {
  const zoneById = new Map(zones.map((zone) => [zone.id, zone]));
  const names = new Map(gateways.map(({ id, name }) => [id, name ?? null]));
  const found = new Map<string, Certificate>();
  for (const audit of audits)
    for (const score of audit.scores) {
      const zone = score.zoneId === null ? undefined : zoneById.get(score.zoneId);
      if (score.zoneId !== null && !zone) continue;
      const key = score.zoneId === null ? `floor ${score.floorId}` : `zone ${score.zoneId}`;
      if (!found.has(key)) found.set(key, certificateOf(audit, score, reasonsOf(audit, score, zone, names)));
    }
  return [...found.values()].sort(
    (a, b) =>
      a.floorId.localeCompare(b.floorId) ||
      Number(a.zoneId !== null) - Number(b.zoneId !== null) ||
      String(a.zoneId).localeCompare(String(b.zoneId)),
  );
}

/** Any gateway that was heard on the floor bore on every fix there. */
function reasonsOf(
  { heardOn, faults }: Certified,
  { floorId, shape }: Score,
  zone: Zone | undefined,
  names: ReadonlyMap<string, string | null>,
): StaleReason[] {
  const heard = new Set(heardOn[floorId]);
  const reasons = faults
    .filter(({ gatewayId }) => heard.has(gatewayId))
    .map(
      ({ gatewayId, what, sinceMs }): StaleReason => ({
        what,
        gatewayId,
        gatewayName: names.get(gatewayId) ?? null,
        at: iso(sinceMs),
      }),
    );
  if (zone && (zone.floorId !== floorId || !sameShape(zone.shape, shape)))
    reasons.push({ what: 'redrawn', gatewayId: null, gatewayName: null, at: null });
  return reasons;
}

function certificateOf({ id, by, finishedMs }: Certified, score: Score, reasons: StaleReason[]): Certificate {
  const { shape: _, hitRate, withinStated, ...rest } = score;
  return {
    ...rest,
    auditId: id,
    at: iso(finishedMs),
    by,
    enough: score.taps >= ENOUGH_TAPS,
    hitRate: rounded(hitRate),
    withinStated: withinStated === null ? null : rounded(withinStated),
    state: reasons.length === 0 ? 'valid' : 'stale',
    reasons,
  };
}

/** What a tenant may know: the own zones, how good they are, and that something changed; of others nothing. */
export function forTenant(
  certificates: readonly Certificate[],
  zones: readonly Zone[],
  tenantId: string,
): Certificate[] {
  const own = new Set(zones.filter((zone) => zone.tenantId === tenantId).map((zone) => zone.id));
  return certificates
    .filter(({ zoneId }) => zoneId !== null && own.has(zoneId))
    .map((one) => ({
      ...one,
      by: null,
      elsewhere: [],
      reasons: one.reasons.map((reason) => ({ ...reason, gatewayId: null, gatewayName: null })),
    }));
}
