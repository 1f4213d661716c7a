/** Points from baskets, and the tier that the points of the last twelve months give. */
import { DateTime } from 'luxon';
import type { Tier } from '../contract/campaigns.ts';
import type { OrderSource } from '../contract/orders.ts';
import { DEFAULT_LOYALTY, type LoyaltySettings, type LoyaltyView, loyaltySettings } from '../contract/shopper.ts';
import type { Duck } from '../db/duckdb.ts';

/** An order of a known shopper, whether a till, a file or a redemption brought it. */
export interface EarningOrder {
  siteId: string;
  /** Unique within the tenant. */
  orderId: string;
  tenantId: string | null;
  shopperId: string;
  amountMinor: number;
  atMs: number;
  source: OrderSource;
}

/** The same order again earns nothing. */
const keyOf = ({ siteId, tenantId, orderId }: Pick<EarningOrder, 'siteId' | 'tenantId' | 'orderId'>): string =>
  JSON.stringify([siteId, tenantId, orderId]);

/** So that a year's regular is known by the season that was, and one bad year ends a tier. */
const COUNTED_MONTHS = 12;
const SHOWN_ENTRIES = 20;

export const countedFromMs = (nowMs: number): number =>
  DateTime.fromMillis(nowMs, { zone: 'utc' }).minus({ months: COUNTED_MONTHS }).toMillis();

/** Started points are not rounded up; what is given back takes its points back. */
export const pointsOf = (amountMinor: number, { minorPerPoint }: LoyaltySettings): number =>
  Math.trunc(amountMinor / minorPerPoint);

export const tierOfPoints = (points: number, { silverPoints, goldPoints }: LoyaltySettings): Tier =>
  points >= goldPoints ? 'gold' : points >= silverPoints ? 'silver' : 'member';

export class Loyalty {
  readonly #duck: Duck;
  readonly #clock: () => number;
  /** A handful of sites. */
  readonly #settings = new Map<string, LoyaltySettings>();

  constructor(duck: Duck, clock: () => number) {
    this.#duck = duck;
    this.#clock = clock;
  }

  async settings(siteId: string): Promise<LoyaltySettings> {
    const held = this.#settings.get(siteId);
    if (held !== undefined) return held;
    const row = await this.#duck.get<{ json: string }>('select json from loyalty_settings where site_id = $1', [
      siteId,
    ]);
    const settings = row === undefined ? DEFAULT_LOYALTY : loyaltySettings.parse(JSON.parse(row.json));
    if (!this.#settings.has(siteId)) this.#settings.set(siteId, settings);
    return this.#settings.get(siteId)!;
  }

  /** Points that were earned stay as they are; tiers follow the new thresholds at once. */
  async putSettings(siteId: string, settings: LoyaltySettings, nowMs: number): Promise<void> {
    await this.#duck.transaction(async (sql) => {
      await sql.run('delete from loyalty_settings where site_id = $1', [siteId]);
      await sql.run('insert into loyalty_settings values ($1, $2, $3)', [siteId, JSON.stringify(settings), nowMs]);
    });
    this.#settings.set(siteId, settings);
  }

  /** Once for each order, and not for a shopper who has been erased. */
  async earn(order: EarningOrder): Promise<void> {
    const { siteId, tenantId, shopperId, source, amountMinor, atMs } = order;
    const points = pointsOf(amountMinor, await this.settings(siteId));
    if (points === 0) return;
    await this.#duck.transaction((sql) =>
      sql.run(
        `insert into loyalty_points select $1, $2, $3, id, $5, $6, $7 from shoppers where id = $4
         on conflict do nothing`,
        [keyOf(order), siteId, tenantId, shopperId, source, points, atMs],
      ),
    );
  }

  /** The order was undone. */
  async takeBack(order: Pick<EarningOrder, 'siteId' | 'tenantId' | 'orderId'>): Promise<void> {
    await this.#duck.run('delete from loyalty_points where id = $1', [keyOf(order)]);
  }

  async points(shopperId: string): Promise<number> {
    const row = await this.#duck.get<{ points: number }>(
      `select coalesce(sum(points), 0)::bigint as points from loyalty_points
       where shopper_id = $1 and at_ms > $2`,
      [shopperId, countedFromMs(this.#clock())],
    );
    return Math.max(0, row!.points);
  }

  /** A shopper is of one mall. */
  async tierOf(shopperId: string): Promise<Tier> {
    const shopper = await this.#duck.get<{ siteId: string }>('select site_id as "siteId" from shoppers where id = $1', [
      shopperId,
    ]);
    if (shopper === undefined) return 'member';
    return tierOfPoints(await this.points(shopperId), await this.settings(shopper.siteId));
  }

  async view(shopperId: string, siteId: string): Promise<LoyaltyView> {
    const settings = await this.settings(siteId);
    const points = await this.points(shopperId);
    const entries = await this.#duck.all<{ atMs: number; points: number; source: OrderSource }>(
      `select at_ms as "atMs", points, source from loyalty_points where shopper_id = $1 and at_ms > $2
       order by at_ms desc, id limit ${SHOWN_ENTRIES}`,
      [shopperId, countedFromMs(this.#clock())],
    );
    return {
      points,
      tier: tierOfPoints(points, settings),
      tiers: [
        { tier: 'member', fromPoints: 0 },
        { tier: 'silver', fromPoints: settings.silverPoints },
        { tier: 'gold', fromPoints: settings.goldPoints },
      ],
      minorPerPoint: settings.minorPerPoint,
      entries: entries.map(({ atMs, ...entry }) => ({ at: new Date(atMs).toISOString(), ...entry })),
    };
  }
}
