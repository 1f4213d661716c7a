/** Broker → ingest → log → engines → time series, for all sites of this server. */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { FleetHealth } from '../contract/fleets.ts';
import type { GatewayAdverts, GatewayHealthView, GatewayQuarter } from '../contract/gatewayHealth.ts';
import type { PhoneSightings } from '../contract/identity.ts';
import type { LiveHeat, LiveSnapshot } from '../contract/live.ts';
import { parseGatewayTopic, ROOT } from '../contract/topics.ts';
import { MAX_PAYLOAD_BYTES } from '../contract/wire.ts';
import type { Duck } from '../db/duckdb.ts';
import type { TimeSeriesWriter } from '../db/timeSeries.ts';
import type { ClonedCarrier } from '../engine/clones.ts';
import { createLiveEngine, createEngine as createRealEngine } from '../engine/engine.ts';
import type { CreateEngine, PresentCarrier } from '../engine/types.ts';
import { FleetIngest } from '../fleets/fleetIngest.ts';
import { Fleets } from '../fleets/fleets.ts';
import { type HeardGateway, HeardGateways } from '../fleets/heardGateways.ts';
import { maskForeignTopic } from '../fleets/masks.ts';
import type { RotatingNumbers } from '../identities/appIdentities.ts';
import { HOUR_MS } from '../log/hourFile.ts';
import type { Registry, RegistryChange } from '../registry/types.ts';
import type { CarrierWalk } from './carrierLog.ts';
import { takeCount } from './counterCounts.ts';
import { DeadLetters } from './deadLetters.ts';
import { engineHere } from './engineHost.ts';
import { ENGINE_THREAD, engineThread } from './engineThread.ts';
import type { Listened } from './listening.ts';
import type { PhoneFault } from './phoneBatch.ts';
import { type SiteOptions, SiteRuntime } from './siteRuntime.ts';
import { SnapshotPace } from './snapshotPace.ts';
import type {
  Clock,
  DeadLetter,
  IngestCounters,
  LiveEvents,
  MessageSource,
  PhoneTaken,
  Pipeline,
  SiteLags,
} from './types.ts';

/** Of a site that lives in its data, and of one whose live engine is silent for longer than it should be. */
const SNAPSHOT_EVERY_MS = 1_000;
const SNAPSHOT_OVERDUE_MS = 1_500;
/** A live engine that catches up computes many seconds in one: nobody can look faster. */
const SNAPSHOT_APART_MS = 250;

export interface PipelineOptions extends Partial<SiteOptions> {
  deadLettersKept?: number;
  /** Replaces the engine, for tests of the pipeline alone; it runs in this thread. */
  createEngine?: CreateEngine;
  /** The script of the analytics engine's thread; null: it runs in this one. @default ENGINE_THREAD */
  engineThread?: URL | null;
}

export interface PipelineParts {
  source: MessageSource;
  registry: Registry;
  timeSeries: TimeSeriesWriter;
  duck: Duck;
  dataDir: string;
  clock: Clock;
  /** Whose the rotating numbers of a site are; without it they are nobody's. */
  rotating?: (siteId: string) => RotatingNumbers | undefined;
  /** Bytes for daily keys. @default crypto.randomBytes */
  random?: (bytes: number) => Buffer;
  onProblem?: (what: string, error: Error) => void;
  options?: PipelineOptions;
}

