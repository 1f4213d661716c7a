/**
 * `offer.sent`: how many, once the quarter hour is over. To the second it would be one person at one place, and with the
 * next offer a way; so it is told as coarsely as the routes tell it. Offers that baskets set off are left out: that a shop
 * heard of one would tell it whose basket it was.
 */
import type { OutgoingData } from '../contract/outgoing.ts';
import type { Duck } from '../db/duckdb.ts';
import { QUARTER_MS } from '../metrics/localTime.ts';
import type { Registry } from '../registry/types.ts';
import { readCursor, removeCursor, writeCursor } from './cursors.ts';
import type { Outbox } from './outbox.ts';
import { seesCampaign, seesZone, wants } from './scope.ts';
import type { Webhooks } from './webhooks.ts';

export interface OfferEventParts {
  duck: Duck;
  registry: Pick<Registry, 'site' | 'zones'>;
  webhooks: Pick<Webhooks, 'all'>;
  outbox: Pick<Outbox, 'addWithin'>;
}

const WHAT = 'offer.sent';
/** An offer that was being handed over at the quarter's end is written by then. */
const SETTLED_AFTER_MS = 30_000;
/** After an outage longer than this the rest is not made up for. */
const CATCH_UP_MS = 24 * 3_600_000;

interface Sent {
  campaignId: string;
  tenantId: string | null;
  zoneId: string;
  variant: string | null;
  startMs: number;
  sent: number;
}

const iso = (atMs: number): string => new Date(atMs).toISOString();

export async function tellOffers(
  { duck, registry, webhooks, outbox }: OfferEventParts,
  siteId: string,
  nowMs: number,
): Promise<void> {
  if (registry.site(siteId)?.clock !== 'wall') return;
  const listening = webhooks.all(siteId).filter((webhook) => wants(webhook, 'offer.sent'));
  const cursorMs = await readCursor(duck, siteId, WHAT);
  if (listening.length === 0) {
    if (cursorMs !== undefined) await duck.transaction((sql) => removeCursor(sql, siteId, WHAT));
    return;
  }
  const untilMs = Math.floor((nowMs - SETTLED_AFTER_MS) / QUARTER_MS) * QUARTER_MS;
  const fromMs = Math.max(cursorMs ?? untilMs, untilMs - CATCH_UP_MS);
  if (cursorMs !== undefined && untilMs <= cursorMs) return;
  await duck.transaction(async (sql) => {
    const rows = await sql.all<Sent>(
      `select campaign_id as "campaignId", tenant_id as "tenantId", zone_id as "zoneId", variant,
         (decided_ms // ${QUARTER_MS}) * ${QUARTER_MS} as "startMs", count(*) as sent
       from offer_decisions
       where site_id = $1 and outcome = 'sent' and trigger <> 'basket' and decided_ms >= $2 and decided_ms < $3
       group by all order by "startMs", "campaignId", "zoneId", variant`,
      [siteId, fromMs, untilMs],
    );
    const groups = new Map<string, Sent[]>();
    for (const row of rows) {
      const key = `${row.startMs} ${row.campaignId}`;
      groups.set(key, [...(groups.get(key) ?? []), row]);
    }
    for (const group of groups.values()) {
      const { campaignId, tenantId, startMs } = group[0]!;
      const told = listening.filter((webhook) => seesCampaign(webhook, { campaignId, tenantId }));
      for (const webhook of told) {
        // A zone that is gone is told to whoever named none.
        const seen = group.filter(
          ({ zoneId }) =>
            webhook.zones.length === 0 || seesZone({ ...webhook, tenantId: null }, { id: zoneId, tenantId: null }),
        );
        if (seen.length === 0) continue;
        const data: OutgoingData<'offer.sent'> = {
          campaign: campaignId,
          tenant: tenantId,
          from: iso(startMs),
          to: iso(startMs + QUARTER_MS),
          sent: seen.reduce((sum, row) => sum + row.sent, 0),
          byZone: seen.map(({ zoneId, variant, sent }) => ({ zone: zoneId, variant, sent })),
        };
        await outbox.addWithin(sql, [{ webhook, type: 'offer.sent', atMs: startMs + QUARTER_MS, data }]);
      }
    }
    await writeCursor(sql, siteId, WHAT, untilMs);
  });
}
