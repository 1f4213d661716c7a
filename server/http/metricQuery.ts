/** What the routes of metrics share: which zone a principal may ask for, and under which definitions. */
import { z } from 'zod';
import { id } from '../contract/model.ts';
import { AppError } from '../errors.ts';
import type { Registry } from '../registry/types.ts';
import type { RouteContext } from './route.ts';
import { period } from './times.ts';

/** A version of the definitions; those in force where it is left out. */
const version = z.coerce.number().int('must be a version, such as 2').min(1);
export const versionedPeriod = period.extend({
  definitions: version.optional().describe('A version of the definitions; left out, those in force'),
});
export const zonedPeriod = versionedPeriod.extend({
  zone: id.optional().describe('Only this zone; left out, the whole site'),
});
export { version as definitionsVersion };

export const versionOf = ({ definitions }: { definitions?: number | undefined }) =>
  definitions === undefined ? {} : { definitionsVersion: definitions };

/** The zone asked for; a retailer must ask for one of the own tenant, and others look as if they did not exist. */
export function askedZone(
  registry: Registry,
  { siteId, tenantId }: Pick<RouteContext, 'siteId' | 'tenantId'>,
  zoneId: string | undefined,
): { zoneId?: string } {
  if (zoneId === undefined) {
    if (tenantId === null) return {};
    throw new AppError(403, 'forbidden', 'a retailer sees the own zones only: name one of them', 'query.zone');
  }
  const found = registry.zones.get(siteId, zoneId);
  if (!found || (tenantId !== null && found.tenantId !== tenantId))
    throw new AppError(404, 'not-found', `zone ${zoneId} does not exist`, 'query.zone');
  return { zoneId };
}
