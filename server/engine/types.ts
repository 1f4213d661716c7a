/**
 * What goes into and comes out of the engine. The engine is pure: it reads no clock, file or socket, and gives the same
 * rows for the same log, whatever the order and the pieces in which the log's batches are handed over, as long as each
 * batch comes before `advance` has passed its ticks.
 */
import type { CarrierKind, SiteModel } from '../contract/model.ts';
import type { ClonedCarrier } from './clones.ts';

/** Event time is cut into ticks of one second; all sightings of a tick are processed together, in canonical order. */
export const TICK_MS = 1_000;

/** One carrier at one gateway in one window, identity resolved and clock corrected. */
export interface Sighting {
  /** `c-…` for a registered carrier, `u-…` for an unknown one under its daily key. */
  carrierId: string;
  kind: CarrierKind;
  rssiMeanDbm: number;
  rssiMaxDbm: number;
  adverts: number;
  /** The fleet's calibrated RSSI at 1 m, or undefined: a declared power is not trusted. */
  powerDbm?: number;
  /** Corrected time at which it was last heard. */
  atMs: number;
  /** Hearing is the same both ways: the carrier is a phone that heard this gateway's beacon. */
  beaconOf?: string;
}

/** One batch as it stands in the log. An empty one still proves that the gateway was scanning. */
export interface LogBatch {
  /** No gateway of the model where a phone listened: then the sightings say whose beacons it heard. */
  gatewayId: string;
  epoch: number;
  seq: number;
  /** Corrected by `clockOffsetMs`; the gateway's own time is fromMs − clockOffsetMs. */
  fromMs: number;
  toMs: number;
  clockOffsetMs: number;
  receivedMs: number;
  sightings: Sighting[];
}

export interface Fix {
  floorId: string;
  xM: number;
  yM: number;
  /** The true position lies within it 68 % of the time. */
  accuracyM: number;
  atMs: number;
}

/** How surely a presence is known; what bands are made of. Left out by rows of before it was measured. */
export interface Certainty {
  /** Mean time from the true start to the first sighting, and from the last one to the true end: what adverts and losses leave out. */
  lagMs?: number;
  /** Distinct gateways that heard it, up to MAX_WITNESSES. */
  gateways?: number;
}
/** More would not make a loss of all of them any likelier to matter. */
export const MAX_WITNESSES = 8;

/**
 * How a visit was heard next to its first sighting and next to its last: the sum of the gaps there, the lag (see Certainty)
 * that they stand for, and how many gateways had that one sighting. Left out by rows of before it was measured.
 */
export interface DoorHearing {
  firstGapMs?: number;
  firstLagMs?: number;
  firstGateways?: number;
  lastGapMs?: number;
  lastLagMs?: number;
  lastGateways?: number;
}

export interface VisitRow extends Certainty, DoorHearing {
  carrierId: string;
  kind: CarrierKind;
  startMs: number;
  /** Time of the last sighting. */
  endMs: number;
  /** First zone of kind entrance that it stayed in, else null. */
  entranceZoneId: string | null;
}

export interface StayRow extends Certainty {
  /** Mean probability, in thousandths, that it was in the zone when it was taken to be. */
  massPermille?: number;
  carrierId: string;
  kind: CarrierKind;
  zoneId: string;
  floorId: string;
  startMs: number;
  endMs: number;
  /** Start of the visit that it belongs to. */
  visitStartMs: number;
}

/** Presence of one carrier in one 1 m cell within one local-clock-independent hour (UTC hours cut the data; zones with half-hour offsets are cut at 15 min: see HEAT_BUCKET_MS). Not of staff and carts: it has no kind to filter by. */
export interface HeatRow {
  floorId: string;
  bucketStartMs: number;
  cellX: number;
  cellY: number;
  carrierId: string;
  dwellMs: number;
}
/** Quarter hours start on every zone's local hours, those at +5:45 included. */
export const HEAT_BUCKET_MS = 900_000;

/**
 * Present carriers by zone in one quarter hour; zoneId null is the site. Carriers of kind staff and cart are not in it.
 * Present: between first and last sighting of a visit, or first and last tick in the zone of a confirmed stay. It is told when
 * no visit can reach back into the quarter hour any more (visitGapMinutes after its end); one with nobody present is not told.
 */
