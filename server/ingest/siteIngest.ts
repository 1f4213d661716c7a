/** What one site does with a gateway's messages: check, correct the clock, drop what is known, hide identities, log, acknowledge. */
import type { Site } from '../contract/model.ts';
import { topicOf } from '../contract/topics.ts';
import { gapMessage, statusMessage } from '../contract/wire.ts';
import type { RotatingNumbers } from '../identities/appIdentities.ts';
import { type CarrierRef, phoneOf, type SeqMark, type SightingBatch } from '../log/batch.ts';
import type { SiteLog } from '../log/siteLog.ts';
import type { Registry } from '../registry/types.ts';
import type { DailyKey, DailyKeys } from './dailyKeys.ts';
import type { DeadLetters } from './deadLetters.ts';
import { type DecodedSightings, decodeSightings, faultsOf, parseJson } from './decode.ts';
import type { GatewayHealth } from './gatewayHealth.ts';
import { Identities } from './identity.ts';
import { localDayOf } from './localDays.ts';
import { type ForeignBatch, type LogItem, LogWriter } from './logWriter.ts';
import type { Received } from './received.ts';
import { BatchResolver, type Resolution, type ResolvedSite } from './resolveBatch.ts';
import type { IngestCounters } from './types.ts';

/** A clock that was just measured does not run away by more. */
const FUTURE_MS = 120_000;
/** Recorded and simulated data may lie ahead of the server's clock, but not out of this world. */
const FUTURE_OF_DATA_MS = 366 * 86_400_000;
const HOUR_TEXT = (ms: number): string => `${Math.round(ms / 3_600_000)} h`;

export interface SiteIngestParts {
  siteId: string;
  registry: Registry;
  log: SiteLog;
  received: Received;
  health: GatewayHealth;
  keys: DailyKeys;
  /** Whose a rotating number is. */
  rotating: () => RotatingNumbers | undefined;
  deadLetters: DeadLetters;
  counters: IngestCounters;
  publish: (topic: string, payload: string) => void;
  /** Server's clock. */
  nowMs: () => number;
  /** The site's clock. */
  siteNowMs: () => number;
  retentionMs: () => number;
  /** A promise holds the acknowledgement back. */
  deliver: (batch: SightingBatch, foreign?: ForeignBatch, more?: boolean) => Promise<void> | undefined;
  room: () => Promise<void>;
  onProblem: (what: string, error: Error) => void;
}

export class SiteIngest {
  readonly #parts: SiteIngestParts;
  readonly #identities: Identities;
  readonly #resolver: BatchResolver;
  readonly #writer: LogWriter;
  #uuids: ReadonlySet<string> = new Set();
  #uuidsOf: readonly string[] | undefined;
  /** Acks that go out once the present turn is over, the highest of each epoch. */
  readonly #acks = new Map<string, { gatewayId: string; epoch: number }>();
  /** Durable, and yet not to be acknowledged: not by what came after them either, nor where they are sent again. */
  readonly #held = new Map<string, Set<number>>();
  #ackTimer: NodeJS.Timeout | undefined;
  readonly #gapsInFlight = new Set<string>();
  /** Of gateways of other makes, which number nothing: an epoch for each start of the server. */
  readonly #given = new Map<string, { epoch: number; seq: number }>();
  #stopped = false;

