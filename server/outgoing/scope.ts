/** What a webhook is told of. Pure. */
import type { Zone } from '../contract/model.ts';
import type { EventType } from '../contract/outgoing.ts';
import type { Webhook } from './webhooks.ts';

export const wants = (webhook: Webhook, type: EventType): boolean => webhook.enabled && webhook.events.includes(type);

/** A tenant's webhook hears of its own zones only, whatever it names. */
export const seesZone = (
  { tenantId, zones }: Pick<Webhook, 'tenantId' | 'zones'>,
  zone: Pick<Zone, 'id' | 'tenantId'>,
): boolean => (tenantId === null || zone.tenantId === tenantId) && (zones.length === 0 || zones.includes(zone.id));

/** The mall's total is the mall's. */
export const seesSite = ({ tenantId, zones }: Pick<Webhook, 'tenantId' | 'zones'>): boolean =>
  tenantId === null && zones.length === 0;

export const seesCampaign = (
  { tenantId, campaigns }: Pick<Webhook, 'tenantId' | 'campaigns'>,
  campaign: { campaignId: string; tenantId: string | null },
): boolean =>
  (tenantId === null || campaign.tenantId === tenantId) &&
  (campaigns.length === 0 || campaigns.includes(campaign.campaignId));
