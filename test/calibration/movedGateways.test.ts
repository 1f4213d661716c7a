/** What gateways hear in common tells where they hang. */
import { beforeAll, expect, test } from 'vitest';
import { CrossHearing, hangingOf, type StoredPair } from '../../server/calibration/crossHearing.ts';
import { fitCurve } from '../../server/calibration/hearingCurve.ts';
import { MovedWatch } from '../../server/calibration/movedWatch.ts';
import { HALL, HALL_GATEWAYS, HearingHall } from '../support/hearingHall.ts';

const SEED = 5;
const LOOK_SECONDS = 300;
const HOUR = 3_600;
const LEARNED_SECONDS = 2 * HOUR;
const hung = hangingOf(HALL_GATEWAYS, [HALL]);
const everybody = new Set(HALL_GATEWAYS.map(({ id }) => id));

interface Watched {
  hall: HearingHall;
  hearing: CrossHearing;
  watch: MovedWatch;
  atSecond: number;
}
const begin = (learned: readonly StoredPair[] = []): Watched => {
  const hearing = new CrossHearing(hung, learned);
  return {
    hall: new HearingHall(SEED, 40),
    hearing,
    watch: new MovedWatch(hearing, [HALL]),
    atSecond: LEARNED_SECONDS,
  };
};

function play(world: Watched, seconds: number, listening: ReadonlySet<string> = everybody): void {
  for (const endSecond = world.atSecond + seconds; world.atSecond < endSecond; world.atSecond += 10) {
    for (const heard of world.hall.second(world.atSecond))
      world.hearing.add(
        heard.filter(({ gatewayId }) => listening.has(gatewayId)),
        listening,
      );
    if (world.atSecond % LOOK_SECONDS === 0) world.watch.look(world.atSecond * 1_000);
  }
}

const placeOf = (id: string): { xM: number; yM: number } => HALL_GATEWAYS.find((one) => one.id === id)!;
const foundOf = ({ watch }: Watched) =>
  watch
    .moved()
    .map(({ gatewayId }) => gatewayId)
    .sort();
const owedMuch = ({ hearing }: Watched) => HALL_GATEWAYS.map(({ id }) => id).filter((id) => hearing.owedTo(id) > 25);

let learned: StoredPair[] = [];
beforeAll(() => {
  const world = begin();
  play(world, LEARNED_SECONDS);
  expect(foundOf(world)).toEqual([]);
  expect(world.watch.deaf()).toEqual([]);
  expect(owedMuch(world)).toEqual([]);
  learned = world.hearing.stored();
});

test('the curve is that of the air', () => {
  const curve = fitCurve(new CrossHearing(hung, learned))!;
  expect(curve.exponent).toBeGreaterThan(1.5);
  expect(curve.exponent).toBeLessThan(3.3);
  expect(curve.residualDb).toBeLessThan(3);
});

test('one that does not listen is not taken for one that hears nothing', () => {
  const world = begin(learned);
  play(world, HOUR, new Set([...everybody].filter((id) => id !== 'h-7')));
  expect(foundOf(world)).toEqual([]);
  expect(world.watch.deaf()).toEqual([]);
  expect(owedMuch(world)).toEqual([]);
});

test('one that was hung elsewhere is found, where and how sure, stays so, and is taken back when it hangs where it hung', () => {
  const world = begin(learned);
  const { xM, yM } = placeOf('h-6');
  Object.assign(world.hall.conditions.get('h-6')!, { xM: xM + 25, yM: yM + 9 });
  play(world, 1.5 * HOUR);
  expect(foundOf(world)).toEqual(['h-6']);
  const [moved] = world.watch.moved();
  expect(Math.hypot(moved!.place.xM - (xM + 25), moved!.place.yM - (yM + 9))).toBeLessThan(8);
  expect(moved!.sure).toBeGreaterThan(0.8);
  expect(moved!.sinceMs).toBeGreaterThanOrEqual(LEARNED_SECONDS * 1_000);
  expect(moved!.swappedWith).toBeUndefined();
  // The new place does not become the usual one with time.
  play(world, 1.5 * HOUR);
  expect(foundOf(world)).toEqual(['h-6']);
  Object.assign(world.hall.conditions.get('h-6')!, { xM, yM });
  play(world, 1.5 * HOUR);
  expect(foundOf(world)).toEqual([]);
});

test('two whose labels were mixed up are told as such', () => {
  const world = begin(learned);
  const [a, b] = [placeOf('h-1'), placeOf('h-18')];
  Object.assign(world.hall.conditions.get('h-1')!, { xM: b.xM, yM: b.yM });
  Object.assign(world.hall.conditions.get('h-18')!, { xM: a.xM, yM: a.yM });
  play(world, 1.5 * HOUR);
  const told = world.watch.moved().map(({ gatewayId, swappedWith }) => [gatewayId, swappedWith]);
  expect(told.sort()).toEqual([
    ['h-1', 'h-18'],
    ['h-18', 'h-1'],
  ]);
});

test('one that hears 12 dB less has not moved, and one that hears nothing is owed many carriers', () => {
  const world = begin(learned);
  world.hall.conditions.get('h-12')!.db = -12;
  world.hall.conditions.get('h-0')!.mute = true;
  play(world, 1.5 * HOUR);
  expect(foundOf(world)).toEqual([]);
  expect(world.watch.deaf().map(({ gatewayId }) => gatewayId)).toContain('h-12');
  expect(world.watch.deaf().find(({ gatewayId }) => gatewayId === 'h-12')!.changeDb).toBeLessThan(-7);
  expect(owedMuch(world)).toEqual(['h-0']);
});

test('labels that were mixed up from the first day are found without a past', () => {
  const world = begin();
  const [a, b] = [placeOf('h-5'), placeOf('h-14')];
  Object.assign(world.hall.conditions.get('h-5')!, { xM: b.xM, yM: b.yM });
  Object.assign(world.hall.conditions.get('h-14')!, { xM: a.xM, yM: a.yM });
  play(world, 2 * HOUR);
  expect(foundOf(world)).toEqual(['h-14', 'h-5']);
});

test('what was learned is kept as it is, is small, and leaves out gateways that are no more', () => {
  expect(learned.length).toBeGreaterThan(100);
  const text = JSON.stringify(learned);
  expect(new CrossHearing(hung, JSON.parse(text)).stored()).toEqual(learned);
  expect(text.length).toBeLessThan(HALL_GATEWAYS.length * 24 * 60);
  const without = new CrossHearing(
    hung.filter(({ id }) => id !== 'h-0'),
    learned,
  );
  expect(without.stored().flat()).not.toContain('h-0');
});
