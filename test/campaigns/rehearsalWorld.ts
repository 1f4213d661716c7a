/**
 * A hall with shops in which people walk, known to the metre: their fixes are off by a Gaussian that stays for some ten
 * seconds, the product's own tracker makes stays of the fixes, heat is drawn round them. So what a rehearsal says can be held against the truth.
 */

import { P90_PER_SIGMA } from '../../server/campaigns/rehearsalErrors.ts';
import { Rehearsals } from '../../server/campaigns/rehearse.ts';
import type { Certificate } from '../../server/contract/calibration.ts';
import { type Attention, type Campaign, campaign, DEFAULT_ATTENTION } from '../../server/contract/campaigns.ts';
import type { Shape, Zone } from '../../server/contract/model.ts';
import { Duck } from '../../server/db/duckdb.ts';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
import { migrate } from '../../server/db/migrations/index.ts';
import { HEAT_BUCKET_MS } from '../../server/engine/types.ts';
import { ACCURACY_PER_SIGMA } from '../../server/floor/gaussian.ts';
import { pointInShape } from '../../server/floor/geometry.ts';
import { FloorZones } from '../../server/floor/zoneIndex.ts';
import { zoneTable } from '../../server/visits/zoneTable.ts';
import {
  endAll,
  massPermilleOf,
  type StayState,
  trackSighted,
  type ZoneSink,
} from '../../server/visits/zoneTracker.ts';
import { addSite, commitOf, covered, DAY, gatewayNamed, HOUR, MINUTE, noRows, SECOND, zoneNamed } from '../db/rows.ts';
import { memoryRegistry } from '../support/memoryRegistry.ts';
import { seededRandom } from '../support/random.ts';

export const SITE = 'mall';
export const FIRST_DAY = Date.parse('2026-05-04T00:00:00Z');
export const DAYS = 28;
/** Just after midnight: the last of the days is over. */
export const NOW = FIRST_DAY + DAYS * DAY + 5 * MINUTE;
export const SIGMA_M = 1.5;
const TICK_MS = 3 * SECOND;
const EXIT_AFTER_MS = 20 * SECOND;
const RULES = { enterConfirmMs: 3 * SECOND, exitAfterMs: EXIT_AFTER_MS };
/** How much of an error is still there a tick later. */
const LASTING = Math.exp(-3 / 10);
const WALK_M = 3.3;

const box = (minX: number, minY: number, maxX: number, maxY: number): Shape => ({
  type: 'polygon',
  rings: [
    [
      [minX, minY],
      [maxX, minY],
      [maxX, maxY],
      [minX, maxY],
    ],
  ],
});
export const circle = (xM: number, yM: number, radiusM: number): Shape => ({ type: 'circle', xM, yM, radiusM });
export const couponAt = (id: string, shape: Shape, tenantId = 'cafe'): Zone =>
  zoneNamed(id, { kind: 'coupon', shape, tenantId });
const shop = (id: string, minX: number): Zone =>
  zoneNamed(id, { kind: 'shop', shape: box(minX, 0, minX + 15, 20), tenantId: id });
export const ZONES: Zone[] = [
  ...[0, 20, 40].map((x) => zoneNamed(`hall-${x}`, { kind: 'corridor', shape: box(x, 20, x + 20, 28) })),
  shop('shoes', 0),
  shop('cafe', 15),
  shop('books', 30),
  shop('toys', 45),
  couponAt('front', circle(22.5, 24, 4)),
];

export interface TrueFire {
  zoneId: string;
  atMs: number;
  day: number;
  carrierId: string;
  /** The person really stood in the zone. */
  isTrue: boolean;
  lengthMs: number;
}

