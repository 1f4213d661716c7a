/** How far off a fix is in a zone: as walked there, as walked on its floor, else as the gateways' places let expect. Pure. */
import type { CoverageField } from '../calibration/coverage.ts';
import type { Certificate } from '../contract/calibration.ts';
import type { Zone } from '../contract/model.ts';
import type { ErrorSource } from '../contract/rehearsal.ts';
import { ACCURACY_PER_SIGMA } from '../floor/gaussian.ts';
import { boundsOf, innerPoint, pointInShape } from '../floor/geometry.ts';
import { P90_PER_SIGMA } from './rehearsalErrors.ts';

export interface LocalError {
  sigmaM: number;
  p90M: number;
  from: ErrorSource;
  /** The true σ lies within σ ÷ and × this, 19 times of 20. */
  times: number;
}

/** The benches' ratio of true to expected error; a floor's figure is of another part of it. */
const ELSEWHERE_TIMES = 1.33;
/** Standard error of the 90th percentile of a round Gaussian's errors from one tap, as a share: √0.09 ÷ (0.1 · 2 ln 10). */
const P90_ERROR_PER_TAP = 0.65;

const walked = (p90M: number, taps: number, from: ErrorSource): LocalError => ({
  sigmaM: p90M / P90_PER_SIGMA,
  p90M,
  from,
  times: Math.max(
    from === 'zone-certificate' ? 1 : ELSEWHERE_TIMES,
    Math.exp((1.96 * P90_ERROR_PER_TAP) / Math.sqrt(taps)),
  ),
});

/** Mean over the cells in the zone, of a zone smaller than a cell the nearest one. */
function expectedIn(zone: Zone, { cells, errorM }: CoverageField): LocalError | undefined {
  const [middleX, middleY] = innerPoint(zone.shape);
  const bounds = boundsOf(zone.shape);
  let sum = 0;
  let area = 0;
  let nearest = -1;
  let nearestM = Infinity;
  for (let i = 0; i < errorM.length; i++) {
    const x = cells.xM[i]!;
    const y = cells.yM[i]!;
    const away = Math.hypot(x - middleX, y - middleY);
    if (away < nearestM) {
      nearestM = away;
      nearest = i;
    }
    if (x < bounds.minXM || x > bounds.maxXM || y < bounds.minYM || y > bounds.maxYM) continue;
    if (!pointInShape(zone.shape, x, y)) continue;
    sum += cells.areaM2[i]! * errorM[i]! ** 2;
    area += cells.areaM2[i]!;
  }
  const accuracyM = area > 0 ? Math.sqrt(sum / area) : nearest >= 0 ? errorM[nearest]! : 0;
  if (!(accuracyM > 0) || !Number.isFinite(accuracyM)) return undefined;
  const sigmaM = accuracyM / ACCURACY_PER_SIGMA;
  return { sigmaM, p90M: sigmaM * P90_PER_SIGMA, from: 'expected', times: ELSEWHERE_TIMES };
}

/** Certificates that hold no more, or rest on too few taps, say nothing. */
export function localError(
  zone: Zone,
  certificates: readonly Certificate[],
  field: CoverageField | undefined,
): LocalError | undefined {
  const good = certificates.filter(({ state, enough, p90M }) => state === 'valid' && enough && p90M !== null);
  const own = good.find(({ zoneId }) => zoneId === zone.id);
  if (own) return walked(own.p90M!, own.taps, 'zone-certificate');
  const floor = good.find(({ zoneId, floorId }) => zoneId === null && floorId === zone.floorId);
  if (floor) return walked(floor.p90M!, floor.taps, 'floor-certificate');
  return field && expectedIn(zone, field);
}
