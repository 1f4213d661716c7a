/** `occupancy.threshold`: from the snapshots of the present to the outbox. */
import type { LiveSnapshot } from '../contract/live.ts';
import type { Duck } from '../db/duckdb.ts';
import type { Registry } from '../registry/types.ts';
import type { Outbox, OutgoingEvent } from './outbox.ts';
import { seesSite, seesZone, wants } from './scope.ts';
import { nestingOf, SITE, shownCounts } from './shown.ts';
import { ThresholdWatch } from './thresholds.ts';
import { thresholdKey, type Webhook, type Webhooks } from './webhooks.ts';

export interface OccupancyEventParts {
  duck: Duck;
  registry: Pick<Registry, 'site' | 'zones' | 'definitions'>;
  webhooks: Pick<Webhooks, 'all' | 'siteIds'>;
  outbox: Pick<Outbox, 'addWithin'>;
  onProblem: (error: Error) => void;
}

const keyOf = (webhookId: string, threshold: string): string => `${webhookId} ${threshold}`;

export class OccupancyEvents {
  readonly #parts: OccupancyEventParts;
  readonly #watch = new ThresholdWatch();
  readonly #writing = new Set<Promise<void>>();

  constructor(parts: OccupancyEventParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    const rows = await this.#parts.duck.all<{ webhookId: string; threshold: string; above: boolean }>(
      'select webhook_id as "webhookId", threshold, above from webhook_thresholds',
    );
    for (const { webhookId, threshold, above } of rows) this.#watch.load(keyOf(webhookId, threshold), above);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#writing);
  }

  /** Of a webhook that was changed or removed: what is watched no longer is forgotten. */
  changed(): void {
    const { webhooks } = this.#parts;
    const keys = webhooks
      .siteIds()
      .flatMap((siteId) => webhooks.all(siteId))
      .flatMap(({ id, thresholds }) => thresholds.map((threshold) => keyOf(id, thresholdKey(threshold))));
    this.#watch.keep(new Set(keys));
  }

  snapshot(siteId: string, snapshot: LiveSnapshot): void {
    const { registry, webhooks } = this.#parts;
    const site = registry.site(siteId);
    if (site?.clock !== 'wall' || snapshot.historyProgress !== null) return;
    const watching = webhooks.all(siteId).filter((one) => wants(one, 'occupancy.threshold'));
    if (watching.length === 0) return;
    const { kAnonymity: k } = registry.definitions(siteId).definitions;
    const counts = new Map(snapshot.zones.map(({ zoneId, occupancy }) => [zoneId, occupancy]));
    for (const webhook of watching)
      for (const threshold of webhook.thresholds) {
        // k may have risen since it was set: from then on it would tell of fewer than k.
        if (threshold.limit - threshold.hysteresis < k) continue;
        const zone = threshold.zone === null ? undefined : registry.zones.get(siteId, threshold.zone);
        if (threshold.zone === null ? !seesSite(webhook) : !zone || !seesZone(webhook, zone)) continue;
        const occupancy = threshold.zone === null ? snapshot.occupancy : counts.get(threshold.zone);
        if (occupancy === null || occupancy === undefined) continue;
        const key = keyOf(webhook.id, thresholdKey(threshold));
        const crossed = this.#watch.observe(key, threshold, occupancy, snapshot.atMs);
        if (!crossed) continue;
        const { forSeconds: _, ...told } = threshold;
        const watched = new Set(webhook.thresholds.map(({ zone: place }) => place ?? SITE));
        const places = new Map<string, number>();
        for (const [id, count] of [[SITE, snapshot.occupancy] as const, ...counts])
          if (count !== null && watched.has(id)) places.set(id, count);
        const nestings = nestingOf(registry.zones.all(siteId).filter(({ id }) => watched.has(id)));
        const shown = shownCounts(places, nestings, k).get(threshold.zone ?? SITE) ?? null;
        const data = { ...told, direction: crossed.crossing, occupancy: shown };
        this.#write(webhook, thresholdKey(threshold), crossed.crossing === 'rose', {
          ...(crossed.first ? {} : { event: { webhook, type: 'occupancy.threshold', atMs: snapshot.atMs, data } }),
        });
      }
  }

  /** What is told and that it was told: one transaction, so that a crash neither tells it twice nor leaves it out. */
  #write(webhook: Webhook, threshold: string, above: boolean, { event }: { event?: OutgoingEvent }): void {
    const { duck, outbox, onProblem } = this.#parts;
    const writing = duck
      .transaction(async (sql) => {
        await sql.run('delete from webhook_thresholds where webhook_id = $1 and threshold = $2', [
          webhook.id,
          threshold,
        ]);
        await sql.run('insert into webhook_thresholds values ($1, $2, $3)', [webhook.id, threshold, above]);
        if (event) await outbox.addWithin(sql, [event]);
      })
      .catch(onProblem)
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }
}
