/** A simulated mall whose gateways are moved, swapped or turned down while people walk in it, as cross-hearing sees it. Seeded. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { CrossHearing, type Heard, hangingOf } from '../../server/calibration/crossHearing.ts';
import { type Deaf, type Moved, MovedWatch, type WatchState } from '../../server/calibration/movedWatch.ts';
import { addDays, dayStartMs } from '../../simulators/calendar.ts';
import { between, createRandom } from '../../simulators/random.ts';
import { parseScenario, type Scenario } from '../../simulators/scenario.ts';
import { World } from '../../simulators/world.ts';
import { scenarioModel } from './scenarioModel.ts';

export const ZONE = 'Europe/Prague';
/** 2024-03-04, a Monday. */
export const FIRST_DAY = '2024-03-04';
export const HOUR_MS = 3_600_000;
const LOOK_MS = 10 * 60_000;
/** As the server samples: one second in seven, and each carrier in every other one of them. */
const EVERY_SECONDS = 7;
const GROUPS = 2;

export const demoMall = (file: string): Scenario => parseScenario(parse(readFileSync(file, 'utf8')), file);

/** A hall with shops on both sides and gateways roughly on a grid. */
export function randomHall(seed: number): Scenario {
  const random = createRandom(`moved hall ${seed}`);
  const widthM = Math.round(between(random, 60, 110));
  const heightM = Math.round(between(random, 36, 56));
  const spacingM = between(random, 11, 17);
  const columns = Math.max(3, Math.round(widthM / spacingM));
  const rows = Math.max(2, Math.round(heightM / spacingM));
  const middle = Math.round(heightM / 2);
  const floors = Array.from({ length: random() < 0.5 ? 1 : 2 }, (_, i) => ({
    id: `f${i}`,
    name: `Floor ${i}`,
    level: i,
    widthM,
    heightM,
  }));
  const shopM = widthM / 5;
  const shops = floors.flatMap(({ id }) =>
    Array.from({ length: 10 }, (_, i) => {
      const x0 = Math.round((i % 5) * shopM);
      const x1 = Math.round(((i % 5) + 1) * shopM);
      const rect = i < 5 ? [x0, 0, x1, middle - 4] : [x0, middle + 4, x1, heightM];
      return {
        id: `${id}-s${i}`,
        name: `Shop ${id} ${i}`,
        floor: id,
        rect,
        door: { side: i < 5 ? 'n' : 's', atM: (x0 + x1) / 2, widthM: 5 },
        popularity: 1 + Math.floor(random() * 6),
      };
    }),
  );
  return parseScenario(
    {
      site: { id: 'hall', name: 'Hall' },
      seed,
      floors,
      entrances: [
        { id: 'west', name: 'West', floor: 'f0', xM: 0, yM: middle, widthM: 6 },
        { id: 'east', name: 'East', floor: 'f0', xM: widthM, yM: middle, widthM: 6 },
      ],
      corridors: floors.map(({ id }) => ({
        id: `${id}-hall`,
        name: 'Hall',
        floor: id,
        rect: [2, middle - 4, widthM - 2, middle + 4],
      })),
      ...(floors.length > 1
        ? {
            connectors: [
              {
                id: 'stairs',
                name: 'Stairs',
                secondsPerFloor: 25,
                stops: floors.map(({ id }) => ({ floor: id, xM: Math.round(widthM / 2), yM: middle })),
              },
            ],
          }
        : {}),
      shops,
      gateways: floors.flatMap(({ id }) =>
        Array.from({ length: columns * rows }, (_, i) => ({
          id: `${id}-g${i}`,
          floor: id,
          xM: ((i % columns) + 0.5) * (widthM / columns) + between(random, -2, 2),
          yM: (Math.floor(i / columns) + 0.5) * (heightM / rows) + between(random, -2, 2),
        })),
      ),
      people: { visitsPerDay: Math.round(between(random, 300, 1_200)) },
    },
    `hall ${seed}`,
  );
}

export type Change =
  | { kind: 'none' }
  | { kind: 'moved'; gateway: number; floor: number; xM: number; yM: number }
  | { kind: 'swapped'; gateway: number; other: number }
  | { kind: 'deaf'; gateway: number; byDb: number };

