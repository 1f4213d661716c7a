/** The fleets of all sites at work: what other makes publish goes to the site that it belongs to. */
import { isForbiddenTopic } from '../broker/credentials.ts';
import type { FleetHealth } from '../contract/fleets.ts';
import type { SiteRuntime } from '../ingest/siteRuntime.ts';
import type { Clock, MessageSource } from '../ingest/types.ts';
import type { Registry } from '../registry/types.ts';
import { tellsAll } from './expectations.ts';
import type { Fleets } from './fleets.ts';
import type { HeardGateways } from './heardGateways.ts';
import { SiteFleets } from './siteFleets.ts';

/** A second that is over waits no longer than this for its way into the log. */
const TICK_MS = 50;
const HOUSEKEEPING_MS = 20_000;

export interface FleetIngestParts {
  fleets: Fleets;
  heard: HeardGateways;
  registry: Registry;
  source: MessageSource;
  clock: Clock;
  retentionMs: (siteId: string) => number;
  onProblem: (what: string, error: Error) => void;
}

export class FleetIngest {
  readonly #parts: FleetIngestParts;
  readonly #sites = new Map<string, SiteFleets>();
  #unlisten: (() => void)[] = [];
  #timers: NodeJS.Timeout[] = [];

  constructor(parts: FleetIngestParts) {
    this.#parts = parts;
  }

  start(): void {
    const { fleets, source, heard, registry, onProblem } = this.#parts;
    this.#unlisten.push(
      fleets.onChange((siteId, fleetId) => {
        this.#sites.get(siteId)?.changed(fleetId);
        if (!fleets.get(siteId, fleetId)) heard.forgetFleet(siteId, fleetId);
        source.listenTo?.(fleets.filters());
      }),
      registry.onChange(({ siteId, what }) => {
        if (what === 'gateways' && this.#sites.has(siteId)) void this.#tellSparse(siteId);
      }),
    );
    source.listenTo?.(fleets.filters());
    this.#timers.push(
      setInterval(() => {
        for (const site of this.#sites.values()) site.tick();
      }, TICK_MS),
      setInterval(() => {
        for (const [siteId, site] of this.#sites) {
          site.keepHouse();
          void this.#tellSparse(siteId);
        }
        heard.flush().catch((error: Error) => onProblem('heard gateways', error));
      }, HOUSEKEEPING_MS),
    );
  }

  async startSite(runtime: Pick<SiteRuntime, 'site' | 'ingest' | 'health' | 'loggedLast'>): Promise<void> {
    const { fleets, heard, registry, clock, retentionMs, onProblem } = this.#parts;
    const siteId = runtime.site().id;
    const site = new SiteFleets({
      siteId,
      site: () => runtime.site(),
      fleet: (fleetId) => fleets.get(siteId, fleetId),
      ingest: runtime.ingest,
      health: runtime.health,
      loggedLast: (spanMs) => runtime.loggedLast(spanMs),
      heard,
      isPlaced: (gatewayId) => registry.gateways.get(siteId, gatewayId) !== undefined,
      retentionMs: () => retentionMs(siteId),
      nowMs: clock,
      onProblem: (what, error) => onProblem(`${siteId}: ${what}`, error),
    });
    await site.start(fleets.all(siteId));
    this.#sites.set(siteId, site);
    await this.#tellSparse(siteId);
  }

  /** Undefined where no fleet listens to the topic; else settles when the message may be acknowledged. */
  message(topic: string, payload: Uint8Array, meta: { retained: boolean; qos?: number }): Promise<void> | undefined {
    const { fleets } = this.#parts;
    const routed = isForbiddenTopic(topic) ? undefined : fleets.route(topic);
    if (!routed) return undefined;
    const fleet = fleets.get(routed.siteId, routed.fleetId);
    const site = this.#sites.get(routed.siteId);
    // A site that has not started yet: a broker hands over again what is not acknowledged.
    if (!fleet || !site) return Promise.reject(new Error(`site ${routed.siteId} is not ready`));
    return site.message({ fleet, filter: routed.filter, topic, payload, retained: meta.retained, qos: meta.qos ?? 0 });
  }

  healthOf(siteId: string, fleetId: string): FleetHealth | undefined {
    const fleet = this.#parts.fleets.get(siteId, fleetId);
    return fleet && this.#sites.get(siteId)?.healthOf(fleet);
  }

  /** Before the sites stop: they still write. */
  async stop(): Promise<void> {
    this.#end();
    await Promise.all([...this.#sites.values()].map((site) => site.stop()));
    await this.#parts.heard.flush();
  }

  abandon(): void {
    this.#end();
    for (const site of this.#sites.values()) site.abandon();
  }

  /** Whose silence says nothing is part of the site's model: a replay is to know what was known then. */
  async #tellSparse(siteId: string): Promise<void> {
    const { registry, heard, onProblem } = this.#parts;
    try {
      const sparse = registry.gateways.all(siteId).filter(({ id }) => {
        const format = heard.formatOf(siteId, id);
        return format !== undefined && !tellsAll(format);
      });
      await registry.setSparseGateways(
        siteId,
        sparse.map(({ id }) => id),
      );
    } catch (error) {
      onProblem(`${siteId}: gateways that tell little`, error as Error);
    }
  }

  #end(): void {
    for (const unlisten of this.#unlisten.splice(0)) unlisten();
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }
}
