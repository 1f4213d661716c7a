/** The engine's state and what one tick does to it. Pure and deterministic. */
import type { Definitions } from '../contract/definitions.ts';
import type { SiteModel } from '../contract/model.ts';
import type { ZoneMass } from '../floor/zoneIndex.ts';
import { POSITIONER_VERSION } from '../positioning/index.ts';
import type { CreatePositioner, HeardView, Positioner } from '../positioning/types.ts';
import { type ZoneTable, zoneTable } from '../visits/zoneTable.ts';
import {
  currentZoneIds,
  endAll,
  endMissing,
  massPermilleOf,
  type StayState,
  trackSighted,
  trackSilent,
  type ZoneRules,
  type ZoneSink,
} from '../visits/zoneTracker.ts';
import { MINUTE_MS } from './batchBuffer.ts';
import { type Carrier, type CarrierState, Carriers, stateOf, wakeUp } from './carriers.ts';
import { type ClonedCarrier, type CloneState, CloneWatch } from './clones.ts';
import { CoverageLedger } from './coverage.ts';
import { certaintyOf, doorHearingOf, noHearing, noteGap, noteWitnesses } from './hearing.ts';
import { HeatLedger, type HeatState } from './heat.ts';
import { OccupancyLedger, type OccupancyState } from './occupancy.ts';
import { isLookedAt, restTicks } from './resting.ts';
import {
  type EngineOutput,
  type EngineSnapshot,
  HEAT_BUCKET_MS,
  type LogBatch,
  type OpenRows,
  type PresentCarrier,
  type Sighting,
  type SnapshotPart,
  type StayRow,
  TICK_MS,
  type VisitRow,
} from './types.ts';
import { TickSightings } from './views.ts';

/** Raised when the form of `Stored` changes. */
const FORM_VERSION = 4;
/** A snapshot holds the positioner's states as well, so another positioner cannot read it. */
export const SNAPSHOT_VERSION = FORM_VERSION * 1_000 + POSITIONER_VERSION;
/** A carrier is shown as present for this long after its last sighting: phones in pockets fall silent for tens of seconds. */
export const PRESENT_FOR_MS = 60_000;
/** A silence counts as dwell in the cell of the next fix for no longer than this: beyond it the carrier may have been anywhere. */
const MAX_FIX_GAP_MS = 5_000;

/**
 * The largest malls hold some thirty thousand people at once. Beyond this somebody invents beacons, and each would cost
 * memory and time until its visit ends: no more unknown ones are greeted. Registered carriers always are.
 */
export const MAX_CARRIERS = 50_000;
/** A few milliseconds to write, at some ten kilobytes each. */
const CARRIERS_PER_PART = 200;

interface Stored {
  carriers: CarrierState[];
  heat: HeatState;
  occupancy: OccupancyState;
  coverage: [string, number][];
  clones: CloneState;
  positioning: unknown;
}

/** Staff and carts are at work; they are in no count of people. */
const isCounted = (carrier: CarrierState): boolean => carrier.kind !== 'staff' && carrier.kind !== 'cart';

const visitRow = (carrier: CarrierState): VisitRow => ({
  carrierId: carrier.id,
  kind: carrier.kind,
  startMs: carrier.visitStartMs,
  endMs: carrier.lastHeardMs,
  entranceZoneId: carrier.entranceZoneId,
  ...certaintyOf(carrier.hearing),
  ...doorHearingOf(carrier.hearing),
});

const stayRow = (carrier: CarrierState, stay: StayState): StayRow => ({
  carrierId: carrier.id,
  kind: carrier.kind,
  zoneId: stay.zoneId,
  floorId: stay.floorId,
  startMs: stay.startMs,
  endMs: stay.lastInMs,
  visitStartMs: carrier.visitStartMs,
  massPermille: massPermilleOf(stay),
  ...certaintyOf(carrier.hearing),
});

