/** Who may use which route. The table is written by hand, so that a route cannot allow itself more than was meant. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAudits } from '../../server/audits/audits.ts';
import { siteCertificates } from '../../server/audits/certified.ts';
import { openOffers } from '../../server/campaigns/open.ts';
import { Rehearsals } from '../../server/campaigns/rehearse.ts';
import { Exports } from '../../server/exports/exports.ts';
import { Fleets } from '../../server/fleets/fleets.ts';
import { fullPath, PAGES, routeName } from '../../server/http/declare.ts';
import { type Route, route } from '../../server/http/route.ts';
import { auditRoutes } from '../../server/http/routes/audits.ts';
import { basketRoutes } from '../../server/http/routes/baskets.ts';
import { campaignRoutes } from '../../server/http/routes/campaigns.ts';
import { demoRoutes } from '../../server/http/routes/demo.ts';
import { exportRoutes } from '../../server/http/routes/exports.ts';
import { fleetRoutes } from '../../server/http/routes/fleets.ts';
import { identityRoutes } from '../../server/http/routes/identity.ts';
import { imageRoutes } from '../../server/http/routes/images.ts';
import { insightRoutes } from '../../server/http/routes/insights.ts';
import { pushRoutes } from '../../server/http/routes/push.ts';
import { redemptionRoutes } from '../../server/http/routes/redemptions.ts';
import { rehearsalRoutes } from '../../server/http/routes/rehearsal.ts';
import { shopperRoutes } from '../../server/http/routes/shopper.ts';
import { shopperClubRoutes } from '../../server/http/routes/shopperClub.ts';
import { shopperMapRoutes } from '../../server/http/routes/shopperMap.ts';
import { tagRoutes } from '../../server/http/routes/tags.ts';
import { webhookRoutes } from '../../server/http/routes/webhooks.ts';
import { createHttpServer } from '../../server/http/server.ts';
import type { Services } from '../../server/http/services.ts';
import { openIdentities } from '../../server/identities/open.ts';
import type { LiveServer } from '../../server/live/hub.ts';
import { Outgoing } from '../../server/outgoing/open.ts';
import { Harness, NOW, PEOPLE, type Person } from './harness.ts';

type Row = 'public' | readonly Person[];
const ALL = ['owner', 'manager', 'retailer', 'installer', 'till'] as const;
/** Where a stranger, manager of another mall, has a right of their own. */
const ALL_ANYWHERE = [...ALL, 'stranger'] as const;
const MANAGEMENT = ['owner', 'manager'] as const;
const FITTERS = ['owner', 'manager', 'installer'] as const;
const READERS = ['owner', 'manager', 'retailer', 'installer'] as const;
const ANALYSTS = ['owner', 'manager', 'retailer'] as const;
const REDEEMERS = ['owner', 'manager', 'retailer', 'till'] as const;
const REDEEMERS_ANYWHERE = [...REDEEMERS, 'stranger'] as const;
const ADMINISTRATORS = ['owner', 'manager', 'stranger'] as const;

