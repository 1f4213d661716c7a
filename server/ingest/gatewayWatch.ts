/** Watches a site's gateways: what each reports by quarter hours, how they hear each other's carriers, and what follows from it. */
import { apartM, CrossHearing, hangingOf, type StoredPair } from '../calibration/crossHearing.ts';
import { type Deaf, type Moved, MovedWatch, type WatchState } from '../calibration/movedWatch.ts';
import { displaced } from '../calibration/placement.ts';
import {
  type GatewayAdverts,
  type GatewayQuarter,
  HISTORY_BUCKET_MS,
  HISTORY_DAYS,
} from '../contract/gatewayHealth.ts';
import type { Floor, Gateway } from '../contract/model.ts';
import type { StatusMessage } from '../contract/wire.ts';
import type { Duck } from '../db/duckdb.ts';
import type { SightingBatch } from '../log/batch.ts';
import { type About, isNoisy } from './gatewayFindings.ts';
import type { Context, GatewayHealth } from './gatewayHealth.ts';
import {
  expireQuarters,
  loadQuarters,
  quartersOf,
  saveQuarters,
  type UsualAir,
  usualAir,
} from './gatewayQuarterRows.ts';
import { coverageOf, GatewayQuarters } from './gatewayQuarters.ts';
import { HearingSamples } from './hearingSamples.ts';

/** Between looks at who hears what, by the site's clock. */
const LOOK_EVERY_MS = 5 * 60_000;
const SAVE_EVERY_MS = 5 * 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Derived figures are asked for every second, and a day of minutes is counted for them. */
const CONTEXT_KEPT_MS = 2_000;
/** Carriers that it should have heard: so many are missed by nobody who hears at all. */
const OWED = 25;
/** And not one heard for so long. */
const DEAF_AFTER_MS = 15 * 60_000;
const NOISE_OVER_MS = 2 * HISTORY_BUCKET_MS;
const NEIGHBOURS = 4;
/** Hardly any carrier of an anchor so far off is heard: it says nothing of the share that should be. */
const SHARE_FROM = 0.15;
const SHARE_SAMPLES = 60;

export interface WatchParts {
  siteId: string;
  duck: Duck;
  health: GatewayHealth;
  gateways: () => readonly Gateway[];
  floors: () => readonly Floor[];
  /** The site's clock. */
  nowMs: () => number;
  onProblem: (error: Error) => void;
}

interface Stored {
  /** As they hung: what was learned of one that hangs elsewhere now is of another place. */
  gateways: Pick<Gateway, 'id' | 'floorId' | 'xM' | 'yM' | 'zM' | 'enabled'>[];
  pairs: StoredPair[];
  watch: WatchState;
}

type Vitals = Context['vitals'];
interface Known {
  vitals: Vitals;
  about: Omit<About, 'config' | 'newerVersion'>;
}

const placed = ({ id, floorId, xM, yM, zM, enabled }: Gateway): Stored['gateways'][number] => ({
  id,
  floorId,
  xM,
  yM,
  zM,
  enabled,
});

export class GatewayWatch {
  readonly #parts: WatchParts;
  readonly #quarters = new GatewayQuarters();
  readonly #samples = new HearingSamples();
  #gateways: readonly Gateway[] = [];
  #hearing!: CrossHearing;
  #watch!: MovedWatch;
  #moved: readonly Moved[] = [];
  #less: readonly Deaf[] = [];
  #noisySinceMs = new Map<string, number>();
  #usual: ReadonlyMap<string, UsualAir> = new Map();
  #usualOfHour = Number.NaN;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #savedAt = performance.now();
  #known = new Map<string, Known>();
  #knownAt = Number.NEGATIVE_INFINITY;
  #saving: Promise<void> = Promise.resolve();

  constructor(parts: WatchParts) {
    this.#parts = parts;
    parts.health.onStatus = (gatewayId, status, atMs) => this.#status(gatewayId, status, atMs);
  }

