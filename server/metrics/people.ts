/**
 * Estimated people of an interval: observed carriers over the carriers per person of their entrance and hour of week.
 *
 * T = Σ n / λ. Its variance adds, by the delta method, what is common to all (the site's rate), to an entrance, and to an
 * hour, each once, and what chance adds even if the rates were known, (ψn + δΣn²) / λ². The interval is that of a gamma
 * distribution with the same ratio of mean to deviation (k = mean² / variance; k + ½ is Jeffreys' prior, which is right for
 * few and even for no carriers), by Wilson and Hilferty's cube root. An outage widens the upper end by
 * what may have been missed. Pure.
 */
import { missedUpper, Z95 } from './bands.ts';
import type { PeopleModel } from './peopleRatio.ts';

/** Carriers that came in by an entrance in one local hour (or a part of it). */
export interface ObservedHour {
  /** Null: by none that is known. */
  entranceId: string | null;
  hourOfWeek: number;
  observed: number;
}
export interface Estimate {
  value: number;
  low: number;
  high: number;
}

/** Quantile of a gamma distribution with mean 1 and this shape. */
function gammaQuantile(shape: number, z: number): number {
  return Math.max(0, 1 - 1 / (9 * shape) + z / (3 * Math.sqrt(shape))) ** 3;
}

/** A rate this small would make people of noise. */
const MIN_SHARE_OF_SITE_RATE = 0.1;

export function estimatePeople(model: PeopleModel, hours: readonly ObservedHour[], coverage = 1): Estimate {
  const leastRate = model.siteRate * MIN_SHARE_OF_SITE_RATE;
  let value = 0;
  let observed = 0;
  let ofSite = 0;
  const ofEntrance = new Map<string | null, { slope: number; ownVariance: number; shrunk: number }>();
  const ofHour = new Map<string, { slope: number; ownVariance: number }>();
  let chance = 0;
  for (const { entranceId, hourOfWeek, observed: n } of hours) {
    if (n <= 0) continue;
    const entrance = entranceId === null ? undefined : model.entrances.get(entranceId);
    const hour = entrance?.byHour.get(hourOfWeek);
    const rate = Math.max(leastRate, hour?.rate ?? entrance?.rate ?? model.siteRate);
    const slope = n / rate ** 2;
    const hourShrunk = hour?.shrunk ?? 1;
    value += n / rate;
    observed += n;
    chance += (model.thinning * n + model.overdispersion * n * n) / rate ** 2;
    const known = ofEntrance.get(entranceId) ?? {
      slope: 0,
      ownVariance: entrance?.ownVariance ?? model.entranceVariance,
      shrunk: entrance?.shrunk ?? 1,
    };
    known.slope += slope * hourShrunk;
    ofEntrance.set(entranceId, known);
    const key = `${entranceId} ${hourOfWeek}`;
    const own = ofHour.get(key) ?? { slope: 0, ownVariance: hour?.ownVariance ?? model.hourVariance };
    own.slope += slope;
    ofHour.set(key, own);
  }
  let ratioVariance = 0;
  for (const { slope, ownVariance, shrunk } of ofEntrance.values()) {
    ofSite += slope * shrunk;
    ratioVariance += slope ** 2 * ownVariance;
  }
  for (const { slope, ownVariance } of ofHour.values()) ratioVariance += slope ** 2 * ownVariance;
  ratioVariance += ofSite ** 2 * model.siteVariance;

  const missed = missedUpper(observed, coverage) / (observed > 0 ? observed / value : model.siteRate);
  if (observed === 0) {
    const spread = Math.sqrt(model.siteVariance + model.entranceVariance + model.hourVariance) / model.siteRate;
    const high = (0.5 * gammaQuantile(0.5, Z95) * model.thinning * (1 + Z95 * spread)) / model.siteRate;
    return { value: 0, low: 0, high: high + missed };
  }
  const k = value ** 2 / (ratioVariance + chance);
  const one = value / k;
  const shape = k + 0.5;
  return {
    value,
    low: Math.min(value, one * shape * gammaQuantile(shape, -Z95)),
    high: Math.max(value, one * shape * gammaQuantile(shape, Z95)) + missed,
  };
}

/** People per carrier with its interval: of the site, or of an entrance. */
export function peoplePerCarrier(model: PeopleModel, entranceId?: string): Estimate {
  const entrance = entranceId === undefined ? undefined : model.entrances.get(entranceId);
  const rate = entrance?.rate ?? model.siteRate;
  const variance = entrance
    ? entrance.ownVariance + entrance.shrunk ** 2 * model.siteVariance
    : model.siteVariance + (entranceId === undefined ? 0 : model.entranceVariance);
  const shape = rate ** 2 / variance;
  return {
    value: 1 / rate,
    low: 1 / (rate * gammaQuantile(shape, Z95)),
    high: 1 / Math.max(rate * gammaQuantile(shape, -Z95), rate * MIN_SHARE_OF_SITE_RATE),
  };
}
