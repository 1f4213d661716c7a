/** A figure with its band, and what it means where one asks. */
import { NONE } from '../../../lib/format.ts';
import { Explain } from '../../components/Explain.tsx';
import { t } from '../../i18n/t.ts';

interface Estimate {
  value: number;
  low: number;
  high: number;
}

export function Figure(props: {
  label: string;
  hint: string;
  estimate?: Estimate | null;
  format?: (value: number) => string;
  value?: string;
  note?: string;
  strong?: boolean;
}) {
  const { estimate, format = String } = props;
  return (
    <div class={`figure ${props.strong ? 'strong' : ''}`}>
      <dt>
        {props.label}
        <Explain about={props.label}>{props.hint}</Explain>
      </dt>
      <dd class="figure-value num">
        {props.value ?? (estimate === null || estimate === undefined ? NONE : format(estimate.value))}
      </dd>
      <dd class="figure-band num muted small">
        {props.note ??
          (estimate === null || estimate === undefined
            ? t('kpi.none')
            : t('kpi.band', { low: format(estimate.low), high: format(estimate.high) }))}
      </dd>
    </div>
  );
}
