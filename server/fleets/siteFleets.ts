/** One site's gateways of other makes: message → decoder → whose and when → seconds → log. */
import type { Fleet, FleetHealth } from '../contract/fleets.ts';
import type { Site } from '../contract/model.ts';
import { ADAPTERS } from '../ingest/adapters/index.ts';
import { MAX_FOREIGN_BYTES } from '../ingest/adapters/read.ts';
import {
  type Alias,
  type Decoded,
  type ForeignHearing,
  type ForeignReading,
  MAX_READINGS,
} from '../ingest/adapters/types.ts';
import type { GatewayHealth } from '../ingest/gatewayHealth.ts';
import { hashBeacon } from '../ingest/identity.ts';
import type { SiteIngest } from '../ingest/siteIngest.ts';
import { sleep } from '../ingest/turns.ts';
import { type SightingBatch, VALUES_PER_ROW } from '../log/batch.ts';
import { Budget } from './budget.ts';
import { EXPECTATIONS } from './expectations.ts';
import { FleetTally } from './fleetTally.ts';
import { byClock, ForeignGateway, newestTime, type Timed } from './foreignGateway.ts';
import type { HeardGateway, HeardGateways } from './heardGateways.ts';
import { type ClosedWindow, WINDOW_MS } from './windows.ts';
import { REMEMBERED_MS, Written } from './written.ts';

/** A message cannot have heard what comes after it; clocks that were just measured agree to this. */
const FUTURE_MS = 2_000;
/** Where nobody is heard, the log is told so this often, as by our own gateways. */
const HEARTBEAT_MS = 10_000;
const STATUS_EVERY_MS = 10_000;
/** The last moments of a slow gateway's message are where a carrier is as it comes. */
const LATEST_MS = 3_000;
/** Readings are resolved in pieces within which their offsets fit into the log's rows. */
const PIECE_MS = 60_000;
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

/** What is kept of a fleet while its settings stand. */
interface Running {
  fleet: Fleet;
  aliases: ReadonlyMap<string, Alias>;
  tally: FleetTally;
  budget: Budget;
  queued: number;
}

/** Settles when all that a message brought is durable. */
class Durable {
  #left = 1;
  #error: Error | undefined;
  readonly promise: Promise<void>;
  readonly #settle: { resolve: () => void; reject: (error: Error) => void };

  constructor() {
    let settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
    this.promise = new Promise((resolve, reject) => {
      settle = { resolve, reject };
    });
    this.#settle = settle!;
  }

  /** One more to wait for. */
  readonly part = (): ((error?: Error) => void) => {
    this.#left++;
    let told = false;
    return (error) => {
      if (told) return;
      told = true;
      this.#done(error);
    };
  };

  /** Nothing more is added. */
  sealed(): Promise<void> {
    this.#done();
    return this.promise;
  }

  #done(error?: Error): void {
    this.#error ??= error;
    if (--this.#left > 0) return;
    if (this.#error) this.#settle.reject(this.#error);
    else this.#settle.resolve();
  }
}

export class SiteFleets {
  readonly #parts: SiteFleetsParts;
  readonly #running = new Map<string, Running>();
  /** Those on the plan. */
  readonly #gateways = new Map<string, ForeignGateway>();
  readonly #written = new Written();
  readonly #writing = new Set<Promise<void>>();
  #stopped = false;

  constructor(parts: SiteFleetsParts) {
    this.#parts = parts;
  }

