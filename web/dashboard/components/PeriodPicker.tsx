import type { Site } from '../../../server/contract/model.ts';
import { t } from '../i18n/t.ts';
import { type ChosenPeriod, choosePeriod, makePeriod, type Preset, presetPeriod, presetsOf } from '../state/period.ts';
import { Select } from './controls.tsx';

export function PeriodPicker(props: { period: ChosenPeriod; site: Site; nowMs: number }) {
  const { period, site } = props;
  const { timezone } = site;
  const setDates = (first: string, last: string) => {
    if (first === '' || last === '') return;
    choosePeriod(makePeriod('custom', first <= last ? first : last, first <= last ? last : first, timezone));
  };
  return (
    <div class="period">
      <Select<Preset>
        label={t('period.label')}
        value={period.preset}
        options={presetsOf(site).map((preset) => ({ value: preset, label: t(`period.${preset}`) }))}
        onChange={(preset) =>
          choosePeriod(
            preset === 'custom'
              ? makePeriod('custom', period.firstDate, period.lastDate, timezone)
              : presetPeriod(preset, props.nowMs, site),
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
