/** What each operation is called in the OpenAPI document and in the client: a verb and what it is about. */
import { z } from 'zod';
import { routeName } from './declare.ts';
import type { Route } from './route.ts';

/** Where the rule below gives no good name. New routes need no entry; a name that was published stays. */
const CHOSEN: Record<string, string> = {
  'POST /api/v1/auth/welcome': 'signInByLink',
  'POST /api/v1/auth/sign-in': 'signIn',
  'POST /api/v1/auth/sign-out': 'signOut',
  'GET /api/v1/auth/me': 'getMe',
  'PATCH /api/v1/auth/me': 'changeMe',
  'PUT /api/v1/auth/password': 'setPassword',
  'POST /api/v1/accounts': 'inviteAccount',
  'POST /api/v1/accounts/:account/link': 'createAccountLink',
  'GET /api/v1/ingest': 'getIngestCounters',
  'GET /api/v1/audit': 'listServerAudit',
  'GET /api/v1/sites/:site/audit': 'listSiteAudit',
  'GET /api/v1/sites/:site/definitions': 'getDefinitions',
  'GET /api/v1/sites/:site/definitions/versions': 'listDefinitionsVersions',
  'GET /api/v1/sites/:site/definitions/compare': 'compareDefinitions',
  'PUT /api/v1/sites/:site/floors/:floor/image': 'uploadFloorImage',
  'POST /api/v1/sites/:site/floors/:floor/geojson': 'importFloorGeojson',
  'POST /api/v1/sites/:site/floors/:floor/coverage': 'tryFloorCoverage',
  'GET /api/v1/sites/:site/gateways/waiting': 'listWaitingGateways',
  'POST /api/v1/sites/:site/carriers': 'createCarriers',
  'GET /api/v1/sites/:site/metrics/flows': 'getFlows',
  'DELETE /api/v1/sites/:site/inbox/:gateway': 'dismissInboxGateway',
  'PUT /api/v1/sites/:site/inbox/:gateway': 'restoreInboxGateway',
  'GET /api/v1/sites/:site/insights/definitions': 'getInsightDefinitions',
  'GET /api/v1/sites/:site/audit-carriers/:carrier/heard': 'getHeardNow',
  'POST /api/v1/sites/:site/audits': 'beginAudit',
  'POST /api/v1/sites/:site/audits/:audit/waypoints': 'addAuditWaypoints',
  'POST /api/v1/sites/:site/reference-counts/csv': 'importReferenceCounts',
  'POST /api/v1/sites/:site/orders/csv': 'importOrders',
  'POST /api/v1/sites/:site/orders': 'putOrders',
  'GET /api/v1/sites/:site/campaigns/:campaign/decisions': 'listCampaignDecisions',
  'GET /api/v1/sites/:site/campaigns/:campaign/held': 'getHeldOffers',
  'POST /api/v1/sites/:site/campaigns/:campaign/rehearsal': 'rehearseCampaign',
  'POST /api/v1/sites/:site/images': 'uploadCampaignImage',
  'GET /api/v1/sites/:site/images': 'listCampaignImages',
  'DELETE /api/v1/sites/:site/images/:image': 'deleteCampaignImage',
  'GET /api/v1/images/:image': 'getCampaignImage',
  'POST /api/v1/sites/:site/baskets': 'putBasket',
  'GET /api/v1/sites/:site/delivery': 'getDelivery',
  'GET /api/v1/sites/:site/redemptions/conflicts': 'listRedemptionConflicts',
  'GET /api/v1/sites/:site/offer-keys': 'listOfferKeys',
  'POST /api/v1/sites/:site/offer-keys/rotate': 'rotateOfferKeys',
  'POST /api/v1/redemptions': 'redeem',
  'POST /api/v1/redemptions/check': 'checkCode',
  'POST /api/v1/redemptions/:redemption/void': 'voidRedemption',
  'POST /api/v1/redemptions/settle': 'settleRedemptions',
  'GET /api/v1/redemptions/offline': 'getOfflineKit',
  'GET /api/v1/grafana.json': 'getGrafanaDashboard',
  'POST /api/v1/sites/:site/exports': 'createExport',
  'GET /api/v1/sites/:site/exports/:export/files/:file': 'getExportFile',
  'POST /api/v1/sites/:site/webhooks/:webhook/secret': 'rotateWebhookSecret',
  'POST /api/v1/sites/:site/webhooks/:webhook/deliveries/:delivery/replay': 'replayDelivery',
  'POST /api/v1/sites/:site/webhooks/:webhook/replay': 'replayDeliveries',
  'GET /api/v1/shopper/sites': 'listShopperSites',
  'GET /api/v1/shopper/site/:siteId': 'getShopperSite',
  'POST /api/v1/shopper/start': 'startShopper',
  'GET /api/v1/shopper/me': 'getShopper',
  'PATCH /api/v1/shopper/me': 'changeShopper',
  'POST /api/v1/shopper/consent': 'giveConsent',
  'DELETE /api/v1/shopper/consent/:purpose': 'withdrawConsent',
  'POST /api/v1/shopper/pair': 'pairTag',
  'DELETE /api/v1/shopper/pair': 'unpairTag',
  'POST /api/v1/shopper/pause': 'pauseOffers',
  'DELETE /api/v1/shopper/pause': 'resumeOffers',
  'GET /api/v1/shopper/offers': 'listOffers',
  'POST /api/v1/shopper/offers/:offer/opened': 'tellOfferOpened',
  'GET /api/v1/shopper/ledger': 'getLedger',
  'GET /api/v1/shopper/export': 'exportShopper',
  'POST /api/v1/shopper/erase': 'eraseShopper',
  'POST /api/v1/shopper/feedback': 'giveFeedback',
  'GET /api/v1/shopper/profile': 'getProfile',
  'PUT /api/v1/shopper/profile': 'putProfile',
  'GET /api/v1/shopper/loyalty': 'getPoints',
  'GET /api/v1/shopper/push-key': 'getPushKey',
  'PUT /api/v1/shopper/push': 'subscribePush',
  'DELETE /api/v1/shopper/push': 'unsubscribePush',
  'POST /api/v1/shopper/identity': 'enrolApp',
  'GET /api/v1/shopper/identity': 'getAppIdentity',
  'DELETE /api/v1/shopper/identity': 'removeAppIdentity',
  'POST /api/v1/shopper/sightings': 'sendSightings',
  'GET /api/v1/shopper/beacons': 'listShopperBeacons',
  'POST /api/v1/demo/pair': 'pairDemoCarrier',
  'GET /api/v1/openapi.json': 'getDocument',
  'GET /healthz': 'getHealth',
  'GET /readyz': 'getReadiness',
  'GET /metrics': 'getPrometheusMetrics',
};

