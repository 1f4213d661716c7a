/** One site at work: log, ingest, the two engines, and the loop that drives them. */
import { join } from 'node:path';
import type { GatewayAdverts, GatewayHealthView, GatewayQuarter } from '../contract/gatewayHealth.ts';
import type { PhoneSightings } from '../contract/identity.ts';
import type { LiveHeat, LiveSnapshot } from '../contract/live.ts';
import type { Site } from '../contract/model.ts';
import type { Duck } from '../db/duckdb.ts';
import type { TimeSeriesWriter } from '../db/timeSeries.ts';
import type { ClonedCarrier } from '../engine/clones.ts';
import { type CreateEngine, type PresentCarrier, TICK_MS } from '../engine/types.ts';
import type { RotatingNumbers } from '../identities/appIdentities.ts';
import { phoneOf, type SightingBatch } from '../log/batch.ts';
import { replay } from '../log/replay.ts';
import { SiteLog } from '../log/siteLog.ts';
import { finalUntilMs } from '../metrics/state.ts';
import type { Registry, RegistryChange } from '../registry/types.ts';
import { Analytics, ROWS_PER_COMMIT } from './analytics.ts';
import { Awaited } from './awaited.ts';
import { type CarrierWalk, readCarrierWalk } from './carrierLog.ts';
import { CauseBook } from './causes.ts';
import { type Checkpoint, EMPTY_CHECKPOINT, parseCheckpoint } from './checkpoint.ts';
import { DailyKeys } from './dailyKeys.ts';
import type { DeadLetters } from './deadLetters.ts';
import type { EngineHost } from './engineHost.ts';
import { GatewayConfigs } from './gatewayConfig.ts';
import { type Context, GatewayHealth } from './gatewayHealth.ts';
import { loadGatewayStates, saveGatewayStates } from './gatewayStates.ts';
import { GatewayWatch } from './gatewayWatch.ts';
import { type Listened, Listening } from './listening.ts';
import { LiveEngine } from './liveEngine.ts';
import { liveHeatOf, liveSnapshotOf } from './liveView.ts';
import { localDayOf } from './localDays.ts';
import type { ForeignBatch } from './logWriter.ts';
import { floorTick } from './models.ts';
import { Pacing, type PacingOptions } from './pacing.ts';
import { PHONE_LATE_MS, type PhoneFault, phoneBatch } from './phoneBatch.ts';
import { Received } from './received.ts';
import { SiteClock } from './siteClock.ts';
import { SiteIngest } from './siteIngest.ts';
import { Snapshots } from './snapshots.ts';
import { Signal, sleep } from './turns.ts';
import type { Clock, IngestCounters, LiveEvents, PhoneTaken, SiteLags } from './types.ts';

/**
 * Beyond this many waiting for their ticks the senders are held. At a wall clock all wait for half a minute by design: this
 * is 200,000 a second, 150 MB. History that is played in waits for nothing but its turn.
 */
const MAX_PENDING_SIGHTINGS = { wall: 6_000_000, data: 2_000_000 };
const LOOP_MS = 250;
/** Looks whether a tick is over; an offer waits no longer for that than a person notices. */
const LIVE_MS = 20;
/** A gateway that falls silent is noticed after a minute; a second more is nothing. */
const AWAITED_MS = 1_000;
const HOUSEKEEPING_MS = 30_000;
const RETRY_MS = 1_000;
/** For the backlog of a day that is over; a longer retention of sightings keeps no key longer. */
const MAX_KEY_GRACE_MS = 48 * 3_600_000;
/** Later than that nothing of a phone is taken any more, and so nothing twice. */
const PHONE_FORGOTTEN_AFTER_MS = 20 * 60_000;
/** A site that lives in its data shows the analytics engine's people; asking for them takes longer the more they are. */
const LOOK_AROUND_MS = 250;
/** After a fault of the live engine. */
const LIVE_REST_MS = 5_000;

