/** A finding in the page's own language: what is wrong, since when, what to do next. */
import type { GatewayFinding } from '../../../../server/contract/gatewayHealth.ts';
import { formatDuration, siteFormat } from '../../../lib/format.ts';
import { t } from '../../i18n/t.ts';

const DAY_MS = 86_400_000;

export interface Said {
  text: string;
  since: string | undefined;
  todo: string;
}
export interface Known {
  timezone: string;
  nowMs: number;
  floorName: (floorId: string) => string;
  gatewayName: (gatewayId: string) => string;
}

/** The time alone says when, for a day. */
export const sayWhen = (atMs: number, { timezone, nowMs }: Pick<Known, 'timezone' | 'nowMs'>): string =>
  siteFormat(timezone)[nowMs - atMs < DAY_MS ? 'time' : 'dateTime'](atMs);

export function sayFinding({ code, params, sinceMs }: GatewayFinding, known: Known): Said {
  const filled = {
    ...params,
    ...('floorId' in params ? { floor: known.floorName(String(params.floorId)) } : {}),
    ...('other' in params ? { other: known.gatewayName(String(params.other)) } : {}),
    ...('offsetMs' in params ? { offset: formatDuration(Math.abs(Number(params.offsetMs)) / 1_000) } : {}),
  };
  return {
    text: t(`finding.${code}`, filled),
    since: sinceMs === null ? undefined : t('finding.since', { when: sayWhen(sinceMs, known) }),
    todo: params.keeps === 'nothing' ? t('todo.keeps-nothing') : t(`todo.${code}`, filled),
  };
}
