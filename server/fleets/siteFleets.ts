/** One site's gateways of other makes: message → decoder → whose and when → seconds → log. */
import type { Fleet, FleetHealth } from '../contract/fleets.ts';
import type { Site } from '../contract/model.ts';
import { ADAPTERS } from '../ingest/adapters/index.ts';
import { MAX_FOREIGN_BYTES } from '../ingest/adapters/read.ts';
import { type Decoded, type ForeignHearing, type ForeignReading, MAX_READINGS } from '../ingest/adapters/types.ts';
import type { GatewayHealth } from '../ingest/gatewayHealth.ts';
import type { SiteIngest } from '../ingest/siteIngest.ts';
import { sleep } from '../ingest/turns.ts';
import type { SightingBatch } from '../log/batch.ts';
import { Durable, type Told } from './durable.ts';
import { EXPECTATIONS } from './expectations.ts';
import { fleetHealthOf } from './fleetHealth.ts';
import type { FleetTally } from './fleetTally.ts';
import { byClock, ForeignGateway, newestTime, type Timed } from './foreignGateway.ts';
import type { HeardGateway, HeardGateways } from './heardGateways.ts';
import { ReadingsIntake } from './readingsIntake.ts';
import { type Running, startRunning } from './running.ts';
import { SecondsWriter } from './secondsWriter.ts';
import { REMEMBERED_MS } from './written.ts';

const DOUBT = 'its clock was in doubt';
const STATUS_EVERY_MS = 10_000;
/** Of one fleet that wait for their turn, each held by its sender. */
const MAX_QUEUED = 1_000;
/** Neither is a measurement: what controllers say that do not know. */
const NO_RSSI = new Set([0, 127]);

export interface SiteFleetsParts {
  siteId: string;
  site: () => Site;
  fleet: (fleetId: string) => Fleet | undefined;
  ingest: Pick<SiteIngest, 'resolveForeign' | 'unknownKey' | 'foreign'>;
  health: Pick<GatewayHealth, 'seen' | 'status'>;
  loggedLast: (spanMs: number) => AsyncIterable<SightingBatch>;
  heard: HeardGateways;
  isPlaced: (gatewayId: string) => boolean;
  retentionMs: () => number;
  nowMs: () => number;
  onProblem: (what: string, error: Error) => void;
}

export interface ForeignMessage {
  fleet: Fleet;
  filter: string;
  topic: string;
  payload: Uint8Array;
  retained: boolean;
  qos: number;
}

export class SiteFleets {
  readonly #parts: SiteFleetsParts;
  readonly #running = new Map<string, Running>();
  /** Those on the plan. */
  readonly #gateways = new Map<string, ForeignGateway>();
  readonly #intake: ReadingsIntake;
  readonly #writer: SecondsWriter;
  #stopped = false;

  constructor(parts: SiteFleetsParts) {
    this.#parts = parts;
    this.#intake = new ReadingsIntake(parts);
    this.#writer = new SecondsWriter(parts);
  }