const NOT_HEARD: readonly HeardView[] = [];

export class EngineState {
  private readonly createPositioner: CreatePositioner;
  private readonly carriers = new Carriers();
  private readonly heat: HeatLedger;
  private readonly occupancy: OccupancyLedger;
  private readonly coverage: CoverageLedger;
  private readonly clones: CloneWatch;
  private readonly sightings = new TickSightings();

  // Of the model in force.
  private positioner!: Positioner;
  private zones!: ZoneTable;
  private rules!: ZoneRules;
  private visitGapMs = 0;
  /** How far back a sighting can still add to occupancy. */
  private reachBackMs = 0;
  /** Known gateways; the value is the one string that all views of it share, which makes comparing them cheap. */
  private gatewayIds: ReadonlyMap<string, string> = new Map();
  /** The model was changed since the last tick: stays in zones that are gone must end. */
  private reconcile = false;
  /** The minute for which the positioner knows who is listening. */
  private listeningAtMs = -1;

  // Of the tick under way, for the sink.
  private output!: EngineOutput;
  private tickEndMs = 0;
  private carrier!: Carrier;

  /** Of what is live nothing is kept: no heat, no occupancy, and of a crowd those who stand may rest. */
  private readonly live: boolean;
  private greeted = 0;
  /** Of the tick under way. */
  private restEvery = 1;

  constructor(
    createPositioner: CreatePositioner,
    model: SiteModel,
    snapshot: EngineSnapshot | undefined,
    live = false,
  ) {
    if (snapshot && snapshot.version !== SNAPSHOT_VERSION)
      throw new RangeError(
        `snapshot of version ${snapshot.version} cannot be read, this engine reads version ${SNAPSHOT_VERSION}: compute from the log`,
      );
    this.createPositioner = createPositioner;
    this.live = live;
    const stored = snapshot && structuredClone(snapshot.state as Stored);
    this.heat = new HeatLedger(stored?.heat);
    this.occupancy = new OccupancyLedger(stored?.occupancy);
    this.coverage = new CoverageLedger(stored?.coverage);
    this.clones = new CloneWatch(stored?.clones);
    this.useModel(model, stored?.positioning);
    if (!snapshot || !stored) return;
    const fromTick = snapshot.watermarkMs / TICK_MS;
    for (const state of stored.carriers) {
      const carrier = wakeUp(state);
      this.carriers.byId.set(carrier.id, carrier);
      if (state.active) this.carriers.activate(carrier);
    }
    this.carriers.mergeArrivals();
    this.carriers.requeue((carrier) => Math.max(fromTick, this.dueTick(carrier)));
    this.reconcile = stored.carriers.some((carrier) => carrier.stays.some((stay) => !this.zones.has(stay.zoneId)));
  }

  private useModel(model: SiteModel, positioning: unknown): void {
    const definitions: Definitions = model.definitions;
    this.positioner = this.createPositioner(model, positioning);
    this.listeningAtMs = -1;
    this.zones = zoneTable(model.zones, model.dwellSecondsByZone);
    this.rules = {
      enterConfirmMs: definitions.enterConfirmSeconds * 1_000,
      exitAfterMs: definitions.exitAfterSeconds * 1_000,
    };
    this.visitGapMs = definitions.visitGapMinutes * 60_000;
    this.reachBackMs = Math.max(this.visitGapMs, this.rules.enterConfirmMs + this.rules.exitAfterMs) + TICK_MS;
    this.gatewayIds = new Map(model.gateways.map(({ id }) => [id, id]));
    this.coverage.keepOnly(this.gatewayIds);
    this.clones.useGateways(model.gateways);
  }

  /** Takes effect with the next tick that is processed. */
  switchModel(model: SiteModel): void {
    this.useModel(model, this.positioner.siteState());
    this.reconcile = true;
    this.carriers.requeue((carrier) => this.dueTick(carrier));
    // Zones may lie elsewhere now.
    for (const carrier of this.carriers.byId.values()) carrier.restMasses = undefined;
  }

