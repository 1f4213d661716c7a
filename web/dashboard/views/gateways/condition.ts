/** How a gateway is, in one word for its colour and in a sentence for people. */
import type { LiveGateway, LiveSnapshot } from '../../../../server/contract/live.ts';
import type { Gateway } from '../../../../server/contract/model.ts';
import { t } from '../../i18n/t.ts';
import type { GatewayLook } from '../../map/floorView.ts';

export type Condition = 'ok' | 'warn' | 'bad' | 'off' | 'unknown';

export function conditionOf(gateway: Gateway, state: LiveGateway | undefined, stale: boolean): Condition {
  if (!gateway.enabled) return 'off';
  if (stale || state === undefined) return 'unknown';
  if (!state.online) return state.lastSeenMs === null ? 'unknown' : 'bad';
  return state.finding === null ? 'ok' : 'warn';
}

export function sentenceOf(condition: Condition, state: LiveGateway | undefined): string {
  if (condition === 'off') return t('gateway.off');
  if (state?.finding) return state.finding.charAt(0).toUpperCase() + state.finding.slice(1);
  if (condition === 'unknown') return t(state === undefined ? 'gateway.unknown' : 'gateway.never');
  return t(condition === 'ok' ? 'gateway.ok' : 'gateway.silent');
}

export function gatewayLooks(
  gateways: Gateway[],
  snapshot: LiveSnapshot | undefined,
  stale: boolean,
  highlighted?: string,
): GatewayLook[] {
  const states = new Map(snapshot?.gateways.map((state) => [state.id, state]) ?? []);
  return gateways.map((gateway) => {
    const state = states.get(gateway.id);
    const condition = conditionOf(gateway, state, stale);
    return {
      gateway,
      state: condition,
      title: `${gateway.name ?? gateway.id}: ${sentenceOf(condition, state)}`,
      highlighted: gateway.id === highlighted,
    };
  });
}
