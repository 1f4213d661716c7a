import { expect, test } from 'vitest';
import { RadioModel } from '../../simulators/radio.ts';
import { createRandom } from '../../simulators/random.ts';
import type { Scenario } from '../../simulators/scenario.ts';
import type { Wall } from '../../simulators/walls.ts';
import { testScenario } from './support.ts';

const GATEWAY = { floor: 0, level: 0, xM: 50, yM: 50, zM: 1.1, offsetDb: 0 };
const plain: Partial<Scenario['radio']> = {
  shadowSigmaDb: 0,
  bodyDb: 0,
  carrierShadowSigmaDb: 0,
  sensitivityDbm: -110,
  scanDuty: 1,
};

function model(change: Partial<Scenario['radio']>, walls: Wall[] = [], gateway = GATEWAY): RadioModel {
  const radio = { ...testScenario().radio, ...plain, ...change };
  return new RadioModel(
    radio,
    [
      { level: 0, widthM: 100, walls },
      { level: 1, widthM: 100, walls: [] },
    ],
    [gateway],
    1,
  );
}

function listen(
  radio: RadioModel,
  xM: number,
  options: { floor?: number; adverts?: number; busy?: number; headingX?: number } = {},
): { medianDbm: number; received: number } {
  const random = createRandom('radio');
  const heard: number[] = [];
  const adverts = options.adverts ?? 2_000;
  for (let i = 0; i < adverts; i++)
    radio.advertise(
      random,
      -60,
      options.floor ?? 0,
      xM,
      50,
      options.headingX ?? 1,
      0,
      0,
      options.busy ?? 0,
      (_, rssi) => heard.push(rssi),
    );
  heard.sort((a, b) => a - b);
  return { medianDbm: heard[heard.length >> 1] ?? Number.NaN, received: heard.length / adverts };
}

test('the median RSSI follows the law of distance', () => {
  const radio = model({ pathLossExponent: 2.5 });
  expect(Math.abs(listen(radio, 51).medianDbm - -60)).toBeLessThanOrEqual(1.5);
  expect(Math.abs(listen(radio, 60).medianDbm - -85)).toBeLessThanOrEqual(1.5);
});

test('fading spreads single packets by some decibels', () => {
  const random = createRandom('fading');
  const heard: number[] = [];
  const radio = model({ ricianK: 3 });
  for (let i = 0; i < 3_000; i++) radio.advertise(random, -60, 0, 55, 50, 1, 0, 0, 0, (_, rssi) => heard.push(rssi));
  const mean = heard.reduce((sum, v) => sum + v, 0) / heard.length;
  const sd = Math.sqrt(heard.reduce((sum, v) => sum + (v - mean) ** 2, 0) / heard.length);
  expect(sd).toBeGreaterThan(2);
  expect(sd).toBeLessThan(6);
});

test('walls, floors and the body each take their share', () => {
  const open = listen(model({}), 60).medianDbm;
  const wall: Wall = [55, 0, 55, 100];
  expect(Math.abs(open - 3 - listen(model({ wallDb: 3 }, [wall]), 60).medianDbm)).toBeLessThanOrEqual(1);
  expect(listen(model({ floorDb: 20 }), 60, { floor: 1 }).medianDbm).toBeLessThan(open - 19);
  const behind = listen(model({ bodyDb: 8 }), 60, { headingX: 1 }).medianDbm;
  const facing = listen(model({ bodyDb: 8 }), 60, { headingX: -1 }).medianDbm;
  expect(facing - behind).toBeGreaterThanOrEqual(7);
});

test('packets are lost near the sensitivity, off duty and in a crowd', () => {
  expect(listen(model({}), 55).received).toBe(1);
  // At 60 m the median lies at the sensitivity: about half get through.
  const edge = listen(model({ pathLossExponent: 2, sensitivityDbm: -80 }), 60).received;
  expect(edge).toBeGreaterThan(0.3);
  expect(edge).toBeLessThan(0.7);
  expect(listen(model({ pathLossExponent: 3, sensitivityDbm: -80 }), 95).received).toBe(0);
  expect(Math.abs(listen(model({ scanDuty: 0.6 }), 55).received - 0.6)).toBeLessThan(0.05);
  const crowd = listen(model({}), 55, { busy: 500 }).received;
  expect(Math.abs(crowd - Math.exp(-2 * 500 * 0.000376))).toBeLessThan(0.05);
});

test('shadowing is the same at the same place, alike nearby, and as wide as asked for', () => {
  const radio = model({ shadowSigmaDb: 4, ricianK: 50, shadowCorrelationM: 5 });
  const flat = model({ ricianK: 50 });
  const shadow = (xM: number): number =>
    listen(radio, xM, { adverts: 60 }).medianDbm - listen(flat, xM, { adverts: 60 }).medianDbm;
  expect(shadow(62)).toBe(shadow(62));
  const near: number[] = [];
  const all: number[] = [];
  for (let xM = 52; xM < 98; xM += 2) {
    all.push(shadow(xM));
    near.push(Math.abs(shadow(xM) - shadow(xM + 1)));
  }
  const sd = Math.sqrt(all.reduce((sum, v) => sum + v * v, 0) / all.length);
  expect(sd).toBeGreaterThan(1.5);
  expect(sd).toBeLessThan(7);
  expect(near.reduce((sum, v) => sum + v, 0) / near.length).toBeLessThan(sd);
});

test('a gateway with an offset hears everything that much louder', () => {
  const louder = model({}, [], { ...GATEWAY, offsetDb: 5 });
  expect(listen(louder, 60).medianDbm - listen(model({}), 60).medianDbm).toBe(5);
});
