import { expect, test } from 'vitest';
import { AirTally } from '../../gateway/air.ts';

test('quantiles of what was heard, as counts add up over a message', () => {
  const child = new AirTally();
  for (let i = 0; i < 1_000; i++) child.add(-95 + (i % 50));
  const parent = new AirTally();
  for (const [rssiDbm, count] of child.take()) parent.add(rssiDbm, count);
  // 20 of each dBm from -95 to -46.
  expect(parent.quantiles()).toEqual([-93, -71, -48]);
  expect(child.quantiles()).toBeUndefined();
});

test('a controller that does not know the RSSI, and values of no radio, count for nothing', () => {
  const air = new AirTally();
  for (const rssiDbm of [127, 0, 99, -128, Number.NaN]) air.add(rssiDbm, 1_000);
  expect(air.quantiles()).toBeUndefined();
  for (let i = 0; i < 30; i++) air.add(-60);
  expect(air.quantiles()).toEqual([-60, -60, -60]);
});