export interface IngestPipeline extends Pipeline {
  /** Gateways that were heard at a site, of whatever make, but are not entered there; the latest first. */
  waitingGateways(siteId: string): HeardGateway[];
  /** Puts one of them aside, or back; false where none of this id waits. */
  setDismissed(siteId: string, gatewayId: string, dismissed: boolean): boolean;
  /** Gateways of other makes that the sites listen to. */
  readonly fleets: Fleets;
  /** Undefined where there is no such fleet. */
  fleetHealth(siteId: string, fleetId: string): FleetHealth | undefined;
  /** The site's clock once it has data; undefined before, when a change of its model holds from the beginning. */
  dataNowMs(siteId: string): number | undefined;
  /** Undefined before the site runs. */
  lags(siteId: string): SiteLags | undefined;
  /** For audits: what was heard of the carrier that somebody walked with. */
  walkOf(siteId: string, carrierId: string, fromMs: number, toMs: number): Promise<CarrierWalk>;
  /** Whether a carrier is heard now; the first question starts the listening. */
  listen(siteId: string, carrierId: string): Listened | undefined;
  /** All that is known of the site's gateways, by their ids. */
  gatewayHealth(siteId: string): GatewayHealthView[];
  /** Quarter hours of the last days, the oldest first. */
  gatewayHistory(siteId: string, gatewayId: string): Promise<GatewayQuarter[]>;
  /** The same week of all gateways: adverts alone. Undefined while the site has not started. */
  gatewayAdverts(siteId: string): Promise<GatewayAdverts | undefined>;
  /** What a phone heard of the site's beacons, of its own carrier since `sinceMs`; settles when it is durable. */
  phone(
    siteId: string,
    phone: { carrierId: string; sinceMs: number },
    message: PhoneSightings,
  ): Promise<PhoneTaken | PhoneFault>;
  /** Stops as a kill would: nothing is committed or flushed. For tests of recovery. */
  abandon(): Promise<void>;
}

/** A crowd's second is over in half the time; more than two would wait for memory rather than for each other. */
const LIVE_THREADS = Math.min(2, availableParallelism());

const DEFAULTS: SiteOptions = {
  retentionMs: () => 48 * HOUR_MS,
  commitEveryMs: 5_000,
  quietMs: 3_000,
  maxDirtyMs: 30_000,
  idleMs: 5_000,
};

export function createPipeline(parts: PipelineParts): IngestPipeline {
  return new IngestPipelineOfSites(parts);
}