const EXPECTED: Record<string, Row> = {
  'GET /healthz': 'public',
  'GET /readyz': 'public',
  'GET /metrics': 'public',
  'GET /api/v1/openapi.json': 'public',
  'POST /api/v1/auth/welcome': 'public',
  'POST /api/v1/auth/sign-in': 'public',
  'POST /api/v1/auth/sign-out': ALL_ANYWHERE,
  'GET /api/v1/auth/me': ALL_ANYWHERE,
  'PATCH /api/v1/auth/me': ALL_ANYWHERE,
  'PUT /api/v1/auth/password': ALL_ANYWHERE,
  'GET /api/v1/accounts': ADMINISTRATORS,
  'POST /api/v1/accounts': ADMINISTRATORS,
  'POST /api/v1/accounts/:account/link': ADMINISTRATORS,
  'DELETE /api/v1/accounts/:account': ADMINISTRATORS,
  'GET /api/v1/tokens': ADMINISTRATORS,
  'POST /api/v1/tokens': ADMINISTRATORS,
  'DELETE /api/v1/tokens/:token': ADMINISTRATORS,
  'GET /api/v1/audit': ['owner'],
  'GET /api/v1/ingest': ['owner'],
  'GET /api/v1/sites': ALL_ANYWHERE,
  'POST /api/v1/sites': ['owner'],
  'GET /api/v1/sites/:site': ALL,
  'PUT /api/v1/sites/:site': MANAGEMENT,
  'GET /api/v1/sites/:site/definitions': ANALYSTS,
  'PUT /api/v1/sites/:site/definitions': MANAGEMENT,
  'GET /api/v1/sites/:site/definitions/versions': MANAGEMENT,
  'GET /api/v1/sites/:site/definitions/compare': ANALYSTS,
  'GET /api/v1/sites/:site/audit': MANAGEMENT,
  'GET /api/v1/sites/:site/floors': READERS,
  'POST /api/v1/sites/:site/floors': FITTERS,
  'GET /api/v1/sites/:site/floors/:floor': READERS,
  'PUT /api/v1/sites/:site/floors/:floor': FITTERS,
  'PATCH /api/v1/sites/:site/floors/:floor': FITTERS,
  'DELETE /api/v1/sites/:site/floors/:floor': FITTERS,
  'PUT /api/v1/sites/:site/floors/:floor/image': FITTERS,
  'GET /api/v1/sites/:site/floors/:floor/image': READERS,
  'DELETE /api/v1/sites/:site/floors/:floor/image': FITTERS,
  'POST /api/v1/sites/:site/floors/:floor/geojson': FITTERS,
  'GET /api/v1/sites/:site/zones': READERS,
  'POST /api/v1/sites/:site/zones': READERS,
  'GET /api/v1/sites/:site/zones/:zone': READERS,
  'PUT /api/v1/sites/:site/zones/:zone': READERS,
  'DELETE /api/v1/sites/:site/zones/:zone': READERS,
  'GET /api/v1/sites/:site/gateways': FITTERS,
  'POST /api/v1/sites/:site/gateways': FITTERS,
  'GET /api/v1/sites/:site/gateways/waiting': FITTERS,
  'GET /api/v1/sites/:site/gateways/:gateway': FITTERS,
  'PUT /api/v1/sites/:site/gateways/:gateway': FITTERS,
  'PATCH /api/v1/sites/:site/gateways/:gateway': FITTERS,
  'GET /api/v1/sites/:site/gateways/:gateway/health': FITTERS,
  'GET /api/v1/sites/:site/gateway-health': FITTERS,
  'GET /api/v1/sites/:site/gateway-health/adverts': FITTERS,
  'DELETE /api/v1/sites/:site/gateways/:gateway': FITTERS,
  'GET /api/v1/sites/:site/fleet-formats': FITTERS,
  'GET /api/v1/sites/:site/fleets': FITTERS,
  'POST /api/v1/sites/:site/fleets': FITTERS,
  'GET /api/v1/sites/:site/fleets/:fleet': FITTERS,
  'PUT /api/v1/sites/:site/fleets/:fleet': FITTERS,
  'DELETE /api/v1/sites/:site/fleets/:fleet': FITTERS,
  'GET /api/v1/sites/:site/fleets/:fleet/health': FITTERS,
  'GET /api/v1/sites/:site/inbox': FITTERS,
  'PUT /api/v1/sites/:site/inbox/:gateway': FITTERS,
  'DELETE /api/v1/sites/:site/inbox/:gateway': FITTERS,
  'GET /api/v1/sites/:site/dead-letters': FITTERS,
  'GET /api/v1/sites/:site/audit-carriers': FITTERS,
  'GET /api/v1/sites/:site/audit-carriers/:carrier/heard': FITTERS,
  'GET /api/v1/sites/:site/audits': FITTERS,
  'POST /api/v1/sites/:site/audits': FITTERS,
  'GET /api/v1/sites/:site/audits/:audit': FITTERS,
  'DELETE /api/v1/sites/:site/audits/:audit': FITTERS,
  'POST /api/v1/sites/:site/audits/:audit/waypoints': FITTERS,
  'DELETE /api/v1/sites/:site/audits/:audit/waypoints/:waypoint': FITTERS,
  'POST /api/v1/sites/:site/audits/:audit/finish': FITTERS,
  'GET /api/v1/sites/:site/certificates': READERS,
  'GET /api/v1/sites/:site/carriers': MANAGEMENT,
  'POST /api/v1/sites/:site/carriers': MANAGEMENT,
  'GET /api/v1/sites/:site/carriers/:carrier': MANAGEMENT,
  'PUT /api/v1/sites/:site/carriers/:carrier': MANAGEMENT,
  'DELETE /api/v1/sites/:site/carriers/:carrier': MANAGEMENT,
  'GET /api/v1/sites/:site/metrics/footfall': ANALYSTS,
  'GET /api/v1/sites/:site/metrics/occupancy': ANALYSTS,
  'GET /api/v1/sites/:site/metrics/dwell': ANALYSTS,
  'GET /api/v1/sites/:site/metrics/unique-visitors': ANALYSTS,
  'GET /api/v1/sites/:site/metrics/capture-rate': ANALYSTS,
  'GET /api/v1/sites/:site/metrics/peak-hours': ANALYSTS,
  'GET /api/v1/sites/:site/metrics/heatmap': MANAGEMENT,
  'GET /api/v1/sites/:site/metrics/affinity': MANAGEMENT,
  'GET /api/v1/sites/:site/metrics/flows': MANAGEMENT,
  'GET /api/v1/sites/:site/metrics/returning': ANALYSTS,
  'GET /api/v1/sites/:site/metrics/people': MANAGEMENT,
  'GET /api/v1/sites/:site/changelog': ANALYSTS,
  'GET /api/v1/sites/:site/clones': FITTERS,
  'GET /api/v1/sites/:site/floors/:floor/coverage': FITTERS,
  'POST /api/v1/sites/:site/floors/:floor/coverage': FITTERS,
  'GET /api/v1/sites/:site/live': READERS,
  'GET /api/v1/sites/:site/reference-counts': MANAGEMENT,
  'POST /api/v1/sites/:site/reference-counts': FITTERS,
  'PUT /api/v1/sites/:site/reference-counts/:count': MANAGEMENT,
  'DELETE /api/v1/sites/:site/reference-counts/:count': FITTERS,
  'POST /api/v1/sites/:site/reference-counts/csv': MANAGEMENT,
  'GET /api/v1/sites/:site/counters': FITTERS,
  'PUT /api/v1/sites/:site/counters/:counter': FITTERS,
  'DELETE /api/v1/sites/:site/counters/:counter': FITTERS,
  'GET /api/v1/sites/:site/carriers/:carrier/tag': FITTERS,
  'GET /api/v1/sites/:site/campaigns': ANALYSTS,
  'POST /api/v1/sites/:site/campaigns': ANALYSTS,
  'GET /api/v1/sites/:site/campaigns/:campaign': ANALYSTS,
  'PUT /api/v1/sites/:site/campaigns/:campaign': ANALYSTS,
  'DELETE /api/v1/sites/:site/campaigns/:campaign': ANALYSTS,
  'POST /api/v1/sites/:site/campaigns/:campaign/start': ANALYSTS,
  'POST /api/v1/sites/:site/campaigns/:campaign/pause': ANALYSTS,
  'POST /api/v1/sites/:site/campaigns/:campaign/end': ANALYSTS,
  'POST /api/v1/sites/:site/campaigns/:campaign/approve': MANAGEMENT,
  'POST /api/v1/sites/:site/campaigns/:campaign/reject': MANAGEMENT,
  'GET /api/v1/sites/:site/campaigns/:campaign/held': ANALYSTS,
  'GET /api/v1/sites/:site/images': ANALYSTS,
  'POST /api/v1/sites/:site/images': ANALYSTS,
  'DELETE /api/v1/sites/:site/images/:image': ANALYSTS,
  'GET /api/v1/images/:image': 'public',
  'POST /api/v1/sites/:site/baskets': ANALYSTS,
  'DELETE /api/v1/sites/:site/baskets/:basket': ANALYSTS,
  'GET /api/v1/shopper/reference': ['shopper'],
  'GET /api/v1/sites/:site/campaigns/:campaign/decisions': ANALYSTS,
  'GET /api/v1/sites/:site/campaigns/:campaign/funnel': ANALYSTS,
  'POST /api/v1/sites/:site/campaigns/:campaign/rehearsal': ANALYSTS,
  'GET /api/v1/sites/:site/campaigns/:campaign/rehearsal': ANALYSTS,
  'GET /api/v1/sites/:site/campaigns/:campaign/proof': ANALYSTS,
  'GET /api/v1/sites/:site/shops/:zone/figures': ANALYSTS,
  'GET /api/v1/sites/:site/tenants/:tenant/figures': ANALYSTS,
  'GET /api/v1/sites/:site/insights/definitions': ANALYSTS,
  'GET /api/v1/sites/:site/attention': ANALYSTS,
  'PUT /api/v1/sites/:site/attention': MANAGEMENT,
  'GET /api/v1/grafana.json': ADMINISTRATORS,
  'GET /api/v1/sites/:site/exports': MANAGEMENT,
  'POST /api/v1/sites/:site/exports': MANAGEMENT,
  'GET /api/v1/sites/:site/exports/:export': MANAGEMENT,
  'DELETE /api/v1/sites/:site/exports/:export': MANAGEMENT,
  'GET /api/v1/sites/:site/exports/:export/archive': MANAGEMENT,
  'GET /api/v1/sites/:site/exports/:export/files/:file': MANAGEMENT,
  'GET /api/v1/sites/:site/webhooks': ANALYSTS,
  'POST /api/v1/sites/:site/webhooks': ANALYSTS,
  'GET /api/v1/sites/:site/webhooks/:webhook': ANALYSTS,
  'PUT /api/v1/sites/:site/webhooks/:webhook': ANALYSTS,
  'DELETE /api/v1/sites/:site/webhooks/:webhook': ANALYSTS,
  'POST /api/v1/sites/:site/webhooks/:webhook/secret': ANALYSTS,
  'POST /api/v1/sites/:site/webhooks/:webhook/test': ANALYSTS,
  'GET /api/v1/sites/:site/webhooks/:webhook/deliveries': ANALYSTS,
  'POST /api/v1/sites/:site/webhooks/:webhook/deliveries/:delivery/replay': ANALYSTS,
  'POST /api/v1/sites/:site/webhooks/:webhook/replay': ANALYSTS,
  'GET /api/v1/shopper/sites': 'public',
  'GET /api/v1/shopper/site/:siteId': 'public',
  'POST /api/v1/shopper/start': 'public',
  'GET /api/v1/shopper/me': ['shopper'],
  'PATCH /api/v1/shopper/me': ['shopper'],
  'POST /api/v1/shopper/consent': ['shopper'],
  'DELETE /api/v1/shopper/consent/:purpose': ['shopper'],
  'POST /api/v1/shopper/pair': ['shopper'],
  'DELETE /api/v1/shopper/pair': ['shopper'],
  'POST /api/v1/shopper/pause': ['shopper'],
  'DELETE /api/v1/shopper/pause': ['shopper'],
  'GET /api/v1/shopper/offers': ['shopper'],
  'POST /api/v1/shopper/offers/:offer/opened': ['shopper'],
  'POST /api/v1/shopper/feedback': ['shopper'],
  'GET /api/v1/shopper/profile': ['shopper'],
  'PUT /api/v1/shopper/profile': ['shopper'],
  'GET /api/v1/shopper/loyalty': ['shopper'],
  'GET /api/v1/sites/:site/feedback': ANALYSTS,
  'GET /api/v1/sites/:site/loyalty': ANALYSTS,
  'PUT /api/v1/sites/:site/loyalty': MANAGEMENT,
  'GET /api/v1/shopper/map': ['shopper'],
  'GET /api/v1/shopper/map/floors/:floor/image': ['shopper'],
  'GET /api/v1/shopper/ledger': ['shopper'],
  'GET /api/v1/shopper/export': ['shopper'],
  'POST /api/v1/shopper/erase': ['shopper'],
  'GET /api/v1/shopper/push-key': ['shopper'],
  'PUT /api/v1/shopper/push': ['shopper'],
  'DELETE /api/v1/shopper/push': ['shopper'],
  'GET /api/v1/sites/:site/delivery': MANAGEMENT,
  'POST /api/v1/demo/pair': ['shopper'],
  'POST /api/v1/shopper/identity': ['shopper'],
  'GET /api/v1/shopper/identity': ['shopper'],
  'DELETE /api/v1/shopper/identity': ['shopper'],
  'GET /api/v1/shopper/beacons': ['shopper'],
  'POST /api/v1/shopper/sightings': ['shopper'],
  'GET /api/v1/sites/:site/identities': FITTERS,
  'POST /api/v1/redemptions': REDEEMERS_ANYWHERE,
  'GET /api/v1/redemptions': REDEEMERS_ANYWHERE,
  'POST /api/v1/redemptions/check': REDEEMERS_ANYWHERE,
  'POST /api/v1/redemptions/:redemption/void': REDEEMERS_ANYWHERE,
  'GET /api/v1/redemptions/offline': REDEEMERS_ANYWHERE,
  'POST /api/v1/redemptions/settle': REDEEMERS_ANYWHERE,
  'GET /api/v1/sites/:site/redemptions/conflicts': REDEEMERS,
  'GET /api/v1/sites/:site/offer-keys': MANAGEMENT,
  'POST /api/v1/sites/:site/offer-keys/rotate': MANAGEMENT,
  'POST /api/v1/sites/:site/orders': REDEEMERS,
  'POST /api/v1/sites/:site/orders/csv': REDEEMERS,
};

