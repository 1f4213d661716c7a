/** Every route that the dashboard calls, by name, with the shape of its answer. */
import type { output } from 'zod';
import type { Grant } from '../../../server/contract/access.ts';
import type {
  AuditCarrier,
  Certificate,
  HeardNow,
  WalkAudit,
  WalkAuditDetail,
  Waypoint,
  WaypointsTaken,
} from '../../../server/contract/calibration.ts';
import type { Attention, Campaign, CampaignInput, decisionView, Funnel } from '../../../server/contract/campaigns.ts';
import type { Changelog } from '../../../server/contract/changelog.ts';
import type { CoverageMap } from '../../../server/contract/coverage.ts';
import type { Definitions } from '../../../server/contract/definitions.ts';
import type { LiveSnapshot } from '../../../server/contract/live.ts';
import type {
  Affinity,
  Flows,
  Heatmap,
  Interval,
  Metric,
  PeakHours,
  Returning,
  Series,
} from '../../../server/contract/metrics.ts';
import type { Carrier, Floor, Gateway, Site, Zone } from '../../../server/contract/model.ts';
import type { CarrierTag } from '../../../server/contract/offers.ts';
import { api, withQuery } from '../../lib/api.ts';

export interface Account {
  id: string;
  email: string;
  name: string | null;
  grants: Grant[];
  /** False right after a one-time link: it is still to be set. */
  hasPassword: boolean;
  createdMs: number;
  lastSignInMs: number | null;
}
export interface TokenRow {
  id: string;
  label: string;
  grants: Grant[];
  createdMs: number;
  expiresMs: number | null;
  lastUsedMs?: number | null;
}
export type Decision = output<typeof decisionView>;
export interface DefinitionsAnswer {
  version: number;
  createdMs: number;
  definitions: Definitions;
}
export interface Period {
  fromMs: number;
  toMs: number;
}

const iso = (atMs: number): string => new Date(atMs).toISOString();
const period = ({ fromMs, toMs }: Period) => ({ from: iso(fromMs), to: iso(toMs) });

export const auth = {
  me: (signal?: AbortSignal) => api.get<Account>('/auth/me', signal === undefined ? {} : { signal }),
  signIn: (email: string, password: string) => api.post<Account>('/auth/sign-in', { email, password }),
  welcome: (token: string) => api.post<Account>('/auth/welcome', { token }),
  setPassword: (body: { email?: string; password: string }) => api.put<Account>('/auth/password', body),
  signOut: () => api.post<void>('/auth/sign-out', {}),
};

export const access = {
  accounts: (signal: AbortSignal) => api.get<Account[]>('/accounts', { signal }),
  invite: (body: { email: string; name: string | null; grants: Grant[] }) =>
    api.post<{ account: Account; link: string; expiresMs: number }>('/accounts', body),
  newLink: (id: string) => api.post<{ link: string; expiresMs: number }>(`/accounts/${id}/link`, {}),
  removeAccount: (id: string) => api.delete<void>(`/accounts/${id}`),
  tokens: (signal: AbortSignal) => api.get<TokenRow[]>('/tokens', { signal }),
  createToken: (body: { label: string; grants: Grant[]; expires: string | null }) =>
    api.post<TokenRow & { token: string }>('/tokens', body),
  revokeToken: (id: string) => api.delete<void>(`/tokens/${id}`),
};

export const sites = {
  all: (signal?: AbortSignal) => api.get<Site[]>('/sites', signal === undefined ? {} : { signal }),
  put: (site: Site) => api.put<Site>(`/sites/${site.id}`, site),
};

