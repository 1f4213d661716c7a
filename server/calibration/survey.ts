/** What walks teach of the radio: points from what was heard along them, merged, bounded, and cut where a gateway moved. Pure. */
import type { Gateway } from '../contract/model.ts';
import type { RadioSurvey, SurveyPoint, SurveyReading } from '../contract/survey.ts';
import type { LogBatch } from '../engine/types.ts';
import { type Placement, sincePlaced } from './placement.ts';
import { STAND_MS, type Walk } from './walk.ts';

const SECOND_MS = 1_000;
/** People do not tap more finely than this. */
const BIN_M = 1;
/** A megabyte; twenty malls' corridors at a metre. Larger sites get larger bins. */
export const MAX_SURVEY_POINTS = 4_000;
const MAX_BIN_M = 64;
/** Fading of single advertisements over the three channels, where one alone does not tell. */
const SINGLE_SD_DB = 4;

/** One point for each second in which it is known where the walker was, heard or not. */
export function pointsOfWalk(walk: Walk, batches: readonly LogBatch[], carrierId: string): SurveyPoint[] {
  const first = walk.taps[0];
  const last = walk.taps.at(-1);
  if (!first || !last) return [];
  const heard = new Map<number, Map<string, SurveyReading>>();
  for (const { gatewayId, sightings } of batches)
    for (const { carrierId: of, atMs, rssiMeanDbm, adverts } of sightings) {
      if (of !== carrierId) continue;
      const second = Math.floor(atMs / SECOND_MS);
      const readings = heard.get(second) ?? new Map<string, SurveyReading>();
      heard.set(second, readings);
      const reading = { gatewayId, rssiMeanDbm, rssiSdDb: SINGLE_SD_DB, adverts };
      const known = readings.get(gatewayId);
      readings.set(gatewayId, known ? pooled(known, reading) : reading);
    }
  const points: SurveyPoint[] = [];
  const from = Math.floor((first.atMs - STAND_MS) / SECOND_MS);
  for (let second = from; second * SECOND_MS <= last.atMs + STAND_MS; second++) {
    const place = walk.placeAt((second + 0.5) * SECOND_MS);
    if (place) points.push({ ...place, seconds: 1, heard: [...(heard.get(second)?.values() ?? [])] });
  }
  return binned(points, BIN_M);
}

function pooled(a: SurveyReading, b: SurveyReading): SurveyReading {
  const adverts = a.adverts + b.adverts;
  const mean = (a.rssiMeanDbm * a.adverts + b.rssiMeanDbm * b.adverts) / adverts;
  const square = (one: SurveyReading): number => one.adverts * (one.rssiSdDb ** 2 + (one.rssiMeanDbm - mean) ** 2);
  return { gatewayId: a.gatewayId, rssiMeanDbm: mean, rssiSdDb: Math.sqrt((square(a) + square(b)) / adverts), adverts };
}

/** Points of one bin that speak of the same gateways become one. */
export function binned(points: readonly SurveyPoint[], binM: number): SurveyPoint[] {
  const bins = new Map<string, { point: SurveyPoint; heard: Map<string, SurveyReading> }>();
  for (const point of points) {
    const { floorId, xM, yM, seconds, notListening = [] } = point;
    const key = `${floorId} ${Math.floor(xM / binM)} ${Math.floor(yM / binM)} ${notListening.join(' ')}`;
    let bin = bins.get(key);
    if (!bin) {
      bin = { point: { ...point, heard: [], seconds: 0 }, heard: new Map() };
      bins.set(key, bin);
    }
    const share = seconds / (bin.point.seconds + seconds);
    bin.point.xM += share * (xM - bin.point.xM);
    bin.point.yM += share * (yM - bin.point.yM);
    bin.point.seconds += seconds;
    for (const reading of point.heard) {
      const known = bin.heard.get(reading.gatewayId);
      bin.heard.set(reading.gatewayId, known ? pooled(known, reading) : reading);
    }
  }
  return [...bins.values()].map(({ point, heard }) => ({
    ...point,
    heard: [...heard.values()].sort((a, b) => (a.gatewayId < b.gatewayId ? -1 : 1)),
  }));
}

/** One walk's share of the survey. */
export interface Surveyed {
  points: readonly SurveyPoint[];
  /** Of all gateways then. */
  placements: readonly Placement[];
  /** Those of them that reported during the walk: only these can be said not to have heard. */
  listening: readonly string[];
}

const rounded = (point: SurveyPoint): SurveyPoint => ({
  ...point,
  xM: Math.round(point.xM * 100) / 100,
  yM: Math.round(point.yM * 100) / 100,
  heard: point.heard.map((reading) => ({
    ...reading,
    rssiMeanDbm: Math.round(reading.rssiMeanDbm * 100) / 100,
    rssiSdDb: Math.round(reading.rssiSdDb * 100) / 100,
  })),
});

/** All walks in one, each as far as its gateways still hang where they hung. Undefined without any point. */
export function surveyOf(walks: readonly Surveyed[], gateways: readonly Gateway[]): RadioSurvey | undefined {
  const points = walks.flatMap(({ points, placements, listening }) => {
    const then = new Map(placements.map((placement) => [placement.id, placement]));
    const reported = new Set(listening);
    const mute = gateways
      .filter((gateway) => {
        const placement = then.get(gateway.id);
        return !placement || !reported.has(gateway.id) || sincePlaced(placement, gateway) !== undefined;
      })
      .map(({ id }) => id);
    const present = new Set(gateways.map(({ id }) => id));
    const silenced = points.map((point) => ({
      ...point,
      heard: point.heard.filter((one) => present.has(one.gatewayId)),
    }));
    return without(silenced, mute);
  });
  let merged = binned(points, BIN_M);
  for (let binM = 2 * BIN_M; merged.length > MAX_SURVEY_POINTS && binM <= MAX_BIN_M; binM *= 2)
    merged = binned(points, binM);
  return merged.length === 0 ? undefined : { points: merged.slice(0, MAX_SURVEY_POINTS).map(rounded) };
}

/** Nothing is said of these gateways any more; of the others all stays. */
export function without(points: readonly SurveyPoint[], gatewayIds: readonly string[]): SurveyPoint[] {
  if (gatewayIds.length === 0) return [...points];
  const mute = new Set(gatewayIds);
  return points.map((point) => ({
    ...point,
    heard: point.heard.filter((reading) => !mute.has(reading.gatewayId)),
    notListening: [...new Set([...(point.notListening ?? []), ...gatewayIds])].sort(),
  }));
}
