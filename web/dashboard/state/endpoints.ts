/** What the dashboard asks of the server, in its own words: the site once, periods in milliseconds. */
import * as server from '../../../server/client/operations.ts';
import type {
  CampaignInput,
  CoverageMap,
  Definitions,
  DeliveryState,
  ExportJob,
  FleetBody,
  GatewayInput,
  GrantInput,
  LoyaltySettingsInput,
  SiteInput,
  Waypoint,
  WebhookInput,
  ZoneInput,
} from '../../../server/client/types.ts';
import type { Attention } from '../../../server/contract/campaigns.ts';
import type { Interval, Metric } from '../../../server/contract/metrics.ts';
import type { Carrier } from '../../../server/contract/model.ts';
import { ApiError, client } from '../../lib/api.ts';
import { QUESTIONS_AT_ONCE, Turns } from '../../lib/turns.ts';

export type {
  Account,
  ApiToken,
  DecisionView as Decision,
  DefinitionsVersion,
} from '../../../server/client/types.ts';

export interface Period {
  fromMs: number;
  toMs: number;
}

const turns = new Turns(QUESTIONS_AT_ONCE);

const period = ({ fromMs, toMs }: Period) => ({ from: new Date(fromMs), to: new Date(toMs) });

const isoPeriod = ({ fromMs, toMs }: Period) => ({
  from: new Date(fromMs).toISOString(),
  to: new Date(toMs).toISOString(),
});

/** What was never made is no fault. */
const orNull = <T>(answer: Promise<T>): Promise<T | null> =>
  answer.catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  });

export const auth = {
  me: (signal?: AbortSignal) => server.getMe(client, { signal }),
  signIn: (email: string, password: string) => server.signIn(client, { email, password }),
  welcome: (token: string) => server.signInByLink(client, { token }),
  setPassword: (body: { email?: string; password: string }) => server.setPassword(client, body),
  signOut: () => server.signOut(client),
};

export const access = {
  accounts: (signal: AbortSignal) => server.listAccounts(client, { signal }),
  invite: (body: { email: string; name: string | null; grants: GrantInput[] }) => server.inviteAccount(client, body),
  newLink: (account: string) => server.createAccountLink(client, { account }),
  removeAccount: (account: string) => server.deleteAccount(client, { account }),
  tokens: (signal: AbortSignal) => server.listTokens(client, { signal }),
  createToken: (body: { label: string; grants: GrantInput[]; expires: string | null }) =>
    server.createToken(client, body),
  revokeToken: (token: string) => server.deleteToken(client, { token }),
};

export const sites = {
  all: (signal?: AbortSignal) => server.listSites(client, { signal }),
  put: (site: SiteInput & { id: string }) => server.putSite(client, { site: site.id }, site),
};

const SERIES = {
  footfall: server.getFootfall,
  occupancy: server.getOccupancy,
  dwell: server.getDwell,
  'unique-visitors': server.getUniqueVisitors,
  'capture-rate': server.getCaptureRate,
} satisfies Record<Metric, unknown>;
const MOVES = { start: server.startCampaign, pause: server.pauseCampaign, end: server.endCampaign };

type Signal = AbortSignal | undefined;
/** A page of them. */
export const DELIVERIES_SHOWN = 50;

