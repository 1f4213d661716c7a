/** Campaigns and the mall's attention settings: held in memory, written through. */
import {
  type Attention,
  attention as attentionSchema,
  type Campaign,
  campaign,
  DEFAULT_ATTENTION,
} from '../contract/campaigns.ts';
import type { Duck } from '../db/duckdb.ts';
import type { Registry } from '../registry/types.ts';
import { dwellSecondsOf, onNewGround, ranked } from './campaign.ts';

const DWELL_SOURCE = 'campaigns';

export interface GroundChange {
  siteId: string;
  zoneId: string;
  nowMs: number;
  /** Whether where the zone lies changes at all; asked, as the rest, when its turn has come. */
  moves: () => boolean;
  /** Refuses by throwing. */
  allow: (live: readonly Campaign[]) => void;
  apply: () => Promise<void>;
}

export class Campaigns {
  readonly #duck: Duck;
  readonly #registry: Registry;
  readonly #bySite = new Map<string, Map<string, Campaign>>();
  readonly #attention = new Map<string, Attention>();
  /** Live campaigns by site and zone: asked for at every event of a shopper's carrier. */
  readonly #live = new Map<string, Map<string, Campaign[]>>();
  #dwellTail: Promise<void> = Promise.resolve();
  #changes: Promise<unknown> = Promise.resolve();

  constructor(duck: Duck, registry: Registry) {
    this.#duck = duck;
    this.#registry = registry;
  }

  async start(): Promise<void> {
    const rows = await this.#duck.all<{ siteId: string; json: string }>(
      'select site_id as "siteId", json from campaigns order by created_ms',
    );
    for (const row of rows) {
      const read = campaign.parse(JSON.parse(row.json));
      this.#of(row.siteId).set(read.id, read);
    }
    this.#live.clear();
    const settings = await this.#duck.all<{ siteId: string; json: string }>(
      'select site_id as "siteId", json from attention_settings',
    );
    for (const row of settings) this.#attention.set(row.siteId, attentionSchema.parse(JSON.parse(row.json)));
    for (const siteId of this.#bySite.keys())
      if (this.#registry.site(siteId) !== undefined) await this.#askForDwellTimes(siteId);
  }

  all(siteId: string): Campaign[] {
    return ranked([...(this.#bySite.get(siteId)?.values() ?? [])]);
  }
  get(siteId: string, id: string): Campaign | undefined {
    return this.#bySite.get(siteId)?.get(id);
  }
  liveInZone(siteId: string, zoneId: string): readonly Campaign[] {
    let zones = this.#live.get(siteId);
    if (zones === undefined) {
      zones = new Map();
      for (const one of this.all(siteId).filter(({ status }) => status === 'live'))
        for (const id of one.zoneIds) zones.set(id, [...(zones.get(id) ?? []), one]);
      this.#live.set(siteId, zones);
    }
    return zones.get(zoneId) ?? [];
  }

  /** One change after another: `next` sees what the one before left, and nothing comes between; undefined removes. */
  change<Next extends Campaign | undefined>(
    siteId: string,
    id: string,
    nowMs: number,
    next: (known: Campaign | undefined) => Next,
  ): Promise<Next> {
    return this.#inTurn(async () => {
      const known = this.get(siteId, id);
      const item = next(known);
      if (item === undefined) await this.remove(siteId, id);
      else if (item !== known) await this.put(siteId, item, nowMs);
      return item;
    });
  }

  /** A zone is redrawn or removed; no campaign starts meanwhile. Those that are not live begin again as drafts. */
  changeGround({ siteId, zoneId, nowMs, moves, allow, apply }: GroundChange): Promise<void> {
    return this.#inTurn(async () => {
      if (!moves()) return apply();
      const using = this.all(siteId).filter(({ zoneIds }) => zoneIds.includes(zoneId));
      allow(using.filter(({ status }) => status === 'live'));
      const moved = using.filter((one) => onNewGround(one) !== one);
      // First, so that a stop in between leaves nothing approved on ground that nobody saw.
      for (const one of moved) await this.put(siteId, onNewGround(one), nowMs);
      try {
        await apply();
      } catch (error) {
        for (const one of moved) await this.put(siteId, one, nowMs);
        throw error;
      }
    });
  }

  async put(siteId: string, item: Campaign, nowMs: number): Promise<void> {
    await this.#duck.transaction(async (sql) => {
      const known = await sql.get('select 1 as one from campaigns where site_id = $1 and id = $2', [siteId, item.id]);
      const values = [siteId, item.id, item.tenantId, item.status, JSON.stringify(item), nowMs];
      await sql.run(
        known === undefined
          ? 'insert into campaigns values ($1, $2, $3, $4, $5, $6, $6)'
          : 'update campaigns set tenant_id = $3, status = $4, json = $5, changed_ms = $6 where site_id = $1 and id = $2',
        values,
      );
    });
    this.#of(siteId).set(item.id, item);
    this.#live.delete(siteId);
    await this.#askForDwellTimes(siteId);
  }

  async remove(siteId: string, id: string): Promise<void> {
    await this.#duck.transaction(async (sql) => {
      await sql.run('delete from campaigns where site_id = $1 and id = $2', [siteId, id]);
      await sql.run('delete from rehearsals where site_id = $1 and campaign_id = $2', [siteId, id]);
    });
    this.#of(siteId).delete(id);
    this.#live.delete(siteId);
    await this.#askForDwellTimes(siteId);
  }

  attention(siteId: string): Attention {
    return this.#attention.get(siteId) ?? DEFAULT_ATTENTION;
  }
  async putAttention(siteId: string, settings: Attention, nowMs: number): Promise<void> {
    await this.#duck.transaction(async (sql) => {
      await sql.run('delete from attention_settings where site_id = $1', [siteId]);
      await sql.run('insert into attention_settings values ($1, $2, $3)', [siteId, JSON.stringify(settings), nowMs]);
    });
    this.#attention.set(siteId, settings);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#changes.then(work);
    this.#changes = done.catch(() => {});
    return done;
  }

  #of(siteId: string): Map<string, Campaign> {
    let campaigns = this.#bySite.get(siteId);
    if (campaigns === undefined) {
      campaigns = new Map();
      this.#bySite.set(siteId, campaigns);
    }
    return campaigns;
  }

  /** One after another, so that the latest state is the one that stays. */
  #askForDwellTimes(siteId: string): Promise<void> {
    const asked = this.#dwellTail.then(() =>
      this.#registry.setDwellSeconds(siteId, DWELL_SOURCE, dwellSecondsOf(this.all(siteId))),
    );
    this.#dwellTail = asked.catch(() => {});
    return asked;
  }
}
