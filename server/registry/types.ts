/** What the rest of the server asks of the registry: sites and what stands in them, held in memory, written through to the database. */
import type { Definitions } from '../contract/definitions.ts';
import type { Carrier, Floor, Gateway, Site, SiteModelVersion, Zone } from '../contract/model.ts';
import type { RadioSurvey } from '../contract/survey.ts';

export type RegistryChange = {
  siteId: string;
  what: 'site' | 'floors' | 'zones' | 'gateways' | 'carriers' | 'definitions' | 'campaigns' | 'survey';
};

export interface DefinitionsVersion {
  version: number;
  createdMs: number;
  definitions: Definitions;
}

/** A resource of a site that can be created, read, changed and removed. */
export interface Collection<T extends { id: string }> {
  all(siteId: string): T[];
  get(siteId: string, id: string): T | undefined;
  /** Creates or replaces. */
  put(siteId: string, item: T): Promise<void>;
  /** Many at once, in one transaction. */
  putAll(siteId: string, items: T[]): Promise<void>;
  remove(siteId: string, id: string): Promise<boolean>;
}

export interface Registry {
  sites(): Site[];
  site(siteId: string): Site | undefined;
  putSite(site: Site): Promise<void>;
  readonly floors: Collection<Floor>;
  readonly zones: Collection<Zone>;
  readonly gateways: Collection<Gateway>;
  readonly carriers: Collection<Carrier>;
  /** Of constant cost. `uuid` is dashed lower case. */
  carrierByBeacon(siteId: string, uuid: string, major: number, minor: number): Carrier | undefined;
  definitions(siteId: string): DefinitionsVersion;
  definitionsVersions(siteId: string): DefinitionsVersion[];
  putDefinitions(siteId: string, definitions: Definitions): Promise<DefinitionsVersion>;
  /** Dwell thresholds that live campaigns ask for; part of the model. Source name so that several users add up. */
  setDwellSeconds(siteId: string, source: string, byZone: Record<string, number[]>): Promise<void>;
  /** What walks taught of the radio; part of the model. A gateway that moves or goes takes its readings along by itself. */
  setSurvey(siteId: string, survey: RadioSurvey | undefined): Promise<void>;
  /** Gateways on the plan that do not tell all they hear; part of the model. */
  setSparseGateways(siteId: string, gatewayIds: readonly string[]): Promise<void>;
  /** Every model since the oldest kept sighting, rising in effectiveFromMs; the first is effective from 0. A change takes effect at the site's clock. */
  modelTimeline(siteId: string): SiteModelVersion[];
  /** Called after the write. Returns the way to stop. */
  onChange(listener: (change: RegistryChange) => void): () => void;
}
