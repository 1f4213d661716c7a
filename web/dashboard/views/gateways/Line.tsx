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

/** Where the line's bottom and top are: at least `atLeast` apart, so that a measure's own noise looks like none. */
export function scaleOf(
  range: { low: number; high: number },
  { from, atLeast = 0 }: { from?: number | undefined; atLeast?: number | undefined },
): { bottom: number; top: number } {
  const slack = Math.max(0, atLeast - (range.high - range.low)) / 2;
  return from === undefined
    ? { bottom: range.low - slack, top: range.high + slack }
    : { bottom: Math.min(from, range.low), top: Math.max(range.high, from + atLeast) };
}

export function Line(props: {
  values: readonly (number | null)[];
  what: string;
  from?: number | undefined;
  atLeast?: number | undefined;
}) {
  const { values, what } = props;
  const range = rangeOf(values);
  if (range === undefined) return <span class="muted small">{t('gateways.noLine', { what })}</span>;
  const { bottom, top } = scaleOf(range, props);
  const span = Math.max(top - bottom, 1e-9);
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
      class="line"
      viewBox={`0 -6 ${values.length} ${HEIGHT + 12}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={t('gateways.line', { what, low: formatDecimal(range.low), high: formatDecimal(range.high) })}
    >
      <path d={path} />
    </svg>
  );
}
