/**
 * Seeded mall-days. Tuning and validation days come from different families: other layouts, densities, gateway spacings,
 * advertising intervals, radio and habits, and other seeds. Pure.
 */
import { createRandom, pick, type Random } from '../../../simulators/random.ts';
import { type Fault, parseScenario, type Scenario, WEEKDAYS } from '../../../simulators/scenario.ts';

export type Family = 'tuning' | 'validation';
export const TROUBLES = ['none', 'clocks', 'network', 'power', 'dead', 'dark', 'all'] as const;
export type Trouble = (typeof TROUBLES)[number];

export interface MallDay {
  family: Family;
  seed: number;
  trouble: Trouble;
  scenario: Scenario;
  timezone: string;
  /** ISO date, local. */
  day: string;
}

type Range = readonly [number, number];
interface Habits {
  floors: readonly number[];
  widthM: Range;
  shopWidthM: Range;
  shopDepthM: Range;
  corridorM: Range;
  spacingM: Range;
  visitsPerDay: Range;
  meanShops: Range;
  glance: Range;
  dwellMinutes: Range;
  tagMs: Range;
  phoneMs: Range;
  pathLoss: Range;
  wallDb: Range;
  shadowDb: Range;
  sensitivityDbm: Range;
  timezones: readonly string[];
}

const HABITS: Record<Family, Habits> = {
  tuning: {
    floors: [1],
    widthM: [50, 80],
    shopWidthM: [12, 22],
    shopDepthM: [9, 13],
    corridorM: [7, 9],
    spacingM: [11, 17],
    visitsPerDay: [150, 450],
    meanShops: [1.2, 3],
    glance: [0.2, 0.5],
    dwellMinutes: [4, 10],
    tagMs: [1_000, 6_000],
    phoneMs: [300, 1_500],
    pathLoss: [2, 2.5],
    wallDb: [2, 4],
    shadowDb: [2.5, 4],
    sensitivityDbm: [-97, -93],
    timezones: ['Europe/Prague'],
  },
  validation: {
    floors: [1, 2],
    widthM: [36, 110],
    shopWidthM: [8, 30],
    shopDepthM: [7, 16],
    corridorM: [5, 12],
    spacingM: [9, 21],
    visitsPerDay: [100, 600],
    meanShops: [1, 3.6],
    glance: [0.1, 0.6],
    dwellMinutes: [2.5, 14],
    tagMs: [700, 9_000],
    phoneMs: [200, 2_500],
    pathLoss: [1.9, 2.8],
    wallDb: [1, 6],
    shadowDb: [2, 5],
    sensitivityDbm: [-98, -90],
    timezones: ['Europe/Lisbon', 'Asia/Kathmandu', 'America/Chicago'],
  },
};

const within = (random: Random, [low, high]: Range): number => low + (high - low) * random();
const whole = (random: Random, range: Range): number => Math.round(within(random, range));

/** A hall along the middle of each floor with shops on both sides of it, doors at its ends, and gateways on a jittered grid. */
function layout(habits: Habits, random: Random) {
  const floorCount = habits.floors[Math.floor(random() * habits.floors.length)]!;
  const widthM = whole(random, habits.widthM);
  const depthM = whole(random, habits.shopDepthM);
  const corridorM = whole(random, habits.corridorM);
  const heightM = 2 * depthM + corridorM;
  const floors = Array.from({ length: floorCount }, (_, level) => ({
    id: `f${level}`,
    name: `Floor ${level}`,
    level,
    widthM,
    heightM,
  }));
  const shops: object[] = [];
  const gateways: { id: string; floor: string; xM: number; yM: number }[] = [];
  const spacingM = within(random, habits.spacingM);
  for (const { id: floor } of floors) {
    for (const [side, y0, y1] of [
      ['n', 0, depthM],
      ['s', depthM + corridorM, heightM],
    ] as const)
      for (let x0 = 0; widthM - x0 >= 6; ) {
        const wantedM = whole(random, habits.shopWidthM);
        const x1 = widthM - x0 - wantedM < 6 ? widthM : x0 + wantedM;
        shops.push({
          id: `s${shops.length}`,
          name: `Shop ${shops.length}`,
          floor,
          rect: [x0, y0, x1, y1],
          door: { side, atM: (x0 + x1) / 2, widthM: Math.min(4, x1 - x0 - 1) },
          category: random() < 0.2 ? 'food' : 'general',
          popularity: within(random, [0.5, 4]),
          dwellMedianMinutes: within(random, habits.dwellMinutes),
          staff: random() < 0.7 ? 1 : 0,
        });
        x0 = x1;
      }
    const columns = Math.max(2, Math.round(widthM / spacingM));
    const rows = Math.max(1, Math.round(heightM / spacingM));
    for (let c = 0; c < columns; c++)
      for (let r = 0; r < rows; r++)
        gateways.push({
          id: `g${gateways.length}`,
          floor,
          xM: Math.min(widthM, Math.max(0, ((c + 0.5) * widthM) / columns + within(random, [-1.5, 1.5]))),
          yM: Math.min(heightM, Math.max(0, ((r + 0.5) * heightM) / rows + within(random, [-1.5, 1.5]))),
        });
  }
  const middleM = depthM + corridorM / 2;
  const entrances = [
    { id: 'west', name: 'West', floor: 'f0', xM: 0, yM: middleM, widthM: 4, share: 2 },
    { id: 'east', name: 'East', floor: 'f0', xM: widthM, yM: middleM, widthM: 4, share: within(random, [0.3, 2]) },
  ];
  return {
    floors,
    shops,
    gateways,
    entrances,
    corridors: floors.map(({ id }) => ({
      id: `hall-${id}`,
      name: `Hall ${id}`,
      floor: id,
      rect: [0, depthM, widthM, depthM + corridorM],
    })),
    connectors:
      floorCount > 1
        ? [{ id: 'lift', name: 'Lift', stops: floors.map(({ id }) => ({ floor: id, xM: widthM / 2, yM: middleM })) }]
        : [],
  };
}

