/** Net promoter score: share of 9 and 10 less share of 0 to 6, in points from −100 to 100. Pure. */
import type { ShopFigure } from '../../contract/proof.ts';
import { Z95 } from '../../metrics/bands.ts';
import { type Definition, shown } from './figure.ts';

export const npsDefinition: Definition = {
  name: 'nps',
  definition:
    'Of the shoppers who answered “how likely are you to recommend us” from 0 to 10 in the period, each by the last answer: percent of 9 and 10 less percent of 0 to 6, from −100 to 100.',
  interval:
    'Wald’s with three answers more, one promoter’s and detractor’s worth each half of the neutral ones (Rocks 2016); shown from k answers on.',
};

const PROMOTER_FROM = 9;
const DETRACTOR_TO = 6;
const ADDED = 3;

export function nps(scores: readonly number[], k: number): ShopFigure {
  return shown(scores.length, k, () => {
    const n = scores.length;
    const promoters = scores.filter((score) => score >= PROMOTER_FROM).length;
    const detractors = scores.filter((score) => score <= DETRACTOR_TO).length;
    const more = n + ADDED;
    const p = (promoters + ADDED / 4) / more;
    const d = (detractors + ADDED / 4) / more;
    const half = Z95 * Math.sqrt((p + d - (p - d) ** 2) / more);
    return {
      value: (100 * (promoters - detractors)) / n,
      low: 100 * Math.max(-1, p - d - half),
      high: 100 * Math.min(1, p - d + half),
    };
  });
}
