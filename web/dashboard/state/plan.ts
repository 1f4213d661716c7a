/** Floors, zones and gateways of the site shown, shared by the views. */
import type { Floor, Gateway, Zone } from '../../../server/contract/model.ts';
import { ofSite } from './endpoints.ts';
import { hasRole } from './session.ts';
import { type Asked, useAsync } from './useAsync.ts';

export interface Plan {
  floors: Floor[];
  zones: Zone[];
  gateways: Gateway[];
}

/** The last plan per site, so that a change of view shows no skeleton. */
const lastPlan = new Map<string, Plan>();

export function usePlan(siteId: string): Asked<Plan> {
  const asked = useAsync<Plan>(`plan/${siteId}`, async (signal) => {
    const site = ofSite(siteId);
    const seesGateways = hasRole('owner', 'manager', 'installer');
    const [floors, zones, gateways] = await Promise.all([
      site.floors(signal),
      site.zones(signal),
      seesGateways ? site.gateways(signal) : [],
    ]);
    const plan = { floors: [...floors].sort((a, b) => b.level - a.level), zones, gateways };
    lastPlan.set(siteId, plan);
    return plan;
  });
  return asked.data === undefined && asked.error === undefined ? { ...asked, data: lastPlan.get(siteId) } : asked;
}
