/** Surveys for the tracker and for kNN: from measured fingerprints, or from the walks that are not under test. */
import type { SurveyPoint } from '../../../server/contract/survey.ts';
import { type Fingerprint, placeAt, type Track } from './dataset.ts';

/** What a carried beacon sends; fingerprints say how many packets were heard, not for how long was listened. */
const PACKETS_PER_SECOND = 2;

export function fingerprintSurvey(fingerprints: readonly Fingerprint[]): SurveyPoint[] {
  const points = new Map<string, SurveyPoint>();
  for (const { floorId, xM, yM, gatewayId, count, meanDbm, spreadDb } of fingerprints) {
    const key = `${floorId} ${xM} ${yM}`;
    let point = points.get(key);
    if (!point) {
      point = { floorId, xM, yM, seconds: 1, heard: [] };
      points.set(key, point);
    }
    point.seconds = Math.max(point.seconds, count / PACKETS_PER_SECOND);
    point.heard.push({ gatewayId, rssiMeanDbm: meanDbm, rssiSdDb: spreadDb, adverts: count });
  }
  return [...points.values()];
}

/** Places along walks, each with what was heard within half a window of it. */
export function walkSurvey(tracks: readonly Track[], windowMs: number, stepMs: number): SurveyPoint[] {
  const points: SurveyPoint[] = [];
  for (const track of tracks) {
    const first = track.waypoints[0];
    const last = track.waypoints.at(-1);
    if (!first || !last) continue;
    let from = 0;
    for (let atMs = first.atMs; atMs <= last.atMs; atMs += stepMs) {
      const place = placeAt(track, atMs)!;
      const heard = new Map<string, number[]>();
      while (from < track.sightings.length && track.sightings[from]!.atMs < atMs - windowMs / 2) from += 1;
      for (let i = from; i < track.sightings.length && track.sightings[i]!.atMs < atMs + windowMs / 2; i++) {
        const { gatewayId, rssiDbm } = track.sightings[i]!;
        const values = heard.get(gatewayId);
        if (values) values.push(rssiDbm);
        else heard.set(gatewayId, [rssiDbm]);
      }
      points.push({
        floorId: place.floorId,
        xM: place.xM,
        yM: place.yM,
        seconds: windowMs / 1_000,
        heard: [...heard].map(([gatewayId, values]) => {
          const rssiMeanDbm = values.reduce((sum, one) => sum + one, 0) / values.length;
          const variance = values.reduce((sum, one) => sum + (one - rssiMeanDbm) ** 2, 0) / values.length;
          return { gatewayId, rssiMeanDbm, rssiSdDb: Math.sqrt(variance), adverts: values.length };
        }),
      });
    }
  }
  return points;
}