export const ofSite = (site: string) => ({
  floors: (signal?: Signal) => server.listFloors(client, { site }, { signal }),
  createFloor: (floor: { name: string; level: number; widthM: number; heightM: number }) =>
    server.createFloor(client, { site }, floor),
  changeFloor: (floor: string, change: { name?: string; level?: number; widthM?: number; heightM?: number }) =>
    server.changeFloor(client, { site, floor }, change),
  removeFloor: (floor: string) => server.deleteFloor(client, { site, floor }),
  uploadImage: (floor: string, file: Blob, metresPerPixel: number) =>
    server.uploadFloorImage(client, { site, floor, metresPerPixel }, file),
  /** A file of which only the server knows whether it is one. */
  importGeojson: (floor: string, geojson: unknown) =>
    server.importFloorGeojson(client, { site, floor }, geojson as Parameters<typeof server.importFloorGeojson>[2]),
  zones: (signal?: Signal) => server.listZones(client, { site }, { signal }),
  putZone: (zone: ZoneInput & { id: string }) => server.putZone(client, { site, zone: zone.id }, zone),
  createZone: (zone: ZoneInput) => server.createZone(client, { site }, zone),
  removeZone: (zone: string) => server.deleteZone(client, { site, zone }),
  gateways: (signal?: Signal) => server.listGateways(client, { site }, { signal }),
  /** Null takes a setting back to what is usual. */
  changeGateway: (gateway: string, change: Parameters<typeof server.changeGateway>[2]) =>
    server.changeGateway(client, { site, gateway }, change),
  gatewayHealth: (signal?: Signal) => server.listGatewayHealth(client, { site }, { signal }),
  gatewayAdverts: (signal?: Signal) => server.getGatewayHealthAdverts(client, { site }, { signal }),
  gatewayHistory: (gateway: string, signal?: Signal) => server.getGatewayHealth(client, { site, gateway }, { signal }),
  inbox: (signal?: Signal) => server.listInbox(client, { site }, { signal }),
  dismissGateway: (gateway: string) => server.dismissInboxGateway(client, { site, gateway }),
  restoreGateway: (gateway: string) => server.restoreInboxGateway(client, { site, gateway }),
  /** Gateways that publish but are not registered. */
  waiting: (signal?: Signal) => server.listWaitingGateways(client, { site }, { signal }),
  putGateway: (gateway: GatewayInput) => server.putGateway(client, { site, gateway: gateway.id }, gateway),
  removeGateway: (gateway: string) => server.deleteGateway(client, { site, gateway }),

  auditCarriers: (search: string, signal?: Signal) => server.listAuditCarriers(client, { site, search }, { signal }),
  heard: (carrier: string, signal?: Signal) => server.getHeardNow(client, { site, carrier }, { signal }),
  audits: (signal?: Signal) => server.listAudits(client, { site }, { signal }),
  audit: (audit: string, signal?: Signal) => server.getAudit(client, { site, audit }, { signal }),
  beginAudit: (body: { id: string; carrierId: string; clockMs: number }) => server.beginAudit(client, { site }, body),
  addTaps: (audit: string, body: { clockMs: number; waypoints: Waypoint[] }) =>
    server.addAuditWaypoints(client, { site, audit }, body),
  removeTap: (audit: string, waypoint: string) => server.deleteAuditWaypoint(client, { site, audit, waypoint }),
  finishAudit: (audit: string) => server.finishAudit(client, { site, audit }),
  removeAudit: (audit: string) => server.deleteAudit(client, { site, audit }),
  certificates: (signal?: Signal) =>
    server.listCertificates(client, { site }, { signal }).then(({ certificates }) => certificates),

  addCount: (count: { zoneId: string; fromMs: number; toMs: number; people: number; out: number }) =>
    server.createReferenceCount(
      client,
      { site },
      { zoneId: count.zoneId, ...period(count), people: count.people, out: count.out },
    ),
  removeCount: (count: string) => server.deleteReferenceCount(client, { site, count }),

  coverage: (floor: string, weight: CoverageMap['weight']) => server.getFloorCoverage(client, { site, floor, weight }),
  draftCoverage: (
    floor: string,
    draft: {
      gateways: Pick<GatewayInput, 'id' | 'xM' | 'yM' | 'zM' | 'enabled'>[];
      weight: CoverageMap['weight'];
      oneMore: boolean;
    },
  ) => server.tryFloorCoverage(client, { site, floor }, draft),

  carriers: (signal?: Signal) => server.listCarriers(client, { site, limit: 10_000 }, { signal }),
  createCarriers: (carriers: Omit<Carrier, 'id'>[]) => server.createCarriers(client, { site }, carriers),
  removeCarrier: (carrier: string) => server.deleteCarrier(client, { site, carrier }),
  tag: (carrier: string) => server.getCarrierTag(client, { site, carrier }),

  campaigns: (signal?: Signal) => server.listCampaigns(client, { site }, { signal }).then(({ campaigns }) => campaigns),
  campaign: (campaign: string, signal?: Signal) => server.getCampaign(client, { site, campaign }, { signal }),
  createCampaign: (campaign: CampaignInput) => server.createCampaign(client, { site }, campaign),
  putCampaign: (campaign: CampaignInput) => server.putCampaign(client, { site, campaign: campaign.id }, campaign),
  moveCampaign: (campaign: string, action: keyof typeof MOVES) => MOVES[action](client, { site, campaign }),
  removeCampaign: (campaign: string) => server.deleteCampaign(client, { site, campaign }),
  decisions: (campaign: string, signal?: Signal) =>
    server.listCampaignDecisions(client, { site, campaign, limit: 100 }, { signal }).then(({ decisions }) => decisions),
  funnel: (campaign: string, signal?: Signal) => server.getCampaignFunnel(client, { site, campaign }, { signal }),
  attention: (signal?: Signal) => server.getAttention(client, { site }, { signal }),
  putAttention: (attention: Attention) => server.putAttention(client, { site }, attention),
  rehearse: (campaign: string) => server.rehearseCampaign(client, { site, campaign }),
  rehearsal: (campaign: string, signal?: Signal) =>
    orNull(server.getCampaignRehearsal(client, { site, campaign }, { signal })),
  /** What was looked at; one that was changed since is refused. */
  approve: (seen: CampaignInput) => server.approveCampaign(client, { site, campaign: seen.id }, { seen }),
  reject: (campaign: string, reason: string) => server.rejectCampaign(client, { site, campaign }, { reason }),
  held: (campaign: string, signal?: Signal) => server.getHeldOffers(client, { site, campaign }, { signal }),
  proof: (campaign: string, signal?: Signal) => server.getCampaignProof(client, { site, campaign }, { signal }),
  uploadPicture: (file: Blob, tenant?: string | null) =>
    server.uploadCampaignImage(client, { site, tenant: tenant ?? undefined }, file),
  delivery: (signal?: Signal) => server.getDelivery(client, { site }, { signal }),
  loyalty: (signal?: Signal) => server.getLoyalty(client, { site }, { signal }),
  putLoyalty: (settings: LoyaltySettingsInput) => server.putLoyalty(client, { site }, settings),

  figures: (zone: string, asked: Period, signal?: Signal) =>
    server.getShopFigures(client, { site, zone, ...period(asked) }, { signal }),
  importOrders: (file: Blob) => server.importOrders(client, { site }, file, { contentType: 'text/csv' }),
  conflicts: (signal?: Signal) =>
    server.listRedemptionConflicts(client, { site }, { signal }).then(({ conflicts }) => conflicts),

  fleetFormats: (signal?: Signal) => server.listFleetFormats(client, { site }, { signal }),
  fleets: (signal?: Signal) => server.listFleets(client, { site }, { signal }),
  fleetHealth: (fleet: string, signal?: Signal) => server.getFleetHealth(client, { site, fleet }, { signal }),
  createFleet: (fleet: FleetBody) => server.createFleet(client, { site }, fleet),
  putFleet: (fleet: FleetBody) => server.putFleet(client, { site, fleet: fleet.id }, fleet),
  removeFleet: (fleet: string) => server.deleteFleet(client, { site, fleet }),

  webhooks: (signal?: Signal) => server.listWebhooks(client, { site }, { signal }),
  createWebhook: (webhook: WebhookInput) => server.createWebhook(client, { site }, webhook),
  putWebhook: (webhook: string, input: WebhookInput) => server.putWebhook(client, { site, webhook }, input),
  removeWebhook: (webhook: string) => server.deleteWebhook(client, { site, webhook }),
  rotateSecret: (webhook: string) => server.rotateWebhookSecret(client, { site, webhook }),
  testWebhook: (webhook: string) => server.testWebhook(client, { site, webhook }),
  deliveries: (webhook: string, asked: { state?: DeliveryState | undefined; before?: number | undefined }) =>
    server
      .listWebhookDeliveries(client, { site, webhook, ...asked, limit: DELIVERIES_SHOWN })
      .then(({ deliveries }) => deliveries),
  replay: (webhook: string, delivery: string) => server.replayDelivery(client, { site, webhook, delivery }),
  replaySince: (webhook: string, sinceMs: number) =>
    server.replayDeliveries(client, { site, webhook }, { since: new Date(sinceMs).toISOString() }),

  exports: (signal?: Signal) => server.listExports(client, { site }, { signal }).then(({ exports }) => exports),
  createExport: ({ tables, interval, ...asked }: Period & Pick<ExportJob, 'tables' | 'interval'>) =>
    server.createExport(client, { site }, { tables, interval, ...isoPeriod(asked) }),
  removeExport: (made: string) => server.deleteExport(client, { site, export: made }),
  exportArchiveUrl: (made: string) => server.exportArchiveUrl(client, { site, export: made }),
  exportFileUrl: (made: string, file: string) => server.exportFileUrl(client, { site, export: made, file }),

  live: (signal?: Signal) => server.getLive(client, { site }, { signal }),
  definitions: (signal?: Signal) => server.getDefinitions(client, { site }, { signal }),
  putDefinitions: (definitions: Definitions) => server.putDefinitions(client, { site }, definitions),
  series: (metric: Metric, asked: Period & { interval: Interval; zoneId?: string | undefined }, signal?: Signal) =>
    turns.take(
      () =>
        SERIES[metric](client, { site, ...period(asked), interval: asked.interval, zone: asked.zoneId }, { signal }),
      signal,
    ),
  changelog: (asked: Period & { zoneId?: string | undefined }, signal?: Signal) =>
    turns.take(() => server.getChangelog(client, { site, ...period(asked), zone: asked.zoneId }, { signal }), signal),
  peakHours: (asked: Period & { zoneId?: string | undefined }, signal?: Signal) =>
    turns.take(() => server.getPeakHours(client, { site, ...period(asked), zone: asked.zoneId }, { signal }), signal),
  heatmap: (asked: Period & { floorId: string; cellM: number; measure: 'dwell' | 'carriers' }, signal?: Signal) =>
    turns.take(
      () =>
        server.getHeatmap(
          client,
          { site, ...period(asked), floor: asked.floorId, cellM: asked.cellM, measure: asked.measure },
          { signal },
        ),
      signal,
    ),
  affinity: (asked: Period, signal?: Signal) =>
    turns.take(() => server.getAffinity(client, { site, ...period(asked) }, { signal }), signal),
  flows: (asked: Period, signal?: Signal) =>
    turns.take(() => server.getFlows(client, { site, ...period(asked) }, { signal }), signal),
  returning: (asked: Period, signal?: Signal) =>
    turns.take(() => server.getReturning(client, { site, ...period(asked) }, { signal }), signal),
});
export type SiteApi = ReturnType<typeof ofSite>;

export const pictureUrl = (image: string): string => server.campaignImageUrl(client, { image });
