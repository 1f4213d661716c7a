/** A figure with how sure it is: band, coverage, provisional or final. */
import { formatChange, formatShare, NONE } from '../../lib/format.ts';
import { t } from '../i18n/t.ts';
import type { Change, Summary } from '../views/traffic/summary.ts';
import { Skeleton } from './states.tsx';

/** Below this, what is missing can matter to the figure. */
const COVERAGE_FINE = 0.9;

export function Kpi(props: {
  label: string;
  /** Where the figure is not of the period as a whole: of what it is, such as a day on average. */
  per?: string | undefined;
  hint: string;
  summary: Summary | undefined;
  format: (value: number | null) => string;
  change?: Change;
  failed?: boolean;
}) {
  const { summary, format } = props;
  return (
    <div class="card kpi">
      <dt title={props.hint}>
        {props.label}
        {props.per !== undefined && <span class="kpi-per">{props.per}</span>}
      </dt>
      {props.failed ? (
        <dd class="kpi-failed muted">{t('kpi.failed')}</dd>
      ) : summary === undefined ? (
        <dd class="kpi-skeleton">
          <Skeleton height={34} width="60%" />
          <Skeleton height={16} width="80%" />
        </dd>
      ) : (
        <>
          <dd class="kpi-value num">
            {summary.value === null && summary.suppressed ? t('kpi.few') : format(summary.value)}
          </dd>
          <dd class="kpi-band num">
            {summary.value === null
              ? summary.suppressed
                ? t('kpi.suppressed')
                : t('kpi.none')
              : summary.low === null || summary.high === null
                ? NONE
                : t('kpi.band', { low: format(summary.low), high: format(summary.high) })}
          </dd>
          <dd class="kpi-marks">
            {props.change !== undefined && (
              <span
                class={`badge ${props.change.certain ? 'accent' : ''}`}
                title={t(props.change.certain ? 'kpi.changeSure' : 'kpi.changeUnsure')}
              >
                {formatChange(props.change.share)}
                {!props.change.certain && ' ?'}
              </span>
            )}
            {summary.coverage !== null && (
              <span class={`badge ${summary.coverage < COVERAGE_FINE ? 'warn' : ''}`} title={t('coverage.hint')}>
                {t('coverage.is', { share: formatShare(summary.coverage) })}
              </span>
            )}
            <span
              class={`badge ${summary.provisional ? 'warn' : ''}`}
              title={t(summary.provisional ? 'state.provisionalHint' : 'state.finalHint')}
            >
              {t(summary.provisional ? 'state.provisional' : 'state.final')}
            </span>
          </dd>
        </>
      )}
    </div>
  );
}
