/** `redemption.made` and `redemption.voided`, in the transaction of the redemption itself. */
import type { RedemptionTold } from '../campaigns/redemptionBook.ts';
import type { OutgoingData } from '../contract/outgoing.ts';
import type { WriteSql } from '../db/duckdb.ts';
import type { Outbox } from './outbox.ts';
import { seesCampaign, wants } from './scope.ts';
import type { Webhooks } from './webhooks.ts';

const iso = (atMs: number): string => new Date(atMs).toISOString();

export async function tellRedemption(
  { webhooks, outbox }: { webhooks: Pick<Webhooks, 'all'>; outbox: Pick<Outbox, 'addWithin'> },
  sql: WriteSql,
  told: RedemptionTold,
): Promise<void> {
  const { voidedMs } = told;
  const type = voidedMs === undefined ? 'redemption.made' : 'redemption.voided';
  const data: OutgoingData<'redemption.made'> = {
    id: told.id,
    offer: told.offerId,
    campaign: told.campaignId,
    tenant: told.tenantId,
    redeemedAt: iso(told.redeemedMs),
    till: told.till,
    amountMinor: told.amountMinor,
    currency: told.currency,
  };
  const events = webhooks
    .all(told.siteId)
    .filter((webhook) => wants(webhook, type) && seesCampaign(webhook, told))
    .map(
      (webhook) =>
        ({
          webhook,
          type,
          atMs: voidedMs ?? told.redeemedMs,
          data: voidedMs === undefined ? data : { ...data, voidedAt: iso(voidedMs) },
        }) as const,
    );
  await outbox.addWithin(sql, events);
}
