/** When a campaign may fire: weekdays and local hours of the site, first and last day, days with hours of their own. */
import type { Schedule } from '../../../../../server/contract/campaigns.ts';
import { weekdays as weekdayNames, weekdaysShort } from '../../../../lib/format.ts';
import { Field, IconButton, Switch } from '../../../components/controls.tsx';
import { Icon } from '../../../components/Icon.tsx';
import { t } from '../../../i18n/t.ts';

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
const shownTime = (time: string): string => (time === MIDNIGHT ? '00:00' : time);

type Exception = Schedule['exceptions'][number];

function TimeInput(props: { label: string; value: string; onChange: (time: string) => void }) {
  return (
    <input
      class="input num"
      type="time"
      aria-label={props.label}
      value={shownTime(props.value)}
      onInput={(event) => {
        const typed = event.currentTarget.value;
        if (typed !== '') props.onChange(typed);
      }}
    />
  );
}

function Exceptions(props: { schedule: Schedule; fault: string | undefined; onChange: (all: Exception[]) => void }) {
  const { schedule, onChange } = props;
  const { exceptions } = schedule;
  const set = (index: number, change: Partial<Exception>) =>
    onChange(exceptions.map((one, at) => (at === index ? { ...one, ...change } : one)));
  return (
    <fieldset class="field checks">
      <legend class="label">{t('campaign.exceptions')}</legend>
      <div class="stack-s">
        {exceptions.map((one, index) => (
          <div key={index} class="exception">
            <input
              class="input"
              type="date"
              aria-label={t('campaign.exceptionDate', { n: index + 1 })}
              value={one.date}
              onInput={(event) => set(index, { date: event.currentTarget.value })}
            />
            <select
              class="select"
              aria-label={t('campaign.exceptionKind', { n: index + 1 })}
              value={one.hours === null ? 'closed' : 'hours'}
              onChange={(event) =>
                set(index, {
                  hours: event.currentTarget.value === 'closed' ? null : { from: schedule.from, to: schedule.to },
                })
              }
            >
              <option value="closed">{t('campaign.exceptionClosed')}</option>
              <option value="hours">{t('campaign.exceptionHours')}</option>
            </select>
            {one.hours !== null && (
              <span class="exception-hours">
                <TimeInput
                  label={t('campaign.from')}
                  value={one.hours.from}
                  onChange={(from) => set(index, { hours: { ...one.hours!, from } })}
                />
                <span aria-hidden="true">–</span>
                <TimeInput
                  label={t('campaign.to')}
                  value={one.hours.to}
                  onChange={(to) => set(index, { hours: { ...one.hours!, to } })}
                />
              </span>
            )}
            <IconButton
              icon="trash"
              label={t('campaign.exceptionRemove', { n: index + 1 })}
              onClick={() => onChange(exceptions.filter((_, at) => at !== index))}
            />
          </div>
        ))}
        <button
          type="button"
          class="button small start"
          onClick={() => onChange([...exceptions, { date: '', hours: null }])}
        >
          <Icon name="plus" size={15} />
          {t('campaign.exceptionAdd')}
        </button>
      </div>
      <span class={props.fault === undefined ? 'hint' : 'fault'}>{props.fault ?? t('campaign.exceptionsHint')}</span>
    </fieldset>
  );
}

export function ScheduleFields(props: {
  schedule: Schedule | null;
  faultOf: (path: string) => string | undefined;
  onChange: (schedule: Schedule | null) => void;
}) {
  const { schedule, onChange, faultOf } = props;
  const shortNames = weekdaysShort();
  const fault = faultOf('schedule.weekdays') ?? (schedule === null ? faultOf('schedule') : undefined);
  return (
    <div class="stack-s">
      <Switch label={t('campaign.onlyAt')} checked={schedule !== null} onChange={(on) => onChange(on ? USUAL : null)} />
      {schedule === null ? (
        <p class="hint-line muted small">{t('campaign.anyTime')}</p>
      ) : (
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
            {fault !== undefined && <span class="fault">{fault}</span>}
          </fieldset>
          <div class="form-row with-days">
            {(['from', 'to'] as const).map((end) => (
              <Field
                key={end}
                label={t(`campaign.${end}`)}
                fault={faultOf(`schedule.${end}`)}
                hint={end === 'to' && schedule.to <= schedule.from ? t('campaign.nextDay') : undefined}
              >
                {(ids) => (
                  <input
                    {...ids}
                    class="input num"
                    type="time"
                    value={shownTime(schedule[end])}
                    onInput={(event) => {
                      const typed = event.currentTarget.value;
                      if (typed !== '') onChange({ ...schedule, [end]: typed });
                    }}
                  />
                )}
              </Field>
            ))}
            {(['startsOn', 'endsOn'] as const).map((end) => (
              <Field
                key={end}
                label={t(`campaign.${end}`)}
                hint={t('campaign.optional')}
                fault={faultOf(`schedule.${end}`)}
              >
                {(ids) => (
                  <input
                    {...ids}
                    class="input num"
                    type="date"
                    value={schedule[end] ?? ''}
                    onInput={(event) => onChange({ ...schedule, [end]: event.currentTarget.value || null })}
                  />
                )}
              </Field>
            ))}
          </div>
          <Exceptions
            schedule={schedule}
            fault={faultOf('schedule.exceptions')}
            onChange={(exceptions) => onChange({ ...schedule, exceptions })}
          />
        </>
      )}
    </div>
  );
}
