import { serialize } from 'node:v8';
import { expect, test } from 'vitest';
import { createEngine } from '../../server/engine/engine.ts';
import { MAX_CARRIERS } from '../../server/engine/engineState.ts';
import type { LogBatch } from '../../server/engine/types.ts';
import { heardOnce, NOW, siteModel } from './support.ts';

test('100,000 carriers that come once and go leave nothing behind', () => {
  const engine = createEngine(siteModel(), undefined);
  const emptyBytes = serialize(engine.snapshot()).length;
  const PER_SECOND = 50;
  const SECONDS = 2_000;
  let visits = 0;
  let largest = 0;
  for (let second = 0; second < SECONDS; second++) {
    const atMs = NOW + second * 1_000;
    const [template] = heardOnce('g-0-0', '', atMs).sightings;
    const batch: LogBatch = {
      ...heardOnce('g-0-0', '', atMs),
      sightings: Array.from({ length: PER_SECOND }, (_, i) => ({
        ...template!,
        carrierId: `u-${second * PER_SECOND + i}`,
        kind: 'unknown',
      })),
    };
    expect(engine.add(batch)).toBe(0);
    visits += engine.advance(atMs + 1_000).rows.visits.length;
    if (second % 500 === 499) largest = Math.max(largest, engine.openRows().visits.length);
  }
  visits += engine.advance(NOW + 10 * 3_600_000).rows.visits.length;
  expect(visits).toBe(PER_SECOND * SECONDS);
  // Never more than those of one visit gap.
  expect(largest).toBeLessThanOrEqual(PER_SECOND * 902);
  expect(engine.openRows()).toEqual({ visits: [], stays: [], heat: [], occupancy: [] });
  expect(serialize(engine.snapshot()).length).toBeLessThan(emptyBytes + 200);
});

test('a year of silence costs nothing', () => {
  const engine = createEngine(siteModel(), undefined);
  engine.add(heardOnce('g-0-0', 'c-1', NOW));
  const { rows } = engine.advance(NOW + 365 * 86_400_000);
  expect(rows.visits).toHaveLength(1);
  expect(engine.watermarkMs).toBe(NOW + 365 * 86_400_000);
});

test('whoever invents beacons fills a bounded room; registered carriers still come in', () => {
  const engine = createEngine(siteModel(), undefined);
  const [template] = heardOnce('g-0-0', '', NOW).sightings;
  const sightings = Array.from({ length: MAX_CARRIERS + 500 }, (_, i) => ({
    ...template!,
    carrierId: `u-${i}`,
    kind: 'unknown' as const,
  }));
  engine.add({ ...heardOnce('g-0-0', '', NOW), sightings: [...sightings, { ...template!, carrierId: 'c-1' }] });
  engine.advance(NOW + 1_000);
  const { visits } = engine.openRows();
  expect(visits).toHaveLength(MAX_CARRIERS + 1);
  expect(visits).toContainEqual(expect.objectContaining({ carrierId: 'c-1' }));
});
