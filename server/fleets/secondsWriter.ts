/** Seconds of gateways of other makes on their way into the log: each carrier once, whoever hands it over again. */
import type { SiteIngest } from '../ingest/siteIngest.ts';
import { type SightingBatch, VALUES_PER_ROW } from '../log/batch.ts';
import type { FleetTally } from './fleetTally.ts';
import type { ForeignGateway } from './foreignGateway.ts';
import type { HeardGateways } from './heardGateways.ts';
import { type ClosedWindow, WINDOW_MS } from './windows.ts';
import { Written } from './written.ts';

/** Where nobody is heard, the log is told so this often, as by our own gateways. */
const HEARTBEAT_MS = 10_000;
/** The last moments of a slow gateway's message are where a carrier is as it comes. */
const LATEST_MS = 3_000;

export interface SecondsWriterParts {
  ingest: Pick<SiteIngest, 'foreign'>;
  heard: Pick<HeardGateways, 'setClocks' | 'store'>;
  nowMs: () => number;
  onProblem: (what: string, error: Error) => void;
}

export class SecondsWriter {
  readonly #parts: SecondsWriterParts;
  readonly #written = new Written();
  readonly #newestMs = new Map<string, number>();
  readonly #writing = new Set<Promise<void>>();

  constructor(parts: SecondsWriterParts) {
    this.#parts = parts;
  }

  /** A batch that the log has from before. */
  known({ gatewayId, fromMs, toMs, clockOffsetMs, carriers }: SightingBatch): void {
    for (const { id } of carriers) this.#written.take(gatewayId, fromMs - clockOffsetMs, id);
    if (carriers.length > 0)
      this.#newestMs.set(gatewayId, Math.max(this.#newestMs.get(gatewayId) ?? 0, toMs - clockOffsetMs));
  }

  /** The newest by the gateway's own clock that the log had at the start. */
  newestOf(gatewayId: string): number | undefined {
    return this.#newestMs.get(gatewayId);
  }

  /** Its clock was set: its seconds come once more. */
  forget(gatewayId: string): void {
    this.#written.forget(gatewayId);
  }

  prune(isKnown: (gatewayId: string) => boolean): void {
    this.#written.prune(isKnown);
  }

  /** All that is under way is durable, or refused. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#writing);
  }

  /** `tally`: of its fleet, where that is still listened to. */
  write(
    gateway: ForeignGateway,
    { fromMs, offsetMs, timed, rows, waiters }: ClosedWindow,
    tally: FleetTally | undefined,
  ): void {
    const { ingest, onProblem, nowMs } = this.#parts;
    // What goes by arrival is not handed over again: its seconds are closed once.
    const fresh = timed ? rows.filter(({ ref }) => this.#written.take(gateway.id, fromMs, ref.id)) : rows;
    if (fresh.length < rows.length) tally?.ignore('told before', rows.length - fresh.length);
    if (fresh.length === 0) {
      for (const waiter of waiters) waiter();
      return;
    }
    const values = new Int16Array(fresh.length * VALUES_PER_ROW);
    fresh.forEach(({ sumCenti, maxCenti, adverts, powerCenti, lastMs }, i) => {
      values.set([Math.round(sumCenti / adverts), maxCenti, adverts, powerCenti, lastMs - fromMs], i * VALUES_PER_ROW);
    });
    const toMs = fromMs + WINDOW_MS + offsetMs;
    gateway.coveredToMs = Math.max(gateway.coveredToMs, Math.min(toMs, nowMs()));
    const batch = {
      gatewayId: gateway.id,
      fromMs: fromMs + offsetMs,
      toMs,
      clockOffsetMs: offsetMs,
      receivedMs: nowMs(),
      carriers: fresh.map(({ ref }) => ref),
      values,
    };
    gateway.known ??= this.#store(gateway);
    const writing = gateway.known
      .then(() => ingest.foreign(batch, { slow: timed && toMs >= gateway.newestMs - LATEST_MS }))
      .then(
        () => {
          if (tally) tally.sightings += fresh.length;
          for (const waiter of waiters) waiter();
        },
        (error: Error) => {
          onProblem('fleet', error);
          for (const waiter of waiters) waiter(error);
        },
      )
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  /** That it listened, where nobody was heard: an empty batch. */
  heartbeat(gateway: ForeignGateway, nowMs: number): void {
    if (nowMs - gateway.coveredToMs < HEARTBEAT_MS) return;
    const fromMs = Math.max(gateway.coveredToMs, nowMs - HEARTBEAT_MS);
    gateway.coveredToMs = nowMs;
    const batch = {
      gatewayId: gateway.id,
      fromMs,
      toMs: nowMs,
      clockOffsetMs: 0,
      receivedMs: nowMs,
      carriers: [],
      values: new Int16Array(0),
    };
    const writing = this.#parts.ingest
      .foreign(batch, { slow: false })
      .catch((error: Error) => this.#parts.onProblem('fleet', error))
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  #store(gateway: ForeignGateway): Promise<void> {
    this.#parts.heard.setClocks(gateway.heard, gateway.clockMs, gateway.bootMs);
    const known = this.#parts.heard.store(gateway.heard);
    // The next write tries again.
    known.catch(() => {
      gateway.known = undefined;
    });
    return known;
  }
}
