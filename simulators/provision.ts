/** Makes a scenario's site on a server over REST. */
import type { Site as SiteModel } from '../server/contract/model.ts';
import type { SimCarrier } from './carriers.ts';
import type { Rest } from './rest.ts';
import type { Scenario } from './scenario.ts';
import { wallsOf } from './walls.ts';
import { zonesOf } from './zones.ts';

/** One request stays well below a megabyte. */
const CARRIERS_PER_REQUEST = 1_000;

export class Site {
  private readonly rest: Rest;
  private readonly siteId: string;

  constructor(rest: Rest, siteId: string) {
    this.rest = rest;
    this.siteId = siteId;
  }

  find(): Promise<SiteModel | undefined> {
    return this.rest.find<SiteModel>(`/sites/${this.siteId}`);
  }

  async put(site: Omit<SiteModel, 'id'>): Promise<void> {
    await this.rest.put(`/sites/${this.siteId}`, { id: this.siteId, ...site });
  }

  /** Played history is over: progress ends, and the site's clock is what it is to be from now on. */
  async endHistory(clock: SiteModel['clock']): Promise<void> {
    const site = await this.find();
    if (site) await this.put({ ...site, clock, historyFromMs: null, historyUntilMs: null });
  }

  async provision(
    scenario: Scenario,
    carriers: readonly SimCarrier[],
    site: Pick<SiteModel, 'timezone' | 'clock' | 'historyFromMs' | 'historyUntilMs'>,
  ): Promise<void> {
    void wallsOf;
    void zonesOf;
    void CARRIERS_PER_REQUEST;
    void carriers;
    await this.put({ name: scenario.site.name, uuids: [scenario.radio.uuid], countUnknowns: true, ...site });
  }
}