  /** Finds out what was counted before a crash: brokers hand over again what they saw no acknowledgement for. */
  async start(fleets: readonly Fleet[]): Promise<void> {
    const ids = new Set(
      fleets.flatMap(({ id }) => this.#parts.heard.ofFleet(this.#parts.siteId, id).map((one) => one.gatewayId)),
    );
    if (ids.size === 0) return;
    for await (const batch of this.#parts.loggedLast(REMEMBERED_MS))
      if (ids.has(batch.gatewayId)) this.#writer.known(batch);
  }

  /** Hands on what is open; what cannot be written is not acknowledged. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const gateway of this.#gateways.values()) {
      this.#write(gateway, this.#parts.nowMs(), true);
      for (const { waiter } of gateway.release()) waiter?.(new Error('the server stops'));
    }
    this.#keepClocks();
    await this.#writer.settled();
  }

  abandon(): void {
    this.#stopped = true;
    this.#gateways.clear();
  }

  /** Settles when the message may be acknowledged. */
  async message(message: ForeignMessage): Promise<void> {
    if (this.#stopped) throw new Error('the server stops');
    const { fleet, filter, topic, payload, retained, qos } = message;
    const running = this.#of(fleet);
    const { tally } = running;
    const atMs = this.#parts.nowMs();
    tally.messages++;
    tally.lastHeardMs = atMs;
    if (payload.length > MAX_FOREIGN_BYTES)
      return tally.notKnown('larger than any gateway sends', { topic, filter, payload, atMs });
    if (!(await this.#admit(running, payload.length, qos))) return;
    const decoded = this.#decode(running, topic, payload);
    const shown = { topic, filter, payload, atMs };
    if (decoded.kind === 'unknown') return tally.notKnown(decoded.why, shown);
    if (decoded.kind === 'ignored') {
      tally.ignore(decoded.why);
      if (decoded.gateway !== undefined && !retained) this.#sign(running, decoded.gateway, atMs);
      return;
    }
    if (decoded.kind === 'status') return this.#status(running, decoded, retained, atMs);
    if (decoded.unreadable) tally.notKnown(decoded.unreadable.why, shown, decoded.unreadable.count);
    // What a broker kept for whoever subscribes says what was, not when.
    if (retained) return tally.ignore('kept by the broker from before');
    const durable = qos > 0 ? new Durable() : undefined;
    for (const hearing of decoded.hearings) await this.#hearing(running, hearing, atMs, durable?.part);
    return durable?.sealed();
  }

  /** Closes the seconds that are over; called some times a second. */
  tick(): void {
    const nowMs = this.#parts.nowMs();
    for (const [id, gateway] of this.#gateways) {
      if (!this.#parts.isPlaced(id)) {
        this.#drop(gateway);
        continue;
      }
      this.#write(gateway, nowMs);
      for (const { waiter } of gateway.waiting(nowMs)) waiter?.();
      for (const { readings } of gateway.givenUp(nowMs)) this.#tallyOf(gateway)?.ignore(DOUBT, readings.length);
      this.#keepAlive(gateway, nowMs);
    }
  }

  /** Now and then: forgets what is old. */
  keepHouse(): void {
    this.#writer.prune(this.#parts.isPlaced);
    this.#keepClocks();
  }

  /** Its settings are others now, or it is gone. */
  changed(fleetId: string): void {
    this.#running.delete(fleetId);
    if (this.#parts.fleet(fleetId)?.enabled) return;
    for (const gateway of this.#gateways.values()) if (gateway.heard.fleetId === fleetId) this.#drop(gateway);
  }

  healthOf(fleet: Fleet): FleetHealth {
    const { heard, siteId, isPlaced, nowMs } = this.#parts;
    const gateways = heard.ofFleet(siteId, fleet.id);
    return fleetHealthOf(fleet, this.#of(fleet).tally, gateways, isPlaced, this.#gateways, nowMs());
  }

  #tallyOf(gateway: ForeignGateway): FleetTally | undefined {
    return this.#running.get(gateway.heard.fleetId)?.tally;
  }

  /** The seconds that are over; `all`: those that are left. */
  #write(gateway: ForeignGateway, nowMs: number, all = false): void {
    for (const closed of gateway.windows.close(nowMs, all)) this.#writer.write(gateway, closed, this.#tallyOf(gateway));
  }

  #of(fleet: Fleet): Running {
    let running = this.#running.get(fleet.id);
    if (running?.fleet !== fleet) {
      running = startRunning(fleet, this.#parts.nowMs());
      this.#running.set(fleet.id, running);
    }
    return running;
  }

  /** A flood of one fleet waits, where its sender can be made to, or goes; the others are served. */
  async #admit(running: Running, bytes: number, qos: number): Promise<boolean> {
    const { budget, tally } = running;
    if (running.queued === 0 && budget.take(bytes, this.#parts.nowMs())) return true;
    if (qos === 0 || running.queued >= MAX_QUEUED) {
      tally.ignore('more at once than the server takes of one fleet');
      if (qos === 0) return false;
      throw new Error('a fleet sends more than the server takes');
    }
    running.queued++;
    try {
      while (!this.#stopped) {
        if (budget.take(bytes, this.#parts.nowMs())) return true;
        await sleep(Math.max(1, budget.waitMs(bytes)));
      }
      throw new Error('the server stops');
    } finally {
      running.queued--;
    }
  }

  #decode({ fleet, aliases, sharedTopic }: Running, topic: string, payload: Uint8Array): Decoded {
    try {
      return ADAPTERS[fleet.format].decode(topic, payload, { aliases, sharedTopic });
    } catch (error) {
      this.#parts.onProblem(`decoder of ${fleet.format}`, error as Error);
      return { kind: 'unknown', why: 'the decoder failed' };
    }
  }

  /** Undefined for one that is not on the plan: of it is only told that it is there. */
  #gateway(running: Running, name: string, atMs: number): { heard: HeardGateway; gateway: ForeignGateway | undefined } {
    const { heard, siteId, isPlaced } = this.#parts;
    const { fleet } = running;
    const one = heard.of(siteId, fleet.id, fleet.format, name, atMs);
    heard.heard(one, atMs);
    if (!isPlaced(one.gatewayId)) return { heard: one, gateway: undefined };
    let gateway = this.#gateways.get(one.gatewayId);
    if (!gateway) {
      gateway = new ForeignGateway(one, this.#writer.newestOf(one.gatewayId));
      this.#gateways.set(one.gatewayId, gateway);
    }
    return { heard: one, gateway };
  }

  #alive(running: Running, gateway: ForeignGateway, atMs: number): void {
    gateway.alive(atMs, EXPECTATIONS[running.fleet.format].aliveSeconds * 1_000);
    this.#parts.health.seen(gateway.id, atMs);
  }

  #sign(running: Running, name: string, atMs: number): void {
    const { gateway } = this.#gateway(running, name, atMs);
    if (gateway) this.#alive(running, gateway, atMs);
  }

  #status(
    running: Running,
    { gateway: name, online, version }: Extract<Decoded, { kind: 'status' }>,
    retained: boolean,
    atMs: number,
  ): void {
    const { gateway } = this.#gateway(running, name, atMs);
    if (!gateway) return;
    if (version !== undefined) gateway.version = version.slice(0, 64);
    const status = { online, ...(gateway.version === null ? {} : { version: gateway.version }) };
    if (!online) {
      gateway.gone();
      this.#parts.health.status(gateway.id, status, atMs, retained, false);
    } else if (retained) this.#parts.health.status(gateway.id, status, atMs, true, false);
    else this.#alive(running, gateway, atMs);
  }

  async #hearing(
    running: Running,
    { gateway: name, readings }: ForeignHearing,
    atMs: number,
    part: (() => Told) | undefined,
  ): Promise<void> {
    const { heard, gateway } = this.#gateway(running, name, atMs);
    const sound = readings.slice(0, MAX_READINGS).filter(isSound);
    if (!gateway) {
      for (const { uuid, major, minor } of sound) this.#parts.heard.beacon(heard, uuid, major, minor);
      running.tally.ignore('of a gateway that is not on the plan', readings.length);
      return;
    }
    const { tally, fleet } = running;
    tally.readings += readings.length;
    tally.ignore('not a reading', readings.length - sound.length);
    gateway.adverts += sound.length;
    this.#alive(running, gateway, atMs);
    for (const timed of byClock(sound, atMs, fleet.clock === 'own', part)) await this.#timed(tally, gateway, timed);
  }

  /** Settles when the readings have their second, or are held because of a doubtful clock. */
  async #timed(tally: FleetTally, gateway: ForeignGateway, timed: Timed): Promise<void> {
    const { kind, arrivedMs } = timed;
    if (kind === 'arrival' || this.#parts.site().clock !== 'wall') return this.#intake.take(tally, gateway, timed);
    const verdict = gateway.measure(kind, newestTime(timed), arrivedMs);
    if (verdict === 'doubtful') {
      // As it is not yet in the log its sender waits, though not for long: see `waiting`.
      for (const { readings, waiter } of gateway.hold(timed)) {
        tally.ignore(DOUBT, readings.length);
        waiter?.();
      }
      return;
    }
    if (verdict === 'jumped') {
      this.#write(gateway, arrivedMs, true);
      this.#writer.forget(gateway.id);
    }
    for (const held of gateway.release()) await this.#intake.take(tally, gateway, held);
    await this.#intake.take(tally, gateway, timed);
  }

  /** A status says how it is, a heartbeat that it listens. */
  #keepAlive(gateway: ForeignGateway, nowMs: number): void {
    if (this.#parts.site().clock !== 'wall' || nowMs > gateway.aliveUntilMs) return;
    if (nowMs - gateway.statusAtMs >= STATUS_EVERY_MS) {
      const seconds = Math.min(60, Math.max(1, (nowMs - gateway.statusAtMs) / 1_000));
      const { clockMs, version } = gateway;
      const status = {
        online: true,
        advertsPerSecond: Math.round((10 * gateway.adverts) / seconds) / 10,
        ...(version === null ? {} : { version }),
        ...(clockMs === undefined ? {} : { clockMs: Math.max(0, Math.round(nowMs - clockMs)) }),
      };
      gateway.statusAtMs = nowMs;
      gateway.adverts = 0;
      // It is known to listen, which is as good as a word of it; what its clock says is told as it would say it.
      this.#parts.health.status(gateway.id, status, nowMs, false, true);
    }
    this.#writer.heartbeat(gateway, nowMs);
  }

  #drop(gateway: ForeignGateway): void {
    this.#gateways.delete(gateway.id);
    for (const { waiter } of gateway.release()) waiter?.();
    for (const { waiters } of gateway.windows.close(this.#parts.nowMs(), true)) for (const waiter of waiters) waiter();
  }

  #keepClocks(): void {
    for (const { heard, clockMs, bootMs } of this.#gateways.values())
      if (clockMs !== undefined || bootMs !== undefined) this.#parts.heard.setClocks(heard, clockMs, bootMs);
  }
}

const isUint16 = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 0xffff;
const isTime = (value: number | undefined): boolean => value === undefined || (Number.isInteger(value) && value >= 0);

/** Decoders check what they read; what becomes of it is checked here once more. */
const isSound = ({ rssiDbm, major, minor, atMs, uptimeMs }: ForeignReading): boolean =>
  rssiDbm >= -127 &&
  rssiDbm <= 20 &&
  !NO_RSSI.has(rssiDbm) &&
  isUint16(major) &&
  isUint16(minor) &&
  isTime(atMs) &&
  isTime(uptimeMs);
