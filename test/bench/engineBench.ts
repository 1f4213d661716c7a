/**
 * The engine alone, on one core: carriers spread over a mall, each heard every second by the ten gateways nearest to it.
 * `run()` prints sightings a second, nanoseconds a sighting and bytes a carrier.
 */
import { pathToFileURL } from 'node:url';
import { DEFAULT_DEFINITIONS } from '../../server/contract/definitions.ts';
import type { Gateway, SiteModel, Zone } from '../../server/contract/model.ts';
import { createEngine } from '../../server/engine/engine.ts';
import type { LogBatch, Sighting } from '../../server/engine/types.ts';

const FLOORS = 4;
const SIDE_M = 200;
const GATEWAY_SPACING_M = 12;
const SHOP_M = 20;
const HEARD_BY = 10;
const START_MS = Date.UTC(2025, 2, 3, 8);

/** mulberry32 */
function seeded(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function mall(): SiteModel {
  const gateways: Gateway[] = [];
  const zones: Zone[] = [];
  for (let level = 0; level < FLOORS; level++) {
    const floorId = `f${level}`;
    for (let x = 6; x < SIDE_M; x += GATEWAY_SPACING_M)
      for (let y = 6; y < SIDE_M; y += GATEWAY_SPACING_M)
        gateways.push({ id: `g-${level}-${x}-${y}`, floorId, xM: x, yM: y, zM: 3, enabled: true });
    for (let x = 0; x < SIDE_M; x += SHOP_M)
      for (let y = 0; y < SIDE_M; y += SHOP_M) {
        const id = `z-${level}-${x}-${y}`;
        const base = { floorId, tenantId: null, minStaySeconds: null };
        zones.push({
          ...base,
          id,
          name: id,
          kind: 'shop',
          shape: {
            type: 'polygon',
            rings: [
              [
                [x, y],
                [x + SHOP_M, y],
                [x + SHOP_M, y + SHOP_M],
                [x, y + SHOP_M],
              ],
            ],
          },
        });
        if ((x + y) % (5 * SHOP_M) === 0)
          zones.push({
            ...base,
            id: `c${id}`,
            name: id,
            kind: 'coupon',
            shape: { type: 'circle', xM: x + SHOP_M / 2, yM: y + SHOP_M / 2, radiusM: 7 },
          });
      }
  }
  return {
    siteId: 'bench',
    timezone: 'Europe/Prague',
    floors: Array.from({ length: FLOORS }, (_, level) => ({
      id: `f${level}`,
      name: `Floor ${level}`,
      level,
      widthM: SIDE_M,
      heightM: SIDE_M,
      outline: null,
      walls: [],
      image: null,
    })),
    zones,
    gateways,
    definitionsVersion: 1,
    definitions: DEFAULT_DEFINITIONS,
    dwellSecondsByZone: {},
  };
}

interface Shopper {
  id: string;
  level: number;
  xM: number;
  yM: number;
  headingRad: number;
}

/** The batches of one second: every carrier a step on, heard by the gateways around it. */
function second(model: SiteModel, shoppers: Shopper[], atMs: number, seq: number, random: () => number): LogBatch[] {
  const perRow = Math.ceil((SIDE_M - 6) / GATEWAY_SPACING_M);
  const sightings: Sighting[][] = model.gateways.map(() => []);
  for (const shopper of shoppers) {
    shopper.headingRad += (random() - 0.5) * 0.8;
    shopper.xM = Math.min(SIDE_M, Math.max(0, shopper.xM + 0.6 * Math.cos(shopper.headingRad)));
    shopper.yM = Math.min(SIDE_M, Math.max(0, shopper.yM + 0.6 * Math.sin(shopper.headingRad)));
    const column = Math.round((shopper.xM - 6) / GATEWAY_SPACING_M);
    const row = Math.round((shopper.yM - 6) / GATEWAY_SPACING_M);
    let heard = 0;
    for (let dx = -2; dx <= 2 && heard < HEARD_BY; dx++)
      for (let dy = -2; dy <= 2 && heard < HEARD_BY; dy++) {
        const c = Math.min(perRow - 1, Math.max(0, column)) + dx;
        const r = Math.min(perRow - 1, Math.max(0, row)) + dy;
        if (c < 0 || r < 0 || c >= perRow || r >= perRow || random() < 0.4) continue;
        const index = shopper.level * perRow * perRow + c * perRow + r;
        const gateway = model.gateways[index]!;
        const distanceM = Math.hypot(shopper.xM - gateway.xM, shopper.yM - gateway.yM, 2);
        const rssiMeanDbm = Math.round(-62 - 21 * Math.log10(distanceM) + 10 * (random() - 0.5));
        sightings[index]!.push({
          carrierId: shopper.id,
          kind: 'shopper',
          rssiMeanDbm,
          rssiMaxDbm: rssiMeanDbm + 3,
          adverts: 3,
          atMs: atMs + Math.floor(random() * 1_000),
        });
        heard += 1;
      }
  }
  return model.gateways.map((gateway, i) => ({
    gatewayId: gateway.id,
    epoch: 1,
    seq,
    fromMs: atMs,
    toMs: atMs + 1_000,
    clockOffsetMs: 0,
    receivedMs: atMs + 1_100,
    sightings: sightings[i]!,
  }));
}

export interface EngineBench {
  carriers: number;
  sightings: number;
  sightingsPerSecond: number;
  nsPerSighting: number;
  bytesPerCarrier: number;
  snapshotMs: number;
}

/** `nowMs` measures; `heapBytes` collects garbage and tells what is left, or is left out. */
export function run({
  carriers = 20_000,
  seconds = 40,
  nowMs = () => performance.now(),
  heapBytes = (): number => Number.NaN,
  print = (line: string): void => console.log(line),
} = {}): EngineBench {
  const random = seeded(1);
  const model = mall();
  const shoppers = Array.from(
    { length: carriers },
    (_, i): Shopper => ({
      id: `c-${((i * 7_919) % carriers).toString(36).padStart(20, '0')}`,
      level: i % FLOORS,
      xM: random() * SIDE_M,
      yM: random() * SIDE_M,
      headingRad: random() * 2 * Math.PI,
    }),
  );
  const engine = createEngine(model, undefined);
  const before = heapBytes();
  let spentMs = 0;
  let sightings = 0;
  let events = 0;
  const WARM_UP = 5;
  for (let i = 0; i < WARM_UP + seconds; i++) {
    const atMs = START_MS + i * 1_000;
    const batches = second(model, shoppers, atMs, i + 1, random);
    const startMs = nowMs();
    for (const batch of batches) engine.add(batch);
    const output = engine.advance(atMs + 1_000);
    if (i < WARM_UP) continue;
    spentMs += nowMs() - startMs;
    events += output.events.length;
    for (const batch of batches) sightings += batch.sightings.length;
  }
  const after = heapBytes();
  const snapshotStartMs = nowMs();
  engine.snapshot();
  const result: EngineBench = {
    carriers,
    sightings,
    sightingsPerSecond: Math.round((sightings / spentMs) * 1_000),
    nsPerSighting: Math.round((spentMs / sightings) * 1e6),
    bytesPerCarrier: Math.round((after - before) / carriers),
    snapshotMs: Math.round(nowMs() - snapshotStartMs),
  };
  print(
    `engine: ${carriers} carriers, ${sightings} sightings, ${events} events: ${result.sightingsPerSecond} sightings/s, ` +
      `${result.nsPerSighting} ns/sighting, ${Number.isNaN(result.bytesPerCarrier) ? '?' : result.bytesPerCarrier} bytes/carrier, ` +
      `snapshot ${result.snapshotMs} ms`,
  );
  return result;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  run({
    nowMs: () => performance.now(),
    heapBytes: () => {
      globalThis.gc?.();
      return process.memoryUsage().heapUsed;
    },
  });
