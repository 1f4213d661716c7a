/** When a campaign may fire: weekdays and local hours of the site, or at any time. */
import type { Schedule } from '../../../../server/contract/campaigns.ts';
import { weekdays as weekdayNames, weekdaysShort } from '../../../lib/format.ts';
import { Field, Switch } from '../../components/controls.tsx';
import { t } from '../../i18n/t.ts';

const USUAL: Schedule = {
  weekdays: [1, 2, 3, 4, 5, 6, 7],
  from: '10:00',
  to: '20:00',
  startsOn: null,
  endsOn: null,
  exceptions: [],
};
/** The contract's end of a day, which a field for a time of day cannot say. */
const MIDNIGHT = '24:00';

export function scheduleText(schedule: Schedule | null): string {
  if (schedule === null) return t('campaign.anyTime');
  const { weekdays, from, to } = schedule;
  const names = weekdaysShort();
  const days =
    new Set(weekdays).size === 7
      ? t('campaign.everyDay')
      : [...weekdays]
          .sort((a, b) => a - b)
          .map((day) => names[day - 1])
          .join(', ');
  return t(to <= from ? 'campaign.scheduleNight' : 'campaign.scheduleText', { days, from, to });
}

export function ScheduleFields(props: {
  schedule: Schedule | null;
  fault: string | undefined;
  onChange: (schedule: Schedule | null) => void;
}) {
  const { schedule, onChange } = props;
  const shortNames = weekdaysShort();
  return (
    <div class="stack-s">
      <Switch label={t('campaign.onlyAt')} checked={schedule !== null} onChange={(on) => onChange(on ? USUAL : null)} />
      {schedule !== null && (
        <>
          <fieldset class="field checks">
            <legend class="label">{t('campaign.weekdays')}</legend>
            <div class="check-list">
              {weekdayNames().map((name, index) => (
                <label key={name} class="check">
                  <input
                    type="checkbox"
                    aria-label={name}
                    checked={schedule.weekdays.includes(index + 1)}
                    onChange={(event) => {
                      const others = schedule.weekdays.filter((day) => day !== index + 1);
                      const weekdays = event.currentTarget.checked ? [...others, index + 1] : others;
                      onChange({ ...schedule, weekdays: weekdays.sort((a, b) => a - b) });
                    }}
                  />
                  <span aria-hidden="true">{shortNames[index]}</span>
                </label>
              ))}
            </div>
          </fieldset>
          <div class="form-row">
            {(['from', 'to'] as const).map((end) => (
              <Field
                key={end}
                label={t(`campaign.${end}`)}
                hint={end === 'to' && schedule.to <= schedule.from ? t('campaign.nextDay') : undefined}
              >
                {(ids) => (
                  <input
                    {...ids}
                    class="input num"
                    type="time"
                    value={schedule[end] === MIDNIGHT ? '00:00' : schedule[end]}
                    onInput={(event) => {
                      const typed = event.currentTarget.value;
                      if (typed !== '') onChange({ ...schedule, [end]: typed });
                    }}
                  />
                )}
              </Field>
            ))}
          </div>
        </>
      )}
      {props.fault !== undefined && <span class="fault">{props.fault}</span>}
    </div>
  );
}