export const ofSite = (siteId: string) => {
  const at = (path: string) => `/sites/${siteId}${path}`;
  const options = (signal?: AbortSignal) => (signal === undefined ? {} : { signal });
  return {
    floors: (signal?: AbortSignal) => api.get<Floor[]>(at('/floors'), options(signal)),
    createFloor: (floor: { name: string; level: number; widthM: number; heightM: number }) =>
      api.post<Floor>(at('/floors'), floor),
    changeFloor: (id: string, change: { name?: string; level?: number; widthM?: number; heightM?: number }) =>
      api.patch<Floor>(at(`/floors/${id}`), change),
    removeFloor: (id: string) => api.delete<void>(at(`/floors/${id}`)),
    uploadImage: (id: string, file: Blob, metresPerPixel: number) =>
      api.put<Floor>(withQuery(at(`/floors/${id}/image`), { metresPerPixel }), file, {
        contentType: file.type || 'application/octet-stream',
      }),
    importGeojson: (id: string, geojson: unknown) =>
      api.post<{ floor: Floor; zones: Zone[]; skipped: { name: string | null; reason: string }[] }>(
        at(`/floors/${id}/geojson`),
        geojson,
      ),
    zones: (signal?: AbortSignal) => api.get<Zone[]>(at('/zones'), options(signal)),
    putZone: (zone: Zone) => api.put<Zone>(at(`/zones/${zone.id}`), zone),
    createZone: (zone: Omit<Zone, 'id'>) => api.post<Zone>(at('/zones'), zone),
    removeZone: (id: string) => api.delete<void>(at(`/zones/${id}`)),
    gateways: (signal?: AbortSignal) => api.get<Gateway[]>(at('/gateways'), options(signal)),
    /** Gateways that publish but are not registered. */
    waiting: (signal?: AbortSignal) =>
      api.get<{ id: string; lastHeard: string; messages: number }[]>(at('/gateways/waiting'), options(signal)),
    putGateway: (gateway: Gateway) => api.put<Gateway>(at(`/gateways/${gateway.id}`), gateway),
    auditCarriers: (search: string, signal?: AbortSignal) =>
      api.get<AuditCarrier[]>(withQuery(at('/audit-carriers'), { search }), options(signal)),
    heard: (carrierId: string, signal?: AbortSignal) =>
      api.get<HeardNow>(at(`/audit-carriers/${carrierId}/heard`), options(signal)),
    audits: (signal?: AbortSignal) => api.get<WalkAudit[]>(at('/audits'), options(signal)),
    audit: (id: string, signal?: AbortSignal) => api.get<WalkAuditDetail>(at(`/audits/${id}`), options(signal)),
    beginAudit: (body: { id: string; carrierId: string; clockMs: number }) => api.post<WalkAudit>(at('/audits'), body),
    addTaps: (id: string, body: { clockMs: number; waypoints: Waypoint[] }) =>
      api.post<WaypointsTaken>(at(`/audits/${id}/waypoints`), body),
    removeTap: (id: string, tapId: string) => api.delete<void>(at(`/audits/${id}/waypoints/${tapId}`)),
    finishAudit: (id: string) => api.post<WalkAuditDetail>(at(`/audits/${id}/finish`), {}),
    removeAudit: (id: string) => api.delete<void>(at(`/audits/${id}`)),
    certificates: (signal?: AbortSignal) =>
      api
        .get<{ certificates: Certificate[] }>(at('/certificates'), options(signal))
        .then(({ certificates }) => certificates),
    addCount: (count: { zoneId: string; fromMs: number; toMs: number; people: number; out: number }) =>
      api.post<{ id: string }>(at('/reference-counts'), {
        zoneId: count.zoneId,
        ...period(count),
        people: count.people,
        out: count.out,
      }),
    removeCount: (id: string) => api.delete<void>(at(`/reference-counts/${id}`)),
    removeGateway: (id: string) => api.delete<void>(at(`/gateways/${id}`)),
    coverage: (floorId: string, weight: CoverageMap['weight']) =>
      api.get<CoverageMap>(withQuery(at(`/floors/${floorId}/coverage`), { weight })),
    draftCoverage: (
      floorId: string,
      draft: {
        gateways: Pick<Gateway, 'id' | 'xM' | 'yM' | 'zM' | 'enabled'>[];
        weight: CoverageMap['weight'];
        oneMore: boolean;
      },
    ) => api.post<CoverageMap>(at(`/floors/${floorId}/coverage`), draft),
    carriers: (signal?: AbortSignal) => api.get<Carrier[]>(at('/carriers?limit=10000'), options(signal)),
    createCarriers: (carriers: Omit<Carrier, 'id'>[]) => api.post<Carrier[]>(at('/carriers'), carriers),
    removeCarrier: (id: string) => api.delete<void>(at(`/carriers/${id}`)),
    tag: (carrierId: string) => api.get<CarrierTag>(at(`/carriers/${carrierId}/tag`)),
    campaigns: (signal?: AbortSignal) =>
      api.get<{ campaigns: Campaign[] }>(at('/campaigns'), options(signal)).then(({ campaigns }) => campaigns),
    campaign: (id: string, signal?: AbortSignal) => api.get<Campaign>(at(`/campaigns/${id}`), options(signal)),
    createCampaign: (campaign: CampaignInput) => api.post<Campaign>(at('/campaigns'), campaign),
    putCampaign: (campaign: CampaignInput) => api.put<Campaign>(at(`/campaigns/${campaign.id}`), campaign),
    moveCampaign: (id: string, action: 'start' | 'pause' | 'end') =>
      api.post<Campaign>(at(`/campaigns/${id}/${action}`), {}),
    removeCampaign: (id: string) => api.delete<void>(at(`/campaigns/${id}`)),
    decisions: (id: string, signal?: AbortSignal) =>
      api
        .get<{ decisions: Decision[] }>(at(`/campaigns/${id}/decisions?limit=100`), options(signal))
        .then(({ decisions }) => decisions),
    funnel: (id: string, signal?: AbortSignal) => api.get<Funnel>(at(`/campaigns/${id}/funnel`), options(signal)),
    attention: (signal?: AbortSignal) => api.get<Attention>(at('/attention'), options(signal)),
    putAttention: (attention: Attention) => api.put<Attention>(at('/attention'), attention),
    live: (signal?: AbortSignal) => api.get<LiveSnapshot>(at('/live'), options(signal)),
    definitions: (signal?: AbortSignal) => api.get<DefinitionsAnswer>(at('/definitions'), options(signal)),
    putDefinitions: (definitions: Definitions) => api.put<DefinitionsAnswer>(at('/definitions'), definitions),
    series: (
      metric: Metric,
      asked: Period & { interval: Interval; zoneId?: string | undefined },
      signal?: AbortSignal,
    ) =>
      api.get<Series>(
        withQuery(at(`/metrics/${metric}`), { ...period(asked), interval: asked.interval, zone: asked.zoneId }),
        options(signal),
      ),
    changelog: (asked: Period & { zoneId?: string | undefined }, signal?: AbortSignal) =>
      api.get<Changelog>(withQuery(at('/changelog'), { ...period(asked), zone: asked.zoneId }), options(signal)),
    peakHours: (asked: Period & { zoneId?: string | undefined }, signal?: AbortSignal) =>
      api.get<PeakHours>(
        withQuery(at('/metrics/peak-hours'), { ...period(asked), zone: asked.zoneId }),
        options(signal),
      ),
    heatmap: (
      asked: Period & { floorId: string; cellM: number; measure: 'dwell' | 'carriers' },
      signal?: AbortSignal,
    ) =>
      api.get<Heatmap>(
        withQuery(at('/metrics/heatmap'), {
          ...period(asked),
          floor: asked.floorId,
          cellM: asked.cellM,
          measure: asked.measure,
        }),
        options(signal),
      ),
    affinity: (asked: Period, signal?: AbortSignal) =>
      api.get<Affinity>(withQuery(at('/metrics/affinity'), period(asked)), options(signal)),
    flows: (asked: Period, signal?: AbortSignal) =>
      api.get<Flows>(withQuery(at('/metrics/flows'), period(asked)), options(signal)),
    returning: (asked: Period, signal?: AbortSignal) =>
      api.get<Returning>(withQuery(at('/metrics/returning'), period(asked)), options(signal)),
  };
};
export type SiteApi = ReturnType<typeof ofSite>;