  /** Finds out what was counted before a crash: brokers hand over again what they saw no acknowledgement for. */
  async start(fleets: readonly Fleet[]): Promise<void> {
    const ids = new Set(
      fleets.flatMap(({ id }) => this.#parts.heard.ofFleet(this.#parts.siteId, id).map((one) => one.gatewayId)),
    );
    if (ids.size === 0) return;
    for await (const { gatewayId, fromMs, clockOffsetMs, carriers } of this.#parts.loggedLast(REMEMBERED_MS))
      if (ids.has(gatewayId)) for (const { id } of carriers) this.#written.take(gatewayId, fromMs - clockOffsetMs, id);
  }

  /** Hands on what is open; what cannot be written is not acknowledged. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const gateway of this.#gateways.values()) {
      for (const closed of gateway.windows.close(this.#parts.nowMs(), true)) this.#write(gateway, closed);
    }
    this.#keepClocks();
    await Promise.allSettled(this.#writing);
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
    const durable = new Durable();
    for (const hearing of decoded.hearings) await this.#hearing(running, hearing, atMs, durable);
    const settled = durable.sealed();
    if (qos > 0) return settled;
    settled.catch(() => {});
  }

  /** Closes the seconds that are over; called some times a second. */
  tick(): void {
    const nowMs = this.#parts.nowMs();
    for (const [id, gateway] of this.#gateways) {
      if (!this.#parts.isPlaced(id)) {
        this.#drop(gateway);
        continue;
      }
      for (const closed of gateway.windows.close(nowMs)) this.#write(gateway, closed);
      for (const { readings } of gateway.givenUp(nowMs))
        this.#running.get(gateway.heard.fleetId)?.tally.ignore('its clock was in doubt', readings.length);
      this.#keepAlive(gateway, nowMs);
    }
  }

  /** Now and then: forgets what is old. */
  keepHouse(): void {
    this.#written.prune(this.#parts.isPlaced);
    this.#keepClocks();
  }

  /** Its settings are others now, or it is gone. */
  changed(fleetId: string): void {
    this.#running.delete(fleetId);
    if (this.#parts.fleet(fleetId)?.enabled) return;
    for (const gateway of this.#gateways.values()) if (gateway.heard.fleetId === fleetId) this.#drop(gateway);
  }

  healthOf(fleet: Fleet): FleetHealth {
    const { heard, siteId, isPlaced } = this.#parts;
    const nowMs = this.#parts.nowMs();
    const { tally } = this.#of(fleet);
    const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
    const byCount = (a: { count: number }, b: { count: number }): number => b.count - a.count;
    return {
      fleetId: fleet.id,
      since: new Date(tally.sinceMs).toISOString(),
      listening: fleet.enabled,
      messages: tally.messages,
      readings: tally.readings,
      used: tally.used,
      sightings: tally.sightings,
      lastHeard: iso(tally.lastHeardMs),
      ignored: [...tally.ignored].map(([reason, count]) => ({ reason, count })).sort(byCount),
      unknown: [...tally.unknown]
        .map(([reason, { count, sample }]) => ({
          reason,
          count,
          sample: sample && { at: iso(sample.atMs)!, topic: sample.topic, payload: sample.payload },
        }))
        .sort(byCount),
      gateways: heard.ofFleet(siteId, fleet.id).map((one) => {
        const gateway = this.#gateways.get(one.gatewayId);
        const clockMs = gateway?.clockMs ?? one.clockMs;
        return {
          gatewayId: one.gatewayId,
          name: one.name,
          placed: isPlaced(one.gatewayId),
          dismissed: one.dismissed,
          online: gateway?.online === true && gateway.aliveUntilMs >= nowMs,
          lastHeard: iso(one.lastSeenMs),
          messages: one.messages,
          clockOffsetMs: clockMs === null || clockMs === undefined ? null : Math.round(clockMs),
          version: gateway?.version ?? null,
        };
      }),
    };
  }

  #of(fleet: Fleet): Running {
    let running = this.#running.get(fleet.id);
    if (running?.fleet !== fleet) {
      running = {
        fleet,
        aliases: new Map(Object.entries(fleet.aliases)),
        tally: new FleetTally(this.#parts.nowMs()),
        budget: new Budget(),
        queued: 0,
      };
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

  #decode({ fleet, aliases }: Running, topic: string, payload: Uint8Array): Decoded {
    try {
      return ADAPTERS[fleet.format].decode(topic, payload, { aliases });
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
      gateway = new ForeignGateway(one);
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

  async #hearing(running: Running, { gateway: name, readings }: ForeignHearing, atMs: number, durable: Durable) {
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
    for (const timed of byClock(sound, atMs, fleet.clock === 'own', durable.part))
      await this.#timed(running, gateway, timed);
  }

  /** Settles when the readings have their second, or are held because of a doubtful clock. */
  async #timed(running: Running, gateway: ForeignGateway, timed: Timed): Promise<void> {
    const { kind, arrivedMs } = timed;
    if (kind === 'arrival' || this.#parts.site().clock !== 'wall') return this.#take(running, gateway, timed);
    const verdict = gateway.measure(kind, newestTime(timed), arrivedMs);
    if (verdict === 'doubtful') {
      // Its sender is not kept waiting: an embedded broker reads nothing more of it meanwhile, not even what would tell.
      timed.waiter?.();
      const { waiter: _, part: __, ...rest } = timed;
      for (const { readings } of gateway.hold({ ...rest, waiter: undefined, part: undefined }))
        running.tally.ignore('its clock was in doubt', readings.length);
      return;
    }
    if (verdict === 'jumped') {
      for (const closed of gateway.windows.close(arrivedMs, true)) this.#write(gateway, closed);
      this.#written.forget(gateway.id);
    }
    for (const held of gateway.release()) await this.#take(running, gateway, held);
    await this.#take(running, gateway, timed);
  }

  async #take(running: Running, gateway: ForeignGateway, timed: Timed): Promise<void> {
    const { kind, readings, arrivedMs, waiter } = timed;
    const offsetMs = this.#parts.site().clock === 'wall' ? gateway.offsetOf(kind) : 0;
    try {
      const pieces = new Map<
        string,
        { fromMs: number; smoothed: boolean; restated: boolean; list: ForeignReading[] }
      >();
      for (const reading of readings) {
        const ownMs = gateway.ownTimeOf(kind, reading, arrivedMs);
        const fault = this.#timeFault(ownMs + offsetMs, arrivedMs);
        if (fault) {
          running.tally.ignore(fault);
          continue;
        }
        const fromMs = Math.floor(ownMs / PIECE_MS) * PIECE_MS;
        const restated = reading.restated === true;
        const key = `${fromMs} ${reading.smoothed} ${restated}`;
        const piece = pieces.get(key);
        if (piece) piece.list.push(reading);
        else pieces.set(key, { fromMs, smoothed: reading.smoothed, restated, list: [reading] });
        gateway.newestMs = Math.max(gateway.newestMs, ownMs + offsetMs);
      }
      for (const { fromMs, smoothed, restated, list } of pieces.values()) {
        const times = list.map((reading) => gateway.ownTimeOf(kind, reading, arrivedMs) - fromMs);
        const batch = await this.#resolve(running, gateway.id, list, times, fromMs, offsetMs);
        for (let row = 0, at = 0; row < batch.carriers.length; row++, at += VALUES_PER_ROW) {
          const told = timed.part?.();
          const heard = {
            ref: batch.carriers[row]!,
            powerCenti: batch.values[at + 3]!,
            rssiCenti: batch.values[at]!,
            ownMs: fromMs + (batch.values[at + 4]! & 0xffff),
            smoothed,
            timed: kind !== 'arrival',
            restated,
          };
          const addition = gateway.windows.add(heard, offsetMs, arrivedMs, told);
          if (addition === 'used') running.tally.used++;
          else if (addition === 'copy') running.tally.ignore('told before');
          else running.tally.ignore('more at once than any hall gives');
          if (addition === 'over-capacity') told?.();
        }
      }
      waiter?.();
    } catch (error) {
      waiter?.(error as Error);
      throw error;
    }
  }

  #timeFault(correctedMs: number, arrivedMs: number): string | undefined {
    if (this.#parts.site().clock !== 'wall') return correctedMs < 0 ? 'from before 1970' : undefined;
    if (correctedMs > arrivedMs + FUTURE_MS) return 'from the future';
    return correctedMs < arrivedMs - this.#parts.retentionMs() ? 'older than what is kept' : undefined;
  }

  /** Whose they are. Raw identities end here. */
  async #resolve(
    running: Running,
    gatewayId: string,
    readings: readonly ForeignReading[],
    offsetsMs: readonly number[],
    fromMs: number,
    offsetMs: number,
  ): Promise<SightingBatch> {
    const { ingest } = this.#parts;
    const site = this.#parts.site();
    const key = await ingest.unknownKey(site, fromMs + offsetMs);
    const uuids = [...new Set(readings.map(({ uuid }) => uuid))];
    const message: Parameters<typeof ingest.resolveForeign>[2] = {
      fromMs,
      toMs: fromMs + PIECE_MS,
      uuids,
      rows: [],
      unknownKeyId: key?.id,
      unknowns: [],
    };
    readings.forEach(({ uuid, major, minor, rssiDbm }, i) => {
      const atMs = offsetsMs[i]!;
      if (key && !site.uuids.includes(uuid))
        message.unknowns.push([hashBeacon(key.key, uuid, major, minor), rssiDbm, rssiDbm, 1, atMs]);
      else message.rows.push([uuids.indexOf(uuid), major, minor, rssiDbm, rssiDbm, 1, 0, atMs]);
    });
    const { batch, notAllowed, unlinkable, unresolved } = await ingest.resolveForeign(
      site,
      gatewayId,
      message,
      offsetMs,
    );
    running.tally.ignore('not under a UUID of this site', notAllowed);
    running.tally.ignore('of a day whose key is destroyed', unlinkable);
    running.tally.ignore('rotating numbers of nobody', unresolved);
    return batch;
  }

  #write(gateway: ForeignGateway, { fromMs, offsetMs, timed, rows, waiters }: ClosedWindow): void {
    const { ingest, onProblem, nowMs } = this.#parts;
    const tally = this.#running.get(gateway.heard.fleetId)?.tally;
    const fresh = rows.filter(({ ref }) => this.#written.take(gateway.id, fromMs, ref.id));
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

  /** An empty batch says that it listened; a status says how it is. */
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

  #drop(gateway: ForeignGateway): void {
    this.#gateways.delete(gateway.id);
    gateway.release();
    for (const { waiters } of gateway.windows.close(this.#parts.nowMs(), true)) for (const waiter of waiters) waiter();
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