const capital = (word: string): string => (word[0] ?? '').toUpperCase() + word.slice(1);
const camel = (segment: string): string =>
  segment
    .split(/[^a-zA-Z0-9]+/)
    .map(capital)
    .join('');
export const singular = (word: string): string =>
  word.endsWith('ies')
    ? `${word.slice(0, -3)}y`
    : /(ss|us|is)$/.test(word) || !word.endsWith('s')
      ? word
      : word.slice(0, -1);
const isParam = (segment: string | undefined): boolean => segment?.startsWith(':') ?? false;

/** An array, or an object that holds one under its own name. */
const isList = ({ response, path }: Route): boolean =>
  response instanceof z.ZodArray ||
  (response instanceof z.ZodObject && camel(path.split('/').at(-1)!).toLowerCase() in lowerKeys(response));
const lowerKeys = (response: z.ZodObject): Record<string, true> =>
  Object.fromEntries(
    Object.entries(response.shape)
      .filter(([, field]) => field instanceof z.ZodArray)
      .map(([key]) => [key.toLowerCase(), true as const]),
  );

/** By the rule: `listZones`, `getZone`, `createZone`, `putZone`, `changeFloor`, `deleteZone`, `startCampaign`. */
function derived(route: Route): string {
  const segments = route.path.split('/').filter(Boolean);
  const inSite = segments[0] === 'sites' && isParam(segments[1]) && segments.length > 2 ? segments.slice(2) : segments;
  const parts = inSite.filter((segment) => segment !== 'metrics');
  const words = parts.flatMap((segment, i) =>
    isParam(segment) ? [] : [camel(isParam(parts[i + 1]) ? singular(segment) : segment)],
  );
  const last = parts.at(-1)!;
  const onItem = isParam(last);
  const noun = words.join('');
  if (route.method === 'get') return `${!onItem && isList(route) ? 'list' : 'get'}${noun}`;
  if (route.method === 'post') {
    // `…/campaigns/:campaign/start` does something to one.
    if (isParam(parts.at(-2)) && !onItem && !last.endsWith('s'))
      return `${camel(last)[0]!.toLowerCase()}${camel(last).slice(1)}${words.slice(0, -1).join('')}`;
    return `create${singular(noun)}`;
  }
  return `${{ put: 'put', patch: 'change', delete: 'delete' }[route.method]}${noun}`;
}

export const operationName = (route: Route): string => CHOSEN[routeName(route)] ?? derived(route);

/** Entries above that no route has. */
export const staleNames = (routes: readonly Route[]): string[] => {
  const names = new Set(routes.map(routeName));
  return Object.keys(CHOSEN).filter((name) => !names.has(name));
};

/** What operations are grouped by, from the first word of the path within a site. */
const TAGS: Record<string, string> = {
  auth: 'Access',
  accounts: 'Access',
  tokens: 'Access',
  audit: 'Access',
  sites: 'Sites',
  definitions: 'Sites',
  changelog: 'Sites',
  floors: 'Plan',
  zones: 'Plan',
  gateways: 'Plan',
  carriers: 'Carriers',
  clones: 'Carriers',
  identities: 'Carriers',
  metrics: 'Numbers',
  live: 'Numbers',
  'reference-counts': 'Counts',
  counters: 'Counts',
  fleets: 'Fleets',
  'fleet-formats': 'Fleets',
  inbox: 'Fleets',
  audits: 'Accuracy',
  'audit-carriers': 'Accuracy',
  certificates: 'Accuracy',
  campaigns: 'Campaigns',
  attention: 'Campaigns',
  images: 'Campaigns',
  baskets: 'Campaigns',
  delivery: 'Campaigns',
  loyalty: 'Campaigns',
  feedback: 'Campaigns',
  insights: 'Shops',
  shops: 'Shops',
  tenants: 'Shops',
  orders: 'Shops',
  redemptions: 'Redemptions',
  'offer-keys': 'Redemptions',
  webhooks: 'Webhooks',
  exports: 'Exports',
  'grafana.json': 'Exports',
  shopper: 'Shopper',
  demo: 'Shopper',
  ingest: 'Operation',
  'dead-letters': 'Operation',
  healthz: 'Operation',
  readyz: 'Operation',
  'openapi.json': 'Operation',
};

export function tagOf(route: Route): string {
  const segments = route.path.split('/').filter(Boolean);
  const first = (segments[0] === 'sites' && isParam(segments[1]) ? segments[2] : segments[0]) ?? 'sites';
  return route.root ? 'Operation' : (TAGS[first] ?? camel(first));
}
