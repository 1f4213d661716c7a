/** Every decision, sent or not, with its reason. Kept once, however often its event is told. */
import { createHash } from 'node:crypto';
import type { Funnel, Outcome } from '../contract/campaigns.ts';
import { Batches } from '../db/batches.ts';
import type { Duck } from '../db/duckdb.ts';
import type { TriggerEvent } from './campaign.ts';
import { type ReasonCode, type ReasonParams, reasonWords } from './reasons.ts';

export interface DecisionRecord {
  siteId: string;
  tenantId: string | null;
  campaignId: string;
  /** Null where the person had not agreed to presence: then nothing is kept of who it was. */
  shopperId: string | null;
  event: TriggerEvent;
  /** `basket` and `returned`: what the event came to. @default the event's own type */
  trigger?: string;
  decidedMs: number;
  outcome: Outcome;
  code: ReasonCode;
  params: ReasonParams;
  offerId: string | null;
  /** From the sighting that completed the trigger to the phone's answer. */
  latencyMs: number | null;
  /** The face that was sent, or would have been; null where nothing is kept of who it was. */
  variant: string | null;
  /** Where campaigns competed: see ranking.ts. */
  score: number | null;
  /** The campaign that won instead. */
  outrankedBy: string | null;
}

export interface DecisionRow {
  campaignId: string;
  zoneId: string;
  trigger: string;
  decidedMs: number;
  outcome: Outcome;
  code: ReasonCode;
  params: string;
  words: string;
  latencyMs: number | null;
  variant: string | null;
  score: number | null;
  outrankedBy: string | null;
}

/**
 * A web shop knows whose basket it told of, so "a basket fired" would say that this very person is in the mall. What came
 * of baskets is therefore shown of days that are over, and only where so many shoppers had one that none is told apart.
 */
export interface Crowd {
  timezone: string;
  /** Fewest distinct shoppers. */
  k: number;
  /** When today began. */
  beforeMs: number;
}

/** A condition on decisions of campaign $2 of site $1. */
function shownTo(crowd: Crowd | undefined): string {
  if (crowd === undefined) return 'true';
  const day = `(to_timestamp(decided_ms / 1000.0) at time zone '${crowd.timezone.replaceAll("'", "''")}')::date`;
  return `(trigger <> 'basket' or (decided_ms < ${Math.trunc(crowd.beforeMs)} and ${day} in (
    select ${day} from offer_decisions where site_id = $1 and campaign_id = $2 and trigger = 'basket'
    group by 1 having count(distinct shopper_id) >= ${Math.trunc(crowd.k)})))`;
}

export interface HeldCounts {
  quarters: { startMs: number; outcome: Outcome; code: string; count: number }[];
  reasons: { code: ReasonCode; detail: string | null; params: string; count: number }[];
  winners: { campaignId: string; count: number }[];
}

const COLUMNS = `campaign_id as "campaignId", zone_id as "zoneId", trigger, decided_ms as "decidedMs", outcome, code,
  params, words, latency_ms as "latencyMs", variant, score, outranked_by as "outrankedBy"`;

/** The carrier is in it only as part of a hash: the same event gives the same id, and the id gives nothing back. */
export const decisionId = ({
  siteId,
  campaignId,
  event,
}: Pick<DecisionRecord, 'siteId' | 'campaignId' | 'event'>): string =>
  createHash('sha256')
    .update([siteId, campaignId, event.carrierId, event.type, event.zoneId, event.atMs].join('\0'))
    .digest('base64url');

/** In memory are the decisions of so long before the start: no fresh event is older. */
const REMEMBERED_MS = 10 * 60_000;
/** Decisions of a busy hour. */
const MAX_REMEMBERED = 200_000;

export class DecisionLog {
  readonly #duck: Duck;
  readonly #records: Batches<DecisionRecord, undefined>;
  /** Id → time of its event, oldest decision first. */
  readonly #known = new Map<string, number>();
  /** All decisions of events from here on are in memory. */
  #knownFromMs = Number.POSITIVE_INFINITY;

