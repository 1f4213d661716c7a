/** Hour by weekday as a table of shades: the same numbers for eyes and for screen readers. */
import type { PeakHours } from '../../../../server/contract/metrics.ts';
import { formatCount, formatShare, weekdays, weekdaysShort } from '../../../lib/format.ts';
import { Empty } from '../../components/states.tsx';
import { t } from '../../i18n/t.ts';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

export const peakSentence = ({ peak }: PeakHours): string =>
  peak === null
    ? t('peak.none')
    : t('peak.sentence', {
        weekday: weekdays()[peak.weekday]!,
        from: String(peak.hour),
        to: String(peak.hour + 1),
        value: formatCount(peak.value),
        n: Math.round(peak.value),
      });

export function PeakGrid({ hours }: { hours: PeakHours }) {
  const names = weekdays();
  const shortNames = weekdaysShort();
  const max = Math.max(0, ...hours.grid.flat().map(({ value }) => value ?? 0));
  if (hours.grid.flat().every(({ value }) => value === null))
    return (
      <Empty icon="clock" title={t('peak.none')}>
        {t('peak.noneHow')}
      </Empty>
    );
  return (
    <>
      <div class="peak-frame">
        <table class="peak">
          <caption class="visually-hidden">{t('peak.title')}</caption>
          <thead>
            <tr>
              <td />
              {HOURS.map((hour) => (
                <th key={hour} scope="col" class={hour % 3 === 0 ? '' : 'between'}>
                  <span class="num">{hour}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {hours.grid.map((row, weekday) => (
              <tr key={names[weekday]}>
                <th scope="row" aria-label={names[weekday]}>
                  {shortNames[weekday]}
                </th>
                {row.map((cell, hour) => {
                  const isPeak = hours.peak?.weekday === weekday && hours.peak.hour === hour;
                  const strength = cell.value === null || max === 0 ? 0 : cell.value / max;
                  const title =
                    cell.value === null
                      ? t('peak.cellNone', { weekday: names[weekday]!, from: String(hour), to: String(hour + 1) })
                      : t('peak.cell', {
                          weekday: names[weekday]!,
                          from: String(hour),
                          to: String(hour + 1),
                          value: formatCount(cell.value),
                          low: formatCount(cell.low),
                          high: formatCount(cell.high),
                          n: cell.days,
                        });
                  return (
                    <td
                      key={hour}
                      class={`${cell.value === null ? 'unmeasured' : ''} ${isPeak ? 'top' : ''}`}
                      style={{ '--strength': `${Math.round(strength * 100)}%` }}
                      title={title}
                    >
                      <span class="visually-hidden">
                        {cell.value === null ? t('peak.noDay') : formatCount(cell.value)}
                      </span>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div class="peak-legend small muted">
        <span class="num">0</span>
        <i aria-hidden="true" />
        <span class="num">{formatCount(max)}</span>
        <span>{t('peak.unit')}</span>
        {hours.excludedDays.length > 0 && (
          <span class="peak-left-out">
            {t('peak.excluded', {
              n: hours.excludedDays.length,
              days: hours.excludedDays
                .slice(0, 5)
                .map(({ day, coverage }) => `${day} (${formatShare(coverage)})`)
                .join(', '),
            })}
          </span>
        )}
      </div>
    </>
  );
}