export interface OccupancyRow {
  zoneId: string | null;
  bucketStartMs: number;
  /** Sum over ticks of the number present, times the tick's length. */
  carrierMs: number;
  peak: number;
}

/** A gateway reported in this minute of event time. */
export interface CoverageRow {
  gatewayId: string;
  minuteStartMs: number;
}

/** Rows are final when emitted; `emittedAtMs` is the event time of the tick that emitted them and orders replays. */
export interface EngineRows {
  visits: (VisitRow & { emittedAtMs: number })[];
  stays: (StayRow & { emittedAtMs: number })[];
  heat: (HeatRow & { emittedAtMs: number })[];
  occupancy: (OccupancyRow & { emittedAtMs: number })[];
  coverage: (CoverageRow & { emittedAtMs: number })[];
}

export type EngineEvent =
  /** Found to be at two places at once; told once a day. */
  | { type: 'cloned'; carrierId: string; kind: CarrierKind; atMs: number; sightingAtMs: number }
  | { type: 'visitStarted' | 'visitEnded'; carrierId: string; kind: CarrierKind; atMs: number }
  | {
      type: 'entered' | 'exited';
      carrierId: string;
      kind: CarrierKind;
      zoneId: string;
      atMs: number;
      sightingAtMs: number;
      fix: Fix | undefined;
    }
  | {
      type: 'dwelled';
      carrierId: string;
      kind: CarrierKind;
      zoneId: string;
      atMs: number;
      sightingAtMs: number;
      dwellSeconds: number;
      fix: Fix | undefined;
    };

export interface EngineOutput {
  rows: EngineRows;
  /** In tick order; `atMs` is the tick's end, `sightingAtMs` the last sighting that completed it. */
  events: EngineEvent[];
}

/** What is under way: visits and stays not yet closed, heat and occupancy of the open quarter hour. */
export interface OpenRows {
  visits: VisitRow[];
  stays: StayRow[];
  heat: HeatRow[];
  occupancy: OccupancyRow[];
}

export interface PresentCarrier {
  carrierId: string;
  kind: CarrierKind;
  fix: Fix | undefined;
  /** Zones it is confirmed in. */
  zoneIds: string[];
  lastHeardMs: number;
  /** One identity, two transmitters: nobody knows whose visit this is. */
  cloned?: true;
}

export interface Engine {
  /** Event time up to which ticks were processed (exclusive end of the last one). */
  readonly watermarkMs: number;
  /** Buffers a batch. Sightings before the watermark are not processed; returns how many those were. Minutes of coverage that begin before it are lost as well: a batch that starts before it needs a replay, even an empty one. */
  add(batch: LogBatch): number;
  /** The model in force for ticks from `effectiveFromMs` on. Calls come in rising order. */
  setModel(model: SiteModel, effectiveFromMs: number): void;
  /** Processes every tick that ends at or before `toMs`. Costs nothing for stretches in which nobody is present. */
  advance(toMs: number): EngineOutput;
  /** `withHeat`: a crowd's is by far the most of it. @default true */
  openRows(withHeat?: boolean): OpenRows;
  present(): PresentCarrier[];
  /** Carriers found to be at two places at once within the last day. */
  clones(): ClonedCarrier[];
  /** What its positioner has learned of the site's radio; of the positioner's own form. */
  learnedRadio(): unknown;
  /** State after the last processed tick; structured-cloneable, small enough to be kept hourly. Buffered batches are not in it: they are read from the log again. */
  snapshot(): EngineSnapshot;
  /**
   * The same in pieces that take a few milliseconds each, the head first. They share their objects with the engine: each is to
   * be written before the engine goes on, and asking for one after it has gone on throws.
   */
  snapshotParts(): Generator<SnapshotPart>;
}

/** Pieces of a large mall's state; `joinSnapshot` makes a snapshot of them. */
export type SnapshotPart =
  | { part: 'head'; snapshot: EngineSnapshot }
  | { part: 'carriers'; carriers: unknown[] }
  | { part: 'heat'; carriers: unknown[] };

export interface EngineSnapshot {
  /** Raised when the state's form changes; a snapshot of another version is not used. */
  version: number;
  watermarkMs: number;
  state: unknown;
}

/** `createEngine(model, undefined)` starts empty. */
export type CreateEngine = (model: SiteModel, snapshot: EngineSnapshot | undefined) => Engine;
