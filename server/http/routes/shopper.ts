/** The phone's page: consent, pairing, wallet, ledger, export, erasure. A shopper reaches nothing but their own. */
import { z } from 'zod';
import type { Auth } from '../../auth/auth.ts';
import { SHOPPER_COOKIE } from '../../auth/auth.ts';
import { iso, isoOrNull } from '../../campaigns/ledger.ts';
import type { OfferServices } from '../../campaigns/open.ts';
import { isPaused, type Shopper, UNTIL_RESUMED_MS } from '../../campaigns/shoppers.ts';
import { LANGUAGES, language } from '../../contract/campaigns.ts';
import { id } from '../../contract/model.ts';
import {
  type ConsentGiven,
  consentGiven,
  erasure,
  ledger,
  PURPOSES,
  publicSite,
  publicSites,
  purpose,
  type ShopperMe,
  shopperMe,
  shopperStart,
  wallet,
} from '../../contract/offers.ts';
import { AppError, notFound, unauthenticated } from '../../errors.ts';
import type { LiveHub } from '../../live/types.ts';
import type { Audit } from '../../privacy/audit.ts';
import { consentState, expiryMs, latestOf } from '../../privacy/consent.ts';
import { consentTexts, isCurrentText } from '../../privacy/consentTexts.ts';
import type { Registry } from '../../registry/types.ts';
import { type Access, type Principal, Reply, type Route, route } from '../route.ts';

export interface ShopperRouteParts {
  services: OfferServices;
  registry: Registry;
  hub: Pick<LiveHub, 'notifyChanged'>;
  auth: Pick<Auth, 'issueShopperSession' | 'revokeShopper'>;
  demo: boolean;
  /** What the consent to presence says of how long visits are kept. @default 90 */
  retentionDays?: number;
  /** Whether anybody outside is told of those who agree; where nobody is, nobody is asked. @default nobody is */
  asksSharing?: (siteId: string) => boolean;
  audit: Pick<Audit, 'record'>;
}

const SELF: Access = { roles: ['shopper'], scope: 'self' };
/** A mall's Wi-Fi is one address with many people behind it. */
const STARTS_PER_MINUTE = 120;
/** Saying yes again on the same day adds nothing. */
const RENEW_AFTER_MS = 86_400_000;
const MAX_PAUSE_MINUTES = 60 * 24 * 365;

type MeParts = Pick<ShopperRouteParts, 'registry' | 'demo'> & {
  services: Pick<OfferServices, 'consents' | 'pairings'>;
};

/** A session may outlive the person's data where a backup was restored: then it is worth nothing. */
export async function requireShopper(
  services: Pick<OfferServices, 'shoppers'>,
  principal: Principal | undefined,
): Promise<Shopper> {
  const shopper = principal?.kind === 'shopper' ? await services.shoppers.get(principal.shopperId) : undefined;
  if (shopper === undefined) throw unauthenticated();
  return shopper;
}

export async function requirePresence(
  services: Pick<OfferServices, 'consents'>,
  shopper: Shopper,
  nowMs: number,
): Promise<void> {
  if (!(await services.consents.now(shopper.id, nowMs)).presence)
    throw new AppError(409, 'no-consent', 'pairing a tag needs the consent to be recognised first');
}

export async function meOf({ services, registry, demo }: MeParts, shopper: Shopper, nowMs: number): Promise<ShopperMe> {
  const site = registry.site(shopper.siteId);
  if (site === undefined) throw notFound(`site ${shopper.siteId}`);
  const rows = await services.consents.rows(shopper.id);
  const pairing = services.pairings.ofShopper(shopper.id);
  return {
    site: { id: site.id, name: site.name, timezone: site.timezone, currency: site.currency },
    language: shopper.language,
    demo,
    consents: PURPOSES.map((one) => {
      const latest = latestOf(rows, one);
      return {
        purpose: one,
        state: consentState(rows, one, nowMs),
        version: latest?.version ?? null,
        at: isoOrNull(latest?.atMs ?? null),
        expiresAt: latest?.state === 'granted' ? iso(expiryMs(latest.atMs)) : null,
      };
    }),
    pairing:
      pairing === undefined
        ? null
        : {
            label: registry.carriers.get(pairing.siteId, pairing.carrierId)?.label ?? null,
            since: iso(pairing.fromMs),
          },
    paused: isPaused(shopper, nowMs)
      ? { until: shopper.pausedUntilMs === UNTIL_RESUMED_MS ? null : isoOrNull(shopper.pausedUntilMs) }
      : null,
  };
}