  constructor(duck: Duck) {
    this.#duck = duck;
    this.#records = new Batches((all) => this.#write(all));
  }

  /** Offers count too: a crash may have come between the reservation and the decision's row. */
  async start(nowMs: number): Promise<void> {
    const sinceMs = nowMs - REMEMBERED_MS;
    const rows = await this.#duck.all<{ id: string; atMs: number }>(
      `select id, event_at_ms as "atMs" from offer_decisions where decided_ms >= $1
       union all select decision_id, issued_ms from offers where issued_ms >= $1 and decision_id is not null`,
      [sinceMs],
    );
    for (const { id, atMs } of rows) this.#remember(id, atMs);
    this.#knownFromMs = sinceMs;
  }

  /** True where this event was decided before: a restart may tell it again. */
  async has(decision: Pick<DecisionRecord, 'siteId' | 'campaignId' | 'event'>): Promise<boolean> {
    const id = decisionId(decision);
    if (this.#known.has(id)) return true;
    if (decision.event.atMs > this.#knownFromMs) return false;
    const found = await this.#duck.get(
      'select 1 as one from offer_decisions where id = $1 union all select 1 from offers where decision_id = $1',
      [id],
    );
    return found !== undefined;
  }

  record(decision: DecisionRecord): Promise<unknown> {
    return this.#records.add(decision);
  }

  #remember(id: string, eventAtMs: number): void {
    this.#known.set(id, eventAtMs);
    if (this.#known.size <= MAX_REMEMBERED) return;
    const [oldest, atMs] = this.#known.entries().next().value!;
    this.#known.delete(oldest);
    this.#knownFromMs = Math.max(this.#knownFromMs, atMs);
  }

  async #write(decisions: DecisionRecord[]): Promise<undefined[]> {
    const rows = decisions.map((decision) => ({
      id: decisionId(decision),
      site_id: decision.siteId,
      tenant_id: decision.tenantId,
      campaign_id: decision.campaignId,
      shopper_id: decision.shopperId,
      zone_id: decision.event.zoneId,
      trigger: decision.trigger ?? decision.event.type,
      event_at_ms: decision.event.atMs,
      sighting_at_ms: decision.event.sightingAtMs,
      decided_ms: decision.decidedMs,
      outcome: decision.outcome,
      code: decision.code,
      params: JSON.stringify(decision.params),
      words: reasonWords(decision.code, decision.params, 'en'),
      offer_id: decision.offerId,
      latency_ms: decision.latencyMs,
      variant: decision.variant,
      score: decision.score,
      outranked_by: decision.outrankedBy,
    }));
    const columns = Object.keys(rows[0]!);
    const types = columns.map((name) => [name, name === 'score' ? 'DOUBLE' : /_ms$/.test(name) ? 'BIGINT' : 'VARCHAR']);
    // An erasure that came between leaves nothing that names the person.
    await this.#duck.run(
      `insert into offer_decisions (${columns.join(', ')})
       select ${columns.map((name) => (name === 'shopper_id' ? '(select s.id from shoppers s where s.id = r.shopper_id)' : `r.${name}`)).join(', ')}
       from (select unnest(from_json($1, '[${JSON.stringify(Object.fromEntries(types))}]'), recursive := true)) as r
       on conflict do nothing`,
      [JSON.stringify(rows)],
    );
    for (const { id, event_at_ms } of rows) this.#remember(id, event_at_ms);
    return decisions.map(() => undefined);
  }

  /** Decisions and offers stay when a campaign is removed: under the same name they are not another tenant's to read. */
  async isOfAnother(siteId: string, campaignId: string, tenantId: string | null): Promise<boolean> {
    const found = await this.#duck.get(
      `select 1 as one from offer_decisions
         where site_id = $1 and campaign_id = $2 and tenant_id is distinct from $3::varchar
       union all select 1 from offers where site_id = $1 and campaign_id = $2 and tenant_id is distinct from $3::varchar
       limit 1`,
      [siteId, campaignId, tenantId],
    );
    return found !== undefined;
  }

  /** The latest quarter hour first; within it in no order, for an order would tell who went where next. */
  ofCampaign(
    siteId: string,
    campaignId: string,
    limit: number,
    options: { outcome?: Outcome; crowd?: Crowd } = {},
  ): Promise<DecisionRow[]> {
    return this.#duck.all<DecisionRow>(
      `select ${COLUMNS} from offer_decisions
       where site_id = $1 and campaign_id = $2 and outcome = coalesce($3, outcome) and ${shownTo(options.crowd)}
       order by decided_ms // 900000 desc, id limit ${Math.trunc(limit)}`,
      [siteId, campaignId, options.outcome ?? null],
    );
  }

  /** By quarter hour of the decision, from `fromMs` on: local days are whole numbers of them. */
  async held(siteId: string, campaignId: string, fromMs: number, crowd?: Crowd): Promise<HeldCounts> {
    const where = `site_id = $1 and campaign_id = $2 and decided_ms >= $3 and ${shownTo(crowd)}`;
    const params = [siteId, campaignId, fromMs];
    const [quarters, reasons, winners] = await Promise.all([
      this.#duck.all<HeldCounts['quarters'][number]>(
        `select (decided_ms // 900000) * 900000 as "startMs", outcome, code, count(*) as count from offer_decisions
         where ${where} group by all order by 1, 2, 3`,
        params,
      ),
      this.#duck.all<HeldCounts['reasons'][number]>(
        `select code, any_value(params) as params, count(*) as count,
           coalesce(params->>'$.condition', params->>'$.limit', params->>'$.purpose') as detail
         from offer_decisions where ${where} and outcome = 'held' group by code, detail order by count desc, code, detail`,
        params,
      ),
      this.#duck.all<HeldCounts['winners'][number]>(
        `select outranked_by as "campaignId", count(*) as count from offer_decisions
         where ${where} and outranked_by is not null group by 1 order by count desc, 1`,
        params,
      ),
    ]);
    return { quarters, reasons, winners };
  }

  ofShopper(shopperId: string, limit: number): Promise<DecisionRow[]> {
    return this.#duck.all<DecisionRow>(
      `select ${COLUMNS} from offer_decisions where shopper_id = $1 order by decided_ms desc, id
       limit ${Math.trunc(limit)}`,
      [shopperId],
    );
  }

  async funnel(siteId: string, campaignId: string, crowd?: Crowd): Promise<Funnel> {
    const shown = shownTo(crowd);
    const [counts, offers, latency] = await Promise.all([
      this.#duck.all<{ outcome: Outcome; code: string; n: number }>(
        `select outcome, code, count(*) as n from offer_decisions
         where site_id = $1 and campaign_id = $2 and ${shown} group by all order by n desc, code`,
        [siteId, campaignId],
      ),
      this.#duck.get<{ sent: number; opened: number; redeemed: number }>(
        // Shown without a connection it was never told to be opened; redeemed, it was.
        `select count(*) as sent, count(coalesce(opened_ms, redeemed_ms)) as opened,
           count(redeemed_ms) as redeemed from offers
         where site_id = $1 and campaign_id = $2 and state in ('delivered', 'pushed') and (decision_id is null
           or decision_id not in (select id from offer_decisions
             where site_id = $1 and campaign_id = $2 and trigger = 'basket' and not (${shown})))`,
        [siteId, campaignId],
      ),
      this.#duck.get<{ p50: number | null; p95: number | null; p99: number | null }>(
        `select quantile_disc(latency_ms, 0.5) as p50, quantile_disc(latency_ms, 0.95) as p95,
           quantile_disc(latency_ms, 0.99) as p99
         from offer_decisions where site_id = $1 and campaign_id = $2 and latency_ms is not null and ${shown}`,
        [siteId, campaignId],
      ),
    ]);
    const control = counts.filter((row) => row.outcome === 'control').reduce((sum, row) => sum + row.n, 0);
    return {
      wouldFire: offers!.sent + control,
      control,
      ...offers!,
      held: Object.fromEntries(counts.filter((row) => row.outcome === 'held').map((row) => [row.code, row.n])),
      latencyMs: latency!,
    };
  }
}