/** Minutes count from local midnight; the mall is open from 9 to 21. */
function faultsOf(trouble: Trouble, gatewayIds: readonly string[], random: Random): Fault[] {
  const one = (): string[] => [gatewayIds[Math.floor(random() * gatewayIds.length)]!];
  const minute = (): number => whole(random, [570, 1_170]);
  const clocks = (): Fault[] => [
    {
      type: 'clock',
      gateways: one(),
      offsetMs: whole(random, [-120_000, 120_000]),
      driftPpm: whole(random, [-50, 50]),
    },
    { type: 'clock', gateways: one(), offsetMs: whole(random, [-3_000, 3_000]), driftPpm: 0 },
  ];
  const network = (): Fault[] => [
    { type: 'network', gateways: ['*'], fromMinute: minute(), minutes: whole(random, [5, 60]) },
  ];
  const power = (): Fault[] => [
    { type: 'power', gateways: one(), fromMinute: minute(), minutes: whole(random, [10, 180]) },
    { type: 'power', gateways: one(), fromMinute: minute(), minutes: whole(random, [10, 180]) },
  ];
  const dead = (): Fault[] => [{ type: 'dead', gateways: one(), fromMinute: minute() }];
  const dark = (): Fault[] => [
    { type: 'power', gateways: ['*'], fromMinute: minute(), minutes: whole(random, [3, 40]) },
  ];
  if (trouble === 'clocks') return clocks();
  if (trouble === 'network') return network();
  if (trouble === 'power') return power();
  if (trouble === 'dead') return dead();
  if (trouble === 'dark') return dark();
  if (trouble === 'all') return [...clocks(), ...network(), ...power(), ...dead(), ...dark()];
  return [];
}

/** What days are made of: a third without trouble, the others with one kind each, or with all at once. */
const TROUBLE_WEIGHTS = [4, 1.5, 1.5, 2, 1.5, 1, 0.5];

export function mallDay(family: Family, seed: number): MallDay {
  const random = createRandom(`counts/${family}/${seed}`);
  const habits = HABITS[family];
  const plan = layout(habits, random);
  const trouble = TROUBLES[pick(random, TROUBLE_WEIGHTS)]!;
  const timezone = habits.timezones[Math.floor(random() * habits.timezones.length)]!;
  // The same hours every day, so that weekdays differ by crowds alone.
  const days = Object.fromEntries(WEEKDAYS.map((one) => [one, { open: '09:00', close: '21:00' }]));
  const scenario = parseScenario({
    site: { id: 'mall', name: 'Mall' },
    seed,
    ...plan,
    hours: { days },
    people: {
      visitsPerDay: whole(random, habits.visitsPerDay),
      meanShops: within(random, habits.meanShops),
      glanceShare: within(random, habits.glance),
      loyaltyShare: within(random, [0.2, 0.45]),
      phoneShare: within(random, [0.05, 0.25]),
      unregisteredShare: within(random, [0, 0.2]),
      foreignShare: within(random, [0, 0.08]),
      secondCarrierShare: within(random, [0, 0.2]),
      returnShare: within(random, [0, 0.2]),
      returnAfterMedianMinutes: within(random, [8, 60]),
      loyaltyMembers: 900,
      phoneMembers: 400,
      carts: 8,
      patrols: 1,
    },
    radio: {
      tagIntervalMs: whole(random, habits.tagMs),
      phoneIntervalMs: whole(random, habits.phoneMs),
      pathLossExponent: within(random, habits.pathLoss),
      wallDb: within(random, habits.wallDb),
      shadowSigmaDb: within(random, habits.shadowDb),
      sensitivityDbm: within(random, habits.sensitivityDbm),
    },
    faults: faultsOf(
      trouble,
      plan.gateways.map((gateway) => gateway.id),
      random,
    ),
  });
  const month = 1 + Math.floor(random() * 12);
  const date = 1 + Math.floor(random() * 28);
  const day = `2026-${String(month).padStart(2, '0')}-${String(date).padStart(2, '0')}`;
  return { family, seed, trouble, scenario, timezone, day };
}
