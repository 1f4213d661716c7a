/** What the mall knows of one shopper, for that shopper alone. */
import type { Ledger, WalletOffer } from '../contract/offers.ts';
import type { Duck } from '../db/duckdb.ts';
import type { SeriesReader } from '../db/timeSeries.ts';
import { grantedPeriods, overlap } from '../privacy/consent.ts';
import type { ConsentStore } from '../privacy/consentStore.ts';
import type { Registry } from '../registry/types.ts';
import type { Campaigns } from './campaigns.ts';
import type { DecisionLog } from './decisionLog.ts';
import type { Feedback } from './feedback.ts';
import type { Offer, OfferBook } from './offerBook.ts';
import type { Pairings } from './pairings.ts';
import { exportedRow, exportSql, PERSONAL_TABLES } from './personal.ts';
import { isReasonCode, reasonWords } from './reasons.ts';
import { seenZones } from './seen.ts';
import { isPaused, type Shopper, UNTIL_RESUMED_MS } from './shoppers.ts';

export interface LedgerParts {
  duck: Duck;
  reading: SeriesReader;
  registry: Registry;
  campaigns: Campaigns;
  consents: ConsentStore;
  pairings: Pairings;
  book: OfferBook;
  log: DecisionLog;
  feedback: Pick<Feedback, 'scores'>;
}

const LEDGER_ROWS = 200;
const EXPORT_ROWS = 100_000;
const WALLET_ROWS = 200;

export const iso = (atMs: number): string => new Date(atMs).toISOString();
export const isoOrNull = (atMs: number | null): string | null => (atMs === null ? null : iso(atMs));

export function walletOffer(
  offer: Offer,
  shopName: string | null,
  score: number | undefined,
  nowMs: number,
): WalletOffer {
  const state = offer.redeemedMs !== null ? 'redeemed' : nowMs >= offer.expiresMs ? 'expired' : 'active';
  return {
    id: offer.id,
    campaignId: offer.campaignId,
    title: offer.title,
    text: offer.text,
    terms: offer.terms,
    imageUrl: offer.imageId === null ? null : `/api/v1/images/${offer.imageId}`,
    zoneName: offer.zoneName,
    shopName,
    reason: offer.reason,
    state,
    issuedAt: iso(offer.issuedMs),
    expiresAt: iso(offer.expiresMs),
    openedAt: isoOrNull(offer.openedMs),
    redeemedAt: isoOrNull(offer.redeemedMs),
    score: score ?? null,
    code: state === 'active' ? offer.code : null,
    shortCode: state === 'active' ? offer.shortCode : null,
  };
}

export class ShopperLedger {
  readonly #parts: LedgerParts;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
  }

  async wallet(shopperId: string, nowMs: number): Promise<WalletOffer[]> {
    return this.#wallet(shopperId, nowMs, WALLET_ROWS);
  }

  async #wallet(shopperId: string, nowMs: number, rows: number): Promise<WalletOffer[]> {
    const { book, feedback } = this.#parts;
    const [offers, scores] = await Promise.all([book.wallet(shopperId, rows), feedback.scores(shopperId)]);
    return offers.map((offer) => walletOffer(offer, this.#shopName(offer), scores.get(offer.id), nowMs));
  }

  #shopName({ siteId, tenantId }: Offer): string | null {
    if (tenantId === null) return null;
    const shops = this.#parts.registry.zones.all(siteId);
    return shops.find((zone) => zone.kind === 'shop' && zone.tenantId === tenantId)?.name ?? null;
  }

  ledger(shopper: Shopper, nowMs: number): Promise<Ledger> {
    return this.#ledger(shopper, nowMs, LEDGER_ROWS);
  }

  async #ledger(shopper: Shopper, nowMs: number, rows: number): Promise<Ledger> {
    const { campaigns, registry, log } = this.#parts;
    const { siteId } = shopper;
    const zoneName = (zoneId: string): string => registry.zones.get(siteId, zoneId)?.name ?? zoneId;
    const decisions = (await log.ofShopper(shopper.id, rows)).map((row) => ({
      at: iso(row.decidedMs),
      campaign: campaigns.get(siteId, row.campaignId)?.offer.title ?? row.campaignId,
      zoneName: zoneName(row.zoneId),
      outcome: row.outcome,
      code: row.code,
      reason: isReasonCode(row.code) ? reasonWords(row.code, JSON.parse(row.params), shopper.language) : row.words,
    }));
    const seen = (await this.#seen(shopper, nowMs, rows)).map((stay) => ({
      zoneName: zoneName(stay.zoneId),
      from: iso(stay.fromMs),
      to: iso(stay.toMs),
    }));
    return { decisions, seen };
  }

  /** Only what lies within both a pairing and a consent to presence: another bearer's stays are not this one's. */
  async #seen(shopper: Shopper, nowMs: number, rows: number) {
    const { reading, consents, pairings } = this.#parts;
    const agreed = grantedPeriods(await consents.rows(shopper.id), 'presence', nowMs);
    const stays = [];
    for (const pairing of await pairings.history(shopper.id)) {
      const paired = overlap([{ fromMs: pairing.fromMs, toMs: pairing.toMs ?? nowMs }], agreed);
      stays.push(...(await seenZones(reading, shopper.siteId, pairing.carrierId, paired, rows)));
    }
    return stays.sort((a, b) => b.fromMs - a.fromMs).slice(0, rows);
  }

  /** Everything kept, machine-readable. */
  async export(shopper: Shopper, nowMs: number) {
    const { consents, pairings } = this.#parts;
    return {
      format: 'promenade-shopper-export',
      version: 1,
      exportedAt: iso(nowMs),
      shopper: {
        id: shopper.id,
        site: shopper.siteId,
        language: shopper.language,
        createdAt: iso(shopper.createdMs),
        pausedUntil:
          isPaused(shopper, nowMs) && shopper.pausedUntilMs !== UNTIL_RESUMED_MS
            ? isoOrNull(shopper.pausedUntilMs)
            : null,
        paused: isPaused(shopper, nowMs),
      },
      consents: (await consents.rows(shopper.id)).map(({ atMs, ...row }) => ({ ...row, at: iso(atMs) })),
      pairings: (await pairings.history(shopper.id)).map((pairing) => ({
        carrier: pairing.carrierId,
        from: iso(pairing.fromMs),
        to: isoOrNull(pairing.toMs),
      })),
      offers: await this.#wallet(shopper.id, nowMs, EXPORT_ROWS),
      ...(await this.#ledger(shopper, nowMs, EXPORT_ROWS)),
      ...(await this.#tables(shopper.id)),
    };
  }

  /** What needs no words of its own: row by row. */
  async #tables(shopperId: string): Promise<Record<string, unknown[]>> {
    const sections: Record<string, unknown[]> = {};
    for (const table of PERSONAL_TABLES) {
      if (table.exported === undefined) continue;
      const rows = await this.#parts.duck.all(exportSql(table), [shopperId]);
      sections[table.section] = rows.map((row) => exportedRow(table, row));
    }
    return sections;
  }
}