let harness: Harness;
const noWalks = {
  nowMs: () => NOW,
  listen: () => undefined,
  walkOf: () => Promise.reject(new Error('no pipeline here')),
};
const withOffers = (services: Services, hub: LiveServer): Route[] => {
  const { duck, registry, clock, auth, audit } = services;
  const pipeline = { ...services.pipeline, onLiveEvents: () => () => {}, present: async () => [] };
  const onError = (error: unknown): void => {
    throw error;
  };
  const offers = openOffers({
    duck,
    reading: services.reading,
    registry,
    pipeline,
    hub,
    clock,
    onError,
    erasureJournalFile: undefined,
  });
  const apps = openIdentities({
    duck,
    dataDir: services.dataDir,
    registry,
    pipeline: { phone: () => Promise.reject(new Error('no pipeline here')) },
    offers,
    clock,
    random: randomBytes,
    onProblem: (_, error) => onError(error),
  });
  const audits = openAudits({ duck, registry, pipeline: noWalks, random: randomBytes });
  const rehearsals = new Rehearsals({
    duck,
    reading: services.reading,
    registry,
    campaigns: offers.campaigns,
    certificates: (siteId) => siteCertificates(audits, registry, siteId),
    learnedRadio: () => undefined,
  });
  const outgoing = new Outgoing({
    duck,
    registry,
    questions: services.questions,
    pipeline: { ...pipeline, onSnapshot: () => () => {}, onChangelog: () => () => {} },
    offers,
    source: { publish: async () => {} },
    clock,
    onProblem: (_, error) => onError(error),
    options: { allowPrivateAddresses: false, homeAssistantPrefix: null },
  });
  const exports = new Exports({ ...services, onProblem: (_, error) => onError(error) });
  const fleets = new Fleets(duck, clock);
  return [
    ...fleetRoutes({
      pipeline: { fleets, fleetHealth: () => undefined, waitingGateways: () => [], setDismissed: () => false },
    }),
    ...webhookRoutes({ outgoing, registry, audit }),
    ...exportRoutes({ exports, registry, reading: services.reading, audit }),
    ...auditRoutes({ audits, registry, pipeline: noWalks, auth, journal: audit }),
    ...campaignRoutes({ services: offers, registry }),
    ...rehearsalRoutes({ services: offers, registry, rehearsals }),
    ...insightRoutes({ services: offers, reading: services.reading, registry, questions: services.questions }),
    ...basketRoutes({ services: offers, registry }),
    ...imageRoutes({ services: offers }),
    ...shopperRoutes({ services: offers, registry, hub, auth, demo: true, audit }),
    ...shopperClubRoutes({ services: offers, registry }),
    ...shopperMapRoutes({
      services: offers,
      registry,
      pipeline,
      questions: services.questions,
      images: { read: async () => undefined },
    }),
    ...pushRoutes({ services: offers }),
    ...redemptionRoutes({ services: offers, registry, audit }),
    ...identityRoutes({ services: offers, apps, registry, hub, audit }),
    ...tagRoutes({ services: offers, registry, audit: services.audit, publicUrl: () => 'https://promenade.example' }),
    ...demoRoutes({ services: offers, registry, pipeline, hub, demo: true }),
  ];
};
/** A shopper who really exists, not only a session of one. */
const newShopper = async (): Promise<void> => {
  const { status, headers } = await harness.ask('post', '/shopper/start', {
    body: { site: 'mall', consents: [], language: 'en' },
  });
  expect(status).toBeLessThan(300);
  harness.cookies.set('shopper', headers.getSetCookie()[0]!.split(';')[0]!);
};
beforeAll(async () => {
  harness = await Harness.open({ routes: withOffers });
  await newShopper();
});
afterAll(() => harness.close());

