/** Makes a scenario's site on a server over REST: floors, zones, gateways, carriers, campaigns. */

import { ApiError, type Client } from '../server/client/core.ts';
import * as server from '../server/client/operations.ts';
import { type CampaignInput, campaignInput } from '../server/contract/campaigns.ts';
import type { Carrier, Floor, Gateway, Site as SiteModel } from '../server/contract/model.ts';
import type { SimCarrier } from './carriers.ts';
import type { SoldOrder } from './orders.ts';
import { orUndefined } from './rest.ts';
import type { Scenario } from './scenario.ts';
import { wallsOf } from './walls.ts';
import { zonesOf } from './zones.ts';

/** One request stays well below a megabyte. */
const CARRIERS_PER_REQUEST = 2_000;
const ORDERS_PER_REQUEST = 1_000;
/** Whoever tries the demo wants the next offer soon, not tomorrow. */
const DEMO_COOLDOWN_MINUTES = 1;
const DEMO_VALID_MINUTES = 60;

/** A site as the server answers it. */
/** Instead of 10. */
const DEMO_K = 3;

export type KnownSite = SiteModel & { historyProgress: number | null };

/** Event time up to which interrupted history has come; undefined where it has not begun. */
export function interruptedAtMs({
  clock,
  historyFromMs,
  historyUntilMs,
  historyProgress,
}: KnownSite): number | undefined {
  if (clock !== 'data' || historyFromMs === null || historyUntilMs === null || historyProgress === 0) return undefined;
  if (historyProgress === null) return historyUntilMs;
  return historyFromMs + historyProgress * (historyUntilMs - historyFromMs);
}

export type SiteState = Pick<SiteModel, 'timezone' | 'clock' | 'historyFromMs' | 'historyUntilMs'>;

/** What gateways let through. */
export const uuidsOf = ({ people, radio }: Scenario): string[] =>
  people.appPhones > 0 ? [radio.uuid, radio.rotatingUuid] : [radio.uuid];

export class Site {
  private readonly client: Client;
  private readonly siteId: string;

  constructor(client: Client, siteId: string) {
    this.client = client;
    this.siteId = siteId;
  }

  find(): Promise<KnownSite | undefined> {
    return orUndefined(server.getSite(this.client, { site: this.siteId }));
  }

  /** Live, as the scenario has it, unless it has ended or waits for the mall's approval. */
  private async putCampaign(campaign: CampaignInput): Promise<void> {
    const { client } = this;
    const at = { site: this.siteId, campaign: campaign.id };
    const refused = (error: unknown): boolean => error instanceof ApiError && error.status === 409;
    const known = await orUndefined(server.getCampaign(client, at));
    if (known?.status === 'ended') return;
    try {
      await server.putCampaign(client, at, campaign);
    } catch (error) {
      // What it offers is changed only while it is paused.
      if (known?.status !== 'live' || !refused(error)) throw error;
      await server.pauseCampaign(client, at);
      await server.putCampaign(client, at, campaign);
    }
    const { status } = await server.getCampaign(client, at);
    if (status === 'live') return;
    await server.startCampaign(client, at).catch((error: unknown) => {
      if (!refused(error)) throw error;
    });
  }

  private async save(site: SiteModel): Promise<void> {
    if (await this.find()) await server.putSite(this.client, { site: site.id }, site);
    else await server.createSite(this.client, site);
  }

  /** Played history is over: its progress ends, and the site's clock is what it is to be from now on. */
  async endHistory(clock: SiteModel['clock']): Promise<void> {
    const site = await this.find();
    if (!site) return;
    const { id, name, timezone, currency, uuids, rotatingUuid, countUnknowns } = site;
    await this.save({
      id,
      name,
      timezone,
      currency,
      uuids,
      rotatingUuid,
      countUnknowns,
      clock,
      historyFromMs: null,
      historyUntilMs: null,
    });
  }