  /** The tick in which a visit ends unless its carrier is heard again: the one that holds the last moment of the gap. */
  private dueTick(carrier: CarrierState): number {
    return Math.floor((carrier.lastHeardMs + this.visitGapMs) / TICK_MS);
  }

  private isActiveAt(carrier: CarrierState, nowMs: number): boolean {
    return carrier.stays.length > 0 || nowMs - carrier.lastHeardMs < this.rules.exitAfterMs;
  }

  /** The next tick from `tick` on in which anything can happen without a new batch. */
  nextTick(tick: number): number {
    if (this.carriers.active.length > 0 || this.reconcile) return tick;
    const heatDueMs = this.heat.dueMs() ?? Infinity;
    const occupancyDueMs = (this.occupancy.firstBucketStartMs() ?? Infinity) + HEAT_BUCKET_MS + this.reachBackMs;
    const dueTick = Math.min(
      this.carriers.nextDueTick(),
      Math.ceil(heatDueMs / TICK_MS) - 1,
      Math.ceil(occupancyDueMs / TICK_MS) - 1,
    );
    return Math.max(tick, dueTick);
  }

  /** Batches sorted by gateway, epoch and seq; marks sorted by gateway. */
  processTick(
    tick: number,
    batches: readonly LogBatch[],
    marks: readonly { gatewayId: string; minuteStartMs: number }[],
    output: EngineOutput,
  ): void {
    this.output = output;
    this.tickEndMs = (tick + 1) * TICK_MS;
    if (this.reconcile) this.endStaysInLostZones();
    const told = output.rows.coverage.length;
    for (const { gatewayId, minuteStartMs } of marks) {
      const row = this.gatewayIds.has(gatewayId) ? this.coverage.mark(gatewayId, minuteStartMs) : undefined;
      if (row) output.rows.coverage.push({ ...row, emittedAtMs: this.tickEndMs });
    }
    this.tellListening(output.rows.coverage.length > told);
    for (const batch of batches) this.take(batch, tick * TICK_MS);
    this.carriers.activateDue(tick);
    this.carriers.mergeArrivals();
    this.stepAll();
    this.sightings.clear();
    this.closeBuckets();
  }

  /** A gateway that is away hears nobody: its silence must not count. */
  private tellListening(reported: boolean): void {
    const minuteStartMs = Math.floor((this.tickEndMs - 1) / MINUTE_MS) * MINUTE_MS;
    if (!this.positioner.listening || (!reported && minuteStartMs === this.listeningAtMs)) return;
    this.listeningAtMs = minuteStartMs;
    this.positioner.listening(this.coverage.listening(minuteStartMs));
  }

  private take(batch: LogBatch, tickStartMs: number): void {
    const listener = this.gatewayIds.get(batch.gatewayId);
    const tickEndMs = tickStartMs + TICK_MS;
    for (const sighting of batch.sightings) {
      if (sighting.atMs < tickStartMs || sighting.atMs >= tickEndMs) continue;
      const { beaconOf } = sighting;
      const gatewayId = beaconOf === undefined ? listener : this.gatewayIds.get(beaconOf);
      if (gatewayId === undefined) continue;
      const carrier = this.carriers.byId.get(sighting.carrierId) ?? this.greet(sighting);
      if (!carrier) continue;
      this.carriers.activate(carrier);
      this.sightings.push(carrier, gatewayId, sighting);
    }
  }

  private greet({ carrierId, kind }: Sighting): Carrier | undefined {
    if (kind === 'unknown' && this.carriers.byId.size >= MAX_CARRIERS) return undefined;
    const carrier = wakeUp({
      id: carrierId,
      kind,
      visitStartMs: -1,
      lastHeardMs: -1,
      lastHeardTickEndMs: -1,
      entranceZoneId: null,
      lastFixTickEndMs: -1,
      fix: undefined,
      stays: [],
      position: undefined,
      hearing: noHearing(),
      active: false,
    });
    carrier.restSlot = this.greeted++;
    this.carriers.byId.set(carrierId, carrier);
    return carrier;
  }

