import { expect, test } from 'vitest';
import { createEngine, createLiveEngine } from '../../server/engine/engine.ts';
import { isLookedAt, restTicks } from '../../server/engine/resting.ts';
import type { Engine, EngineEvent } from '../../server/engine/types.ts';
import { batchesOf, NOW, seeded, siteModel, standing, type Walker, walking } from './support.ts';

const model = siteModel();
const SECONDS = 30;
const END = NOW + SECONDS * 1_000;

function play(engine: Engine, walkers: readonly Walker[]): EngineEvent[] {
  for (const batch of batchesOf(model, walkers, NOW, END, seeded(5))) engine.add(batch);
  return engine.advance(END).events;
}

const standers = (count: number): Walker[] =>
  Array.from({ length: count }, (_, i) => ({
    carrierId: `c-${i}`,
    at: standing(3 + ((i * 7) % 34), 3 + ((i * 5) % 14), NOW, END),
  }));

test('in a usual mall what is live is what the rows are made of, and nothing is kept of it', () => {
  const walkers = [
    ...standers(60),
    {
      carrierId: 'w',
      at: walking(
        [
          [5, 10],
          [35, 10],
        ],
        NOW,
        3_000,
      ),
    },
  ];
  const [whole, live] = [createEngine(model, undefined), createLiveEngine(model, undefined)];
  expect(play(live, walkers)).toEqual(play(whole, walkers));
  expect(live.present()).toEqual(whole.present());
  expect([whole.openRows().heat.length > 0, whole.openRows().occupancy.length > 0]).toEqual([true, true]);
  expect([live.openRows().heat, live.openRows().occupancy]).toEqual([[], []]);
});

test('of a crowd those who stand are looked at less often: nobody is lost, who walks is where he walks to', () => {
  const walkers = [
    ...standers(2_100),
    {
      carrierId: 'w',
      at: walking(
        [
          [5, 10],
          [35, 10],
        ],
        NOW,
        3_000,
      ),
    },
  ];
  const [whole, live] = [createEngine(model, undefined), createLiveEngine(model, undefined)];
  const entered = (events: EngineEvent[], carrierId: string) =>
    events.flatMap((event) => (event.type === 'entered' && event.carrierId === carrierId ? [event] : []));
  const events = { whole: play(whole, walkers), live: play(live, walkers) };
  const [expected, seen] = [whole.present(), live.present()];
  expect(seen.map(({ carrierId, lastHeardMs }) => [carrierId, lastHeardMs])).toEqual(
    expected.map(({ carrierId, lastHeardMs }) => [carrierId, lastHeardMs]),
  );
  const inOther = seen.filter(({ zoneIds }, i) => zoneIds.join() !== expected[i]!.zoneIds.join());
  expect(inOther.length).toBeLessThan(0.05 * seen.length);
  const zones = entered(events.whole, 'w').map(({ zoneId }) => zoneId);
  expect(zones).toContain('b');
  expect(entered(events.live, 'w').map(({ zoneId }) => zoneId)).toEqual(zones);
  entered(events.whole, 'w').forEach(({ atMs }, i) => {
    expect(Math.abs(entered(events.live, 'w')[i]!.atMs - atMs)).toBeLessThanOrEqual(3_000);
  });
});

test('everybody gets a turn, and turns are of one size', () => {
  expect([restTicks(100), restTicks(5_000), restTicks(20_000)]).toEqual([1, 2, 3]);
  for (const every of [1, 2, 3])
    for (let tick = 1_738_569_600; tick < 1_738_569_606; tick++) {
      const looked = Array.from({ length: 300 }, (_, slot) => isLookedAt(slot, tick, every)).filter(Boolean);
      expect(looked).toHaveLength(300 / every);
    }
  expect([0, 1, 2].map((tick) => isLookedAt(7, tick, 3)).filter(Boolean)).toHaveLength(1);
});