  constructor(parts: SiteIngestParts) {
    this.#parts = parts;
    this.#identities = new Identities(parts.registry, parts.siteId);
    this.#resolver = new BatchResolver(this.#identities, parts.keys, parts.rotating);
    this.#writer = new LogWriter({
      log: parts.log,
      onDurable: (items) => this.#onDurable(items),
      room: parts.room,
      onProblem: (error) => parts.onProblem('log', error),
    });
  }

  get failing(): boolean {
    return this.#writer.failing;
  }

  carriersChanged(): void {
    this.#identities.forgetRegistered();
  }

  gatewaysChanged(): void {
    this.#identities.forgetFixed();
  }

  /** The gateway whose beacon this is. */
  placeOf(uuid: string, major: number, minor: number): CarrierRef | undefined {
    return this.#identities.fixedAt(uuid, major, minor);
  }

  keysDestroyed(): void {
    this.#identities.forgetUnknown();
  }

  drained(): Promise<void> {
    return this.#writer.drained();
  }

  async stop(): Promise<void> {
    await this.#writer.stop();
    this.#stopped = true;
    clearTimeout(this.#ackTimer);
    this.#sendAcks();
  }

  /** Settles when the message is durable, or needs not be. */
  async sightings(site: Site, gatewayId: string, topic: string, payload: Uint8Array): Promise<void> {
    const { health, received, counters, nowMs, siteNowMs } = this.#parts;
    const decoded = decodeSightings(payload);
    if (!decoded.ok) {
      this.#refuse(gatewayId, topic, decoded.reason, decoded.detail);
      if (decoded.epoch !== undefined && decoded.seq !== undefined)
        await this.#giveUp(gatewayId, decoded.epoch, decoded.seq, decoded.seq, decoded.reason);
      return;
    }
    const { message } = decoded;
    const wall = site.clock === 'wall';
    const arrivedMs = nowMs();
    health.seen(gatewayId, wall ? arrivedMs : Math.max(siteNowMs(), message.toMs));
    const { clock } = health.record(gatewayId);
    const offsetMs = wall ? Math.round(clock.correctionMs) : 0;
    const fault = this.#timeFault(message, offsetMs, wall, arrivedMs);
    if (fault) {
      this.#refuse(gatewayId, topic, fault.reason, fault.detail);
      // Before its clock is measured a gateway may only seem to be ahead: it keeps the batch and sends it again.
      if (fault.reason !== 'future' || clock.known || !wall)
        await this.#giveUp(gatewayId, message.epoch, message.seq, message.seq, fault.reason);
      return;
    }
    const verdict = received.take(gatewayId, message.epoch, message.seq, performance.now());
    if (verdict === 'new') {
      try {
        const resolution = await this.#resolver.resolve(gatewayId, message, this.#allowlist(site), offsetMs, arrivedMs);
        await this.#writer.write({ kind: 'batch', batch: resolution.batch, more: message.more });
        counters.notAllowed += resolution.notAllowed;
        counters.unlinkable += resolution.unlinkable;
        counters.unresolved += resolution.unresolved;
      } catch (error) {
        received.release(gatewayId, message.epoch, message.seq);
        throw error;
      }
      return;
    }
    counters.duplicates++;
    if (verdict === 'stale-epoch') {
      this.#refuse(gatewayId, topic, 'stale-epoch', `epoch: ${message.epoch} was closed by many later starts`);
      this.#parts.publish(
        topicOf(site.id, gatewayId, 'ack'),
        JSON.stringify({ epoch: message.epoch, seq: message.seq }),
      );
      return;
    }
    // Its first copy may still be on its way to the disk.
    if (verdict === 'in-flight') await this.#writer.drained();
    this.#ackSoon(gatewayId, message.epoch);
  }

  /** What a phone heard, from its own carrier; settles when it is durable. False where it was before. */
  async phone(batch: SightingBatch): Promise<boolean> {
    const { received, counters } = this.#parts;
    const { gatewayId, epoch, seq } = batch;
    const verdict = received.take(gatewayId, epoch, seq, performance.now());
    if (verdict !== 'new') {
      counters.duplicates++;
      if (verdict === 'in-flight') await this.#writer.drained();
      return false;
    }
    try {
      await this.#writer.write({ kind: 'batch', batch });
    } catch (error) {
      received.release(gatewayId, epoch, seq);
      throw error;
    }
    return true;
  }

  /** Whose beacons a gateway of another make heard; identities end here, as those of our own gateways do. */
  async resolveForeign(
    site: Site,
    gatewayId: string,
    heard: Omit<DecodedSightings, 'epoch' | 'seq' | 'more'>,
    offsetMs: number,
  ): Promise<Resolution> {
    const { counters, nowMs } = this.#parts;
    const message = { ...heard, epoch: 0, seq: 0, more: false };
    const resolution = await this.#resolver.resolve(gatewayId, message, this.#allowlist(site), offsetMs, nowMs());
    counters.notAllowed += resolution.notAllowed;
    counters.unlinkable += resolution.unlinkable;
    counters.unresolved += resolution.unresolved;
    return resolution;
  }

  /** The key for beacons off the allowlist, heard at `atMs`; undefined where they are not counted, or it is destroyed. */
  async unknownKey(site: Site, atMs: number): Promise<DailyKey | undefined> {
    if (!site.countUnknowns) return undefined;
    const { keys, nowMs } = this.#parts;
    const day = localDayOf(site.timezone, atMs);
    return keys.ofDay(day.name) ?? keys.forDay(day.name, day.endMs, nowMs());
  }

  /** What a gateway of another make heard in one window; settles when it is durable. */
  async foreign(batch: Omit<SightingBatch, 'epoch' | 'seq'>, foreign: ForeignBatch): Promise<void> {
    const { received } = this.#parts;
    const { gatewayId } = batch;
    let given = this.#given.get(gatewayId);
    if (!given) {
      given = { epoch: (received.newestEpoch(gatewayId) ?? 0) + 1, seq: 0 };
      this.#given.set(gatewayId, given);
    }
    const { epoch } = given;
    const seq = ++given.seq;
    received.take(gatewayId, epoch, seq, performance.now());
    try {
      await this.#writer.write({ kind: 'batch', batch: { ...batch, epoch, seq }, foreign });
    } catch (error) {
      received.release(gatewayId, epoch, seq);
      throw error;
    }
  }

  async gap(gatewayId: string, topic: string, payload: Uint8Array): Promise<void> {
    const parsed = parseJson(payload);
    const gap = parsed.ok ? gapMessage.safeParse(parsed.value) : undefined;
    if (!gap?.success) {
      if (gap) this.#refuse(gatewayId, topic, 'schema', faultsOf(gap.error.issues));
      else this.#refuse(gatewayId, topic, 'not-json', `${payload.length} bytes that are not JSON`);
      return;
    }
    const { epoch, fromSeq, toSeq, reason } = gap.data;
    // Told again, as QoS 1 may, it loses nothing more; what came in spite of it is not lost.
    const told = `${gatewayId} ${epoch} ${fromSeq} ${toSeq}`;
    // On its way to the disk already: counted.
    const isFirst = !this.#gapsInFlight.has(told);
    const missing = isFirst ? this.#parts.received.missing(gatewayId, epoch, fromSeq, toSeq) : 0;
    this.#parts.counters.gaps += missing;
    this.#parts.health.lost(gatewayId, missing);
    this.#gapsInFlight.add(told);
    try {
      await this.#giveUp(gatewayId, epoch, fromSeq, toSeq, reason);
    } finally {
      if (isFirst) this.#gapsInFlight.delete(told);
    }
  }

  status(site: Site, gatewayId: string, topic: string, payload: Uint8Array, retained: boolean): void {
    // The broker's way to take a retained message back.
    if (payload.length === 0) return;
    const parsed = parseJson(payload);
    const status = parsed.ok ? statusMessage.safeParse(parsed.value) : undefined;
    if (!status?.success) {
      if (status) this.#refuse(gatewayId, topic, 'schema', faultsOf(status.error.issues));
      else this.#refuse(gatewayId, topic, 'not-json', `${payload.length} bytes that are not JSON`);
      return;
    }
    const wall = site.clock === 'wall';
    const atMs = wall ? this.#parts.nowMs() : this.#parts.siteNowMs();
    this.#parts.health.status(gatewayId, status.data, atMs, retained, wall);
  }

  #timeFault(
    message: DecodedSightings,
    offsetMs: number,
    wall: boolean,
    nowMs: number,
  ): { reason: 'future' | 'ancient'; detail: string } | undefined {
    const aheadMs = message.toMs + offsetMs - nowMs;
    const maxAheadMs = wall ? FUTURE_MS : FUTURE_OF_DATA_MS;
    if (aheadMs > maxAheadMs)
      return {
        reason: 'future',
        detail: `toMs: lies ${Math.round(aheadMs / 1000)} s ahead of the server's clock; at most ${maxAheadMs / 1000} s are taken`,
      };
    const retentionMs = this.#parts.retentionMs();
    if ((wall && -aheadMs > retentionMs) || message.fromMs + offsetMs < 0)
      return {
        reason: 'ancient',
        detail: `toMs: lies ${HOUR_TEXT(-aheadMs)} back; sightings are kept for ${HOUR_TEXT(retentionMs)}`,
      };
    return undefined;
  }

  #allowlist(site: Site): ResolvedSite {
    if (this.#uuidsOf !== site.uuids) {
      this.#uuidsOf = site.uuids;
      this.#uuids = new Set(site.uuids);
    }
    return {
      timezone: site.timezone,
      uuids: this.#uuids,
      rotatingUuid: site.rotatingUuid ?? undefined,
      countUnknowns: site.countUnknowns,
    };
  }

  #refuse(gatewayId: string, topic: string, reason: string, detail: string): void {
    this.#parts.deadLetters.add({
      atMs: this.#parts.nowMs(),
      siteId: this.#parts.siteId,
      gatewayId,
      topic,
      reason,
      detail,
    });
  }

  /** These numbers will never come; written down so that the ones behind them can be acknowledged. */
  #giveUp(gatewayId: string, epoch: number, fromSeq: number, toSeq: number, reason: string): Promise<void> {
    const receivedMs = this.#parts.nowMs();
    const mark: SeqMark = { gatewayId, epoch, fromSeq, toSeq, reason, receivedMs };
    return this.#writer.write({ kind: 'mark', mark, hourAtMs: this.#parts.siteNowMs() || receivedMs });
  }

  #hold({ gatewayId, epoch, seq }: SightingBatch, until: Promise<void>): void {
    const key = `${gatewayId} ${epoch}`;
    const held = this.#held.get(key) ?? new Set();
    this.#held.set(key, held.add(seq));
    void until.then(() => {
      held.delete(seq);
      if (held.size === 0) this.#held.delete(key);
      this.#ackSoon(gatewayId, epoch);
    });
  }

  #onDurable(items: LogItem[]): void {
    const { received, counters, deliver } = this.#parts;
    const nowMs = performance.now();
    for (const item of items) {
      if (item.kind === 'mark') {
        const { gatewayId, epoch, fromSeq, toSeq } = item.mark;
        received.durable(gatewayId, epoch, fromSeq, toSeq, nowMs);
        this.#ackSoon(gatewayId, epoch);
        continue;
      }
      const { batch } = item;
      received.durable(batch.gatewayId, batch.epoch, batch.seq, batch.seq, nowMs);
      counters.batches++;
      counters.sightings += batch.carriers.length;
      const held = deliver(batch, item.foreign, item.more);
      // The answer to its request is a phone's acknowledgement, and other makes know of none.
      if (item.foreign || phoneOf(batch.gatewayId) !== undefined) continue;
      if (held) this.#hold(batch, held);
      else this.#ackSoon(batch.gatewayId, batch.epoch);
    }
  }

  #ackSoon(gatewayId: string, epoch: number): void {
    if (this.#stopped) return;
    const waitMs = this.#parts.received.settlesInMs(gatewayId, epoch, performance.now());
    if (waitMs > 0) {
      setTimeout(() => this.#ackSoon(gatewayId, epoch), waitMs + 1).unref();
      return;
    }
    this.#acks.set(`${gatewayId} ${epoch}`, { gatewayId, epoch });
    this.#ackTimer ??= setTimeout(() => this.#sendAcks(), 0);
  }

  #sendAcks(): void {
    this.#ackTimer = undefined;
    const { siteId, received, publish } = this.#parts;
    for (const { gatewayId, epoch } of this.#acks.values()) {
      let belowSeq = Number.POSITIVE_INFINITY;
      for (const held of this.#held.get(`${gatewayId} ${epoch}`) ?? []) belowSeq = Math.min(belowSeq, held);
      const seq = received.ackable(gatewayId, epoch, performance.now(), belowSeq);
      if (seq !== undefined) publish(topicOf(siteId, gatewayId, 'ack'), JSON.stringify({ epoch, seq }));
    }
    this.#acks.clear();
  }
}