class IngestPipelineOfSites implements IngestPipeline {
  readonly #parts: PipelineParts;
  readonly #deadLetters: DeadLetters;
  readonly fleets: Fleets;
  readonly #heard: HeardGateways;
  #fleetIngest: FleetIngest | undefined;
  readonly #sites = new Map<string, SiteRuntime>();
  readonly #starting = new Map<string, Promise<void>>();
  readonly #latest = new Map<string, { snapshot: LiveSnapshot; heat: LiveHeat }>();
  readonly #pace = new SnapshotPace(SNAPSHOT_APART_MS, SNAPSHOT_OVERDUE_MS);
  readonly #liveListeners = new Set<(events: LiveEvents) => void>();
  readonly #changelogListeners = new Set<(siteId: string) => void>();
  readonly #snapshotListeners = new Set<(siteId: string, snapshot: LiveSnapshot, heat: LiveHeat) => void>();
  readonly #counters: IngestCounters;
  #unsubscribe: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #started = false;
  #stopped = false;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    this.#deadLetters = new DeadLetters(parts.duck, parts.options?.deadLettersKept);
    this.fleets = new Fleets(parts.duck, parts.clock);
    this.#heard = new HeardGateways(
      parts.duck,
      (siteId, gatewayId) => parts.registry.gateways.get(siteId, gatewayId) !== undefined,
    );
    this.#counters = {
      messages: 0,
      batches: 0,
      sightings: 0,
      duplicates: 0,
      notAllowed: 0,
      unlinkable: 0,
      unresolved: 0,
      gaps: 0,
      deadLetters: this.#deadLetters.counts,
    };
  }

  async start(): Promise<void> {
    const { registry, source, clock, options } = this.#parts;
    await this.#deadLetters.start();
    await this.#heard.start();
    await this.fleets.start();
    this.#fleetIngest = new FleetIngest({
      fleets: this.fleets,
      heard: this.#heard,
      registry,
      source,
      clock,
      retentionMs: (siteId) => (options?.retentionMs ?? DEFAULTS.retentionMs)(siteId),
      onProblem: (what, error) => this.#problem(what, error),
    });
    this.#unsubscribe = registry.onChange((change) => this.#changed(change));
    for (const site of registry.sites()) await this.#startSite(site.id);
    this.#fleetIngest.start();
    await source.start(
      (topic, payload, meta) => this.#foreign(topic, payload, meta) ?? this.#handle(topic, payload, meta.retained),
    );
    // Retained configs can only be published once the broker is there.
    for (const runtime of this.#sites.values()) await runtime.publishConfigs();
    this.#timer = setInterval(() => this.#takeSnapshots(), SNAPSHOT_EVERY_MS);
    this.#pace.start((siteId) => this.#tellSnapshot(siteId));
    this.#started = true;
  }

  async stop(): Promise<void> {
    try {
      await this.#end((runtime) => runtime.stop());
    } finally {
      await this.#deadLetters.flush();
    }
  }

  abandon(): Promise<void> {
    return this.#end((runtime) => runtime.abandon(), false);
  }

  async #end(end: (runtime: SiteRuntime) => Promise<void>, wholly = true): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#unsubscribe?.();
    clearInterval(this.#timer);
    this.#pace.stop();
    await Promise.allSettled(this.#starting.values());
    const failures: unknown[] = [];
    if (wholly) await this.#fleetIngest?.stop().catch((error: unknown) => failures.push(error));
    else this.#fleetIngest?.abandon();
    for (const runtime of this.#sites.values()) await end(runtime).catch((error: unknown) => failures.push(error));
    await this.#parts.source.stop();
    if (failures.length > 0) throw failures[0];
  }

  nowMs(siteId: string): number {
    const runtime = this.#sites.get(siteId);
    if (runtime) return runtime.nowMs();
    return this.#parts.registry.site(siteId)?.clock === 'data' ? 0 : this.#parts.clock();
  }

  dataNowMs(siteId: string): number | undefined {
    const runtime = this.#sites.get(siteId);
    return runtime?.hasData ? runtime.nowMs() : undefined;
  }

  ready(): boolean {
    return this.#started && !this.#stopped && [...this.#sites.values()].every((runtime) => runtime.ready);
  }

  counters(): IngestCounters {
    return { ...this.#counters, deadLetters: { ...this.#counters.deadLetters } };
  }

  deadLetters(siteId: string, limit: number): Promise<DeadLetter[]> {
    return this.#deadLetters.latest(siteId, limit);
  }

  waitingGateways(siteId: string): HeardGateway[] {
    return this.#heard.waiting(siteId);
  }

  setDismissed(siteId: string, gatewayId: string, dismissed: boolean): boolean {
    return this.#heard.setDismissed(siteId, gatewayId, dismissed);
  }

  fleetHealth(siteId: string, fleetId: string): FleetHealth | undefined {
    return this.#fleetIngest?.healthOf(siteId, fleetId);
  }

  snapshot(siteId: string): LiveSnapshot | undefined {
    return (this.#latest.get(siteId) ?? this.#takeSnapshot(siteId))?.snapshot;
  }

  heat(siteId: string): LiveHeat | undefined {
    return (this.#latest.get(siteId) ?? this.#takeSnapshot(siteId))?.heat;
  }

  lags(siteId: string): SiteLags | undefined {
    return this.#sites.get(siteId)?.lags();
  }

  async present(siteId: string): Promise<PresentCarrier[]> {
    return (await this.#sites.get(siteId)?.present()) ?? [];
  }

  clones(siteId: string): ClonedCarrier[] {
    return this.#sites.get(siteId)?.clones() ?? [];
  }

  learnedRadio(siteId: string): unknown {
    return this.#sites.get(siteId)?.learnedRadio();
  }

  async walkOf(siteId: string, carrierId: string, fromMs: number, toMs: number): Promise<CarrierWalk> {
    return (await this.#runtime(siteId)).walkOf(carrierId, fromMs, toMs);
  }

  listen(siteId: string, carrierId: string): Listened | undefined {
    return this.#sites.get(siteId)?.listen(carrierId);
  }

  gatewayHealth(siteId: string): GatewayHealthView[] {
    return this.#sites.get(siteId)?.gatewayHealth() ?? [];
  }

  async gatewayAdverts(siteId: string): Promise<GatewayAdverts | undefined> {
    return this.#sites.get(siteId)?.gatewayAdverts();
  }

  async gatewayHistory(siteId: string, gatewayId: string): Promise<GatewayQuarter[]> {
    return (await this.#sites.get(siteId)?.gatewayHistory(gatewayId)) ?? [];
  }

  async phone(
    siteId: string,
    phone: { carrierId: string; sinceMs: number },
    message: PhoneSightings,
  ): Promise<PhoneTaken | PhoneFault> {
    return (await this.#runtime(siteId)).phone(phone, message);
  }

  onLiveEvents(listener: (events: LiveEvents) => void): () => void {
    this.#liveListeners.add(listener);
    return () => this.#liveListeners.delete(listener);
  }

  onChangelog(listener: (siteId: string) => void): () => void {
    this.#changelogListeners.add(listener);
    return () => this.#changelogListeners.delete(listener);
  }

  onSnapshot(listener: (siteId: string, snapshot: LiveSnapshot, heat: LiveHeat) => void): () => void {
    this.#snapshotListeners.add(listener);
    return () => this.#snapshotListeners.delete(listener);
  }

  async settle(siteId: string): Promise<void> {
    await (await this.#runtime(siteId)).settle();
  }

  async rebuild(siteId: string, fromMs: number): Promise<{ ticks: number; sightings: number }> {
    return (await this.#runtime(siteId)).rebuild(fromMs);
  }

  async #runtime(siteId: string): Promise<SiteRuntime> {
    await this.#starting.get(siteId);
    const runtime = this.#sites.get(siteId);
    if (!runtime) throw new Error(`site ${siteId} is not known here`);
    return runtime;
  }

  #problem(what: string, error: Error): void {
    this.#parts.onProblem?.(what, error);
  }

  /** Undefined where no fleet listens to the topic. */
  #foreign(topic: string, payload: Uint8Array, meta: { retained: boolean; qos?: number }): Promise<void> | undefined {
    if (topic.startsWith(`${ROOT}/`)) return undefined;
    const taken = this.#fleetIngest?.message(topic, payload, meta);
    if (taken) this.#counters.messages++;
    return taken;
  }

  async #handle(topic: string, payload: Uint8Array, retained: boolean): Promise<void> {
    const { registry, clock, duck } = this.#parts;
    this.#counters.messages++;
    if (await takeCount({ duck, registry, clock, deadLetters: this.#deadLetters }, topic, payload)) return;
    const parsed = parseGatewayTopic(topic);
    const site = parsed && registry.site(parsed.siteId);
    const letter = (reason: string, detail: string) =>
      this.#deadLetters.add({
        atMs: clock(),
        siteId: site?.id ?? null,
        gatewayId: site && parsed ? parsed.gatewayId : null,
        // In other topics there may be somebody's beacon.
        topic: topic.startsWith(`${ROOT}/`) ? topic : maskForeignTopic(topic),
        reason,
        detail,
      });
    if (payload.length > MAX_PAYLOAD_BYTES)
      return letter('oversize', `${payload.length} bytes; at most ${MAX_PAYLOAD_BYTES} are taken`);
    if (!parsed)
      return letter(
        'topic',
        'must be promenade/1/{site}/{gateway}/{sightings|status|gap} or …/{counter}/count, ids 1 to 32 of a-z, 0-9, -',
      );
    if (!site) return letter('unknown-site', 'no such site on this server');
    const { gatewayId, leaf } = parsed;
    if (!registry.gateways.get(site.id, gatewayId)) {
      if (this.#heard.heardOwn(site.id, gatewayId, clock(), leaf === 'sightings' ? payload : undefined))
        letter('unknown-gateway', 'the gateway is not entered in this site; enter it and it will be heard');
      else this.#deadLetters.count('unknown-gateway');
      return;
    }
    const runtime = await this.#runtime(site.id);
    if (leaf === 'sightings') await runtime.ingest.sightings(site, gatewayId, topic, payload);
    else if (leaf === 'gap') await runtime.ingest.gap(gatewayId, topic, payload);
    else runtime.ingest.status(site, gatewayId, topic, payload, retained);
  }

  #changed(change: RegistryChange): void {
    const { siteId, what } = change;
    const { registry } = this.#parts;
    if (what === 'gateways') this.#heard.placed(siteId);
    const runtime = this.#sites.get(siteId);
    if (runtime) runtime.changed(what);
    else if (registry.site(siteId) && !this.#stopped)
      this.#startSite(siteId).catch((error: Error) => this.#problem(`site ${siteId}`, error));
  }

  #startSite(siteId: string): Promise<void> {
    const known = this.#starting.get(siteId);
    if (known) return known;
    const { source, registry, timeSeries, duck, dataDir, clock, random, options } = this.#parts;
    const { createEngine = createRealEngine, deadLettersKept: _, engineThread: thread, ...siteOptions } = options ?? {};
    const script = options?.createEngine ? undefined : thread === undefined ? ENGINE_THREAD : thread;
    const runtime = new SiteRuntime({
      siteId,
      registry,
      timeSeries,
      duck,
      dataDir,
      clock,
      createEngine,
      engineHost: (onProblem) => (script ? engineThread('analytics', script, onProblem) : engineHere(createEngine)),
      liveHosts: (onProblem) =>
        script
          ? Array.from({ length: LIVE_THREADS }, () => engineThread('live', script, onProblem))
          : [engineHere(options?.createEngine ?? createLiveEngine)],
      random: random ?? randomBytes,
      rotating: () => this.#parts.rotating?.(siteId),
      isForeign: (gatewayId) => this.#heard.isForeign(siteId, gatewayId),
      deadLetters: this.#deadLetters,
      counters: this.#counters,
      publish: (topic, payload, retain) => source.publish(topic, payload, { retain }),
      onLiveEvents: (events) => {
        for (const listener of this.#liveListeners) listener(events);
      },
      onLiveTick: () => this.#pace.ticked(siteId, performance.now()),
      onChangelog: () => {
        for (const listener of this.#changelogListeners) listener(siteId);
      },
      onProblem: (what, error) => this.#problem(`${siteId}: ${what}`, error),
      options: { ...DEFAULTS, ...siteOptions },
    });
    const starting = runtime.start().then(async () => {
      await this.#fleetIngest?.startSite(runtime);
      this.#sites.set(siteId, runtime);
      // What was changed meanwhile.
      runtime.changed('site');
    });
    this.#starting.set(siteId, starting);
    starting.catch(() => this.#starting.delete(siteId));
    return starting;
  }

  #takeSnapshot(siteId: string): { snapshot: LiveSnapshot; heat: LiveHeat } | undefined {
    const taken = this.#sites.get(siteId)?.snapshot();
    if (taken) this.#latest.set(siteId, taken);
    return taken;
  }

  #takeSnapshots(): void {
    const nowMs = performance.now();
    for (const siteId of this.#sites.keys())
      if (this.#parts.registry.site(siteId)?.clock !== 'wall' || this.#pace.isOverdue(siteId, nowMs))
        this.#tellSnapshot(siteId);
  }

  #tellSnapshot(siteId: string): void {
    this.#pace.told(siteId, performance.now());
    const taken = this.#takeSnapshot(siteId);
    if (taken) for (const listener of this.#snapshotListeners) listener(siteId, taken.snapshot, taken.heat);
  }
}