  private stepAll(): void {
    const { active } = this.carriers;
    this.restEvery = this.live ? restTicks(active.length) : 1;
    let kept = 0;
    for (let i = 0; i < active.length; i++) {
      const carrier = active[i]!;
      this.carrier = carrier;
      if (carrier.firstSighting >= 0) this.stepHeard(carrier);
      else this.stepSilent(carrier);
      if (carrier.closed) this.carriers.byId.delete(carrier.id);
      else if (this.isActiveAt(carrier, this.tickEndMs)) active[kept++] = carrier;
      else this.carriers.rest(carrier, Math.max(this.tickEndMs / TICK_MS, this.dueTick(carrier)));
    }
    active.length = kept;
  }

  private stepHeard(carrier: Carrier): void {
    const { tickEndMs } = this;
    const firstAtMs = this.sightings.firstAtMs(carrier);
    const lastAtMs = this.sightings.lastAtMs(carrier);
    if (carrier.visitStartMs >= 0 && firstAtMs - carrier.lastHeardMs > this.visitGapMs) this.endVisit(carrier);
    if (carrier.visitStartMs < 0) this.startVisit(carrier, firstAtMs);
    const countedToMs = carrier.lastHeardTickEndMs >= 0 ? carrier.lastHeardTickEndMs : tickEndMs - TICK_MS;
    if (carrier.lastHeardMs >= 0 && !this.live) {
      const { lastHeardMs } = carrier;
      const sinceFirstMs = lastHeardMs - carrier.visitStartMs;
      noteGap(carrier.hearing, firstAtMs - lastHeardMs, this.rules.exitAfterMs, sinceFirstMs);
    }
    carrier.lastHeardMs = lastAtMs;
    carrier.lastHeardTickEndMs = tickEndMs;
    if (this.restsNow(carrier)) {
      carrier.firstSighting = -1;
      carrier.lastSighting = -1;
      this.track(carrier, lastAtMs, carrier.restMasses!);
      return;
    }
    if (isCounted(carrier) && !this.live) this.occupancy.add(null, countedToMs, tickEndMs);

    const heard = this.sightings.viewsOf(carrier);
    if (!this.live) noteWitnesses(carrier.hearing, heard);
    // Beacons of nobody may well be sold with one and the same number.
    if (carrier.kind !== 'unknown' && this.clones.note(carrier.id, heard, tickEndMs)) this.foundCloned(carrier);
    const { state, position } = this.positioner.step(carrier.position, tickEndMs, heard);
    carrier.firstSighting = -1;
    carrier.lastSighting = -1;
    carrier.position = state;
    carrier.fix = position.fix;
    carrier.restMasses = position.still ? position.zoneMass : undefined;
    if (position.fix && !this.live) this.addHeat(carrier, position.drawn ?? position.fix);
    this.track(carrier, lastAtMs, position.zoneMass);
  }

  private restsNow({ restMasses, restSlot }: Carrier): boolean {
    return restMasses !== undefined && !isLookedAt(restSlot, this.tickEndMs / TICK_MS, this.restEvery);
  }

  private track(carrier: Carrier, atMs: number, masses: readonly ZoneMass[]): void {
    const { tickEndMs } = this;
    const accuracyM = carrier.fix?.accuracyM ?? 0.5;
    trackSighted(carrier.stays, { atMs, tickEndMs, masses, accuracyM }, this.zones, this.rules, this.sink);
  }

