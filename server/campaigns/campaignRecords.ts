/** How campaigns of a site did of late: pushes and redemptions for the ranking, told anew from the database now and then. */
import type { Campaign } from '../contract/campaigns.ts';
import type { Duck } from '../db/duckdb.ts';
import { priorOf, type RatePrior, type Redemptions } from './ranking.ts';

/** Rates change slowly; what is sent meanwhile is counted here. */
const REFRESH_MS = 5 * 60_000;
/** Half the weight of a push is gone: campaigns take turns within a shopping day, and a new day begins nearly fresh. */
export const SHARE_HALF_LIFE_MS = 6 * 3_600_000;
const SHARE_LOOKBACK_MS = 8 * SHARE_HALF_LIFE_MS;
/** A season: older redemptions say little of today's offer. */
const RATE_LOOKBACK_MS = 90 * 86_400_000;

interface CampaignRecord extends Redemptions {
  tenantId: string | null;
  /** Of recent pushes, as of `loadedMs`. */
  weight: number;
  lastPushMs: number | null;
}

interface SiteRecords {
  loadedMs: number;
  byCampaign: Map<string, CampaignRecord>;
  prior: RatePrior;
}

export interface Standing {
  redemptions: Redemptions;
  tenantShare: number;
  campaignShare: number;
  lastPushMs: number | null;
}

/** Grows instead of letting all the others decay: their ratio is the same. */
const weightAt = (atMs: number, originMs: number): number => 2 ** ((atMs - originMs) / SHARE_HALF_LIFE_MS);

export class CampaignRecords {
  readonly #duck: Duck;
  readonly #sites = new Map<string, SiteRecords>();
  readonly #loading = new Map<string, Promise<SiteRecords>>();
  readonly #onError: (error: unknown) => void;

  constructor(duck: Duck, onError: (error: unknown) => void) {
    this.#duck = duck;
    this.#onError = onError;
  }

  /** Waits for the database only the first time. */
  async of(siteId: string, nowMs: number): Promise<{ prior: RatePrior; standing: (campaign: Campaign) => Standing }> {
    const known = this.#sites.get(siteId);
    if (known !== undefined && nowMs - known.loadedMs >= REFRESH_MS) this.#load(siteId, nowMs).catch(this.#onError);
    const records = known ?? (await this.#load(siteId, nowMs));
    const all = [...records.byCampaign.values()];
    const total = all.reduce((sum, one) => sum + one.weight, 0);
    const share = (weight: number): number => (total === 0 ? 0 : weight / total);
    return {
      prior: records.prior,
      standing: ({ id, tenantId }) => {
        const own = records.byCampaign.get(id);
        const ofTenant = all.filter((one) => one.tenantId === tenantId).reduce((sum, one) => sum + one.weight, 0);
        return {
          redemptions: { sent: own?.sent ?? 0, redeemed: own?.redeemed ?? 0 },
          tenantShare: share(ofTenant),
          campaignShare: share(own?.weight ?? 0),
          lastPushMs: own?.lastPushMs ?? null,
        };
      },
    };
  }

  /** A push that has just gone out. */
  note(siteId: string, { id, tenantId }: Pick<Campaign, 'id' | 'tenantId'>, nowMs: number): void {
    const records = this.#sites.get(siteId);
    if (records === undefined) return;
    const known = records.byCampaign.get(id);
    records.byCampaign.set(id, {
      tenantId,
      sent: (known?.sent ?? 0) + 1,
      redeemed: known?.redeemed ?? 0,
      weight: (known?.weight ?? 0) + weightAt(nowMs, records.loadedMs),
      lastPushMs: nowMs,
    });
  }

  #load(siteId: string, nowMs: number): Promise<SiteRecords> {
    let loading = this.#loading.get(siteId);
    if (loading === undefined) {
      loading = this.#read(siteId, nowMs).finally(() => this.#loading.delete(siteId));
      this.#loading.set(siteId, loading);
    }
    return loading;
  }

  async #read(siteId: string, nowMs: number): Promise<SiteRecords> {
    const rows = await this.#duck.all<CampaignRecord & { id: string }>(
      `select campaign_id as id, any_value(tenant_id) as "tenantId", count(*) as sent, count(redeemed_ms) as redeemed,
         coalesce(sum(pow(2, (issued_ms - $2) / $3)) filter (where issued_ms > $2 - $4), 0) as weight,
         max(issued_ms) as "lastPushMs"
       from offers where site_id = $1 and issued_ms > $2 - $5 and state in ('delivered', 'pushed')
       group by campaign_id`,
      [siteId, nowMs, SHARE_HALF_LIFE_MS, SHARE_LOOKBACK_MS, RATE_LOOKBACK_MS],
    );
    const records = {
      loadedMs: nowMs,
      byCampaign: new Map(rows.map(({ id, ...record }) => [id, record])),
      prior: priorOf(rows),
    };
    this.#sites.set(siteId, records);
    return records;
  }
}
