/**
 * A hall that was surveyed through our own gateways, and got some of another make since: that those say nothing of somebody
 * does not show that nobody is near them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pointsOfWalk } from '../../server/calibration/survey.ts';
import { type Tap, Walk } from '../../server/calibration/walk.ts';
import type { SiteModel } from '../../server/contract/model.ts';
import type { RadioSurvey, SurveyPoint } from '../../server/contract/survey.ts';
import { Duck } from '../../server/db/duckdb.ts';
import type { LogBatch } from '../../server/engine/types.ts';
import { gatewayIdOf } from '../../server/fleets/gatewayIds.ts';
import { IMITATORS } from '../../simulators/fleets/index.ts';
import { createRandom } from '../../simulators/random.ts';
import { HALL_START, type Hall, makeHall } from '../bench/fleets/hall.ts';
import { hearForeign, hearOwn } from '../bench/fleets/hearing.ts';
import { carrierIdOf, type Score, Tracking } from '../bench/fleets/tracking.ts';

const SEED = 7;
const WALKERS = 10;
const CARRIERS = 12;
const hall = makeHall(SEED, CARRIERS, 150, WALKERS);
const SHOPPERS = new Set([WALKERS, WALKERS + 1].map(carrierIdOf));
const dir = mkdtempSync(join(tmpdir(), 'sparse-'));
let duck: Duck;
let own: LogBatch[];

beforeAll(async () => {
  duck = await Duck.open(join(dir, 'db.duckdb'), { threads: 1, memoryLimit: '64MB' });
  own = [];
  hearOwn(hall, own);
});
afterAll(async () => {
  await duck?.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Of the ways between the shops: who surveys walks, and taps. */
function surveyed(hall: Hall, heard: readonly LogBatch[], later: readonly string[]): RadioSurvey {
  const points: SurveyPoint[] = [];
  for (let carrier = 0; carrier < WALKERS; carrier++) {
    let taps: Tap[] = [];
    for (let second = 1; second < hall.seconds; second++) {
      const atMs = HALL_START + second * 1_000;
      const [before, after] = [hall.placeOf(carrier, atMs - 1_000), hall.placeOf(carrier, atMs + 1_000)];
      const walks = Math.hypot(after.xM - before.xM, after.yM - before.yM) > 0.6;
      if (walks) taps.push({ id: `${second}`, floorId: 'f0', ...hall.placeOf(carrier, atMs), atMs });
      if (walks && second + 1 < hall.seconds) continue;
      if (taps.length > 3) points.push(...pointsOfWalk(new Walk(taps, []), heard, carrierIdOf(carrier)));
      taps = [];
    }
  }
  return { points: points.map((point) => ({ ...point, notListening: later })) };
}

function track(model: SiteModel, batches: readonly LogBatch[]): Score {
  const tracking = new Tracking(hall, model);
  let nowMs = HALL_START;
  for (const batch of batches) {
    for (; batch.toMs >= nowMs + 1_000; nowMs += 1_000) tracking.advance(nowMs);
    tracking.add(batch);
  }
  return tracking.score();
}

const at = ({ errorsM }: Score, share: number): number =>
  [...errorsM].sort((a, b) => a - b)[Math.floor(share * errorsM.length)]!;
const meanM = ({ errorsM }: Score): number => errorsM.reduce((sum, one) => sum + one, 0) / errorsM.length;

test('ESPresense nodes hung between surveyed gateways: their silence misleads nobody', async () => {
  const format = 'espresense';
  const told: LogBatch[] = [];
  const shoppersAlone = { ...hall, adverts: hall.adverts.filter(({ carrier }) => carrier >= WALKERS) };
  await hearForeign(shoppersAlone, format, IMITATORS[format], SEED, duck, told);
  const { gateways } = hall.model;
  const names = IMITATORS[format]({ gateways: gateways.map(({ id }) => id), random: createRandom(''), startMs: 0 });
  const ids = gateways.map(({ id }, i) => (i % 2 === 0 ? id : gatewayIdOf('fleet', names.gatewayName(i))));
  const later = ids.filter((_, i) => i % 2 === 1).sort();
  const fromOwn = own.filter(({ gatewayId }) => ids.includes(gatewayId));
  const batches = [...fromOwn, ...told.filter(({ gatewayId }) => later.includes(gatewayId))]
    .sort((a, b) => a.toMs - b.toMs)
    .map((batch) => ({ ...batch, sightings: batch.sightings.filter(({ carrierId }) => SHOPPERS.has(carrierId)) }));
  const model = {
    ...hall.model,
    gateways: gateways.map((gateway, i) => ({ ...gateway, id: ids[i]! })),
    survey: surveyed(hall, fromOwn, later),
  };
  expect(model.survey.points.length).toBeGreaterThan(300);

  const taken = track(model, batches);
  const ignored = track({ ...model, sparseGateways: later }, batches);
  expect(ignored.errorsM.length).toBe(taken.errorsM.length);
  expect(ignored.errorsM.length).toBeGreaterThan(200);
  expect(meanM(ignored)).toBeLessThan(0.9 * meanM(taken));
  expect(at(ignored, 0.9)).toBeLessThan(0.75 * at(taken, 0.9));
});