  private stepSilent(carrier: Carrier): void {
    if (this.tickEndMs - carrier.lastHeardMs > this.visitGapMs) {
      this.endVisit(carrier);
      carrier.closed = true;
      return;
    }
    if (this.tickEndMs - carrier.lastHeardMs < this.rules.exitAfterMs) {
      const { state, position } = this.positioner.step(carrier.position, this.tickEndMs, NOT_HEARD);
      carrier.position = state;
      carrier.fix = position.fix;
    }
    trackSilent(carrier.stays, this.tickEndMs, this.rules, this.sink);
  }

  private foundCloned({ id, kind, lastHeardMs }: Carrier): void {
    this.output.events.push({ type: 'cloned', carrierId: id, kind, atMs: this.tickEndMs, sightingAtMs: lastHeardMs });
  }

  private startVisit(carrier: Carrier, atMs: number): void {
    carrier.visitStartMs = atMs;
    carrier.hearing = noHearing();
    carrier.lastHeardMs = -1;
    this.output.events.push({
      type: 'visitStarted',
      carrierId: carrier.id,
      kind: carrier.kind,
      atMs: this.tickEndMs,
    });
  }

  private endVisit(carrier: Carrier): void {
    endAll(carrier.stays, this.sink);
    this.clones.forget(carrier.id);
    this.output.rows.visits.push({ ...visitRow(carrier), emittedAtMs: this.tickEndMs });
    this.output.events.push({ type: 'visitEnded', carrierId: carrier.id, kind: carrier.kind, atMs: this.tickEndMs });
    carrier.visitStartMs = -1;
    carrier.lastHeardTickEndMs = -1;
    carrier.lastFixTickEndMs = -1;
    carrier.entranceZoneId = null;
    carrier.fix = undefined;
    carrier.position = undefined;
    carrier.restMasses = undefined;
  }

  private addHeat(carrier: Carrier, { xM, yM }: { xM: number; yM: number }): void {
    const { fix } = carrier;
    if (!fix || !isCounted(carrier)) return;
    const sinceMs = carrier.lastFixTickEndMs < 0 ? TICK_MS : this.tickEndMs - carrier.lastFixTickEndMs;
    const dwellMs = Math.min(sinceMs, MAX_FIX_GAP_MS);
    carrier.lastFixTickEndMs = this.tickEndMs;
    carrier.heat ??= this.heat.of(carrier.id);
    this.heat.add(carrier.heat, this.tickEndMs, fix.floorId, xM, yM, dwellMs);
  }

  private readonly sink: ZoneSink = {
    entered: (stay) => {
      const { carrier } = this;
      if (carrier.entranceZoneId === null && this.zones.get(stay.zoneId)?.zone.kind === 'entrance')
        carrier.entranceZoneId = stay.zoneId;
      this.zoneEvent('entered', stay, carrier.lastHeardMs);
    },
    dwelled: (stay, dwellSeconds) => {
      const { carrier } = this;
      this.output.events.push({
        type: 'dwelled',
        carrierId: carrier.id,
        kind: carrier.kind,
        zoneId: stay.zoneId,
        atMs: this.tickEndMs,
        sightingAtMs: stay.lastInMs,
        dwellSeconds,
        fix: carrier.fix,
      });
    },
    exited: (stay) => {
      this.output.rows.stays.push({ ...stayRow(this.carrier, stay), emittedAtMs: this.tickEndMs });
      this.zoneEvent('exited', stay, stay.lastInMs);
    },
    wasIn: (stay, fromTickEndMs, toTickEndMs) => {
      if (!this.live && isCounted(this.carrier)) this.occupancy.add(stay.zoneId, fromTickEndMs, toTickEndMs);
    },
  };

  private zoneEvent(type: 'entered' | 'exited', stay: StayState, sightingAtMs: number): void {
    const { id, kind, fix } = this.carrier;
    this.output.events.push({
      type,
      carrierId: id,
      kind,
      zoneId: stay.zoneId,
      atMs: this.tickEndMs,
      sightingAtMs,
      fix,
    });
  }

