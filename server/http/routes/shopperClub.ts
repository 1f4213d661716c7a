/** What a shopper gives and gets of their own will: an answer after redeeming, the quiz, points. */
import type { OfferServices } from '../../campaigns/open.ts';
import {
  feedbackComments,
  feedbackInput,
  loyaltySettings,
  loyaltyView,
  profileInput,
  profileView,
} from '../../contract/shopper.ts';
import { AppError } from '../../errors.ts';
import { latestOf } from '../../privacy/consent.ts';
import { CONSENT_VERSIONS } from '../../privacy/consentTexts.ts';
import type { Registry } from '../../registry/types.ts';
import { siteParams } from '../resources.ts';
import { type Access, type Route, route } from '../route.ts';
import { requireShopper } from './shopper.ts';

const SELF: Access = { roles: ['shopper'], scope: 'self' };
/** Whoever answers does so a few times a visit. */
const ANSWERS_PER_MINUTE = 60;

export function shopperClubRoutes({
  services,
  registry,
}: {
  services: OfferServices;
  registry: Pick<Registry, 'site'>;
}): Route[] {
  const { feedback, profiles, loyalty, consents, campaigns } = services;

  /** The words of today name the quiz; those of an earlier version did not. */
  async function requireProfiling(shopperId: string, nowMs: number): Promise<void> {
    const { profiling } = await consents.now(shopperId, nowMs);
    const agreed = latestOf(await consents.rows(shopperId), 'profiling');
    if (!profiling)
      throw new AppError(409, 'no-consent', 'the quiz needs the consent to choosing offers by what one likes');
    if ((agreed?.version ?? 0) < CONSENT_VERSIONS.profiling)
      throw new AppError(409, 'consent-text-changed', 'the words have changed since: show them and ask again');
  }

  /** Brands that offers of the mall ask for; a draft is its shop's own affair. */
  function suggestedBrands(siteId: string): string[] {
    const brands = campaigns
      .all(siteId)
      .filter(({ status }) => status === 'live' || status === 'paused' || status === 'ended')
      .flatMap(({ audience }) => audience?.brands ?? []);
    return [...new Set(brands)].sort((a, b) => a.localeCompare(b));
  }

  return [
    route({
      method: 'post',
      path: '/shopper/feedback',
      summary: 'Rates a redemption, once: 0 to 10, and words if one likes',
      access: SELF,
      ratePerMinute: ANSWERS_PER_MINUTE,
      body: feedbackInput,
      handler: async ({ principal, body, nowMs }) => {
        const shopper = await requireShopper(services, principal);
        await feedback.give(shopper.id, body, nowMs);
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/feedback',
      summary: 'What shoppers wrote after redeeming, by day; a retailer reads those of the own shop',
      access: { roles: ['owner', 'manager', 'retailer'], scope: 'site' },
      params: siteParams,
      response: feedbackComments,
      handler: async ({ siteId, tenantId }) => ({
        comments: await feedback.comments(siteId, registry.site(siteId)?.timezone ?? 'utc', tenantId),
      }),
    }),
    route({
      method: 'get',
      path: '/shopper/profile',
      summary: 'What the shopper told of interests and brands, and brands to choose from',
      access: SELF,
      response: profileView,
      handler: async ({ principal }) => {
        const shopper = await requireShopper(services, principal);
        const { interests = [], brands = [] } = (await profiles.get(shopper.id)) ?? {};
        return { interests, brands, suggestedBrands: suggestedBrands(shopper.siteId) };
      },
    }),
    route({
      method: 'put',
      path: '/shopper/profile',
      summary: 'Answers the quiz; needs the consent to profiling, and goes with it',
      access: SELF,
      body: profileInput,
      response: profileView,
      handler: async ({ principal, body, nowMs }) => {
        const shopper = await requireShopper(services, principal);
        await requireProfiling(shopper.id, nowMs);
        await profiles.put(shopper.id, body, nowMs);
        // A withdrawal that came meanwhile deletes what this has just written.
        if (!(await consents.now(shopper.id, nowMs)).profiling)
          await profiles.put(shopper.id, { interests: [], brands: [] }, nowMs);
        const { interests = [], brands = [] } = (await profiles.get(shopper.id)) ?? {};
        return { interests, brands, suggestedBrands: suggestedBrands(shopper.siteId) };
      },
    }),
    route({
      method: 'get',
      path: '/shopper/loyalty',
      summary: 'Points of the last twelve months, the tier, and what the next one takes',
      access: SELF,
      response: loyaltyView,
      handler: async ({ principal }) => {
        const shopper = await requireShopper(services, principal);
        return loyalty.view(shopper.id, shopper.siteId);
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/loyalty',
      summary: 'What a point costs, and from how many points one has a tier',
      access: { roles: ['owner', 'manager', 'retailer'], scope: 'site' },
      params: siteParams,
      response: loyaltySettings,
      handler: ({ siteId }) => loyalty.settings(siteId),
    }),
    route({
      method: 'put',
      path: '/sites/:site/loyalty',
      summary: 'Changes them; points that were earned stay, tiers follow at once',
      access: { roles: ['owner', 'manager'], scope: 'site' },
      params: siteParams,
      body: loyaltySettings,
      response: loyaltySettings,
      handler: async ({ siteId, body, nowMs }) => {
        await loyalty.putSettings(siteId, body, nowMs);
        return body;
      },
    }),
  ];
}
