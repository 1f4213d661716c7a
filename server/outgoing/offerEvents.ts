/**
 * `offer.sent`: how many, once the quarter hour is over. To the second it would be one person at one place, and with the
 * next offer a way. Nor is anything told of fewer than k shoppers: they wait for the quarters of their day that follow, and
 * are told with those. Which quarters go together follows from the decisions alone, so nothing else is kept. Offers that baskets set off are left out: that a shop
 * heard of one would tell it whose basket it was.
 */
import type { OutgoingData } from '../contract/outgoing.ts';
import type { Duck } from '../db/duckdb.ts';
import { bucketEdges, DAY_MS, QUARTER_MS } from '../metrics/localTime.ts';
import { withheldCells } from '../metrics/suppression.ts';
import type { Registry } from '../registry/types.ts';
import { readCursor, removeCursor, writeCursor } from './cursors.ts';
import type { Outbox } from './outbox.ts';
import { seesCampaign, seesZone, wants } from './scope.ts';
import type { Webhooks } from './webhooks.ts';

export interface OfferEventParts {
  duck: Duck;
  registry: Pick<Registry, 'site' | 'zones' | 'definitions'>;
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
  shopper: string;
  sent: number;
}
/** What one event tells. */
interface Told {
  campaignId: string;
  tenantId: string | null;
  fromMs: number;
  toMs: number;
  cells: { zoneId: string; variant: string | null; sent: number; isWithheld: boolean }[];
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
  const { timezone } = registry.site(siteId)!;
  const { kAnonymity: k } = registry.definitions(siteId).definitions;
  const dayMs = bucketEdges(timezone, 'day', fromMs - 2 * DAY_MS, fromMs + 1).at(-2)!;
  await duck.transaction(async (sql) => {
    const rows = await sql.all<Sent>(
      `select campaign_id as "campaignId", tenant_id as "tenantId", zone_id as "zoneId", variant,
         (decided_ms // ${QUARTER_MS}) * ${QUARTER_MS} as "startMs", coalesce(shopper_id, id) as shopper, count(*) as sent
       from offer_decisions
       where site_id = $1 and outcome = 'sent' and trigger <> 'basket' and decided_ms >= $2 and decided_ms < $3
       group by all order by "campaignId", "startMs", "zoneId", variant, shopper`,
      [siteId, dayMs, untilMs],
    );
    const days = [...bucketEdges(timezone, 'day', dayMs, untilMs + 1)];
    for (const one of gathered(rows, days, k)) {
      if (one.toMs <= fromMs) continue;
      const { campaignId, tenantId, cells } = one;
      for (const webhook of listening) {
        if (!seesCampaign(webhook, { campaignId, tenantId })) continue;
        // A zone that is gone is told to whoever named none.
        const seen = cells.filter(
          ({ zoneId }) =>
            webhook.zones.length === 0 || seesZone({ ...webhook, tenantId: null }, { id: zoneId, tenantId: null }),
        );
        if (seen.length === 0) continue;
        const isWhole = seen.length === cells.length || !seen.some(({ isWithheld }) => isWithheld);
        const data: OutgoingData<'offer.sent'> = {
          campaign: campaignId,
          tenant: tenantId,
          from: iso(one.fromMs),
          to: iso(one.toMs),
          sent: isWhole ? seen.reduce((sum, { sent }) => sum + sent, 0) : null,
          byZone: seen.map(({ zoneId, variant, sent, isWithheld }) => ({
            zone: zoneId,
            variant,
            sent: isWithheld ? null : sent,
          })),
        };
        await outbox.addWithin(sql, [{ webhook, type: 'offer.sent', atMs: one.toMs, data }]);
      }
    }
    await writeCursor(sql, siteId, WHAT, untilMs);
  });
}

/** Quarters of one campaign and day, each with the ones before that had too few shoppers. Rows by campaign and time. */
function gathered(rows: readonly Sent[], dayEdgesMs: readonly number[], k: number): Told[] {
  const told: Told[] = [];
  const dayOf = (atMs: number): number => dayEdgesMs.findLastIndex((edgeMs) => edgeMs <= atMs);
  let held: Sent[] = [];
  rows.forEach((row, i) => {
    const [first] = held;
    if (first && (first.campaignId !== row.campaignId || dayOf(first.startMs) !== dayOf(row.startMs))) held = [];
    held.push(row);
    const next = rows[i + 1];
    const quarterGoesOn = next?.campaignId === row.campaignId && next.startMs === row.startMs;
    if (quarterGoesOn || new Set(held.map(({ shopper }) => shopper)).size < k) return;
    const { campaignId, tenantId } = row;
    told.push({
      campaignId,
      tenantId,
      fromMs: held[0]!.startMs,
      toMs: row.startMs + QUARTER_MS,
      cells: cellsOf(held, k),
    });
    held = [];
  });
  return told;
}

function cellsOf(rows: readonly Sent[], k: number): Told['cells'] {
  const cells = new Map<string, { zoneId: string; variant: string | null; sent: number; shoppers: Set<string> }>();
  for (const { zoneId, variant, shopper, sent } of rows) {
    const key = `${zoneId} ${variant}`;
    const cell = cells.get(key) ?? { zoneId, variant, sent: 0, shoppers: new Set() };
    cells.set(key, cell);
    cell.sent += sent;
    cell.shoppers.add(shopper);
  }
  const all = [...cells.values()].sort((a, b) => (`${a.zoneId} ${a.variant}` < `${b.zoneId} ${b.variant}` ? -1 : 1));
  const withheld = withheldCells(
    all.map(({ shoppers }) => ({ carriers: shoppers.size, groups: ['all'] })),
    k,
  );
  return all.map(({ zoneId, variant, sent }, i) => ({ zoneId, variant, sent, isWithheld: withheld.has(i) }));
}