  /** Can be run again: what exists is brought up to date. */
  async provision(
    scenario: Scenario,
    carriers: readonly SimCarrier[],
    state: SiteState,
    onStep: (what: string) => void = () => undefined,
  ): Promise<void> {
    const { client, siteId: site } = this;
    await this.save({
      id: site,
      name: scenario.site.name,
      currency: scenario.site.currency,
      uuids: uuidsOf(scenario),
      rotatingUuid: scenario.people.appPhones > 0 ? scenario.radio.rotatingUuid : null,
      countUnknowns: true,
      ...state,
    });
    for (const { id, name, level, widthM, heightM } of scenario.floors) {
      onStep(`floor ${name}`);
      const floor: Floor = {
        id,
        name,
        level,
        widthM,
        heightM,
        outline: {
          type: 'polygon',
          rings: [
            [
              [0, 0],
              [widthM, 0],
              [widthM, heightM],
              [0, heightM],
            ],
          ],
        },
        walls: wallsOf(scenario, id),
        image: null,
      };
      await server.putFloor(client, { site, floor: id }, floor);
    }
    onStep('zones');
    for (const zone of zonesOf(scenario)) await server.putZone(client, { site, zone: zone.id }, zone);
    onStep('gateways');
    const { beaconUuid } = scenario.radio;
    for (const [minor, { id, name, floor, xM, yM, zM }] of scenario.gateways.entries()) {
      const gateway: Gateway = { id, ...(name ? { name } : {}), floorId: floor, xM, yM, zM, enabled: true };
      if (scenario.people.appPhones > 0) gateway.beacon = { uuid: beaconUuid, major: 1, minor, powerDbm: -59 };
      await server.putGateway(client, { site, gateway: id }, gateway);
    }
    onStep(`${carriers.length} carriers`);
    await this.carriers(carriers);
    onStep('campaigns');
    for (const campaign of campaignsOf(scenario)) await this.putCampaign(campaign);
    if (scenario.people.demoGuests > 0) {
      // Whoever tries it meets more than two offers.
      const often = { pushesPerVisit: 20, pushesPerDay: 20, pushesPerTenantPerDay: 20 };
      await server.putAttention(client, { site }, { ...often, quietHours: null });
      // Nobody is behind these people, and a mall that has just opened its doors shows heat sooner.
      const { definitions } = await server.getDefinitions(client, { site });
      await server.putDefinitions(client, { site }, { ...definitions, kAnonymity: DEMO_K });
    }
  }

  async orders(orders: readonly SoldOrder[]): Promise<void> {
    for (let at = 0; at < orders.length; at += ORDERS_PER_REQUEST)
      await server.putOrders(this.client, { site: this.siteId }, { orders: orders.slice(at, at + ORDERS_PER_REQUEST) });
  }

  /** Registers those that are not registered yet. */
  async carriers(carriers: readonly SimCarrier[]): Promise<void> {
    const known = await this.knownBeacons();
    const fresh = carriers.filter((one) => !known.has(beaconKey(one)));
    for (let at = 0; at < fresh.length; at += CARRIERS_PER_REQUEST) {
      const body = fresh.slice(at, at + CARRIERS_PER_REQUEST).map(
        ({ kind, uuid, major, minor, label }): Omit<Carrier, 'id'> => ({
          kind,
          uuid,
          major,
          minor,
          calibratedPowerDbm: null,
          label: label ?? null,
        }),
      );
      await server.createCarriers(this.client, { site: this.siteId }, body);
    }
  }

  private async knownBeacons(): Promise<Set<string>> {
    const known = new Set<string>();
    for (let after = ''; ; ) {
      const page = await server.listCarriers(this.client, { site: this.siteId, limit: PAGE, after });
      for (const one of page) known.add(beaconKey(one));
      const last = page.at(-1);
      if (!last || page.length < PAGE) return known;
      after = last.id;
    }
  }
}

const PAGE = 1_000;

const beaconKey = (one: { uuid: string; major: number; minor: number }): string =>
  `${one.uuid}/${one.major}/${one.minor}`;

/** One per coupon zone, with nobody held back as control, so that a trial always shows an offer. */
export function campaignsOf(scenario: Scenario): CampaignInput[] {
  return scenario.coupons.map(({ id, shop, offer }) =>
    campaignInput.parse({
      id,
      name: offer.title,
      tenantId: shop ?? null,
      zoneIds: [id],
      trigger: { type: 'enter' },
      offer: { title: offer.title, text: offer.text, validMinutes: DEMO_VALID_MINUTES },
      cooldownMinutes: DEMO_COOLDOWN_MINUTES,
      controlShare: 0,
    }),
  );
}