export interface SiteOptions extends PacingOptions {
  /** How long sightings are kept and late ones taken. */
  retentionMs: (siteId: string) => number;
  /** In data time: no batch for this long means that the player stopped. */
  idleMs: number;
  /** Of a computation anew. @default ROWS_PER_COMMIT */
  rowsPerCommit?: number;
  /** Of one that leaves snapshots on its way. @default LONG_COMPUTATION_MS */
  longComputationMs?: number;
}

export interface SiteParts {
  siteId: string;
  registry: Registry;
  timeSeries: TimeSeriesWriter;
  duck: Duck;
  dataDir: string;
  clock: Clock;
  createEngine: CreateEngine;
  /** Of what is live: each has a share of the carriers. */
  liveHosts: (onProblem: (error: Error) => void) => EngineHost[];
  /** The engine of the analytics, wherever it runs. */
  engineHost: (onProblem: (error: Error) => void) => EngineHost;
  random: (bytes: number) => Buffer;
  rotating: () => RotatingNumbers | undefined;
  /** Of another make: it takes no configuration and keeps nothing of an outage. */
  isForeign: (gatewayId: string) => boolean;
  deadLetters: DeadLetters;
  counters: IngestCounters;
  publish: (topic: string, payload: string, retain: boolean) => Promise<void>;
  onLiveEvents: (events: LiveEvents) => void;
  /** The live engine has come further: what is shown is new. */
  onLiveTick: () => void;
  onChangelog: () => void;
  onProblem: (what: string, error: Error) => void;
  options: SiteOptions;
}

interface Request {
  kind: 'settle' | 'rebuild';
  fromMs: number;
  resolve: (result: { ticks: number; sightings: number }) => void;
  reject: (error: Error) => void;
}

export class SiteRuntime {
  readonly #parts: SiteParts;
  readonly #log: SiteLog;
  readonly #snapshots: Snapshots;
  readonly #keys: DailyKeys;
  readonly #clock: SiteClock;
  readonly #configs: GatewayConfigs;
  readonly #live: LiveEngine;
  readonly #engine: EngineHost;
  readonly #pacing: Pacing;
  readonly #listening = new Listening();
  readonly health = new GatewayHealth();
  readonly #watch: GatewayWatch;
  readonly #awaited = new Awaited();
  #awaitedAt = 0;
  #analytics!: Analytics;
  #received!: Received;
  #ingest!: SiteIngest;
  #prunedBeforeMs: number | null = null;
  #requests: Request[] = [];
  readonly #wake = new Signal();
  #loop: Promise<void> | undefined;
  #timers: NodeJS.Timeout[] = [];
  #roomWaiters: (() => void)[] = [];
  #stopping = false;
  /** Nothing more is taken. */
  #closing = false;
  #abandoned = false;
  #failing = false;
  #liveRestsUntil = 0;
  #lookedAt = { at: Number.NEGATIVE_INFINITY, watermarkMs: Number.NaN };
  #housekeeping: Promise<void> | undefined;
  #liveStep: Promise<void> | undefined;

