/** The words in which a campaign's proof is explained. Pure. */
import { METHOD } from './alwaysValid.ts';
import type { Definition } from './figures/figure.ts';
import { BEFORE_DAYS, WINDOW_DAYS } from './population.ts';

const COMPARED = `Each shopper counts once, from the first time at which the campaign would have fired for them, on the side they were drawn to: control, or treated, whatever became of the offer. Counted are ${WINDOW_DAYS} days from then on; shoppers whose days are not over are left out.`;
const INTERVAL = `Difference of means, adjusted for the ${BEFORE_DAYS} days before (CUPED), with the 95 % interval of the studentised permutation distribution, times the treated shoppers. “Significant” is a sequential test by betting on the draw: it may be looked at every day, and is wrong in at most 5 of 100 campaigns without effect. Shown from k shoppers a side on.`;

export const PROOF_DEFINITIONS: readonly Definition[] = [
  {
    name: 'incrementalVisits',
    definition: `Zone visits to the tenant’s shops that the campaign added. ${COMPARED} Shoppers who stopped being heard within their days are left out of the mean.`,
    interval: INTERVAL,
  },
  {
    name: 'incrementalSalesMinor',
    definition: `What the campaign added to sales of the tenant, web shop included. ${COMPARED} Only orders count of which the shop would know the shopper without an offer of this campaign, by a reference or a customer number: of those held back there are no others, and counting coupons on one side alone would call every coupon a success.`,
    interval: INTERVAL,
  },
  {
    name: 'moreShoppers',
    definition:
      'How many more shoppers, both sides together, until it can be said: n (b + 0.84)² e² ÷ d² − n with the present effect d, its standard error e and the boundary b of an always valid test, for a power of 80 %; or until the interval is within a tenth of what control does to either side, n (h ÷ w)² − n, where that takes fewer. Left out where it would be more than half a million.',
    interval: 'An estimate, rounded up to two digits.',
  },
  {
    name: 'abTest',
    definition: `Share of treated shoppers, by the variant of their first offer, who redeemed within ${WINDOW_DAYS} days; counted from the day on which all variants were there.`,
    interval: `Wilson for each rate. Differences from variant a: ${METHOD}, shared among the comparisons.`,
  },
];
