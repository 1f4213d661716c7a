/**
 * The engine alone, on one core: carriers spread over a mall, each heard every second by the ten gateways nearest to it.
 * `run()` prints sightings a second, nanoseconds a sighting and bytes a carrier, beside the limit of the same sightings only
 * read from their JSON rows and put together by carrier: nothing that follows carriers can do less.
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

type WireRow = [carrierId: string, rssiMeanDbm: number, rssiMaxDbm: number, adverts: number, atMs: number];

/** One second's batches as they would come over the wire. */
const encode = (batches: readonly LogBatch[]): string[] =>
  batches.map((batch) =>
    JSON.stringify(
      batch.sightings.map((one): WireRow => [one.carrierId, one.rssiMeanDbm, one.rssiMaxDbm, one.adverts, one.atMs]),
    ),
  );

/** The least that anybody must do: the number of carriers keeps it from being left away. */
function bucket(messages: readonly string[]): number {
  const byCarrier = new Map<string, WireRow[]>();
  for (const message of messages)
    for (const row of JSON.parse(message) as WireRow[]) {
      const rows = byCarrier.get(row[0]);
      if (rows) rows.push(row);
      else byCarrier.set(row[0], [row]);
    }
  return byCarrier.size;
}

export interface EngineBench {
  carriers: number;
  sightings: number;
  sightingsPerSecond: number;
  nsPerSighting: number;
  /** Of the limit. */
  limitNsPerSighting: number;
  bytesPerCarrier: number;
  snapshotMs: number;
}

/** Seconds in which the limit is measured as well. */
const LIMIT_SECONDS = 8;
/** Until the code is compiled and the windows have closed around their carriers. */
const WARM_UP_SECONDS = 5;

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
  let limitMs = 0;
  let limitSightings = 0;
  for (let i = 0; i < WARM_UP_SECONDS + seconds; i++) {
    const atMs = START_MS + i * 1_000;
    const batches = second(model, shoppers, atMs, i + 1, random);
    const startMs = nowMs();
    for (const batch of batches) engine.add(batch);
    const output = engine.advance(atMs + 1_000);
    if (i < WARM_UP_SECONDS) continue;
    spentMs += nowMs() - startMs;
    events += output.events.length;
    const inTick = batches.reduce((sum, batch) => sum + batch.sightings.length, 0);
    sightings += inTick;
    if (i >= WARM_UP_SECONDS + LIMIT_SECONDS) continue;
    const messages = encode(batches);
    const limitStartMs = nowMs();
    if (bucket(messages) > carriers) throw new Error('more carriers than there are');
    limitMs += nowMs() - limitStartMs;
    limitSightings += inTick;
  }
  const after = heapBytes();
  const snapshotStartMs = nowMs();
  engine.snapshot();
  const result: EngineBench = {
    carriers,
    sightings,
    sightingsPerSecond: Math.round((sightings / spentMs) * 1_000),
    nsPerSighting: Math.round((spentMs / sightings) * 1e6),
    limitNsPerSighting: Math.round((limitMs / limitSightings) * 1e6),
    bytesPerCarrier: Math.round((after - before) / carriers),
    snapshotMs: Math.round(nowMs() - snapshotStartMs),
  };
  print(
    `engine: ${carriers} carriers, ${sightings} sightings, ${events} events: ${result.sightingsPerSecond} sightings/s, ` +
      `${result.nsPerSighting} ns/sighting, ${Number.isNaN(result.bytesPerCarrier) ? '?' : result.bytesPerCarrier} bytes/carrier, ` +
      `snapshot ${result.snapshotMs} ms`,
  );
  print(
    `limit: the same read from JSON and put together by carrier: ${result.limitNsPerSighting} ns/sighting; ` +
      `the engine takes ${(result.nsPerSighting / result.limitNsPerSighting).toFixed(1)} times that`,
  );
  return result;
}

// The time that the process was given, with all its threads: what else the machine does is not counted, collecting garbage is.
if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  run({
    nowMs: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1_000;
    },
    heapBytes: () => {
      globalThis.gc?.();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    },
  });