  constructor(parts: SiteParts) {
    const { siteId, dataDir } = parts;
    this.#parts = parts;
    this.health.isForeign = parts.isForeign;
    this.#log = new SiteLog(join(dataDir, 'log', siteId));
    this.#snapshots = new Snapshots(join(dataDir, 'snapshots', siteId));
    this.#keys = new DailyKeys(parts.duck, siteId, join(dataDir, 'keys', siteId), parts.random);
    this.#clock = new SiteClock(parts.clock, parts.options.idleMs);
    this.#configs = new GatewayConfigs((topic, payload) => parts.publish(topic, payload, true));
    const { registry, duck } = parts;
    this.#watch = new GatewayWatch({
      siteId,
      duck,
      health: this.health,
      gateways: () => registry.gateways.all(siteId),
      floors: () => registry.floors.all(siteId),
      nowMs: () => this.nowMs(),
      onProblem: (error) => parts.onProblem('gateways', error),
    });
    this.#pacing = new Pacing(parts.options);
    this.#live = new LiveEngine(() => parts.liveHosts((error) => parts.onProblem('live', error)), this.#log);
    this.#engine = parts.engineHost((error) => parts.onProblem('engine', error));
  }

  get ingest(): SiteIngest {
    return this.#ingest;
  }

  /** Whether a sighting was ever received. */
  get hasData(): boolean {
    return this.#clock.newestMs !== null;
  }

  get ready(): boolean {
    return this.#loop !== undefined && !this.#failing && !this.#ingest.failing;
  }

  site(): Site {
    return this.#parts.registry.site(this.#parts.siteId)!;
  }

  nowMs(): number {
    return this.#clock.nowMs(this.site().clock);
  }

  async start(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      await this.#engine.stop();
      throw error;
    }
  }

  /** Reads what a crash may have left, and starts the loop. */
  async #start(): Promise<void> {
    const { siteId, timeSeries, registry, duck, clock, options } = this.#parts;
    const stored = await timeSeries.lastCheckpoint(siteId);
    const checkpoint: Checkpoint = (stored && parseCheckpoint(stored.checkpoint)) ?? EMPTY_CHECKPOINT;
    this.#prunedBeforeMs = checkpoint.prunedBeforeMs;
    this.#clock.load(checkpoint.newestMs);
    this.#received = new Received(checkpoint.received, performance.now());
    // A rotten checkpoint says nothing of what is in the rows: they are computed from the log anew.
    const watermarkMs = checkpoint === EMPTY_CHECKPOINT ? 0 : (stored?.watermarkMs ?? 0);
    let dirtyFromMs = stored?.dirtyFromMs ?? null;
    const awaited = stored?.awaited ?? [];
    this.#awaited.load(awaited);
    const { recomputation } = checkpoint;
    const causes = new CauseBook();
    if (checkpoint.causes) causes.load(checkpoint.causes);
    const shown = { watermarkMs, dirtyFromMs, awaitedFromMs: awaited[0]?.fromMs ?? null };
    const finalMs = finalUntilMs(shown, registry.definitions(siteId).definitions.visitGapMinutes);
    await this.#log.recover(checkpoint.lengths, ({ batches, marks }) => {
      for (const batch of batches) {
        this.#received.durable(batch.gatewayId, batch.epoch, batch.seq, batch.seq, performance.now());
        this.#clock.recovered(batch.toMs);
        if (batch.fromMs < Math.max(watermarkMs, recomputation?.untilMs ?? 0) && phoneOf(batch.gatewayId) === undefined)
          causes.late(batch, finalMs);
        if (batch.fromMs < watermarkMs) dirtyFromMs = Math.min(dirtyFromMs ?? batch.fromMs, batch.fromMs);
      }
      for (const mark of marks)
        this.#received.durable(mark.gatewayId, mark.epoch, mark.fromSeq, mark.toSeq, performance.now());
    });
    await this.#snapshots.start();
    await this.#keys.start(this.site().timezone);
    for (const [gatewayId, state] of await loadGatewayStates(duck, siteId)) this.health.load(gatewayId, state);
    await this.#watch.start();
    this.#analytics = new Analytics({
      siteId,
      log: this.#log,
      snapshots: this.#snapshots,
      timeSeries,
      engine: this.#engine,
      timeline: () => registry.modelTimeline(siteId),
      bookkeeping: () => ({
        newestMs: this.#clock.newestMs,
        prunedBeforeMs: this.#prunedBeforeMs,
        received: this.#received,
      }),
      nowMs: clock,
      ...(options.rowsPerCommit === undefined ? {} : { rowsPerCommit: options.rowsPerCommit }),
      ...(options.longComputationMs === undefined ? {} : { longComputationMs: options.longComputationMs }),
      awaited: () => this.#awaited.list(),
      onChangelog: this.#parts.onChangelog,
    });
    this.#ingest = new SiteIngest({
      siteId,
      registry,
      log: this.#log,
      received: this.#received,
      health: this.health,
      keys: this.#keys,
      rotating: this.#parts.rotating,
      deadLetters: this.#parts.deadLetters,
      counters: this.#parts.counters,
      publish: (topic, payload) => {
        if (!this.#abandoned)
          this.#parts.publish(topic, payload, false).catch((error: Error) => this.#parts.onProblem('ack', error));
      },
      nowMs: clock,
      siteNowMs: () => this.nowMs(),
      retentionMs: () => options.retentionMs(siteId),
      deliver: (batch, foreign, more) => this.#deliver(batch, foreign, more),
      room: () => this.#room(),
      onProblem: this.#parts.onProblem,
    });
    await this.#analytics.recover({ watermarkMs, dirtyFromMs, awaited, causes, recomputation }, this.#clock.heldMs());
    if (this.site().clock === 'wall') await this.#live.start(registry.modelTimeline(siteId), clock);
    await this.#keepHouse();
    this.#pacing.committed();
    this.#loop = this.#run();
    this.#timers.push(
      setInterval(() => this.#liveTurn(), LIVE_MS),
      setInterval(() => {
        this.#housekeeping ??= this.#keepHouse().finally(() => {
          this.#housekeeping = undefined;
        });
      }, HOUSEKEEPING_MS),
    );
  }

  async stop(): Promise<void> {
    this.#closing = true;
    this.#releaseRoom();
    await this.#ingest?.stop();
    await this.#end();
    try {
      if (!this.#abandoned && this.#analytics) await this.#lastCommit(this.#analytics);
    } finally {
      await this.#engine.stop();
      await this.#log.close();
    }
  }

  /** Where the time series cannot take it, the next start goes on from the one before; all else is kept. */
  async #lastCommit(analytics: Analytics): Promise<void> {
    try {
      // Without its engine the next start goes on from the last commit, as after a crash.
      if (!analytics.lost) {
        await analytics.advanceTo(this.#target(), () => false);
        await analytics.commit();
      }
    } finally {
      await saveGatewayStates(this.#parts.duck, this.#parts.siteId, this.health);
      await this.#watch.save();
    }
  }

  /** Leaves everything as a kill would, for tests of recovery. */
  async abandon(): Promise<void> {
    this.#abandoned = true;
    this.#closing = true;
    this.#releaseRoom();
    this.#analytics?.abandon();
    await this.#ingest?.stop();
    await this.#end();
    await this.#engine.stop();
    await this.#log.close();
  }

  async #end(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    this.#wake.raise();
    await this.#loop;
    await this.#housekeeping;
    await this.#liveStep;
    await this.#live.stop();
    for (const request of this.#requests.splice(0)) request.reject(new Error('the server stops'));
  }

  settle(): Promise<void> {
    return this.#request('settle', 0).then(() => {});
  }

  rebuild(fromMs: number): Promise<{ ticks: number; sightings: number }> {
    return this.#request('rebuild', fromMs);
  }

  present(): Promise<PresentCarrier[]> {
    return this.site().clock === 'wall' ? this.#live.present() : this.#analytics.present();
  }

  /** The analytics engine's: it remembers over a restart, and what it learned stands on everything heard. */
  learnedRadio(): unknown {
    return this.#analytics?.learnedRadio();
  }

  /** The live engine is ahead, the analytics engine remembers over a restart. */
  clones(): ClonedCarrier[] {
    const byId = new Map(this.#analytics?.clones().map((clone) => [clone.carrierId, clone]));
    for (const clone of this.#live.clones()) {
      const known = byId.get(clone.carrierId);
      byId.set(clone.carrierId, known ? { ...clone, firstMs: Math.min(known.firstMs, clone.firstMs) } : clone);
    }
    return [...byId.values()];
  }

  /** What a phone heard, of its own carrier since `sinceMs`. */
  async phone(
    phone: { carrierId: string; sinceMs: number },
    message: PhoneSightings,
  ): Promise<PhoneTaken | PhoneFault> {
    const { registry, siteId, clock } = this.#parts;
    const { visitGapMinutes } = registry.definitions(siteId).definitions;
    const lateMs = Math.min(PHONE_LATE_MS, visitGapMinutes * 60_000);
    const placeOf = (uuid: string, major: number, minor: number) => this.#ingest.placeOf(uuid, major, minor);
    const heard = phoneBatch(phone, message, placeOf, clock(), lateMs);
    if ('code' in heard) return heard;
    const { batch, unknownBeacons } = heard;
    const isNew = batch ? await this.#ingest.phone(batch) : true;
    return { accepted: batch?.carriers.length ?? 0, duplicate: !isNew, unknownBeacons };
  }

  /** What the log has of the last `spanMs` before the newest that it has. */
  async *loggedLast(spanMs: number): AsyncGenerator<SightingBatch> {
    const { newestMs } = this.#clock;
    if (newestMs === null) return;
    for await (const { batches } of replay(this.#log, newestMs - spanMs, this.#log.positions())) yield* batches;
  }

  /** How far the engines have come, against the site's clock. */
  lags(): SiteLags {
    const nowMs = this.nowMs();
    const liveMs = this.#live.watermarkMs;
    return {
      analyticsMs: nowMs - this.#analytics.watermarkMs,
      liveMs: liveMs === undefined ? undefined : nowMs - liveMs,
      pendingSightings: this.#analytics.pendingSightings,
    };
  }

  /** What was heard of a carrier while somebody walked with it. */
  walkOf(carrierId: string, fromMs: number, toMs: number): Promise<CarrierWalk> {
    const { registry, siteId, createEngine } = this.#parts;
    const parts = { log: this.#log, snapshots: this.#snapshots, createEngine };
    return readCarrierWalk(parts, registry.modelTimeline(siteId), carrierId, fromMs, toMs);
  }

  /** Whether a carrier is heard now; from the second question on. */
  listen(carrierId: string): Listened {
    return this.#listening.ask(carrierId, this.nowMs());
  }

  snapshot(): { snapshot: LiveSnapshot; heat: LiveHeat } {
    const { siteId, registry, clock } = this.#parts;
    const site = this.site();
    const atMs = this.nowMs();
    const crowd = this.site().clock === 'wall' ? this.#live.crowd() : this.#analytics.crowd();
    const wall = site.clock === 'wall';
    const gateways = registry.gateways
      .all(siteId)
      .map((gateway) => this.health.live(gateway, site.timezone, wall ? clock() : atMs, this.#contextOf(gateway.id)));
    return {
      snapshot: liveSnapshotOf(site, atMs, crowd, registry.zones.all(siteId), gateways, this.#clock.newestMs),
      heat: liveHeatOf(atMs, crowd, registry.floors.all(siteId), registry.definitions(siteId).definitions.kAnonymity),
    };
  }

  /** What is known of gateways beyond their own word; times by the clock that they are seen by. */
  #contextOf(gatewayId: string): Context {
    const { vitals, about } = this.#watch.of(gatewayId);
    const record = this.health.record(gatewayId);
    const config = this.#configs.stateOf(gatewayId, record);
    return { ...about, vitals, config, newerVersion: this.health.newerThan(record.version) };
  }

  gatewayHealth(): GatewayHealthView[] {
    const { registry, siteId, clock } = this.#parts;
    const { clock: siteClock, timezone } = this.site();
    const atMs = siteClock === 'wall' ? clock() : this.nowMs();
    return registry.gateways
      .all(siteId)
      .map((gateway) => this.health.view(gateway, timezone, atMs, this.#contextOf(gateway.id)));
  }

  gatewayAdverts(): Promise<GatewayAdverts> {
    const { registry, siteId } = this.#parts;
    return this.#watch.adverts(registry.gateways.all(siteId).map(({ id }) => id));
  }

  gatewayHistory(gatewayId: string): Promise<GatewayQuarter[]> {
    return this.#watch.history(gatewayId);
  }

  changed(what: RegistryChange['what']): void {
    if (what === 'carriers') {
      this.#ingest.carriersChanged();
      return;
    }
    if (what === 'gateways') this.#ingest.gatewaysChanged();
    if (what === 'gateways' || what === 'floors') this.#watch.modelChanged();
    this.#analytics.modelsChanged();
    const site = this.site();
    if (site.clock === 'data') void this.#live.stop();
    else {
      if (!this.#live.running) this.#startLive();
      this.#live.modelsChanged(this.#parts.registry.modelTimeline(this.#parts.siteId));
    }
    if (what === 'site' || what === 'gateways') void this.publishConfigs();
    this.#wake.raise();
  }

  async publishConfigs(): Promise<void> {
    try {
      const { registry, siteId, clock, isForeign } = this.#parts;
      const site = this.site();
      const atMs = this.nowMs() || clock();
      const day = localDayOf(site.timezone, atMs);
      const key = site.countUnknowns ? await this.#keys.forDay(day.name, day.endMs, clock()) : undefined;
      const own = registry.gateways.all(siteId).filter(({ id }) => !isForeign(id));
      await this.#configs.update(site, own, key, clock());
    } catch (error) {
      this.#parts.onProblem('config', error as Error);
    }
  }

  #startLive(): void {
    const { registry, siteId, clock, onProblem } = this.#parts;
    this.#live.start(registry.modelTimeline(siteId), clock).catch((error: Error) => {
      this.#liveRestsUntil = performance.now() + LIVE_REST_MS;
      onProblem('live', error);
    });
  }

  #deliver(batch: SightingBatch, foreign?: ForeignBatch, more = false): Promise<void> | undefined {
    if (phoneOf(batch.gatewayId) === undefined) {
      this.#clock.heard(batch.gatewayId, batch.toMs);
      this.#listening.heard(batch);
      this.#watch.heard(batch);
    } else this.#clock.recovered(batch.toMs);
    const dirtShown = this.#analytics.take(batch);
    if (dirtShown) this.#wake.raise();
    if (this.#live.running) this.#live.take(batch, this.#parts.clock(), { slow: foreign?.slow ?? false, more });
    if (this.#analytics.pendingSightings > this.#mostPending()) this.#wake.raise();
    return dirtShown;
  }

  #mostPending(): number {
    return MAX_PENDING_SIGHTINGS[this.site().clock];
  }

  #room(): Promise<void> {
    if (this.#closing || this.#analytics.pendingSightings < this.#mostPending()) return Promise.resolve();
    return new Promise((resolve) => this.#roomWaiters.push(resolve));
  }

  #releaseRoom(): void {
    for (const resolve of this.#roomWaiters.splice(0)) resolve();
  }

  #liveTurn(): void {
    if (performance.now() < this.#liveRestsUntil) return;
    this.#liveStep ??= this.#stepLive().finally(() => {
      this.#liveStep = undefined;
    });
  }

  async #stepLive(): Promise<void> {
    try {
      const { siteId, clock } = this.#parts;
      if (this.site().clock === 'wall' && !this.#live.running) this.#startLive();
      const events = await this.#live.advance(clock());
      if (events === undefined || this.#abandoned) return;
      if (events.length > 0) this.#parts.onLiveEvents({ siteId, events, nowMs: clock() });
      this.#parts.onLiveTick();
    } catch (error) {
      // Its fault must not end the server, for all sites. Later it begins anew from the log.
      void this.#live.stop();
      this.#liveRestsUntil = performance.now() + LIVE_REST_MS;
      this.#parts.onProblem('live', error as Error);
    }
  }

  #target(): number {
    const crowded = this.#analytics.pendingSightings > this.#mostPending() / 2;
    return Math.max(this.#analytics.watermarkMs, this.#clock.watermarkTarget(this.site().clock, crowded));
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#turn();
        this.#failing = false;
      } catch (error) {
        this.#failing = true;
        this.#parts.onProblem('analytics', error as Error);
        await sleep(RETRY_MS);
      }
      if (!this.#stopping && this.#requests.length === 0)
        await this.#wake.wait(Math.min(LOOP_MS, this.#clock.nextTargetInMs(this.site().clock)));
    }
  }

  async #turn(): Promise<void> {
    const analytics = this.#analytics;
    this.#lookWhoIsOut();
    if (analytics.lost) await analytics.recoverEngine();
    const request = this.#requests[0];
    if (request) await this.#ingest.drained();
    if (request?.kind === 'rebuild') analytics.markForRebuild(Math.min(request.fromMs, analytics.watermarkMs));
    let result = { ticks: 0, sightings: 0 };
    if (this.#pacing.dirtIsDue(analytics, request !== undefined)) {
      const startedMs = performance.now();
      result = await analytics.recompute(analytics.dirtyFromMs!);
      this.#pacing.recomputed(performance.now() - startedMs);
    }
    const targetMs =
      request?.kind === 'settle'
        ? Math.max(this.#target(), this.#clock.settleTarget(this.site().clock))
        : this.#target();
    do {
      await analytics.advanceTo(targetMs, () => this.#stopping || analytics.pendingRows >= ROWS_PER_COMMIT);
      if (analytics.pendingSightings < this.#mostPending()) this.#releaseRoom();
      if (this.#abandoned) return;
      if (request || this.#pacing.commitIsDue(analytics)) await this.#commit(request !== undefined);
    } while (analytics.watermarkMs < targetMs && !this.#stopping);
    await this.#lookAround(request !== undefined);
    if (!request) return;
    // What arrived late while settling belongs to it; at a wall clock something always does.
    if (analytics.dirtyFromMs !== null && this.site().clock === 'data') return;
    this.#requests.shift();
    request.resolve(result);
  }

  async #lookAround(now: boolean): Promise<void> {
    const { watermarkMs } = this.#analytics;
    const { at, watermarkMs: lookedAtMs } = this.#lookedAt;
    if (this.site().clock !== 'data' || watermarkMs === lookedAtMs) return;
    if (!now && performance.now() - at < LOOK_AROUND_MS) return;
    await this.#analytics.lookAround();
    this.#lookedAt = { at: performance.now(), watermarkMs };
  }

  /** A site that lives in its data waits for nobody: recordings have no outbox. */
  #lookWhoIsOut(): void {
    if (performance.now() - this.#awaitedAt < AWAITED_MS) return;
    this.#awaitedAt = performance.now();
    const { registry, siteId, clock, options, isForeign } = this.#parts;
    const news = registry.gateways
      .all(siteId)
      .filter(({ enabled, id }) => enabled && !isForeign(id))
      .map(({ id }) => ({ gatewayId: id, record: this.health.record(id), newestMs: this.#clock.newestOf(id) }));
    const changed =
      this.site().clock === 'wall'
        ? this.#awaited.update(news, clock(), options.retentionMs(siteId))
        : this.#awaited.clear();
    if (changed) this.#analytics.changedSinceCommit = true;
  }

  async #commit(whole: boolean): Promise<void> {
    await this.#analytics.commit(whole);
    this.#pacing.committed();
    await this.#expire();
  }

  /** In the loop, for a replay reads what this removes. */
  async #expire(): Promise<void> {
    const { options, siteId, clock } = this.#parts;
    if (this.site().clock === 'wall') {
      const beforeMs = clock() - options.retentionMs(siteId);
      const removed = await this.#log.removeBefore(Math.min(beforeMs, this.#analytics.watermarkMs - TICK_MS));
      if (removed > 0) this.#prunedBeforeMs = this.#log.hours()[0] ?? floorTick(beforeMs);
    }
    await this.#snapshots.prune(this.#prunedBeforeMs ?? 0);
  }

  async #keepHouse(): Promise<void> {
    const { duck, siteId, clock, options } = this.#parts;
    try {
      const keptMs = options.retentionMs(siteId);
      const graceMs = this.site().clock === 'wall' ? Math.min(keptMs, MAX_KEY_GRACE_MS) : keptMs;
      const destroyed = await this.#keys.destroy(this.nowMs() - graceMs, clock());
      if (destroyed.length > 0) this.#ingest.keysDestroyed();
      await this.publishConfigs();
      this.#received.forget((id) => phoneOf(id) !== undefined, PHONE_FORGOTTEN_AFTER_MS, performance.now());
      await saveGatewayStates(duck, siteId, this.health);
      await this.#watch.keepHouse();
    } catch (error) {
      this.#parts.onProblem('housekeeping', error as Error);
    }
  }

  #request(kind: Request['kind'], fromMs: number): Promise<{ ticks: number; sightings: number }> {
    if (this.#stopping) return Promise.reject(new Error('the server stops'));
    return new Promise((resolve, reject) => {
      this.#requests.push({ kind, fromMs, resolve, reject });
      this.#wake.raise();
    });
  }
}
