/** `zone.counts`: each interval once its numbers are final, and again when late data changed them. */
import type { SeriesPoint } from '../contract/metrics.ts';
import { COUNT_INTERVALS, type CountInterval, type OutgoingData, type ZoneFigures } from '../contract/outgoing.ts';
import type { Duck } from '../db/duckdb.ts';
import type { Questions } from '../db/timeSeries.ts';
import { bucketEdges, HOUR_MS, QUARTER_MS } from '../metrics/localTime.ts';
import type { Registry } from '../registry/types.ts';
import { type Counted, isFinal, sameFigures, shownFigures } from './countFigures.ts';
import { readCursor, removeCursor, writeCursor } from './cursors.ts';
import type { Outbox } from './outbox.ts';
import { seesSite, seesZone, wants } from './scope.ts';
import { type Nesting, nestingOf, SITE } from './shown.ts';
import type { Webhook, Webhooks } from './webhooks.ts';

export interface CountEventParts {
  duck: Duck;
  registry: Pick<Registry, 'site' | 'zones' | 'definitions'>;
  questions: Pick<Questions, 'series'>;
  webhooks: Pick<Webhooks, 'all'>;
  outbox: Pick<Outbox, 'addWithin'>;
}

/** Somebody who stays all day keeps the hour of their arrival open; what is told then says so, and is told again. */
const PATIENCE_MS = 2 * HOUR_MS;
/** Late data of an outage comes within the time for which sightings are kept. */
const REVISED_FOR_MS = 48 * HOUR_MS;
/** After an outage of the server longer than this the rest is not made up for. */
const CATCH_UP_MS = 24 * HOUR_MS;
/** Zones that are not final are asked for again after so long: hundreds of questions. */
const LOOK_AGAIN_MS = 5 * 60_000;
const INTERVAL_MS: Record<CountInterval, number> = { '15m': QUARTER_MS, hour: HOUR_MS };

interface Told {
  fromMs: number;
  toMs: number;
  figures: ZoneFigures[];
  final: boolean;
  revision: number;
}
interface Interval {
  fromMs: number;
  toMs: number;
  counted: Counted[];
}

const iso = (atMs: number): string => new Date(atMs).toISOString();

/** Start of the interval in which `atMs` lies, by the site's own hours. */
const startOf = (timezone: string, step: CountInterval, atMs: number): number =>
  bucketEdges(timezone, step, atMs - 2 * INTERVAL_MS[step], atMs + 1).at(-2)!;

export class CountEvents {
  readonly #parts: CountEventParts;
  /** Sites whose past may have changed, by interval. */
  readonly #stale = new Set<string>();
  readonly #lookAgainMs = new Map<string, number>();

  constructor(parts: CountEventParts) {
    this.#parts = parts;
  }

  /** The past of this site was computed anew. */
  changed(siteId: string): void {
    for (const step of COUNT_INTERVALS) this.#stale.add(`${siteId} ${step}`);
  }

