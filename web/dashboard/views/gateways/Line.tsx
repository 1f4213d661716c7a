/** A small line over a week, with gaps where nothing was measured. Its words stand beside it for screen readers. */
import { formatDecimal } from '../../../lib/format.ts';
import { t } from '../../i18n/t.ts';

const HEIGHT = 100;

export const rangeOf = (values: readonly (number | null)[]): { low: number; high: number } | undefined => {
  const known = values.filter((value) => value !== null);
  return known.length === 0
    ? undefined
    : { low: known.reduce((a, b) => Math.min(a, b)), high: known.reduce((a, b) => Math.max(a, b)) };
};

export function Line(props: { values: readonly (number | null)[]; what: string; from?: number; class?: string }) {
  const { values, what } = props;
  const range = rangeOf(values);
  if (range === undefined) return <span class="muted small">{t('gateways.noLine', { what })}</span>;
  const bottom = Math.min(props.from ?? range.low, range.low);
  const span = Math.max(range.high - bottom, 1e-9);
  let path = '';
  values.forEach((value, at) => {
    if (value === null) return;
    const y = HEIGHT - ((value - bottom) / span) * HEIGHT;
    const begins = at === 0 || values[at - 1] === null;
    path += `${begins ? 'M' : 'L'}${at} ${y.toFixed(1)}`;
    // A quarter hour on its own would be no line.
    if (begins && values[at + 1] == null) path += 'h1';
  });
  return (
    <svg
      class={`line ${props.class ?? ''}`}
      viewBox={`0 -6 ${values.length} ${HEIGHT + 12}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={t('gateways.line', { what, low: formatDecimal(range.low), high: formatDecimal(range.high) })}
    >
      <path d={path} />
    </svg>
  );
}
