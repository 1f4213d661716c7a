/** Whether what a walk teaches makes the next walk's positions better: on simulated radio, by the positioner that reads surveys. */
import { expect, test } from 'vitest';
import { placementOf } from '../../server/calibration/placement.ts';
import { quantile } from '../../server/calibration/score.ts';
import { pointsOfWalk, surveyOf } from '../../server/calibration/survey.ts';
import { Walk } from '../../server/calibration/walk.ts';
import { DEFAULT_DEFINITIONS } from '../../server/contract/definitions.ts';
import type { SiteModel } from '../../server/contract/model.ts';
import type { RadioSurvey } from '../../server/contract/survey.ts';
import type { LogBatch } from '../../server/engine/types.ts';
import { createGridPositioner } from '../../server/positioning/gridPositioner.ts';
import type { HeardView } from '../../server/positioning/types.ts';
import {
  type SimulatedWalk,
  simulateWalk,
  WALK_SITE,
  walkFloor,
  walkGateways,
  walkZones,
} from '../support/walkWorld.ts';

const CARRIER = 'c-walk';
const model: SiteModel = {
  siteId: WALK_SITE,
  timezone: 'Europe/Prague',
  floors: [walkFloor],
  zones: walkZones,
  gateways: walkGateways,
  definitionsVersion: 1,
  definitions: DEFAULT_DEFINITIONS,
  dwellSecondsByZone: {},
};
const logged = (walk: SimulatedWalk): LogBatch[] =>
  walk.batches.flat().map(({ gatewayId, message: { sightings, ...message } }) => ({
    gatewayId,
    ...message,
    clockOffsetMs: 0,
    receivedMs: message.toMs,
    sightings: sightings.map(([, , , rssiMeanDbm, rssiMaxDbm, adverts, , afterMs]) => ({
      carrierId: CARRIER,
      kind: 'tag',
      rssiMeanDbm,
      rssiMaxDbm,
      adverts,
      atMs: message.fromMs + afterMs,
    })),
  }));

function errorsOf(walk: SimulatedWalk, survey: RadioSurvey | undefined): number[] {
  const positioner = createGridPositioner(survey ? { ...model, survey } : model, undefined);
  let state: unknown;
  const errors: number[] = [];
  for (const second of walk.batches) {
    const tickEndMs = second[0]!.message.toMs;
    const heard = second.flatMap(({ gatewayId, message: { sightings } }): HeardView[] =>
      sightings.map(([, , , rssiMeanDbm, rssiMaxDbm, adverts]) => ({
        gatewayId,
        rssiMeanDbm,
        rssiMaxDbm,
        adverts,
        atMs: tickEndMs - 500,
      })),
    );
    const stepped = positioner.step(state as never, tickEndMs, heard);
    state = stepped.state;
    const { fix } = stepped.position;
    const truth = walk.truth(tickEndMs);
    if (fix) errors.push(Math.hypot(fix.xM - truth.xM, fix.yM - truth.yM));
  }
  return errors;
}

test.each([11, 12, 13])('one walk makes the positions of another walk better, radio %i', (seed) => {
  const first = simulateWalk(seed, `first ${seed}`);
  const taps = first.stops.map((stop, i) => ({ id: `t${i}`, floorId: 'f0', ...stop }));
  const points = pointsOfWalk(new Walk(taps, [walkFloor]), logged(first), CARRIER);
  const listening = walkGateways.map(({ id }) => id);
  const survey = surveyOf([{ points, placements: walkGateways.map(placementOf), listening }], walkGateways)!;
  expect(survey.points.length).toBeGreaterThan(100);

  const second = simulateWalk(seed, `second ${seed}`, 1.3);
  const before = errorsOf(second, undefined);
  const after = errorsOf(second, survey);
  expect(after.length).toBe(before.length);
  expect(quantile(after, 0.5)!).toBeLessThan(0.9 * quantile(before, 0.5)!);
  expect(quantile(after, 0.9)!).toBeLessThan(quantile(before, 0.9)!);
});