  async tell(siteId: string, nowMs: number): Promise<void> {
    if (this.#parts.registry.site(siteId)?.clock !== 'wall') return;
    for (const step of COUNT_INTERVALS) await this.#tellStep(siteId, step, nowMs);
  }

  async #tellStep(siteId: string, step: CountInterval, nowMs: number): Promise<void> {
    const { duck, webhooks } = this.#parts;
    const { timezone } = this.#parts.registry.site(siteId)!;
    const what = `zone.counts ${step}`;
    const listening = webhooks
      .all(siteId)
      .filter((webhook) => wants(webhook, 'zone.counts') && webhook.countsInterval === step);
    const cursorMs = await readCursor(duck, siteId, what);
    if (listening.length === 0) {
      if (cursorMs !== undefined)
        await duck.transaction(async (sql) => {
          await removeCursor(sql, siteId, what);
          await sql.run('delete from outgoing_counts where site_id = $1 and step = $2', [siteId, step]);
        });
      return;
    }
    if (cursorMs === undefined) {
      // Whoever comes in the middle of an interval is told of it whole.
      await duck.transaction((sql) => writeCursor(sql, siteId, what, startOf(timezone, step, nowMs)));
      return;
    }
    const looked = nowMs < (this.#lookAgainMs.get(what + siteId) ?? 0);
    const stale = this.#stale.delete(`${siteId} ${step}`);
    if (looked && !stale) return;
    const fromMs = Math.max(cursorMs, startOf(timezone, step, nowMs - CATCH_UP_MS));
    const allTold = await this.#tellNew(siteId, step, what, fromMs, nowMs, listening);
    const allFinal = await this.#tellRevised(siteId, step, nowMs, listening, stale);
    if (!allTold || !allFinal) this.#lookAgainMs.set(what + siteId, nowMs + LOOK_AGAIN_MS);
  }

  /** False where the numbers of something that is over are still open. */
  async #tellNew(
    siteId: string,
    step: CountInterval,
    what: string,
    fromMs: number,
    nowMs: number,
    listening: readonly Webhook[],
  ): Promise<boolean> {
    if (nowMs - fromMs < INTERVAL_MS[step]) return true;
    // Zones cannot be final before the site is: one question instead of hundreds while they are not.
    const site = await this.#series(siteId, step, 'footfall', fromMs, nowMs);
    const ready = site.filter(
      ({ toMs, point }) => toMs <= nowMs && (point.state === 'final' || nowMs - toMs >= PATIENCE_MS),
    );
    const untilMs = ready.at(-1)?.toMs;
    if (untilMs === undefined) return true;
    const nestings = nestingOf(this.#parts.registry.zones.all(siteId));
    for (const interval of await this.#count(siteId, step, fromMs, untilMs)) {
      const figures = this.#shown(siteId, interval, nestings);
      const final = isFinal(figures);
      if (!final && nowMs - interval.toMs < PATIENCE_MS) return false;
      const told: Told = { fromMs: interval.fromMs, toMs: interval.toMs, figures, final, revision: 1 };
      await this.#send(siteId, step, told, figures, listening, what);
    }
    return true;
  }

  /** What was told as provisional is looked at until it is final; the rest where it may have moved. */
  async #tellRevised(
    siteId: string,
    step: CountInterval,
    nowMs: number,
    listening: readonly Webhook[],
    stale: boolean,
  ): Promise<boolean> {
    const { duck } = this.#parts;
    await duck.run('delete from outgoing_counts where site_id = $1 and step = $2 and to_ms < $3', [
      siteId,
      step,
      nowMs - REVISED_FOR_MS,
    ]);
    const rows = await duck.all<Omit<Told, 'figures'> & { figures: string }>(
      `select from_ms as "fromMs", to_ms as "toMs", figures, final, revision from outgoing_counts
       where site_id = $1 and step = $2 order by from_ms`,
      [siteId, step],
    );
    const all = rows.map((row): Told => ({ ...row, figures: JSON.parse(row.figures) }));
    const open = stale ? all : all.filter(({ final }) => !final);
    if (open.length === 0) return true;
    const known = new Map(all.map((told) => [told.fromMs, told]));
    const nestings = nestingOf(this.#parts.registry.zones.all(siteId));
    for (const interval of await this.#count(siteId, step, open[0]!.fromMs, open.at(-1)!.toMs)) {
      const before = known.get(interval.fromMs);
      if (before === undefined) continue;
      const figures = this.#shown(siteId, interval, nestings);
      const byZone = new Map(before.figures.map((one) => [one.zone, one]));
      const moved = figures.filter((one) => !sameFigures(byZone.get(one.zone), one));
      if (moved.length === 0) continue;
      const told = { ...before, figures, final: isFinal(figures), revision: before.revision + 1 };
      await this.#send(siteId, step, told, moved, listening);
      known.set(told.fromMs, told);
    }
    return [...known.values()].every(({ final }) => final);
  }

  /** What is told and that it was told: one transaction. */
  async #send(
    siteId: string,
    step: CountInterval,
    told: Told,
    zones: readonly ZoneFigures[],
    listening: readonly Webhook[],
    cursor?: string,
  ): Promise<void> {
    const { duck, registry, outbox } = this.#parts;
    await duck.transaction(async (sql) => {
      for (const webhook of listening) {
        const seen = zones.filter(({ zone }) => {
          const known = zone === null ? undefined : registry.zones.get(siteId, zone);
          return zone === null ? seesSite(webhook) : known !== undefined && seesZone(webhook, known);
        });
        if (seen.length === 0) continue;
        const data: OutgoingData<'zone.counts'> = {
          interval: step,
          from: iso(told.fromMs),
          to: iso(told.toMs),
          revision: told.revision,
          zones: seen,
        };
        await outbox.addWithin(sql, [{ webhook, type: 'zone.counts', atMs: told.toMs, data }]);
      }
      await sql.run('delete from outgoing_counts where site_id = $1 and step = $2 and from_ms = $3', [
        siteId,
        step,
        told.fromMs,
      ]);
      await sql.run('insert into outgoing_counts values ($1, $2, $3, $4, $5, $6, $7)', [
        siteId,
        step,
        told.fromMs,
        told.toMs,
        JSON.stringify(told.figures),
        told.final,
        told.revision,
      ]);
      if (cursor !== undefined) await writeCursor(sql, siteId, cursor, told.toMs);
    });
  }

  #shown(siteId: string, { counted }: Interval, nestings: readonly Nesting[]): ZoneFigures[] {
    const { registry } = this.#parts;
    const { kAnonymity } = registry.definitions(siteId).definitions;
    return shownFigures(counted, nestings, kAnonymity);
  }

  async #count(siteId: string, step: CountInterval, fromMs: number, toMs: number): Promise<Interval[]> {
    const places = [SITE, ...this.#parts.registry.zones.all(siteId).map(({ id }) => id)];
    const intervals = new Map<number, Interval>();
    for (const placeId of places) {
      const [footfall, occupancy, visitors] = await Promise.all(
        (['footfall', 'occupancy', 'unique-visitors'] as const).map((metric) =>
          this.#series(siteId, step, metric, fromMs, toMs, placeId),
        ),
      );
      footfall!.forEach(({ fromMs: startMs, toMs: endMs, point }, i) => {
        const interval = intervals.get(startMs) ?? { fromMs: startMs, toMs: endMs, counted: [] };
        intervals.set(startMs, interval);
        interval.counted.push({
          placeId,
          footfall: point,
          occupancy: occupancy![i]!.point,
          visitors: visitors![i]!.point,
        });
      });
    }
    return [...intervals.values()].filter((interval) => interval.toMs <= toMs);
  }

  async #series(
    siteId: string,
    step: CountInterval,
    metric: 'footfall' | 'occupancy' | 'unique-visitors',
    fromMs: number,
    toMs: number,
    placeId = SITE,
  ): Promise<{ fromMs: number; toMs: number; point: SeriesPoint }[]> {
    const { series } = await this.#parts.questions.series({
      siteId,
      metric,
      interval: step,
      fromMs,
      toMs,
      ...(placeId === SITE ? {} : { zoneId: placeId }),
    });
    return series.map((point, i) => {
      const startMs = Date.parse(point.start);
      const next = series[i + 1];
      return { fromMs: startMs, toMs: next ? Date.parse(next.start) : startMs + INTERVAL_MS[step], point };
    });
  }
}
