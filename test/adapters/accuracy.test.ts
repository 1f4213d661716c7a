/** People are found as well through another make's gateways as these tell: as well as through ours where they tell each second. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Duck } from '../../server/db/duckdb.ts';
import type { Format } from '../../server/ingest/adapters/types.ts';
import { IMITATORS } from '../../simulators/fleets/index.ts';
import { makeHall } from '../bench/fleets/hall.ts';
import { hearForeign, hearOwn } from '../bench/fleets/hearing.ts';
import type { Score } from '../bench/fleets/tracking.ts';

const SEED = 5;
const hall = makeHall(SEED, 2, 150);
const dir = mkdtempSync(join(tmpdir(), 'accuracy-'));
let duck: Duck;
let ownM = Number.NaN;

const medianM = ({ errorsM }: Score): number => [...errorsM].sort((a, b) => a - b)[errorsM.length >> 1]!;

beforeAll(async () => {
  duck = await Duck.open(join(dir, 'db.duckdb'), { threads: 1, memoryLimit: '64MB' });
  ownM = medianM(hearOwn(hall));
});
afterAll(async () => {
  await duck?.close();
  rmSync(dir, { recursive: true, force: true });
});

test('our own gateways find them to some metres', () => {
  expect(ownM).toBeGreaterThan(0.5);
  expect(ownM).toBeLessThan(4);
});

test.each<[Format, number]>([
  ['minew', 1.25],
  ['april-brother', 1.25],
  ['ruuvi', 1.25],
  // Filtered, and every five seconds: still in the right part of the hall.
  ['espresense', 2.5],
])('%s: at most %f times as far off', async (format, times) => {
  const score = await hearForeign(hall, format, IMITATORS[format], SEED, duck);
  expect(score.errorsM.length).toBeGreaterThan(200);
  expect(medianM(score)).toBeLessThan(times * ownM);
});