const pathOf = (one: Route, siteId: string): string =>
  `/${fullPath(one)
    .replace(':site', siteId)
    .replaceAll(/:[a-z]+/gi, 'no-such-thing')}`;

/** Query that passes, so that what is refused is refused for the role. */
const QUERY = '?from=2026-05-04T00:00:00Z&to=2026-05-05T00:00:00Z&zone=shoes-shop&floor=f0&a=1&b=1&metric=footfall';

describe('declaration', () => {
  test('every route is in the table, and nothing else is', () => {
    expect(harness.server.routes.map(routeName).sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  test('every page says why it is public', () => {
    expect(PAGES.length).toBeGreaterThan(0);
    for (const page of PAGES) expect(page.access).toMatchObject({ public: true, why: expect.stringMatching(/\w/) });
  });

  const declared = (one: object): Route =>
    ({ method: 'get', path: '/x', summary: 'x', handler: () => undefined, ...one }) as unknown as Route;
  const start = (...routes: Route[]) =>
    createHttpServer({
      auth: harness.auth,
      registry: harness.registry,
      clock: () => 0,
      publicUrl: null,
      routes,
      staticDir: '.',
    });

  test.each([
    ['nothing at all', {}, 'declares no access'],
    ['public without a reason', { access: { public: true, why: '' } }, 'without saying why'],
    ['no role', { access: { roles: [], scope: 'server' } }, 'names no role'],
    ['an unknown role', { access: { roles: ['admin'], scope: 'server' } }, 'unknown role admin'],
    ['no scope', { access: { roles: ['owner'] } }, 'has no scope'],
    ['a site scope without a site', { access: { roles: ['owner'], scope: 'site' } }, 'no :site'],
    [
      'a site without the site scope',
      { path: '/sites/:site/x', access: { roles: ['owner'], scope: 'server' } },
      ':site',
    ],
  ])('a route that declares %s stops the start', (_, one, message) => {
    expect(() => start(declared(one))).toThrow(message);
  });

  test('so does one that is declared twice, under whatever names of parameters', () => {
    const access = { public: true, why: 'test' } as const;
    expect(() => start(declared({ path: '/a/:b', access }), declared({ path: '/a/:c', access }))).toThrow('twice');
    expect(() => start(declared({ path: '/a/:b', access }))).not.toThrow();
  });
});

describe('matrix', () => {
  test('every route × every role, and nobody', async () => {
    const wrong: string[] = [];
    let asked = 0;
    for (const one of harness.server.routes) {
      const name = routeName(one);
      const expected = EXPECTED[name];
      const siteScoped = one.path.includes(':site');
      const path = pathOf(one, 'mall') + (one.method === 'get' ? QUERY : '');
      const anonymous = await harness.ask(one.method, path);
      asked++;
      const refusedAnonymous = anonymous.status === 401 && anonymous.text.includes('sign in first');
      if (refusedAnonymous === (expected === 'public')) wrong.push(`${name} anonymous → ${anonymous.status}`);
      for (const person of PEOPLE) {
        const answer = await harness.ask<{ error?: { code: string; message: string } }>(one.method, path, {
          as: person,
        });
        asked++;
        if (name.endsWith('/sign-out') && person !== 'shopper') await harness.signIn(person);
        if (name.endsWith('/erase') && person === 'shopper') await newShopper();
        const refused =
          answer.status === 401 ||
          answer.status === 403 ||
          (answer.status === 404 && /^site .* does not exist$/.test(answer.body?.error?.message ?? ''));
        const allowed = expected === 'public' || expected?.includes(person);
        if (refused === allowed) wrong.push(`${name} ${person} → ${answer.status} ${answer.text.slice(0, 120)}`);
        // A site on which one has no role looks as if it did not exist; the shopper's cookie is none at these routes.
        if (siteScoped && expected !== 'public' && person === 'stranger' && answer.status !== 404)
          wrong.push(`${name} ${person} → ${answer.status}, not 404`);
        if (answer.status >= 500) wrong.push(`${name} ${person} → ${answer.status}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(asked).toBe(harness.server.routes.length * (PEOPLE.length + 1));
    expect(harness.failures).toEqual([]);
  }, 60_000);

  test('an owner asks for a site that is not there and gets 404, nobody gets 401 for either', async () => {
    expect((await harness.ask('get', '/sites/nowhere/zones', { as: 'owner' })).status).toBe(404);
    expect((await harness.ask('get', '/sites/nowhere/zones')).status).toBe(401);
    expect((await harness.ask('get', '/sites/mall/zones')).status).toBe(401);
  });

  test('an API token has its own grants and no more', async () => {
    const { token } = await harness.auth.createToken(
      'till',
      [{ role: 'installer', siteId: 'mall', tenantId: null }],
      'a',
      null,
    );
    expect((await harness.ask('get', '/sites/mall/gateways', { bearer: token })).status).toBe(200);
    expect((await harness.ask('get', '/sites/mall/carriers', { bearer: token })).status).toBe(403);
    expect((await harness.ask('get', '/sites/other/gateways', { bearer: token })).status).toBe(404);
    expect((await harness.ask('get', '/sites/mall/gateways', { bearer: `${token}x` })).status).toBe(401);
    // A bad token is not made good by a cookie beside it.
    expect((await harness.ask('get', '/sites/mall/gateways', { bearer: 'nonsense', as: 'owner' })).status).toBe(401);
  });
});

describe('tenants', () => {
  const PERIOD = 'from=2026-05-04T00:00:00Z&to=2026-05-05T00:00:00Z';
  const metrics = ['footfall', 'occupancy', 'dwell', 'unique-visitors', 'capture-rate', 'peak-hours', 'returning'];

  test.each(metrics)('a retailer gets %s of the own zone only', async (metric) => {
    const ask = (zone: string) =>
      harness.ask('get', `/sites/mall/metrics/${metric}?${PERIOD}${zone && `&zone=${zone}`}`, { as: 'retailer' });
    harness.questions.asked.length = 0;
    expect((await ask('')).status).toBe(403);
    for (const zone of ['hats-shop', 'free-shop', 'door', 'hall', 'no-such-zone'])
      expect((await ask(zone)).status).toBe(404);
    expect(harness.questions.asked).toEqual([]);
    expect((await ask('shoes-shop')).status).toBe(200);
    expect(harness.questions.asked).toMatchObject([{ siteId: 'mall', zoneId: 'shoes-shop' }]);
  });

  test('a retailer sees the own zones and the ways there', async () => {
    const { body } = await harness.ask<{ id: string }[]>('get', '/sites/mall/zones', { as: 'retailer' });
    expect(body.map((zone) => zone.id).sort()).toEqual(['door', 'hall', 'shoes-shop']);
    expect((await harness.ask('get', '/sites/mall/zones/hats-shop', { as: 'retailer' })).status).toBe(404);
    expect((await harness.ask('get', '/sites/mall/zones/shoes-shop', { as: 'retailer' })).status).toBe(200);
  });

  const coupon = (change: object) => ({
    name: 'Coupon',
    kind: 'coupon',
    floorId: 'f0',
    tenantId: 'shoes',
    shape: { type: 'circle', xM: 4, yM: 14, radiusM: 3 },
    ...change,
  });
  test.each([
    ['for another tenant', { tenantId: 'hats' }, 403],
    ['for nobody', { tenantId: null }, 403],
    ['of another kind', { kind: 'shop' }, 403],
    ["over another tenant's shop", { shape: { type: 'circle', xM: 14, yM: 4, radiusM: 2 } }, 403],
    ["round another tenant's shop", { shape: { type: 'circle', xM: 14, yM: 4, radiusM: 30 } }, 403],
    ['over a shop of no tenant', { shape: { type: 'circle', xM: 24, yM: 4, radiusM: 2 } }, 403],
    ['in the corridor', {}, 201],
    ['in the own shop', { shape: { type: 'circle', xM: 4, yM: 4, radiusM: 2 } }, 201],
  ])('a retailer draws a coupon zone %s', async (_, change, status) => {
    const answer = await harness.ask('post', '/sites/mall/zones', { as: 'retailer', body: coupon(change) });
    expect([answer.status, answer.text]).toEqual([status, expect.any(String)]);
  });

  test('a retailer changes and removes nothing that is not an own coupon zone', async () => {
    await harness.registry.zones.put('mall', {
      id: 'hats-coupon',
      minStaySeconds: null,
      ...coupon({}),
      tenantId: 'hats',
    } as never);
    const put = (id: string) => harness.ask('put', `/sites/mall/zones/${id}`, { as: 'retailer', body: coupon({}) });
    const remove = (id: string) => harness.ask('delete', `/sites/mall/zones/${id}`, { as: 'retailer' });
    expect((await put('hats-coupon')).status).toBe(404);
    expect((await put('shoes-shop')).status).toBe(403);
    expect((await put('door')).status).toBe(404);
    expect((await remove('hats-coupon')).status).toBe(404);
    expect((await remove('shoes-shop')).status).toBe(403);
    expect((await put('shoes-coupon')).status).toBe(200);
    expect((await remove('shoes-coupon')).status).toBe(204);
    expect(harness.registry.zones.get('mall', 'hats-coupon')?.tenantId).toBe('hats');
  });

  test('live numbers are cut to the role', async () => {
    harness.pipeline.snapshots.set('mall', {
      atMs: 1,
      occupancy: 99,
      zones: [
        { zoneId: 'shoes-shop', occupancy: 11 },
        { zoneId: 'hats-shop', occupancy: 22 },
        { zoneId: 'hall', occupancy: 33 },
      ],
      gateways: [
        {
          id: 'g1',
          online: true,
          lastSeenMs: 1,
          advertsPerSecond: 1,
          clockOffsetMs: 0,
          outboxBatches: 0,
          droppedBatches: 0,
          version: '1',
          finding: null,
        },
      ],
      historyProgress: 0.5,
    });
    const live = async (as: Person) =>
      (await harness.ask<Record<string, unknown>>('get', '/sites/mall/live', { as })).body;
    expect(await live('manager')).toMatchObject({ occupancy: 99, zones: [{}, {}, {}], gateways: [{ id: 'g1' }] });
    expect(await live('retailer')).toEqual({
      atMs: 1,
      occupancy: null,
      zones: [{ zoneId: 'shoes-shop', occupancy: 11 }],
      gateways: [],
      historyProgress: 0.5,
    });
    expect(await live('installer')).toMatchObject({ occupancy: null, zones: [], gateways: [{ id: 'g1' }] });
    harness.pipeline.snapshots.clear();
    expect(await live('manager')).toMatchObject({ occupancy: null, gateways: [{ id: 'g1', online: false }] });
  });
});

describe('requests of other sites', () => {
  const change = (asking: object) =>
    harness.ask<{ error: { code: string } }>('put', '/sites/mall/definitions', { as: 'manager', body: {}, ...asking });
  test.each([
    ["the server's own page", {}, 200],
    ["another site's page", { origin: 'https://evil.example' }, 403],
    ['a sandboxed page', { origin: 'null' }, 403],
    ['no browser, but a cookie', { origin: null }, 403],
    [
      'a browser that tells by Sec-Fetch-Site: same',
      { origin: null, headers: { 'sec-fetch-site': 'same-origin' } },
      200,
    ],
    [
      'a browser that tells by Sec-Fetch-Site: cross',
      { origin: null, headers: { 'sec-fetch-site': 'cross-site' } },
      403,
    ],
    ['a sibling host', { origin: null, headers: { 'sec-fetch-site': 'same-site' } }, 403],
  ])('a change with a cookie from %s', async (_, asking, status) => {
    const answer = await change(asking);
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.body.error.code).toBe('cross-site');
  });

  test('a bearer token needs no origin, and reading needs none either', async () => {
    const grant = { role: 'manager', siteId: 'mall', tenantId: null } as const;
    const { token } = await harness.auth.createToken('script', [grant], 'a', null);
    const answer = await harness.ask('put', '/sites/mall/definitions', { bearer: token, origin: null, body: {} });
    expect(answer.status).toBe(200);
    expect((await harness.ask('get', '/sites/mall/zones', { as: 'manager', origin: null })).status).toBe(200);
  });

  test('nobody is signed in from another site', async () => {
    const answer = await harness.ask('post', '/auth/sign-in', {
      origin: 'https://evil.example',
      body: { email: 'a', password: 'b' },
    });
    expect(answer.status).toBe(403);
  });
});

test('a route of someone else is held to its declaration as well', async () => {
  let called = 0;
  const extra = route({
    method: 'post',
    path: '/redeem',
    summary: 'x',
    access: { roles: ['till'], scope: 'server' },
    contentTypes: ['application/json'],
    handler: ({ siteId, tenantId }) => {
      called++;
      return { siteId, tenantId };
    },
  });
  const other = await Harness.open({ routes: () => [extra] });
  try {
    for (const person of PEOPLE) {
      const answer = await other.ask('post', '/redeem', { as: person });
      expect([person, answer.status]).toEqual([person, person === 'till' ? 200 : person === 'shopper' ? 401 : 403]);
      if (person === 'till') expect(answer.body).toEqual({ siteId: 'mall', tenantId: 'shoes' });
    }
    expect(called).toBe(1);
  } finally {
    await other.close();
  }
});
