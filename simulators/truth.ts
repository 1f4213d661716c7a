/** What really happened, as lines of JSON: visits, stays, counts by hour, positions where wanted. Pure. */
import type { Zone } from '../server/contract/model.ts';
import type { Walker } from './mall.ts';
import { Cursor } from './trajectory.ts';
import { inZone } from './zones.ts';

const SAMPLE_MS = 1_000;
const HOUR_MS = 3_600_000;

/** Zones are judged by the positions as written, so that the two agree. */
const centimetres = (metres: number): number => Math.round(metres * 100) / 100;

export type TruthLine =
  | {
      type: 'visit';
      person: number;
      role: Walker['role'];
      carrier: TruthCarrier | null;
      startMs: number;
      endMs: number;
    }
  | { type: 'stay'; person: number; role: Walker['role']; zoneId: string; startMs: number; endMs: number }
  | { type: 'position'; person: number; atMs: number; floorId: string; xM: number; yM: number }
  | HourCounts;

export interface TruthCarrier {
  kind: string;
  uuid: string;
  major: number;
  minor: number;
}

/** Visitors only: staff and carts are no footfall. Guests of the demo carry a tag and count as visitors. */
export interface HourCounts {
  type: 'hour';
  startMs: number;
  /** Visits started. */
  people: number;
  carriers: number;
  /** Mean number present. */
  peopleOccupancy: number;
  carriersOccupancy: number;
  /** Stays started, by zone. */
  stays: Record<string, number>;
}

export interface TruthOptions {
  floorIds: readonly string[];
  zones: readonly Zone[];
  /** Nothing before counts. */
  fromMs: number;
  positions: boolean;
  write: (line: TruthLine) => void;
}

export class TruthRecorder {
  private readonly options: TruthOptions;
  private readonly zonesByFloor: Zone[][];
  private readonly hours = new Map<number, HourCounts>();
  private persons = 0;

  constructor(options: TruthOptions) {
    this.options = options;
    this.zonesByFloor = options.floorIds.map((floorId) => options.zones.filter((zone) => zone.floorId === floorId));
  }

  private hour(atMs: number): HourCounts {
    const startMs = Math.floor(atMs / HOUR_MS) * HOUR_MS;
    let counts = this.hours.get(startMs);
    if (!counts) {
      counts = { type: 'hour', startMs, people: 0, carriers: 0, peopleOccupancy: 0, carriersOccupancy: 0, stays: {} };
      this.hours.set(startMs, counts);
    }
    return counts;
  }

  /** Somebody has left, or the run ends at `untilMs` with them still there. */
  add(walker: Walker, untilMs: number): void {
    const startMs = Math.max(walker.startMs, this.options.fromMs);
    const endMs = Math.min(walker.endMs, untilMs);
    if (endMs <= startMs) return;
    const person = this.persons++;
    const { carrier, role } = walker;
    const counted = role === 'visitor' || role === 'guest';
    if (counted && walker.startMs >= this.options.fromMs) {
      const counts = this.hour(startMs);
      if (!walker.second) counts.people++;
      if (carrier) counts.carriers++;
    }
    this.options.write({
      type: 'visit',
      person,
      role,
      carrier: carrier ? { kind: carrier.kind, uuid: carrier.uuid, major: carrier.major, minor: carrier.minor } : null,
      startMs,
      endMs,
    });
    if (role !== 'guest') this.follow(walker, person, startMs, endMs, counted);
  }

  private follow(walker: Walker, person: number, startMs: number, endMs: number, counted: boolean): void {
    const { floorIds, positions, write } = this.options;
    const { role } = walker;
    const cursor = new Cursor(walker.path, walker.delayMs);
    const open = new Map<Zone, number>();
    const close = (zone: Zone, atMs: number): void => {
      const fromMs = open.get(zone)!;
      open.delete(zone);
      write({ type: 'stay', person, role, zoneId: zone.id, startMs: fromMs, endMs: atMs });
      if (!counted) return;
      const { stays } = this.hour(fromMs);
      stays[zone.id] = (stays[zone.id] ?? 0) + 1;
    };
    for (let atMs = startMs; atMs < endMs; atMs += SAMPLE_MS) {
      cursor.moveTo(atMs);
      const { floor } = cursor;
      const xM = centimetres(cursor.xM);
      const yM = centimetres(cursor.yM);
      for (const zone of this.zonesByFloor[floor]!) if (inZone(zone, xM, yM) && !open.has(zone)) open.set(zone, atMs);
      for (const zone of [...open.keys()])
        if (zone.floorId !== floorIds[floor] || !inZone(zone, xM, yM)) close(zone, atMs);
      if (positions)
        write({
          type: 'position',
          person,
          atMs,
          floorId: floorIds[floor]!,
          xM,
          yM,
        });
      if (counted) {
        const counts = this.hour(atMs);
        const share = Math.min(SAMPLE_MS, endMs - atMs) / HOUR_MS;
        if (!walker.second) counts.peopleOccupancy += share;
        if (walker.carrier) counts.carriersOccupancy += share;
      }
    }
    for (const zone of [...open.keys()]) close(zone, endMs);
  }

  /** Writes the hours that can get no more: all before `beforeMs`. */
  flushHours(beforeMs: number): void {
    for (const [startMs, counts] of [...this.hours].sort((a, b) => a[0] - b[0])) {
      if (startMs + HOUR_MS > beforeMs) continue;
      this.hours.delete(startMs);
      this.options.write({
        ...counts,
        peopleOccupancy: Math.round(counts.peopleOccupancy * 1_000) / 1_000,
        carriersOccupancy: Math.round(counts.carriersOccupancy * 1_000) / 1_000,
      });
    }
  }
}
