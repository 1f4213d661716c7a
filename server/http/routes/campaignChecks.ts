/** Whether a campaign may be kept: of the account's tenant, about zones and pictures that the tenant may use, and sound in itself. */
import type { CampaignImages } from '../../campaigns/images.ts';
import type { CampaignInput } from '../../contract/campaigns.ts';
import { badRequest, forbidden } from '../../errors.ts';
import type { Registry } from '../../registry/types.ts';
import type { RouteContext } from '../route.ts';

export type Asked = Pick<RouteContext, 'siteId' | 'tenantId'>;

interface CheckParts {
  registry: Registry;
  images: Pick<CampaignImages, 'get'>;
  /** How long visits of identified carriers are kept: nobody knows of older ones. */
  retentionDays: number;
}

/** Every face of the offer, with its path in the body. */
const facesOf = ({ offer, variants }: CampaignInput) => [
  { face: offer, path: 'body.offer' },
  ...variants.map((variant, i) => ({ face: variant.offer, path: `body.variants.${i}.offer` })),
];

export async function checkedCampaign(
  { registry, images, retentionDays }: CheckParts,
  { siteId, tenantId }: Asked,
  given: CampaignInput,
): Promise<CampaignInput> {
  if (tenantId !== null && given.tenantId !== null && given.tenantId !== tenantId)
    throw forbidden('this account makes campaigns of its own tenant only');
  const input = { ...given, zoneIds: [...new Set(given.zoneIds)], tenantId: tenantId ?? given.tenantId };
  given.zoneIds.forEach((zoneId, i) => {
    const zone = registry.zones.get(siteId, zoneId);
    if (zone === undefined) throw badRequest(`zone ${zoneId} does not exist`, `body.zoneIds.${i}`);
    if (tenantId !== null && zone.tenantId !== tenantId)
      throw badRequest(`zone ${zoneId} does not belong to tenant ${tenantId}`, `body.zoneIds.${i}`);
  });
  checkAudience(registry, siteId, input);
  checkSense(input);
  checkLookback(input, retentionDays);
  for (const { face, path } of facesOf(input)) {
    if (face.imageId === null) continue;
    const image = await images.get(siteId, face.imageId);
    // Another tenant's picture looks as if it did not exist.
    if (image === undefined || (image.tenantId !== null && image.tenantId !== input.tenantId))
      throw badRequest(`picture ${face.imageId} does not exist: upload it first`, `${path}.imageId`);
  }
  return input;
}

/** Who was at a competitor's is the competitor's to know: a tenant's campaign asks for its own zones and for common ones. */
function checkAudience(registry: Registry, siteId: string, { audience, tenantId }: CampaignInput): void {
  for (const field of ['visited', 'notVisited'] as const)
    audience?.[field]?.zoneIds.forEach((zoneId, i) => {
      const zone = registry.zones.get(siteId, zoneId);
      const path = `body.audience.${field}.zoneIds.${i}`;
      if (zone === undefined) throw badRequest(`zone ${zoneId} does not exist`, path);
      if (tenantId !== null && zone.tenantId !== null && zone.tenantId !== tenantId)
        throw badRequest(`zone ${zoneId} belongs to another tenant: only own and common zones can be asked for`, path);
    });
}

function checkLookback({ trigger, audience }: CampaignInput, retentionDays: number): void {
  for (const [days, path] of [
    [trigger.type === 'return' ? trigger.days : 0, 'trigger.days'],
    [audience?.frequency?.withinDays ?? 0, 'audience.frequency.withinDays'],
    [audience?.recency?.minDays ?? 0, 'audience.recency.minDays'],
    [audience?.visited?.withinDays ?? 0, 'audience.visited.withinDays'],
    [audience?.notVisited?.withinDays ?? 0, 'audience.notVisited.withinDays'],
  ] as const)
    if (days > retentionDays)
      throw badRequest(`must be at most ${retentionDays} days: visits are kept for no longer`, `body.${path}`);
}

function checkSense(input: CampaignInput): void {
  const { audience, schedule, trigger } = input;
  if (trigger.type === 'basket' && input.tenantId === null)
    throw badRequest('a basket is left in the web shop of a tenant: name one', 'body.tenantId');
  if (
    schedule !== null &&
    schedule.startsOn !== null &&
    schedule.endsOn !== null &&
    schedule.endsOn < schedule.startsOn
  )
    throw badRequest('must not lie before startsOn', 'body.schedule.endsOn');
  const dates = schedule?.exceptions.map(({ date }) => date) ?? [];
  if (new Set(dates).size < dates.length) throw badRequest('must name each day once', 'body.schedule.exceptions');
  for (const [least, most, path] of [
    [audience?.frequency?.minVisits, audience?.frequency?.maxVisits, 'frequency.maxVisits'],
    [audience?.recency?.minDays, audience?.recency?.maxDays, 'recency.maxDays'],
  ] as const)
    if (least !== undefined && most !== undefined && most !== null && most < least)
      throw badRequest('must not be below the least: nobody would be meant', `body.audience.${path}`);
  if (input.budgetMinor !== null)
    for (const { face, path } of facesOf(input))
      if (face.value === null)
        throw badRequest('must be named where there is a budget to count it on', `${path}.value`);
}
