/** A mall of four wings in which each visitor is heard by one gateway alone, so that what one keeps to itself is missed. */
import type { SightingRow } from '../../server/contract/wire.ts';
import { GATEWAYS, T0, UUID, type World } from './pipelineHarness.ts';
import { seededRandom } from './random.ts';

const HOUR_S = 3_600;
const WINDOW_S = 10;

/** `perHour` visitors start at each gateway in each hour; batches come every ten seconds. */
export function makeBacklogWorld(seed: number, hours: number, perHour: number, fromMs = T0): World[] {
  const random = seededRandom(seed);
  const visits = GATEWAYS.flatMap((gateway) =>
    Array.from({ length: hours * perHour }, (_, i) => {
      const startS = Math.floor(i / perHour) * HOUR_S + Math.floor(random() * 2_400);
      return { gatewayId: gateway.id, startS, endS: startS + 200 + Math.floor(random() * 2_400) };
    }),
  );
  const world: World[] = [];
  for (let second = 0; second < hours * HOUR_S; second += WINDOW_S)
    for (const { id } of GATEWAYS) {
      const rows: SightingRow[] = [];
      visits.forEach((visit, minor) => {
        if (visit.gatewayId !== id || visit.startS > second || visit.endS < second || random() < 0.1) return;
        rows.push([0, 2, minor, -58 - random() * 6, -56, 8, -59, Math.floor(random() * 10_000)]);
      });
      const startMs = fromMs + second * 1000;
      world.push({
        gatewayId: id,
        message: {
          v: 1,
          epoch: 3,
          seq: second / WINDOW_S + 1,
          fromMs: startMs,
          toMs: startMs + WINDOW_S * 1000,
          uuids: [UUID],
          sightings: rows,
        },
      });
    }
  return world;
}