export function shopperRoutes(parts: ShopperRouteParts): Route[] {
  const { services, registry, hub, auth, audit } = parts;
  const { consents, shoppers, pairings, profiles, book, eraser } = services;

  const me = async (principal: Principal | undefined, nowMs: number): Promise<ShopperMe> =>
    meOf(parts, await requireShopper(services, principal), nowMs);

  function requireCurrentTexts(given: readonly ConsentGiven[], where: string): void {
    given.forEach((one, i) => {
      if (!isCurrentText(one, parts.retentionDays))
        throw new AppError(
          409,
          'consent-text-changed',
          'these are not the words of today: show the text of GET /shopper/site/{site} and ask again',
          where === 'body' ? 'body.textHash' : `${where}.${i}.textHash`,
        );
    });
  }

  async function grant(shopperId: string, given: ConsentGiven, nowMs: number): Promise<void> {
    const latest = latestOf(await consents.rows(shopperId), given.purpose);
    const fresh =
      latest?.state === 'granted' && latest.version === given.version && nowMs - latest.atMs < RENEW_AFTER_MS;
    if (fresh) return;
    const { purpose, version, textHash, language } = given;
    await consents.append(shopperId, { purpose, version, textHash, language, state: 'granted', atMs: nowMs });
  }

  /** A person reads their own data: no address is kept with it. */
  const audited = ({ id, siteId }: Shopper, action: string): Promise<void> =>
    audit.record({ actor: { kind: 'shopper', id }, action, siteId, subject: id });

  return [
    route({
      method: 'get',
      path: '/shopper/sites',
      summary: 'Malls that a phone can join',
      access: { public: true, why: 'names of malls, before anybody has a session' },
      response: publicSites,
      handler: () => ({
        sites: registry
          .sites()
          .filter((site) => site.clock === 'wall')
          .map(({ id, name }) => ({ id, name })),
      }),
    }),
    route({
      method: 'get',
      path: '/shopper/site/:siteId',
      summary: 'Name, languages and the words of each consent',
      access: { public: true, why: 'what a person reads before agreeing to anything' },
      params: z.object({ siteId: id }),
      query: z.object({ language: language.default('en') }),
      response: publicSite,
      handler: async ({ params, query, principal, nowMs }) => {
        const site = registry.site(params.siteId);
        if (site === undefined) throw notFound(`site ${params.siteId}`);
        // Whoever agreed can withdraw, whether somebody is told or not.
        const agreed = principal?.kind === 'shopper' && (await consents.now(principal.shopperId, nowMs)).sharing;
        const asks = agreed || parts.asksSharing?.(site.id) === true;
        return {
          id: site.id,
          name: site.name,
          demo: parts.demo,
          languages: [...LANGUAGES],
          consents: consentTexts(query.language, parts.retentionDays).filter(
            ({ purpose }) => purpose !== 'sharing' || asks,
          ),
        };
      },
    }),
    route({
      method: 'post',
      path: '/shopper/start',
      summary: 'A new shopper with a random id and a session; consents only those that were given',
      access: { public: true, why: 'a shopper needs no account' },
      ratePerMinute: STARTS_PER_MINUTE,
      body: shopperStart,
      response: shopperMe,
      // 200 where the phone has a session already.
      statuses: [200, 201],
      handler: async ({ body, principal, nowMs }) => {
        if (registry.site(body.site) === undefined) throw notFound(`site ${body.site}`);
        requireCurrentTexts(body.consents, 'body.consents');
        const known = principal?.kind === 'shopper' ? await shoppers.get(principal.shopperId) : undefined;
        const again = known?.siteId === body.site ? known : undefined;
        const shopper = again ?? (await shoppers.create(body.site, body.language, nowMs));
        for (const given of body.consents) await grant(shopper.id, given, nowMs);
        const answer = await meOf(parts, shopper, nowMs);
        if (again !== undefined) return answer;
        const cookie = await auth.issueShopperSession(shopper.id, shopper.siteId);
        return new Reply(201, answer, { cookies: [cookie] });
      },
    }),
    route({
      method: 'get',
      path: '/shopper/me',
      summary: 'Consents, pairing, pause',
      access: SELF,
      response: shopperMe,
      handler: ({ principal, nowMs }) => me(principal, nowMs),
    }),
    route({
      method: 'patch',
      path: '/shopper/me',
      summary: 'Changes the language of offers’ reasons',
      access: SELF,
      body: z.object({ language }),
      response: shopperMe,
      handler: async ({ principal, body, nowMs }) => {
        const shopper = await requireShopper(services, principal);
        await shoppers.setLanguage(shopper.id, body.language);
        return me(principal, nowMs);
      },
    }),
    route({
      method: 'post',
      path: '/shopper/consent',
      summary: 'Agrees to one purpose, in the words that were shown',
      access: SELF,
      body: consentGiven,
      response: shopperMe,
      handler: async ({ principal, body, nowMs }) => {
        const shopper = await requireShopper(services, principal);
        requireCurrentTexts([body], 'body');
        await grant(shopper.id, body, nowMs);
        hub.notifyChanged(shopper.id);
        return me(principal, nowMs);
      },
    }),
    route({
      method: 'delete',
      path: '/shopper/consent/:purpose',
      summary: 'Withdraws a consent, at once; without presence the tag is no longer paired',
      access: SELF,
      params: z.object({ purpose }),
      response: shopperMe,
      handler: async ({ principal, params, nowMs }) => {
        const shopper = await requireShopper(services, principal);
        const latest = latestOf(await consents.rows(shopper.id), params.purpose);
        if (latest?.state === 'granted')
          await consents.append(shopper.id, { ...latest, state: 'withdrawn', atMs: nowMs });
        if (params.purpose === 'presence') await pairings.unpair(shopper.id, nowMs, 'consent');
        // What was told for choosing offers has no other use.
        if (params.purpose === 'profiling') await profiles.put(shopper.id, { interests: [], brands: [] }, nowMs);
        hub.notifyChanged(shopper.id);
        return me(principal, nowMs);
      },
    }),
    route({
      method: 'post',
      path: '/shopper/pair',
      summary: 'Pairs the tag whose printed code this is; `takeover` where another phone holds it',
      access: SELF,
      body: z.object({ code: z.string().trim().min(1).max(64), takeover: z.boolean().default(false) }),
      response: shopperMe,
      handler: async ({ principal, body, ip, nowMs }) => {
        const shopper = await requireShopper(services, principal);
        await requirePresence(services, shopper, nowMs);
        const carrierId = await pairings.carrierOfCode(shopper.siteId, shopper.id, ip, body.code, nowMs);
        if (registry.carriers.get(shopper.siteId, carrierId) === undefined)
          throw new AppError(404, 'unknown-code', 'this tag is no longer in use: ask for another', 'body.code');
        const { displaced } = await pairings.pair(shopper.siteId, carrierId, shopper.id, nowMs, body);
        if (displaced !== undefined) hub.notifyChanged(displaced);
        hub.notifyChanged(shopper.id);
        return me(principal, nowMs);
      },
    }),
    route({
      method: 'delete',
      path: '/shopper/pair',
      summary: 'Gives the tag back; from now on it is not this shopper’s',
      access: SELF,
      response: shopperMe,
      handler: async ({ principal, nowMs }) => {
        const shopper = await requireShopper(services, principal);
        await pairings.unpair(shopper.id, nowMs, 'shopper');
        hub.notifyChanged(shopper.id);
        return me(principal, nowMs);
      },
    }),
    route({
      method: 'post',
      path: '/shopper/pause',
      summary: 'No offers for so many minutes, or (null) until resumed',
      access: SELF,
      body: z.object({ minutes: z.int().min(1).max(MAX_PAUSE_MINUTES).nullable() }),
      response: shopperMe,
      handler: async ({ principal, body, nowMs }) => {
        const shopper = await requireShopper(services, principal);
        await shoppers.pause(shopper.id, body.minutes === null ? UNTIL_RESUMED_MS : nowMs + body.minutes * 60_000);
        return me(principal, nowMs);
      },
    }),
    route({
      method: 'delete',
      path: '/shopper/pause',
      summary: 'Offers again',
      access: SELF,
      response: shopperMe,
      handler: async ({ principal, nowMs }) => {
        const shopper = await requireShopper(services, principal);
        await shoppers.pause(shopper.id, null);
        return me(principal, nowMs);
      },
    }),
    route({
      method: 'get',
      path: '/shopper/offers',
      summary: 'The wallet, newest first',
      access: SELF,
      response: wallet,
      handler: async ({ principal, nowMs }) => {
        const shopper = await requireShopper(services, principal);
        return { offers: await services.ledger.wallet(shopper.id, nowMs) };
      },
    }),
    route({
      method: 'post',
      path: '/shopper/offers/:offer/opened',
      summary: 'The shopper opened the offer',
      access: SELF,
      params: z.object({ offer: id }),
      handler: async ({ principal, params, nowMs }) => {
        const shopper = await requireShopper(services, principal);
        if (!(await book.opened(shopper.id, params.offer, nowMs))) throw notFound(`offer ${params.offer}`);
      },
    }),
    route({
      method: 'get',
      path: '/shopper/ledger',
      summary: 'What was sent and held back, and why; in which zones one was seen',
      access: SELF,
      response: ledger,
      handler: async ({ principal, nowMs }) => {
        const shopper = await requireShopper(services, principal);
        await audited(shopper, 'shopper.read-ledger');
        return services.ledger.ledger(shopper, nowMs);
      },
    }),
    route({
      method: 'get',
      path: '/shopper/export',
      summary: 'Everything that is kept of this shopper, as JSON',
      access: SELF,
      ratePerMinute: 30,
      contentTypes: ['application/json'],
      handler: async ({ principal, nowMs }) => {
        const shopper = await requireShopper(services, principal);
        await audited(shopper, 'shopper.export');
        return new Reply(200, await services.ledger.export(shopper, nowMs), {
          headers: { 'content-disposition': 'attachment; filename="promenade-my-data.json"' },
        });
      },
    }),
    route({
      method: 'post',
      path: '/shopper/erase',
      summary: 'Forgets this shopper, at once, with a receipt; codes that are out die',
      access: SELF,
      response: erasure,
      handler: async ({ principal, nowMs }) => {
        const shopper = await requireShopper(services, principal);
        const { id: shopperId, siteId } = shopper;
        const done = await eraser.erase(shopperId, nowMs);
        await auth.revokeShopper(shopperId);
        // Whom it was about is gone; the receipt proves that it was done.
        await audit.record({
          actor: { kind: 'shopper', id: 'erased' },
          action: 'shopper.erase',
          siteId,
          subject: `receipt ${done.receipt}`,
        });
        return new Reply(200, done, { cookies: [{ name: SHOPPER_COOKIE, value: '', maxAgeSeconds: 0 }] });
      },
    }),
  ];
}