/** Days of people; `watched` zones are followed as well, but leave no stays. */
export function people(options: { seed: number; days: number; visitsADay?: number; watched?: Zone[] }) {
  const random = seededRandom(options.seed);
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const zones = [...ZONES, ...(options.watched ?? [])];
  const rows = noRows();
  const fires: TrueFire[] = [];
  const kept = new Set(ZONES.map(({ id }) => id));
  const shapes = new Map(zones.map(({ id, shape }) => [id, shape]));
  const table = zoneTable(zones, {});
  const floor = new FloorZones(zones);

  function visit(carrierId: string, day: number, startMs: number): void {
    const cells = new Map<string, number>();
    const stays: StayState[] = [];
    const isTrue = new Map<string, boolean>();
    let [x, y, atMs, errorX, errorY] = [0, 22 + 4 * random(), startMs, SIGMA_M * gauss(), SIGMA_M * gauss()];
    let [drawnX, drawnY] = [0, 0];
    let tick = 0;
    const sink: ZoneSink = {
      entered: ({ zoneId }) => isTrue.set(zoneId, pointInShape(shapes.get(zoneId)!, x, y)),
      dwelled: () => {},
      wasIn: () => {},
      exited(stay) {
        const { zoneId, lastInMs } = stay;
        fires.push({
          zoneId,
          atMs: stay.startMs,
          day,
          carrierId,
          isTrue: isTrue.get(zoneId)!,
          lengthMs: lastInMs - stay.startMs,
        });
        if (!kept.has(zoneId)) return;
        rows.stays.push({
          carrierId,
          kind: 'tag',
          zoneId,
          floorId: 'f1',
          startMs: stay.startMs,
          endMs: lastInMs,
          visitStartMs: startMs,
          massPermille: massPermilleOf(stay),
          emittedAtMs: lastInMs + EXIT_AFTER_MS,
        });
      },
    };
    const step = (): void => {
      errorX = LASTING * errorX + Math.sqrt(1 - LASTING ** 2) * SIGMA_M * gauss();
      errorY = LASTING * errorY + Math.sqrt(1 - LASTING ** 2) * SIGMA_M * gauss();
      const [fixX, fixY] = [x + errorX, y + errorY];
      // Where it may be, seen from the fix.
      if (tick++ % 3 === 0) [drawnX, drawnY] = [fixX + 0.7 * SIGMA_M * gauss(), fixY + 0.7 * SIGMA_M * gauss()];
      const cell = `${Math.floor(atMs / HEAT_BUCKET_MS)} ${Math.floor(drawnX)} ${Math.floor(drawnY)}`;
      cells.set(cell, (cells.get(cell) ?? 0) + TICK_MS);
      const accuracyM = ACCURACY_PER_SIGMA * SIGMA_M;
      const masses = floor.masses(fixX, fixY, accuracyM);
      trackSighted(stays, { atMs, tickEndMs: atMs + 1, masses, accuracyM }, table, RULES, sink);
      atMs += TICK_MS;
    };
    const walkTo = (toX: number, toY: number): void => {
      for (;;) {
        const away = Math.hypot(toX - x, toY - y);
        if (away <= WALK_M) break;
        x += (WALK_M * (toX - x)) / away;
        y += (WALK_M * (toY - y)) / away;
        step();
      }
      [x, y] = [toX, toY];
      step();
    };
    for (let left = 1 + Math.floor(random() * 2); left > 0; left--) {
      const minX = 15 * Math.min(3, Math.floor(4 * random() ** 1.3));
      walkTo(minX + 7.5, 21 + 5 * random());
      // Some only look at the window.
      if (random() < 0.3) continue;
      walkTo(minX + 2 + 11 * random(), 3 + 13 * random());
      for (let ticks = 40 + Math.floor(160 * random()); ticks > 0; ticks--) step();
      walkTo(minX + 7.5, 21 + 5 * random());
    }
    walkTo(60, 24);
    endAll(stays, sink);
    rows.visits.push({
      carrierId,
      kind: 'tag',
      startMs,
      endMs: atMs,
      entranceZoneId: null,
      emittedAtMs: atMs + 15 * MINUTE,
    });
    for (const [key, dwellMs] of cells) {
      const [bucket, cellX, cellY] = key.split(' ').map(Number) as [number, number, number];
      const bucketStartMs = bucket * HEAT_BUCKET_MS;
      rows.heat.push({
        floorId: 'f1',
        bucketStartMs,
        cellX,
        cellY,
        carrierId,
        dwellMs,
        emittedAtMs: bucketStartMs + HEAT_BUCKET_MS,
      });
    }
  }

  for (let day = 0; day < options.days; day++) {
    const busy = day % 7 >= 5 ? 1.6 : 1;
    const visits = Math.round((options.visitsADay ?? 30) * busy * (0.85 + 0.3 * random()));
    // Of 400 who come, whoever comes today, each once.
    const today = new Set<number>();
    while (today.size < visits) today.add(Math.floor(random() * 400));
    for (const one of today)
      visit(`c-${one}`, day, FIRST_DAY + day * DAY + 9 * HOUR + Math.floor(random() * 11 * HOUR));
  }
  return { rows, fires };
}