  async start(): Promise<void> {
    const { duck, siteId, nowMs, onProblem } = this.#parts;
    for (const [gatewayId, quarter] of await loadQuarters(duck, siteId, GatewayQuarters.keptFromMs(nowMs())))
      this.#quarters.load(gatewayId, quarter);
    const row = await duck.get<{ json: string }>('select json from cross_hearing where site_id = $1', [siteId]);
    try {
      this.#begin(row ? (JSON.parse(row.json) as Stored) : undefined);
    } catch (error) {
      // A day learns it anew; no site is to stand still for it.
      onProblem(error as Error);
      this.#begin(undefined);
    }
  }

  /** What was learned before, but for what was learned of another place. */
  #begin(stored: Stored | undefined): void {
    const gateways = this.#parts.gateways();
    const floors = this.#parts.floors();
    const out = new Set(displaced((stored?.gateways ?? []) as Gateway[], gateways));
    const stays = ([id]: [string, unknown]): boolean => !out.has(id);
    this.#gateways = gateways;
    this.#hearing = new CrossHearing(
      hangingOf(gateways, floors),
      stored?.pairs.filter(([of, anchor]) => !out.has(of) && !out.has(anchor)),
    );
    this.#watch = new MovedWatch(this.#hearing, floors, {
      moved: stored?.watch.moved.filter(stays) ?? [],
      deaf: stored?.watch.deaf.filter(stays) ?? [],
    });
    this.#moved = this.#watch.moved();
    this.#less = this.#watch.deaf();
    this.#knownAt = Number.NEGATIVE_INFINITY;
  }

  modelChanged(): void {
    if (this.#hearing) this.#begin(this.#stored());
  }

  #stored(): Stored {
    return { gateways: this.#gateways.map(placed), pairs: this.#hearing.stored(), watch: this.#watch.state() };
  }

  #status(gatewayId: string, status: StatusMessage, atMs: number): void {
    if (atMs > 0) this.#quarters.status(gatewayId, status, atMs);
  }

  /** A gateway's batch that is durable. Nearly free: it stands in the way of every sighting. */
  heard(batch: SightingBatch): void {
    this.#quarters.listened(batch.gatewayId, batch.fromMs, batch.toMs);
    if (batch.carriers.length > 0) this.#parts.health.heardCarriers(batch.gatewayId, batch.toMs);
    this.#samples.heard(batch);
    const nowMs = this.#parts.nowMs();
    if (nowMs - this.#lookedAtMs < LOOK_EVERY_MS) return;
    try {
      this.look(nowMs);
    } catch (error) {
      // What is made of it must not hold up what was heard.
      this.#parts.onProblem(error as Error);
    }
  }

  look(nowMs: number): void {
    const first = this.#lookedAtMs === Number.NEGATIVE_INFINITY;
    this.#lookedAtMs = nowMs;
    for (const { carriers, listening } of this.#samples.take())
      for (const heard of carriers) this.#hearing.add(heard, listening);
    if (first) return;
    this.#watch.look(nowMs);
    this.#moved = this.#watch.moved();
    this.#less = this.#watch.deaf();
    for (const { id, enabled } of this.#gateways) {
      if (!enabled) continue;
      const { now } = this.#shares(id);
      const verdict = this.#watch.verdicts.get(id);
      if (now !== null || verdict) this.#quarters.hearing(id, now, verdict?.offsetDb ?? null, nowMs);
      this.#noteNoise(id, nowMs);
    }
    this.#knownAt = Number.NEGATIVE_INFINITY;
  }

  /** Of the carriers near anchors that it usually hears something of: the share that it hears. */
  #shares(gatewayId: string): { now: number | null; usual: number | null } {
    let count = 0;
    let heard = 0;
    let usual = 0;
    for (const [, pair] of this.#hearing.anchorsOf(gatewayId)) {
      if (pair.baseCount === 0 || pair.baseHeard < SHARE_FROM) continue;
      count += pair.recentCount;
      heard += pair.recentCount * pair.recentHeard;
      usual += pair.recentCount * pair.baseHeard;
    }
    return count < SHARE_SAMPLES ? { now: null, usual: null } : { now: heard / count, usual: usual / count };
  }

  #upDb(gatewayId: string, nowMs: number): number | undefined {
    const now = this.#quarters.weakest(gatewayId, nowMs - NOISE_OVER_MS);
    const usual = this.#usual.get(gatewayId)?.weakestDbm ?? null;
    return now === undefined || usual === null ? undefined : now - usual;
  }

  #noteNoise(gatewayId: string, nowMs: number): void {
    const upDb = this.#upDb(gatewayId, nowMs);
    const own = this.#hearing.get(gatewayId);
    const neighbours = own
      ? this.#hearing.hung
          .filter((one) => one !== own)
          .sort((a, b) => apartM(a, own) - apartM(b, own))
          .slice(0, NEIGHBOURS)
          .flatMap(({ id }) => this.#upDb(id, nowMs) ?? [])
          .sort((a, b) => a - b)
      : [];
    const ofNeighbours = neighbours[neighbours.length >> 1];
    if (upDb !== undefined && ofNeighbours !== undefined && isNoisy(upDb, ofNeighbours)) {
      if (!this.#noisySinceMs.has(gatewayId)) this.#noisySinceMs.set(gatewayId, nowMs);
    } else this.#noisySinceMs.delete(gatewayId);
  }

  of(gatewayId: string): Known {
    if (performance.now() - this.#knownAt > CONTEXT_KEPT_MS) {
      this.#known = new Map();
      this.#knownAt = performance.now();
    }
    let known = this.#known.get(gatewayId);
    if (!known) {
      known = this.#find(gatewayId);
      this.#known.set(gatewayId, known);
    }
    return known;
  }

  #find(gatewayId: string): Known {
    const nowMs = this.#parts.nowMs();
    const usual = this.#usual.get(gatewayId);
    const shares = this.#shares(gatewayId);
    const verdict = this.#watch.verdicts.get(gatewayId);
    const moved = this.#moved.find((one) => one.gatewayId === gatewayId);
    const less = this.#less.find((one) => one.gatewayId === gatewayId);
    const noisySinceMs = this.#noisySinceMs.get(gatewayId);
    const rounded = (value: number | null | undefined): number | null =>
      value === null || value === undefined ? null : Math.round(value * 100) / 100;
    return {
      vitals: {
        usualAdvertsPerSecond: rounded(usual?.advertsPerSecond),
        coverageHour: rounded(this.#quarters.coverage(gatewayId, HOUR_MS, nowMs)),
        coverageDay: rounded(this.#quarters.coverage(gatewayId, DAY_MS, nowMs)),
        heardShare: rounded(shares.now),
        usualHeardShare: rounded(shares.usual),
        hearingDb: rounded(verdict?.offsetDb),
        hearingChangeDb: rounded(verdict?.changeDb),
        usualWeakestDbm: rounded(usual?.weakestDbm),
      },
      about: {
        elsewhere: moved
          ? {
              place: moved.place,
              sure: rounded(moved.sure)!,
              sinceMs: moved.sinceMs,
              swappedWith: moved.swappedWith ?? null,
            }
          : null,
        deafSinceMs: this.#deafSince(gatewayId, nowMs),
        less: less ? { db: less.changeDb, sinceMs: less.sinceMs } : null,
        noise: noisySinceMs === undefined ? null : { db: this.#upDb(gatewayId, nowMs) ?? 0, sinceMs: noisySinceMs },
      },
    };
  }

  #deafSince(gatewayId: string, nowMs: number): number | null {
    const { lastCarrierMs } = this.#parts.health.record(gatewayId);
    // Of one that never heard anything its place tells what it should have.
    if (lastCarrierMs === null)
      return this.#watch.expectedOf(gatewayId) >= OWED ? this.#firstListened(gatewayId) : null;
    const owed = this.#hearing.owedTo(gatewayId);
    return owed >= OWED && nowMs - lastCarrierMs >= DEAF_AFTER_MS ? lastCarrierMs : null;
  }

  #firstListened(gatewayId: string): number | null {
    return this.#quarters.firstMs(gatewayId);
  }

  /** Writes what is new; errors are the caller's. */
  async keepHouse(): Promise<void> {
    const { duck, siteId, nowMs } = this.#parts;
    const atMs = nowMs();
    if (atMs <= 0) return;
    const hour = Math.floor(atMs / HOUR_MS);
    if (hour !== this.#usualOfHour) {
      this.#usual = await usualAir(duck, siteId, atMs);
      this.#usualOfHour = hour;
      await expireQuarters(duck, siteId, atMs);
    }
    const ids = new Set(this.#parts.gateways().map(({ id }) => id));
    this.#quarters.forget(GatewayQuarters.keptFromMs(atMs), (id) => ids.has(id));
    this.#parts.health.keepOnly((id) => ids.has(id));
    if (performance.now() - this.#savedAt >= SAVE_EVERY_MS) await this.save();
  }

  async #saveQuarters(): Promise<void> {
    const changed = this.#quarters.takeChanged();
    try {
      await saveQuarters(this.#parts.duck, this.#parts.siteId, changed);
    } catch (error) {
      this.#quarters.putBack(changed);
      throw error;
    }
  }

  save(): Promise<void> {
    const { duck, siteId, nowMs } = this.#parts;
    this.#savedAt = performance.now();
    this.#saving = this.#saving
      .catch(() => undefined)
      .then(async () => {
        await this.#saveQuarters();
        await duck.run(
          `insert into cross_hearing values ($1, $2, $3)
           on conflict (site_id) do update set saved_ms = excluded.saved_ms, json = excluded.json`,
          [siteId, Math.floor(nowMs()), JSON.stringify(this.#stored())],
        );
      });
    return this.#saving;
  }

  /** Of these gateways, in one question. */
  async adverts(gatewayIds: readonly string[]): Promise<GatewayAdverts> {
    const { duck, siteId, nowMs } = this.#parts;
    await this.#saveQuarters();
    const lastSlot = Math.floor(nowMs() / HISTORY_BUCKET_MS);
    const firstSlot = Math.max(0, lastSlot - (HISTORY_DAYS * DAY_MS) / HISTORY_BUCKET_MS + 1);
    const startMs = firstSlot * HISTORY_BUCKET_MS;
    const slots = (): (number | null)[] => Array.from({ length: lastSlot - firstSlot + 1 }, () => null);
    const byId = new Map([...gatewayIds].sort().map((id) => [id, slots()]));
    for (const [gatewayId, quarter] of await loadQuarters(duck, siteId, startMs)) {
      const values = byId.get(gatewayId);
      const slot = Math.floor(quarter.startMs / HISTORY_BUCKET_MS) - firstSlot;
      if (values && slot < values.length) values[slot] = mean(quarter.adverts, quarter.statuses);
    }
    return {
      start: new Date(startMs).toISOString(),
      slotSeconds: HISTORY_BUCKET_MS / 1_000,
      gateways: [...byId].map(([id, advertsPerSecond]) => ({ id, advertsPerSecond })),
    };
  }

  async history(gatewayId: string): Promise<GatewayQuarter[]> {
    const { duck, siteId, nowMs } = this.#parts;
    await this.#saveQuarters();
    const sinceMs = Math.floor(nowMs() - HISTORY_DAYS * DAY_MS);
    return (await quartersOf(duck, siteId, gatewayId, sinceMs)).map((quarter) => ({
      start: new Date(quarter.startMs).toISOString(),
      coverage: Math.round(coverageOf(quarter) * 100) / 100,
      advertsPerSecond: mean(quarter.adverts, quarter.statuses),
      weakestDbm: mean(quarter.weakest, quarter.weakestCount),
      heardShare: quarter.heardShare,
      hearingDb: quarter.hearingDb,
      outboxBatches: quarter.outboxBatches,
      temperatureC: quarter.temperatureC,
    }));
  }
}

const mean = (sum: number, count: number): number | null => (count === 0 ? null : Math.round((sum / count) * 10) / 10);
