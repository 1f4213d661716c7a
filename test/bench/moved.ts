/** `npm run bench:moved`: gateways that are moved, swapped, turned down in simulated malls: which are found, how soon, how well. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { between, createRandom, type Random } from '../../simulators/random.ts';
import type { Scenario } from '../../simulators/scenario.ts';
import { type Change, demoMall, HOUR_MS, type Learned, playMall, randomHall } from '../support/movedWorld.ts';

const { values } = parseArgs({
  options: {
    halls: { type: 'string', default: '4' },
    /** Healthy days of each mall. */
    days: { type: 'string', default: '7' },
    first: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const WARM_DAYS = 2;
/** How long a changed mall is watched. */
const WATCHED_DAYS = 1;
/** A gateway hangs a few metres from walls' corners. */
const MARGIN_M = 3;

const here = dirname(fileURLToPath(import.meta.url));
const ROOT = [join(here, '..', '..', '..'), join(here, '..', '..')].find((path) =>
  existsSync(join(path, 'simulators')),
)!;
const SCENARIO = join(ROOT, 'simulators', 'scenarios', 'demo-mall.yaml');
const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

interface Case {
  name: string;
  change: Change;
  /** Those that hang elsewhere, and where. */
  truth: Map<string, { floor: string; xM: number; yM: number }>;
}

function movedBy(scenario: Scenario, random: Random, metres: number): Case | undefined {
  for (let tries = 0; tries < 200; tries++) {
    const gateway = Math.floor(random() * scenario.gateways.length);
    const own = scenario.gateways[gateway]!;
    const floor = scenario.floors.findIndex(({ id }) => id === own.floor);
    const { widthM, heightM, id } = scenario.floors[floor]!;
    const angle = between(random, 0, 2 * Math.PI);
    const xM = own.xM + metres * Math.cos(angle);
    const yM = own.yM + metres * Math.sin(angle);
    if (xM < MARGIN_M || yM < MARGIN_M || xM > widthM - MARGIN_M || yM > heightM - MARGIN_M) continue;
    return {
      name: `moved by ${metres} m`,
      change: { kind: 'moved', gateway, floor, xM, yM },
      truth: new Map([[own.id, { floor: id, xM, yM }]]),
    };
  }
  return undefined;
}

function movedFloor(scenario: Scenario, random: Random): Case | undefined {
  if (scenario.floors.length < 2) return undefined;
  const gateway = Math.floor(random() * scenario.gateways.length);
  const own = scenario.gateways[gateway]!;
  const from = scenario.floors.findIndex(({ id }) => id === own.floor);
  const floor = (from + 1) % scenario.floors.length;
  return {
    name: 'moved a floor',
    change: { kind: 'moved', gateway, floor, xM: own.xM, yM: own.yM },
    truth: new Map([[own.id, { floor: scenario.floors[floor]!.id, xM: own.xM, yM: own.yM }]]),
  };
}

function swapped(scenario: Scenario, random: Random): Case {
  const gateway = Math.floor(random() * scenario.gateways.length);
  const others = scenario.gateways
    .map((one, i) => ({ i, one }))
    .filter(({ i, one }) => i !== gateway && one.floor === scenario.gateways[gateway]!.floor);
  const { i: other } = others[Math.floor(random() * others.length)]!;
  const a = scenario.gateways[gateway]!;
  const b = scenario.gateways[other]!;
  return {
    name: 'swapped',
    change: { kind: 'swapped', gateway, other },
    truth: new Map([
      [a.id, b],
      [b.id, a],
    ]),
  };
}

const deaf = (scenario: Scenario, random: Random): Case => ({
  name: 'turned down by 10 dB',
  change: { kind: 'deaf', gateway: Math.floor(random() * scenario.gateways.length), byDb: -10 },
  truth: new Map(),
});

interface Tally {
  cases: number;
  found: number;
  /** Hours of the watched day until it was told. */
  hours: number[];
  errorsM: number[];
  floorsRight: number;
  /** Others that were told of as well. */
  wrong: number;
  sawSwap: number;
}
const tallies = new Map<string, Tally>();
const tallyOf = (name: string): Tally => {
  const tally = tallies.get(name) ?? {
    cases: 0,
    found: 0,
    hours: [],
    errorsM: [],
    floorsRight: 0,
    wrong: 0,
    sawSwap: 0,
  };
  tallies.set(name, tally);
  return tally;
};

