/** How long hand-overs took, from the sighting that completed the trigger: kept for reports, told to listeners as it happens. */
import type { DeliveryReport, LatencyQuantiles } from '../contract/push.ts';
import type { Duck } from '../db/duckdb.ts';

export type Route = 'received' | 'pushed';

export interface HandOverTime {
  siteId: string;
  route: Route;
  atMs: number;
  latencyMs: number;
}

/** They are figures, not facts that anything depends on: a crash may cost the last of them. */
const WRITTEN_AFTER_MS = 1_000;
const MAX_WAITING = 50_000;

interface Quantiles {
  route: Route | null;
  count: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}
const NONE: LatencyQuantiles = { count: 0, p50: null, p95: null, p99: null };

export class HandOverTimes {
  readonly #duck: Duck;
  readonly #onError: (error: unknown) => void;
  readonly #listeners = new Set<(time: HandOverTime) => void>();
  #waiting: HandOverTime[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(duck: Duck, onError: (error: unknown) => void) {
    this.#duck = duck;
    this.#onError = onError;
  }

  onHandOver(listener: (time: HandOverTime) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  add(time: HandOverTime): void {
    for (const listener of this.#listeners) listener(time);
    if (this.#waiting.length >= MAX_WAITING) return;
    this.#waiting.push(time);
    this.#timer ??= setTimeout(() => void this.flush().catch(this.#onError), WRITTEN_AFTER_MS);
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const rows = this.#waiting;
    this.#waiting = [];
    if (rows.length === 0) return;
    await this.#duck.transaction((sql) =>
      sql.append('offer_handovers', {
        site_id: { type: 'VARCHAR', values: rows.map((row) => row.siteId) },
        route: { type: 'VARCHAR', values: rows.map((row) => row.route) },
        at_ms: { type: 'BIGINT', values: rows.map((row) => Math.round(row.atMs)) },
        latency_ms: { type: 'BIGINT', values: rows.map((row) => Math.round(row.latencyMs)) },
      }),
    );
  }

  async report(siteId: string, fromMs: number, toMs: number): Promise<DeliveryReport> {
    await this.flush();
    const [rows, lost, phones] = await Promise.all([
      this.#duck.all<Quantiles>(
        `select route, count(*) as count, quantile_disc(latency_ms, 0.5) as p50, quantile_disc(latency_ms, 0.95) as p95,
           quantile_disc(latency_ms, 0.99) as p99
         from offer_handovers where site_id = $1 and at_ms >= $2 and at_ms < $3 group by grouping sets ((route), ())`,
        [siteId, fromMs, toMs],
      ),
      this.#duck.get<{ n: number }>(
        `select count(*) as n from offer_decisions
         where site_id = $1 and decided_ms >= $2 and decided_ms < $3 and code = 'not-acknowledged'`,
        [siteId, fromMs, toMs],
      ),
      this.#duck.get<{ n: number }>(
        `select count(*) as n from push_subscriptions where shopper_id in (select id from shoppers where site_id = $1)`,
        [siteId],
      ),
    ]);
    const of = (route: Route | null): LatencyQuantiles => {
      const found = rows.find((row) => row.route === route);
      return found === undefined ? NONE : { count: found.count, p50: found.p50, p95: found.p95, p99: found.p99 };
    };
    const [all, received, pushed] = [of(null), of('received'), of('pushed')];
    return {
      from: new Date(fromMs).toISOString(),
      to: new Date(toMs).toISOString(),
      received: received.count,
      pushed: pushed.count,
      notAcknowledged: lost!.n,
      latencyMs: { all, received, pushed },
      subscriptions: phones!.n,
    };
  }

  async expire(beforeMs: number): Promise<void> {
    await this.#duck.run('delete from offer_handovers where at_ms < $1', [beforeMs]);
  }
}
