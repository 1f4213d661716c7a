/** Up to where rows may go, because all that is ever told of them is sealed. */
import { dayStartMs, localDay, weekdayOf } from '../../metrics/localTime.ts';
import type { Registry } from '../../registry/types.ts';
import { minLengthMs, siteContext } from '../questions/context.ts';
import type { SeriesSql } from '../seriesSql.ts';
import { isLinksValid } from './links.ts';
import { computePoints, writePoints } from './points.ts';
import { floorPlace, hoursSignature, lightSignature, pointsSignature, type Seal, sealKey } from './seals.ts';
import { settleStep } from './settle.ts';

/** A call seals so much at most: what is behind by more is gone on with at the next. */
const STEPS = 8;
const STEP_MS = 14 * 86_400_000;

/** Goes on with sealing, and tells up to where all is: 0 where something is not sealed at all. */
export async function figuresSealedUntil(sql: SeriesSql, registry: Registry, siteId: string): Promise<number> {
  for (let step = 0; step < STEPS; step += 1) if (!(await settleStep(sql, registry, siteId, STEP_MS))) break;
  for (let step = 0; step < STEPS; step += 1) {
    const points = await computePoints(sql, registry, siteId, STEP_MS, 1_000);
    if (!points) break;
    await writePoints(sql, registry, siteId, points);
  }
  const context = await siteContext(sql, registry, siteId);
  const { seals, timezone } = context;
  const until = (seal: Seal | undefined, isValid: (signature: string) => boolean): number =>
    seal && isValid(seal.signature) ? seal.sealedMs : 0;
  const of = (what: Seal['what'], place: string, signature: string): number =>
    until(seals.get(sealKey(what, place)), (own) => own === signature);
  const zones = registry.zones.all(siteId);
  const light = ['', ...registry.floors.all(siteId).map(({ id }) => id)].map((floorId) =>
    of('light', floorId, lightSignature(context)),
  );
  const hours = [undefined, ...zones].map((zone) => of('hours', zone?.id ?? '', hoursSignature(context, zone)));
  const floors = zones.map((zone) =>
    of('floors', floorPlace(zone.floorId, minLengthMs(context, zone)), lightSignature(context)),
  );
  const points = [undefined, ...zones].map((zone) => of('points', zone?.id ?? '', pointsSignature(context, zone)));
  const links = until(seals.get(sealKey('links', '')), (signature) => isLinksValid(context, signature));
  const leastMs = Math.min(...light, ...hours, ...floors, ...points, links, of('doors', '', 'doors 1'));
  if (leastMs <= 0) return 0;
  // Of a week that is not over, all of its rows are needed.
  const day = localDay(timezone, leastMs);
  return Math.min(leastMs, dayStartMs(timezone, day - weekdayOf(day)));
}