/** Fires of a day under the campaign's rules, first of each carrier: as they would really have been. */
export function trueFires(fires: readonly TrueFire[], zoneId: string, seconds = 0): number[] {
  const days: Set<string>[] = [];
  for (const fire of fires) {
    if (fire.zoneId !== zoneId || fire.lengthMs < seconds * SECOND) continue;
    days[fire.day] = (days[fire.day] ?? new Set()).add(fire.carrierId);
  }
  return Array.from(days, (carriers) => carriers?.size ?? 0);
}

export const draftOf = (given: Partial<Campaign> = {}): Campaign =>
  campaign.parse({
    id: 'coffee',
    name: 'Coffee',
    tenantId: 'cafe',
    zoneIds: ['front'],
    trigger: { type: 'enter' },
    offer: { title: 'Second coffee free', text: 'Today only.', validMinutes: 30 },
    // Once a day of a carrier.
    cooldownMinutes: 12 * 60,
    controlShare: 0,
    status: 'draft',
    ...given,
  });

const floorCertificate: Certificate = {
  zoneId: null,
  floorId: 'f1',
  auditId: 'walk',
  at: '2026-05-01T00:00:00Z',
  by: null,
  taps: 400,
  enough: true,
  medianM: SIGMA_M * Math.sqrt(2 * Math.LN2),
  p90M: SIGMA_M * P90_PER_SIGMA,
  hitRate: 1,
  elsewhere: [],
  wronglyHere: 0,
  noFix: 0,
  wrongFloor: 0,
  withinStated: 0.68,
  state: 'valid',
  reasons: [],
};

export async function openRehearsalWorld(options: {
  seed: number;
  days?: number;
  visitsADay?: number;
  watched?: Zone[];
  /** Days in which the only gateway was away after noon. */
  darkDays?: number[];
  certified?: boolean;
  live?: Campaign[];
  attention?: Partial<Attention>;
}) {
  const duck = await Duck.open(':memory:');
  await migrate(duck, 0);
  const clock = { nowMs: 0 };
  const registry = memoryRegistry({ nowMs: () => clock.nowMs });
  await addSite(registry, SITE, 'UTC', ZONES, [gatewayNamed('g1', { xM: 30, yM: 24 })]);
  clock.nowMs = NOW;
  const series = openTimeSeries(duck, registry);
  const days = options.days ?? DAYS;
  const past = people({ days, ...options });
  const fromMs = FIRST_DAY + (DAYS - days) * DAY;
  const moved = past.rows;
  // History ends now, however long it is.
  const shiftMs = fromMs - FIRST_DAY;
  const shift = <T extends { emittedAtMs: number }>(rows: T[]): T[] =>
    rows.map((row) => {
      const out: Record<string, unknown> = { ...row };
      for (const [key, value] of Object.entries(row))
        if (key.endsWith('Ms') && key !== 'dwellMs' && typeof value === 'number') out[key] = value + shiftMs;
      return out as T;
    });
  const isDark = (minuteMs: number): boolean =>
    (options.darkDays ?? []).some(
      (day) => minuteMs >= fromMs + day * DAY + 12 * HOUR && minuteMs < fromMs + (day + 1) * DAY,
    );
  await series.commit(
    commitOf(SITE, NOW, {
      visits: shift(moved.visits),
      stays: shift(moved.stays),
      heat: shift(moved.heat),
      coverage: covered('g1', fromMs, NOW).filter(({ minuteStartMs }) => !isDark(minuteStartMs)),
    }),
  );
  const rehearsals = new Rehearsals({
    duck,
    reading: series,
    registry,
    campaigns: {
      all: () => options.live ?? [],
      attention: () => ({ ...DEFAULT_ATTENTION, quietHours: null, ...options.attention }),
    },
    certificates: async () => (options.certified === false ? [] : [floorCertificate]),
    learnedRadio: () => undefined,
  });
  return {
    duck,
    registry,
    rehearsals,
    fires: past.fires,
    rehearse: (given: Partial<Campaign> = {}) => rehearsals.rehearse(SITE, draftOf(given), NOW),
    close: () => duck.close(),
  };
}