  private endStaysInLostZones(): void {
    this.reconcile = false;
    for (const carrier of this.carriers.sorted()) {
      if (!carrier.stays.some((stay) => !this.zones.has(stay.zoneId))) continue;
      this.carrier = carrier;
      endMissing(carrier.stays, this.zones, this.sink);
    }
  }

  private closeBuckets(): void {
    const { rows } = this.output;
    const emittedAtMs = this.tickEndMs;
    const heatDueMs = this.heat.dueMs();
    if (heatDueMs !== undefined && heatDueMs <= this.tickEndMs) {
      for (const row of this.heat.close()) rows.heat.push({ ...row, emittedAtMs });
      for (const carrier of this.carriers.byId.values()) carrier.heat = undefined;
    }
    for (const row of this.occupancy.close(this.tickEndMs - this.reachBackMs))
      rows.occupancy.push({ ...row, emittedAtMs });
  }

  openRows(withHeat: boolean): OpenRows {
    const carriers = this.carriers.sorted();
    return {
      visits: carriers.map(visitRow),
      stays: carriers.flatMap((carrier) =>
        carrier.stays.filter((stay) => stay.confirmed).map((stay) => stayRow(carrier, stay)),
      ),
      heat: withHeat ? this.heat.rows() : [],
      occupancy: this.occupancy.open(),
    };
  }

  present(nowMs: number): PresentCarrier[] {
    return this.carriers
      .sorted()
      .filter((carrier) => nowMs - carrier.lastHeardMs <= PRESENT_FOR_MS)
      .map((carrier) => ({
        carrierId: carrier.id,
        kind: carrier.kind,
        fix: carrier.fix && { ...carrier.fix },
        zoneIds: currentZoneIds(carrier.stays, this.zones),
        lastHeardMs: carrier.lastHeardMs,
        ...(this.clones.isCloned(carrier.id, nowMs) ? { cloned: true as const } : {}),
      }));
  }

  clonedCarriers(nowMs: number): ClonedCarrier[] {
    return this.clones.all(nowMs);
  }

  learnedRadio(): unknown {
    return this.positioner.siteState();
  }

  /** Objects are the engine's own: a copy of all of a large mall's would take a third of a second. */
  *snapshotParts(watermarkMs: number): Generator<SnapshotPart> {
    const { carriers: heatOfCarriers, ...heat } = this.heat.state();
    const stored: Stored = {
      carriers: [],
      heat: { ...heat, carriers: [] },
      occupancy: this.occupancy.state(),
      coverage: this.coverage.state(),
      clones: this.clones.state(watermarkMs),
      positioning: this.positioner.siteState(),
    };
    const carriers = this.carriers.sorted();
    yield { part: 'head', snapshot: { version: SNAPSHOT_VERSION, watermarkMs, state: stored } };
    for (let from = 0; from < carriers.length; from += CARRIERS_PER_PART)
      yield { part: 'carriers', carriers: carriers.slice(from, from + CARRIERS_PER_PART).map(stateOf) };
    for (let from = 0; from < heatOfCarriers.length; from += CARRIERS_PER_PART)
      yield { part: 'heat', carriers: heatOfCarriers.slice(from, from + CARRIERS_PER_PART) };
  }
}

/** Of `snapshotParts`, in their order. Throws RangeError where the head is not the first. */
export function joinSnapshot(parts: readonly SnapshotPart[]): EngineSnapshot {
  const head = parts[0];
  if (head?.part !== 'head') throw new RangeError('a snapshot begins with its head');
  const { snapshot } = head;
  const stored = snapshot.state as Stored;
  for (const part of parts.slice(1)) {
    if (part.part === 'carriers') stored.carriers.push(...(part.carriers as CarrierState[]));
    else if (part.part === 'heat') stored.heat.carriers.push(...(part.carriers as HeatState['carriers']));
  }
  return snapshot;
}
