/** Which topics a filter takes in, and whose a message is. */
import { describe, expect, test } from 'vitest';
import { Copies } from '../../../server/broker/copies.ts';
import { covers, filterFault, matches, overlaps, withoutCovered } from '../../../server/broker/filters.ts';
import { type RoutedFilter, TopicRouter } from '../../../server/broker/topicRouter.ts';
import { seededRandom } from '../../support/random.ts';

const at = (siteId: string, fleetId: string, filter: string, sinceMs = 0): RoutedFilter => ({
  siteId,
  fleetId,
  filter,
  sinceMs,
  qos: 0,
});

describe('filters', () => {
  test.each([
    ['a/b', 'a/b', true],
    ['a/+', 'a/b', true],
    ['a/+', 'a', false],
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['+/b', '/b', true],
    ['#', '$SYS/x', false],
    ['+/x', '$SYS/x', false],
    ['/gw/+/status', '/gw/ac23/status', true],
    ['/gw/+/status', 'gw/ac23/status', false],
  ])('%s and %s: %s', (filter, topic, expected) => {
    expect(matches(filter, topic)).toBe(expected);
  });

  test('overlap and cover agree with what matches', () => {
    const random = seededRandom(5);
    const words = ['a', 'b', '+'];
    const filter = (): string => {
      const levels = Array.from({ length: 1 + Math.floor(random() * 3) }, () => words[Math.floor(random() * 3)]!);
      return [...levels, ...(random() < 0.3 ? ['#'] : [])].join('/');
    };
    const topics = ['a', 'b'].flatMap((x) => [
      x,
      ...['a', 'b'].flatMap((y) => [`${x}/${y}`, `${x}/${y}/a`, `${x}/${y}/b`]),
    ]);
    const deep = topics.flatMap((topic) => [topic, `${topic}/a/b/a`]);
    let overlapping = 0;
    for (let i = 0; i < 2_000; i++) {
      const [one, other] = [filter(), filter()];
      const both = deep.some((topic) => matches(one, topic) && matches(other, topic));
      expect([one, other, overlaps(one, other)]).toEqual([one, other, both]);
      const all = deep.every((topic) => !matches(other, topic) || matches(one, topic));
      // A filter that nothing of the sample matches says nothing.
      if (deep.some((topic) => matches(other, topic)))
        expect([one, other, covers(one, other)]).toEqual([one, other, all]);
      if (both) overlapping++;
    }
    expect(overlapping).toBeGreaterThan(100);
  });

  test('faults name what would be right', () => {
    expect(filterFault('espresense/#')).toBeNull();
    expect(filterFault('+/events/rpc')).toBeNull();
    expect(filterFault('+/+/status')).toBeNull();
    expect(filterFault('a/#/b')).toContain('last level');
    expect(filterFault('a/b+')).toContain('whole level');
    expect(filterFault('$share/g/a')).toContain('$');
    expect(filterFault('a\u0000b')).toContain('control');
    for (const own of ['#', '+/#', 'promenade/1/mall/g1/sightings', 'promenade/+/mall/#'])
      expect(filterFault(own)).toContain('Promenade');
  });

  test('what another takes in is not asked for twice', () => {
    expect(withoutCovered(['a/+', 'a/b', 'a/#', 'c', 'c'])).toEqual(['a/#', 'c']);
  });
});

describe('whose a message is', () => {
  test('within a site the nearest filter’s, level by level', () => {
    const router = new TopicRouter([
      at('mall', 'wide', '#'),
      at('mall', 'shelly', '+/events/rpc'),
      at('mall', 'ruuvi', 'ruuvi/+/+'),
      at('mall', 'esp', 'esp/#'),
      at('mall', 'esp-up', 'esp/+/up'),
    ]);
    const of = (topic: string) => router.route(topic)?.fleetId;
    expect(of('ruuvi/events/rpc')).toBe('ruuvi');
    expect(of('shelly-1/events/rpc')).toBe('shelly');
    expect(of('esp/x/up')).toBe('esp-up');
    expect(of('esp/x/down')).toBe('esp');
    expect(of('anything')).toBe('wide');
    expect(of('$SYS/broker')).toBeUndefined();
  });

  test('between sites the elder’s: nobody takes another’s by a cleverer filter', () => {
    const elder = at('a', 'esp', 'espresense/devices/+/+', 1);
    const younger = at('b', 'thief', 'espresense/+/iBeacon:x/kitchen', 2);
    for (const order of [
      [elder, younger],
      [younger, elder],
    ]) {
      const router = new TopicRouter(order);
      expect(router.route('espresense/devices/iBeacon:x/kitchen')?.siteId).toBe('a');
      expect(router.route('espresense/rooms/iBeacon:x/kitchen')?.siteId).toBe('b');
    }
  });
});

test('copies of a delivery are dropped as often as filters cross, and no more often', () => {
  const copies = new Copies(['a/+', '+/b', 'c']);
  const payload = Buffer.from('x');
  expect(copies.isCopy('a/b', payload, 0)).toBe(false);
  expect(copies.isCopy('a/b', payload, 1)).toBe(true);
  expect(copies.isCopy('a/b', payload, 2)).toBe(false);
  expect(copies.isCopy('a/b', Buffer.from('y'), 3)).toBe(false);
  // Only one filter takes these in.
  expect(copies.isCopy('a/c', payload, 4)).toBe(false);
  expect(copies.isCopy('a/c', payload, 5)).toBe(false);
  expect(copies.isCopy('a/b', payload, 9_000)).toBe(false);
});
