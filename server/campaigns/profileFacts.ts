/**
 * What is known of a shopper who agreed to profiling, for audiences and ranking: asked once a visit rather than once a zone.
 * A change of consent forgets it at once.
 */
import type { SeriesReader } from '../db/timeSeries.ts';
import { localDay } from '../metrics/localTime.ts';
import { grantedPeriods, overlap, type Period } from '../privacy/consent.ts';
import type { ConsentStore } from '../privacy/consentStore.ts';
import type { Registry } from '../registry/types.ts';
import type { VisitHistory } from './audience.ts';
import type { Pairings } from './pairings.ts';
import type { Profile, Profiles } from './profiles.ts';
import { seenZones } from './seen.ts';

/** A visit lasts longer, but what it adds is told by `noteStay`. */
const KEPT_MS = 15 * 60_000;
/** Whoever is in the mall and paired; the one asked for longest ago is forgotten. */
const MAX_KEPT = 20_000;
const MAX_VISITS = 400;
const MAX_STAYS = 2_000;
/** Audiences look back a year at most. */
const LOOKBACK_MS = 366 * 86_400_000;

interface Kept {
  carrierId: string | undefined;
  untilMs: number;
  profile: Promise<Profile | undefined>;
  history: Promise<{ visitDays: number[]; lastDayInZone: Map<string, number> }> | undefined;
}

export interface ProfileFactsParts {
  reading: SeriesReader;
  registry: Registry;
  consents: ConsentStore;
  pairings: Pairings;
  profiles: Profiles;
}

export class ProfileFacts {
  readonly #parts: ProfileFactsParts;
  readonly #kept = new Map<string, Kept>();

  constructor(parts: ProfileFactsParts) {
    this.#parts = parts;
    parts.consents.onChange((shopperId) => this.#kept.delete(shopperId));
    parts.profiles.onChange((shopperId) => this.#kept.delete(shopperId));
  }

  profile(shopperId: string, nowMs: number): Promise<Profile | undefined> {
    return this.#of(shopperId, nowMs).profile;
  }

  history(siteId: string, shopperId: string, nowMs: number): Promise<VisitHistory> {
    const kept = this.#of(shopperId, nowMs);
    kept.history ??= this.#read(siteId, shopperId, nowMs).catch((error: unknown) => {
      // Asked again next time.
      kept.history = undefined;
      throw error;
    });
    return kept.history;
  }

  /** A stay that has just ended, before it is in the database. */
  noteStay(siteId: string, shopperId: string, zoneId: string, fromMs: number, toMs: number): void {
    const history = this.#kept.get(shopperId)?.history;
    const site = this.#parts.registry.site(siteId);
    if (history === undefined || site === undefined || !this.#isZoneVisit(siteId, zoneId, fromMs, toMs)) return;
    const day = localDay(site.timezone, toMs);
    void history.then(
      ({ lastDayInZone }) => lastDayInZone.set(zoneId, Math.max(day, lastDayInZone.get(zoneId) ?? day)),
      () => {},
    );
  }

  #of(shopperId: string, nowMs: number): Kept {
    const carrierId = this.#parts.pairings.ofShopper(shopperId)?.carrierId;
    let kept = this.#kept.get(shopperId);
    if (kept === undefined || nowMs >= kept.untilMs || kept.carrierId !== carrierId) {
      const profile = this.#parts.profiles.get(shopperId);
      kept = { carrierId, untilMs: nowMs + KEPT_MS, profile, history: undefined };
      const fresh = kept;
      profile.catch(() => {
        if (this.#kept.get(shopperId) === fresh) this.#kept.delete(shopperId);
      });
    }
    this.#kept.delete(shopperId);
    this.#kept.set(shopperId, kept);
    if (this.#kept.size > MAX_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    return kept;
  }

  #isZoneVisit(siteId: string, zoneId: string, fromMs: number, toMs: number): boolean {
    const { registry } = this.#parts;
    const seconds =
      registry.zones.get(siteId, zoneId)?.minStaySeconds ?? registry.definitions(siteId).definitions.minStaySeconds;
    return toMs - fromMs >= seconds * 1_000;
  }

  /** Only what lies within both a pairing and a consent to presence: another bearer's visits are not this one's. */
  async #read(siteId: string, shopperId: string, nowMs: number) {
    const { reading, registry, consents, pairings } = this.#parts;
    const timezone = registry.site(siteId)?.timezone ?? 'utc';
    const { minVisitSeconds } = registry.definitions(siteId).definitions;
    const agreed = overlap(grantedPeriods(await consents.rows(shopperId), 'presence', nowMs), [
      { fromMs: nowMs - LOOKBACK_MS, toMs: nowMs },
    ]);
    const visitDays: number[] = [];
    const lastDayInZone = new Map<string, number>();
    for (const pairing of await pairings.history(shopperId)) {
      if (pairing.siteId !== siteId) continue;
      const paired = overlap([{ fromMs: pairing.fromMs, toMs: pairing.toMs ?? nowMs }], agreed);
      if (paired.length === 0) continue;
      for (const visit of await visitsOf(reading, siteId, pairing.carrierId, paired, minVisitSeconds * 1_000))
        visitDays.push(localDay(timezone, visit.fromMs));
      for (const { zoneId, fromMs, toMs } of await seenZones(reading, siteId, pairing.carrierId, paired, MAX_STAYS)) {
        const day = localDay(timezone, toMs);
        if (this.#isZoneVisit(siteId, zoneId, fromMs, toMs) && day > (lastDayInZone.get(zoneId) ?? 0))
          lastDayInZone.set(zoneId, day);
      }
    }
    return { visitDays: visitDays.sort((a, b) => b - a).slice(0, MAX_VISITS), lastDayInZone };
  }
}

/** The parts of visits that lie in the periods, but for short visits. */
async function visitsOf(
  reading: SeriesReader,
  siteId: string,
  carrierId: string,
  periods: readonly Period[],
  minVisitMs: number,
): Promise<Period[]> {
  const rows = await reading.carrierRows({
    table: 'visits',
    siteId,
    carrierId,
    fromMs: Math.min(...periods.map((period) => period.fromMs)),
    toMs: Math.max(...periods.map((period) => period.toMs)),
    leastMs: minVisitMs,
    withOpen: false,
    limit: MAX_VISITS,
  });
  return rows.flatMap(({ startMs, endMs }) => overlap([{ fromMs: startMs, toMs: endMs }], periods).slice(0, 1));
}