function apply(world: World, change: Change): void {
  const { gateways } = world.radio;
  if (change.kind === 'moved') {
    const floor = world.scenario.floors[change.floor]!;
    Object.assign(gateways[change.gateway]!, {
      floor: change.floor,
      level: floor.level,
      xM: change.xM,
      yM: change.yM,
    });
  } else if (change.kind === 'swapped') {
    const a = { ...gateways[change.gateway]! };
    const b = { ...gateways[change.other]! };
    // The radio goes along, the label does not.
    Object.assign(gateways[change.gateway]!, { ...b, offsetDb: a.offsetDb });
    Object.assign(gateways[change.other]!, { ...a, offsetDb: b.offsetDb });
  } else if (change.kind === 'deaf') gateways[change.gateway]!.offsetDb += change.byDb;
}

export interface Told {
  atMs: number;
  moved: Moved[];
  deaf: Deaf[];
}

/** Learned in healthy days, to begin several stories with. */
export interface Learned {
  pairs: ReturnType<CrossHearing['stored']>;
  watch: WatchState;
}

const dayMs = (day: number): number => {
  let name = FIRST_DAY;
  for (let i = 0; i < day; i++) name = addDays(name, 1);
  return dayStartMs(ZONE, name);
};

/** Ten minutes of what the sampled seconds held. */
export interface Stretch {
  atMs: number;
  carriers: Heard[][];
}

/** Days of people (not the nights, in which nobody is about), as the gateways hear them after the change. */
export function* heardInMall(
  scenario: Scenario,
  seed: number,
  { fromDay, days, change }: { fromDay: number; days: number; change: Change },
): Generator<Stretch> {
  const world = new World(scenario, { seed, timezone: ZONE });
  apply(world, change);
  const ids = scenario.gateways.map(({ id }) => id);
  let atMs = dayMs(fromDay);
  const endMs = dayMs(fromDay + days);
  world.begin(atMs);
  let lookAtMs = atMs;
  let carriers: Heard[][] = [];
  const groups = new Map<string, number>();
  let round = 0;
  while (atMs < endMs) {
    const isSampled = Math.round(atMs / 1_000) % EVERY_SECONDS === 0;
    const heard = new Map<string, Map<number, { sum: number; count: number }>>();
    world.tick(atMs, (gateway, carrier, _atMs, rssiDbm) => {
      if (!isSampled) return;
      let group = groups.get(carrier.key);
      if (group === undefined) {
        group = groups.size % GROUPS;
        groups.set(carrier.key, group);
      }
      if (group !== round % GROUPS) return;
      const by = heard.get(carrier.key) ?? new Map<number, { sum: number; count: number }>();
      heard.set(carrier.key, by);
      const tally = by.get(gateway) ?? { sum: 0, count: 0 };
      by.set(gateway, tally);
      tally.sum += rssiDbm;
      tally.count += 1;
    });
    if (isSampled) round++;
    for (const by of heard.values())
      carriers.push([...by].map(([gateway, { sum, count }]) => ({ gatewayId: ids[gateway]!, rssiDbm: sum / count })));
    atMs = Math.max(atMs + 1_000, world.nextActiveMs(atMs + 1_000));
    if (atMs < lookAtMs) continue;
    lookAtMs = atMs + LOOK_MS;
    yield { atMs, carriers };
    carriers = [];
  }
}

/** Watches what was heard. `told` ends it by true. */
export function watchMall(
  scenario: Scenario,
  stretches: Iterable<Stretch>,
  learned: Learned | undefined,
  told: (told: Told) => boolean,
): Learned {
  const model = scenarioModel(scenario);
  const hearing = new CrossHearing(hangingOf(model.gateways, model.floors), learned?.pairs);
  const watch = new MovedWatch(hearing, model.floors, learned?.watch);
  const listening = new Set(model.gateways.map(({ id }) => id));
  for (const { atMs, carriers } of stretches) {
    for (const heard of carriers) hearing.add(heard, listening);
    watch.look(atMs);
    if (told({ atMs, moved: watch.moved(), deaf: watch.deaf() })) break;
  }
  return { pairs: hearing.stored(), watch: watch.state() };
}

export const playMall = (
  scenario: Scenario,
  seed: number,
  options: { fromDay: number; days: number; change: Change; learned?: Learned },
  told: (told: Told) => boolean,
): Learned => watchMall(scenario, heardInMall(scenario, seed, options), options.learned, told);