function play(
  scenario: Scenario,
  seed: number,
  one: Case,
  fromDay: number,
  learned: Learned | undefined,
  suffix = '',
): void {
  const tally = tallyOf(one.name + suffix);
  const { change } = one;
  const deafId = change.kind === 'deaf' ? scenario.gateways[change.gateway]!.id : undefined;
  const foundAt = new Map<string, number>();
  const wrong = new Set<string>();
  let startedMs: number | undefined;
  let last = new Map<string, { floorId: string; xM: number; yM: number }>();
  let swap = false;
  playMall(
    scenario,
    seed,
    { fromDay, days: WATCHED_DAYS, change, ...(learned ? { learned } : {}) },
    ({ atMs, moved, deaf: deafs }) => {
      startedMs ??= atMs;
      last = new Map(moved.map(({ gatewayId, place }) => [gatewayId, place]));
      swap = moved.some(({ swappedWith }) => swappedWith !== undefined);
      for (const { gatewayId } of moved) {
        if (one.truth.has(gatewayId)) foundAt.set(gatewayId, foundAt.get(gatewayId) ?? atMs);
        else wrong.add(gatewayId);
      }
      for (const { gatewayId } of deafs) {
        if (gatewayId === deafId) foundAt.set(gatewayId, foundAt.get(gatewayId) ?? atMs);
        else if (!one.truth.has(gatewayId)) wrong.add(gatewayId);
      }
      return false;
    },
  );
  const wanted = deafId === undefined ? [...one.truth.keys()] : [deafId];
  tally.cases += wanted.length;
  tally.wrong += wrong.size;
  if (swap) tally.sawSwap += 1;
  for (const id of wanted) {
    const atMs = foundAt.get(id);
    if (atMs === undefined) continue;
    tally.found += 1;
    tally.hours.push((atMs - startedMs!) / HOUR_MS);
    const truth = one.truth.get(id);
    const place = last.get(id);
    if (!truth || !place) continue;
    if (place.floorId === truth.floor) tally.floorsRight += 1;
    tally.errorsM.push(Math.hypot(place.xM - truth.xM, place.yM - truth.yM));
  }
}

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN;
const startedMs = performance.now();
const first = Number(values.first);
const malls = [
  { name: 'demo mall', scenario: demoMall(SCENARIO) },
  ...Array.from({ length: Number(values.halls) }, (_, i) => ({
    name: `hall ${first + i}`,
    scenario: randomHall(first + i),
  })),
];
let gatewayDays = 0;
const falseAlarms: string[] = [];
malls.forEach(({ name, scenario }, m) => {
  const seed = first + m;
  const random = createRandom(`moved cases ${seed}`);
  const alarmed = new Set<string>();
  let learned: Learned | undefined;
  for (let day = 0; day < Number(values.days); day++) {
    const after = playMall(
      scenario,
      seed,
      { fromDay: day, days: 1, change: { kind: 'none' }, ...(learned ? { learned } : {}) },
      ({ moved, deaf: deafs }) => {
        for (const { gatewayId } of moved) alarmed.add(`${name} ${gatewayId} moved`);
        for (const { gatewayId } of deafs) alarmed.add(`${name} ${gatewayId} hears less`);
        return false;
      },
    );
    learned = after;
    gatewayDays += scenario.gateways.length;
    if (day + 1 !== WARM_DAYS) continue;
    for (let repeat = 0; repeat < 2; repeat++) {
      const cases = [
        swapped(scenario, random),
        movedBy(scenario, random, 10),
        movedBy(scenario, random, 20),
        movedBy(scenario, random, 40),
        movedFloor(scenario, random),
        deaf(scenario, random),
      ];
      for (const one of cases) if (one) play(scenario, seed, one, WARM_DAYS, learned);
    }
    play(scenario, seed, swapped(scenario, random), 0, undefined, ' from the first day');
    const far = movedBy(scenario, random, 20);
    if (far) play(scenario, seed, far, 0, undefined, ' from the first day');
  }
  falseAlarms.push(...alarmed);
  say(`${name}: ${scenario.gateways.length} gateways, ${((performance.now() - startedMs) / 1_000).toFixed(0)} s`);
});

const months = gatewayDays / 30;
const rows = [...tallies].map(([name, tally]) => ({
  case: name,
  gateways: tally.cases,
  found: tally.found,
  medianHours: median(tally.hours),
  medianErrorM: median(tally.errorsM),
  floorsRight: tally.floorsRight,
  others: tally.wrong,
}));
const result = {
  malls: malls.length,
  cases: rows,
  healthy: { gatewayMonths: months, falseAlarms, perGatewayMonth: falseAlarms.length / months },
  secondsTaken: (performance.now() - startedMs) / 1_000,
};
if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else {
  const out = (text: string): void => {
    process.stdout.write(`${text}\n`);
  };
  out('case                              gateways  found  median h  place off  right floor  others told');
  for (const row of rows)
    out(
      `${row.case.padEnd(34)}${String(row.gateways).padStart(8)}${String(row.found).padStart(7)}${row.medianHours.toFixed(1).padStart(10)}${`${row.medianErrorM.toFixed(1)} m`.padStart(11)}${String(row.floorsRight).padStart(13)}${String(row.others).padStart(13)}`,
    );
  out(
    `healthy: ${falseAlarms.length} false alarms in ${months.toFixed(1)} gateway-months${falseAlarms.length > 0 ? ` (${falseAlarms.join(', ')})` : ''}; ${result.secondsTaken.toFixed(0)} s`,
  );
}
