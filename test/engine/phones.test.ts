/** Phones that hear the mall's beacons go through the engine as carriers that gateways hear do, and teach it nothing of the site. */
import { describe, expect, test } from 'vitest';
import { createEngine } from '../../server/engine/engine.ts';
import type { LogBatch } from '../../server/engine/types.ts';
import { phoneOf } from '../../server/log/batch.ts';
import { PHONE_T0, phoneModel, playPhones } from '../support/phoneWorld.ts';
import { seeded, shuffled } from './support.ts';

describe('where a listening phone is', () => {
  test.each([
    ['a usual phone', { phoneBiasDb: 0 }],
    ['a deaf one', { phoneBiasDb: -10 }],
    ['one with a good ear', { phoneBiasDb: 6 }],
    ['beacons set to powers 12 dB apart', { phoneBiasDb: -4, beaconSpreadDb: 6 }],
  ])('%s: as well as a tag that is heard', (_, world) => {
    const tags: number[] = [];
    const phones: number[] = [];
    for (const seed of [1, 2, 3]) {
      const result = playPhones({ seed, seconds: 150, tags: 8, phones: 8, ...world });
      tags.push(result.tags.medianM);
      phones.push(result.phones.medianM);
      expect(result.phones.fixes).toBeGreaterThan(0.95 * result.tags.fixes);
      expect(result.phones.p90M).toBeLessThan(8);
    }
    const mean = (all: number[]) => all.reduce((sum, one) => sum + one, 0) / all.length;
    expect(mean(phones)).toBeLessThan(mean(tags) * 1.25);
  });

  test('with a beacon at every other gateway it is a little worse', () => {
    const { tags, phones } = playPhones({ seed: 1, seconds: 150, tags: 8, phones: 8, phoneBiasDb: -3, beaconEvery: 2 });
    expect(phones.medianM).toBeLessThan(tags.medianM * 1.6);
  });
});

describe('what phones tell', () => {
  const { batches, model } = playPhones({ seed: 5, seconds: 90, tags: 4, phones: 4, phoneBiasDb: -3 });
  const run = (all: readonly LogBatch[]) => {
    const engine = createEngine(model, undefined);
    engine.advance(PHONE_T0);
    for (const batch of all) engine.add(batch);
    const output = engine.advance(PHONE_T0 + 20 * 60_000);
    return { engine, output };
  };

  test('changes nothing of gateways: not their coverage, not what is learned of them, not where tags are', () => {
    const whole = run(batches);
    const without = run(batches.filter(({ gatewayId }) => phoneOf(gatewayId) === undefined));
    expect(whole.output.rows.visits).toHaveLength(8);
    expect(without.output.rows.visits).toHaveLength(4);
    expect(whole.output.rows.coverage).toEqual(without.output.rows.coverage);
    expect(whole.output.rows.coverage.length).toBeGreaterThan(10);
    expect(whole.engine.learnedRadio()).toEqual(without.engine.learnedRadio());
    const ofTags = ({ carrierId }: { carrierId: string }) => carrierId.startsWith('c-tag');
    expect(whole.output.rows.heat.filter(ofTags)).toEqual(without.output.rows.heat);
  });

  test('comes to the same rows in whatever order and pieces', () => {
    const random = seeded(3);
    const expected = run(batches).output.rows;
    const pieces = batches.flatMap((batch): LogBatch[] =>
      phoneOf(batch.gatewayId) === undefined
        ? [batch]
        : [
            { ...batch, seq: 2 * batch.seq, sightings: batch.sightings.slice(0, 3) },
            { ...batch, seq: 2 * batch.seq + 1, sightings: batch.sightings.slice(3) },
          ],
    );
    expect(run(shuffled(pieces, random)).output.rows).toEqual(expected);
  });

  test('of a beacon whose gateway is gone is left aside', () => {
    const engine = createEngine({ ...model, gateways: phoneModel().gateways.slice(0, 1) }, undefined);
    engine.advance(PHONE_T0);
    for (const batch of batches) engine.add(batch);
    engine.advance(PHONE_T0 + 90_000);
    for (const { fix } of engine.present()) expect(fix).toBeDefined();
    expect(engine.present().length).toBeGreaterThan(0);
  });

  test('that is at two places at once is two phones', () => {
    const near = (beaconOf: string, second: string, offsetMs: number) =>
      [beaconOf, second].map((id, i) => ({
        carrierId: 'c-phone',
        kind: 'shopper' as const,
        rssiMeanDbm: -55 - 8 * i,
        rssiMaxDbm: -55,
        adverts: 4,
        atMs: offsetMs,
        beaconOf: id,
      }));
    // Another hall behind this one, its gateways among the last.
    const far = model.gateways.map((one, i) => (i < 12 ? one : { ...one, xM: one.xM + 40 }));
    const floors = model.floors.map((floor) => ({ ...floor, widthM: floor.widthM + 40 }));
    const engine = createEngine({ ...model, floors, gateways: far }, undefined);
    engine.advance(PHONE_T0);
    for (let second = 0; second < 120; second++) {
      const fromMs = PHONE_T0 + second * 1_000;
      const [first, next] = second % 2 === 0 ? ['g-00', 'g-01'] : ['g-14', 'g-13'];
      engine.add({
        gatewayId: '@c-phone',
        epoch: 1,
        seq: second,
        fromMs,
        toMs: fromMs + 1_000,
        clockOffsetMs: 0,
        receivedMs: fromMs,
        sightings: near(first!, next!, fromMs + 100),
      });
    }
    engine.advance(PHONE_T0 + 120_000);
    expect(engine.clones().map(({ carrierId }) => carrierId)).toEqual(['c-phone']);
  });
});
