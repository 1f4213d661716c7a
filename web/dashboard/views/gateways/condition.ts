/** How a gateway is, in one word for its colour and in a sentence for people. */
import type { GatewayFinding } from '../../../../server/contract/gatewayHealth.ts';
import type { LiveGateway, LiveSnapshot } from '../../../../server/contract/live.ts';
import type { Gateway } from '../../../../server/contract/model.ts';
import { t } from '../../i18n/t.ts';
import type { GatewayLook } from '../../map/floorView.ts';

export type Condition = 'ok' | 'warn' | 'bad' | 'off' | 'unknown';
/** What needs a ladder first. */
export const URGENCY: Record<Condition, number> = { bad: 0, warn: 1, unknown: 2, ok: 3, off: 4 };

type State = Pick<LiveGateway, 'online' | 'lastSeenMs'> & {
  finding?: string | null;
  findings?: GatewayFinding[] | undefined;
};

export function conditionOf(gateway: Gateway, state: State | undefined, stale: boolean): Condition {
  if (!gateway.enabled) return 'off';
  if (stale || state === undefined) return 'unknown';
  const severities = state.findings?.map(({ severity }) => severity);
  if (severities?.includes('fault')) return 'bad';
  if (!state.online && state.lastSeenMs !== null) return 'bad';
  if (severities?.includes('warning') || (severities === undefined && state.finding != null)) return 'warn';
  return state.online ? 'ok' : 'unknown';
}

export function sentenceOf(condition: Condition, state: State | undefined): string {
  if (condition === 'off') return t('gateway.off');
  const first = state?.findings?.[0];
  if (first !== undefined && first.severity !== 'info') return capital(first.text);
  if (state?.finding) return capital(state.finding);
  if (condition === 'unknown') return t(state === undefined ? 'gateway.unknown' : 'gateway.never');
  return t(condition === 'ok' ? 'gateway.ok' : 'gateway.silent');
}
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

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
