import { t } from '../i18n/t.ts';
import { type ChosenPeriod, choosePeriod, makePeriod, PRESETS, type Preset, presetPeriod } from '../state/period.ts';
import { Select } from './controls.tsx';

export function PeriodPicker(props: { period: ChosenPeriod; timezone: string; nowMs: number }) {
  const { period, timezone } = props;
  const setDates = (first: string, last: string) => {
    if (first === '' || last === '') return;
    choosePeriod(makePeriod('custom', first <= last ? first : last, first <= last ? last : first, timezone));
  };
  return (
    <div class="period">
      <Select<Preset>
        label={t('period.label')}
        value={period.preset}
        options={PRESETS.map((preset) => ({ value: preset, label: t(`period.${preset}`) }))}
        onChange={(preset) =>
          choosePeriod(
            preset === 'custom'
              ? makePeriod('custom', period.firstDate, period.lastDate, timezone)
              : presetPeriod(preset, props.nowMs, timezone),
          )
        }
      />
      {period.preset === 'custom' && (
        <div class="period-dates">
          <input
            class="input"
            type="date"
            aria-label={t('period.from')}
            value={period.firstDate}
            onChange={(event) => setDates(event.currentTarget.value, period.lastDate)}
          />
          <span aria-hidden="true">–</span>
          <input
            class="input"
            type="date"
            aria-label={t('period.to')}
            value={period.lastDate}
            onChange={(event) => setDates(period.firstDate, event.currentTarget.value)}
          />
        </div>
      )}
    </div>
  );
}
