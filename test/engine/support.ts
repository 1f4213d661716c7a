/** Small sites, walkers and batches for the engine's tests. */
import { DEFAULT_DEFINITIONS, type Definitions } from '../../server/contract/definitions.ts';
import type { CarrierKind, Gateway, SiteModel, Zone } from '../../server/contract/model.ts';
import type { EngineOutput, LogBatch, Sighting } from '../../server/engine/types.ts';

/** A Monday, 08:00 UTC; a full quarter hour. */
export const NOW = Date.UTC(2025, 2, 3, 8);

/** mulberry32 */
export function seeded(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

export const box = (
  id: string,
  [x1, y1, x2, y2]: [number, number, number, number],
  more: Partial<Zone> = {},
): Zone => ({
  id,
  floorId: 'f0',
  name: id,
  kind: 'shop',
  shape: {
    type: 'polygon',
    rings: [
      [
        [x1, y1],
        [x2, y1],
        [x2, y2],
        [x1, y2],
      ],
    ],
  },
  tenantId: null,
  minStaySeconds: null,
  ...more,
});

/** One floor of 40 × 20 m: an entrance on the left, shops a and b side by side, a coupon zone within b; gateways every 10 m. */
export function siteModel(
  more: Partial<Omit<SiteModel, 'definitions'>> & { definitions?: Partial<Definitions> } = {},
): SiteModel {
  const gateways: Gateway[] = [];
  for (let x = 0; x <= 40; x += 10)
    for (let y = 0; y <= 20; y += 10)
      gateways.push({ id: `g-${x}-${y}`, floorId: 'f0', xM: x, yM: y, zM: 2.5, enabled: true });
  return {
    siteId: 's',
    timezone: 'Europe/Prague',
    floors: [{ id: 'f0', name: 'Ground', level: 0, widthM: 40, heightM: 20, outline: null, walls: [], image: null }],
    zones: [
      box('door', [0, 0, 10, 20], { kind: 'entrance' }),
      box('a', [10, 0, 25, 20]),
      box('b', [25, 0, 40, 20]),
      box('c', [27, 2, 39, 18], { kind: 'coupon' }),
    ],
    gateways,
    definitionsVersion: 1,
    dwellSecondsByZone: {},
    ...more,
    definitions: { ...DEFAULT_DEFINITIONS, ...more.definitions },
  };
}

export interface Walker {
  carrierId: string;
  kind?: CarrierKind;
  /** Where it is; undefined: not heard. */
  at: (atMs: number) => { xM: number; yM: number; floorId?: string } | undefined;
}

export const standing = (xM: number, yM: number, fromMs: number, toMs: number): Walker['at'] => {
  return (atMs) => (atMs >= fromMs && atMs < toMs ? { xM, yM } : undefined);
};

/** From point to point at 1.2 m/s, `pauseMs` at each. */
export function walking(points: [number, number][], fromMs: number, pauseMs: number): Walker['at'] {
  const legs: { fromMs: number; toMs: number; from: [number, number]; to: [number, number] }[] = [];
  let at = fromMs;
  points.forEach((point, i) => {
    const next = points[i + 1] ?? point;
    legs.push({ fromMs: at, toMs: at + pauseMs, from: point, to: point });
    at += pauseMs;
    const walkMs = (Math.hypot(next[0] - point[0], next[1] - point[1]) / 1.2) * 1_000;
    legs.push({ fromMs: at, toMs: at + walkMs, from: point, to: next });
    at += walkMs;
  });
  return (atMs) => {
    const leg = legs.find((l) => atMs >= l.fromMs && atMs < l.toMs);
    if (!leg) return undefined;
    const t = (atMs - leg.fromMs) / (leg.toMs - leg.fromMs);
    return { xM: leg.from[0] + t * (leg.to[0] - leg.from[0]), yM: leg.from[1] + t * (leg.to[1] - leg.from[1]) };
  };
}

export interface RadioOptions {
  noiseDb?: number;
  /** Share of windows in which a gateway misses a carrier that it could hear. */
  missed?: number;
  sensitivityDbm?: number;
}

/** One batch per gateway and second, empty ones every 10 s. */
export function batchesOf(
  model: SiteModel,
  walkers: readonly Walker[],
  fromMs: number,
  toMs: number,
  random: () => number,
  { noiseDb = 4, missed = 0.2, sensitivityDbm = -88 }: RadioOptions = {},
): LogBatch[] {
  const batches: LogBatch[] = [];
  for (const gateway of model.gateways) {
    let seq = 0;
    for (let startMs = fromMs; startMs < toMs; startMs += 1_000) {
      const sightings: Sighting[] = [];
      for (const { carrierId, kind = 'shopper', at } of walkers) {
        const atMs = startMs + Math.floor(random() * 1_000);
        const place = at(atMs);
        if (!place || (place.floorId ?? 'f0') !== gateway.floorId || random() < missed) continue;
        const distanceM = Math.max(0.5, Math.hypot(place.xM - gateway.xM, place.yM - gateway.yM, gateway.zM - 1.1));
        const rssiMeanDbm = -62 - 21 * Math.log10(distanceM) + noiseDb * gaussian(random);
        if (rssiMeanDbm < sensitivityDbm) continue;
        sightings.push({ carrierId, kind, rssiMeanDbm, rssiMaxDbm: rssiMeanDbm + 2, adverts: 3, atMs });
      }
      if (sightings.length === 0 && startMs % 10_000 !== 0) continue;
      seq += 1;
      batches.push({
        gatewayId: gateway.id,
        epoch: 1,
        seq,
        fromMs: startMs,
        toMs: startMs + 1_000,
        clockOffsetMs: 0,
        receivedMs: startMs + 1_200,
        sightings,
      });
    }
  }
  return batches;
}

export const heardOnce = (
  gatewayId: string,
  carrierId: string,
  atMs: number,
  more: Partial<Sighting> = {},
  seq = atMs,
): LogBatch => ({
  gatewayId,
  epoch: 1,
  seq,
  fromMs: Math.floor(atMs / 1_000) * 1_000,
  toMs: Math.floor(atMs / 1_000) * 1_000 + 1_000,
  clockOffsetMs: 0,
  receivedMs: atMs + 1_000,
  sightings: [{ carrierId, kind: 'shopper', rssiMeanDbm: -60, rssiMaxDbm: -58, adverts: 3, atMs, ...more }],
});

export function append(all: EngineOutput, more: EngineOutput): void {
  all.rows.visits.push(...more.rows.visits);
  all.rows.stays.push(...more.rows.stays);
  all.rows.heat.push(...more.rows.heat);
  all.rows.occupancy.push(...more.rows.occupancy);
  all.rows.coverage.push(...more.rows.coverage);
  all.events.push(...more.events);
}

export const nothing = (): EngineOutput => ({
  rows: { visits: [], stays: [], heat: [], occupancy: [], coverage: [] },
  events: [],
});
