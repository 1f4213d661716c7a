/** Gateways as the health page has them: what the plan says, what the server measured, and the newest of the live stream. */
import { useEffect, useMemo } from 'preact/hooks';
import type { GatewayFinding, GatewayHealthView } from '../../../../server/contract/gatewayHealth.ts';
import type { LiveGateway } from '../../../../server/contract/live.ts';
import type { Gateway, Site } from '../../../../server/contract/model.ts';
import { ofSite } from '../../state/endpoints.ts';
import { isStale, siteNowMs, snapshot } from '../../state/live.ts';
import { type Plan, usePlan } from '../../state/plan.ts';
import { useAsync } from '../../state/useAsync.ts';
import { type Condition, conditionOf } from './condition.ts';
import type { Known } from './findings.ts';

/** What changes faster comes with the live stream. */
export const HEALTH_EVERY_MS = 15_000;

/** All but what the plan has; what nobody told yet is missing. */
export type Measured = {
  [K in Exclude<keyof GatewayHealthView, 'id' | 'name' | 'floorId' | 'enabled' | 'findings'>]?:
    | GatewayHealthView[K]
    | undefined;
} & { findings: GatewayFinding[] };
export interface Row {
  gateway: Gateway;
  name: string;
  floorName: string;
  condition: Condition;
  now: Measured;
}

function measured(health: Measured | undefined, live: LiveGateway | undefined): Measured {
  const { vitals, findings, finding: _, id: _id, ...rest } = live ?? { findings: undefined };
  return { ...health, ...rest, ...vitals, findings: findings ?? health?.findings ?? [] };
}

export function rowsOf(
  plan: Plan,
  health: GatewayHealthView[],
  live: LiveGateway[] | undefined,
  stale: boolean,
): Row[] {
  const measuredBy = new Map(health.map(({ id, name: _, floorId: _f, enabled: _e, ...rest }) => [id, rest]));
  const liveBy = new Map(live?.map((one) => [one.id, one]) ?? []);
  const floorNames = new Map(plan.floors.map((floor) => [floor.id, floor.name]));
  return plan.gateways.map((gateway) => {
    const state = liveBy.get(gateway.id);
    const now = measured(measuredBy.get(gateway.id), state);
    const known = state ?? measuredBy.get(gateway.id);
    return {
      gateway,
      name: gateway.name ?? gateway.id,
      floorName: floorNames.get(gateway.floorId) ?? gateway.floorId,
      condition: conditionOf(gateway, known === undefined ? undefined : { ...known, findings: now.findings }, stale),
      now,
    };
  });
}

export function useHealth(site: Site) {
  const plan = usePlan(site.id);
  const health = useAsync(`gateway-health/${site.id}`, (signal) => ofSite(site.id).gatewayHealth(signal));
  useEffect(() => {
    const timer = setInterval(health.reload, HEALTH_EVERY_MS);
    return () => clearInterval(timer);
  }, [health.reload]);
  const live = snapshot.value;
  const stale = isStale.value;
  const rows = useMemo(
    () => (plan.data === undefined ? undefined : rowsOf(plan.data, health.data ?? [], live?.gateways, stale)),
    [plan.data, health.data, live, stale],
  );
  const nameOf = (id: string) => rows?.find(({ gateway }) => gateway.id === id)?.name ?? id;
  const known: Known = {
    timezone: site.timezone,
    nowMs: siteNowMs(),
    floorName: (id) => plan.data?.floors.find((floor) => floor.id === id)?.name ?? id,
    gatewayName: nameOf,
  };
  return { plan, health, rows, known, stale };
}
