/** How good a certificate is, in a word for its colour and in a sentence for people. */
import type { Certificate, StaleReason } from '../../../../server/contract/calibration.ts';
import { formatDecimal, siteFormat } from '../../../lib/format.ts';
import { t } from '../../i18n/t.ts';

export type Grade = 'good' | 'fair' | 'poor' | 'stale' | 'thin';

/** Counts of a zone are wrong by what goes to its neighbours: one in ten is within their bands, one in three is not. */
const GOOD_HITS = 0.85;
const FAIR_HITS = 0.65;

export function gradeOf({ state, enough, hitRate }: Certificate): Grade {
  if (state === 'stale') return 'stale';
  if (!enough) return 'thin';
  return hitRate >= GOOD_HITS ? 'good' : hitRate >= FAIR_HITS ? 'fair' : 'poor';
}
export const toneOf: Record<Grade, 'good' | 'warn' | 'bad' | ''> = {
  good: 'good',
  fair: 'warn',
  poor: 'bad',
  stale: 'warn',
  thin: '',
};

/** Too many taps without a fix on the floor to say it in metres. */
export const metres = (value: number | null): string =>
  value === null ? t('audit.unmeasured') : t('audit.metres', { m: formatDecimal(value) });

export function reasonText({ what, gatewayId, gatewayName, at }: StaleReason, timezone: string): string {
  if (what === 'redrawn') return t('audit.redrawn');
  const name = gatewayName ?? gatewayId;
  const day = at === null ? '' : siteFormat(timezone).dayMonth(Date.parse(at));
  return name === null ? t('audit.changed', { day }) : t(`audit.gateway.${what}`, { name, day });
}

export const reasonsText = (reasons: readonly StaleReason[], timezone: string): string =>
  reasons.map((reason) => reasonText(reason, timezone)).join('; ');
