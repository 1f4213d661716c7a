/** Fields for numbers, spans of time and money. What is empty is null; what cannot be read changes nothing. */
import { useId, useState } from 'preact/hooks';
import { currencySign, minorUnits } from '../../lib/format.ts';
import type { Key } from '../i18n/dictionary.ts';
import { t } from '../i18n/t.ts';
import { Field } from './controls.tsx';

interface Common {
  label: string;
  hint?: string | undefined;
  fault?: string | undefined;
}

export function NumberField(
  props: Common & {
    value: number | null;
    onChange: (value: number | null) => void;
    min?: number;
    max?: number;
    step?: number | 'any';
  },
) {
  return (
    <Field label={props.label} hint={props.hint} fault={props.fault}>
      {(ids) => (
        <input
          {...ids}
          class="input num"
          type="number"
          inputMode="decimal"
          min={props.min}
          max={props.max}
          step={props.step}
          value={props.value ?? ''}
          onInput={(event) => {
            const typed = event.currentTarget.valueAsNumber;
            props.onChange(Number.isNaN(typed) ? null : typed);
          }}
        />
      )}
    </Field>
  );
}

export function MoneyField(
  props: Common & { minor: number | null; currency: string; onChange: (minor: number | null) => void },
) {
  const units = minorUnits(props.currency);
  const sign = currencySign(props.currency);
  return (
    <NumberField
      label={`${props.label} (${sign})`}
      hint={props.hint}
      fault={props.fault}
      min={0}
      step="any"
      value={props.minor === null ? null : props.minor / units}
      onChange={(value) => props.onChange(value === null ? null : Math.round(value * units))}
    />
  );
}

const SPAN_MINUTES = { minutes: 1, hours: 60, days: 1440 } as const;
type SpanUnit = keyof typeof SPAN_MINUTES;
const UNIT_KEYS: Record<SpanUnit, Key> = { minutes: 'span.minutes', hours: 'span.hours', days: 'span.days' };
const unitOf = (minutes: number): SpanUnit =>
  minutes > 0 && minutes % 1440 === 0 ? 'days' : minutes > 0 && minutes % 60 === 0 ? 'hours' : 'minutes';

/** Minutes, said in the unit that fits. */
export function SpanField(props: Common & { minutes: number; onChange: (minutes: number) => void; min: number }) {
  const [unit, setUnit] = useState<SpanUnit>(() => unitOf(props.minutes));
  const id = useId();
  const factor = SPAN_MINUTES[unit];
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <div class="span-field">
        <input
          id={id}
          class="input num"
          type="number"
          inputMode="decimal"
          min={props.min}
          step="any"
          value={Math.round((props.minutes / factor) * 100) / 100}
          aria-describedby={`${id}-said`}
          aria-invalid={props.fault !== undefined}
          onInput={(event) => {
            const typed = event.currentTarget.valueAsNumber;
            if (!Number.isNaN(typed)) props.onChange(Math.max(props.min, Math.round(typed * factor)));
          }}
        />
        <select
          class="select"
          aria-label={t('span.unitOf', { label: props.label })}
          value={unit}
          onChange={(event) => {
            const next = event.currentTarget.value as SpanUnit;
            const shown = Math.max(1, Math.round(props.minutes / factor));
            setUnit(next);
            props.onChange(Math.max(props.min, shown * SPAN_MINUTES[next]));
          }}
        >
          {(Object.keys(SPAN_MINUTES) as SpanUnit[]).map((one) => (
            <option key={one} value={one}>
              {t(UNIT_KEYS[one])}
            </option>
          ))}
        </select>
      </div>
      <span id={`${id}-said`} class={props.fault === undefined ? 'hint' : 'fault'}>
        {props.fault ?? props.hint ?? ''}
      </span>
    </div>
  );
}

/** Several of a few, as chips that are real check boxes. */
export function Chips<T extends string>(props: {
  legend: string;
  hint?: string;
  fault?: string | undefined;
  options: { value: T; label: string; swatch?: string }[];
  chosen: readonly T[];
  onChange: (chosen: T[]) => void;
}) {
  const said = useId();
  return (
    <fieldset class="field checks" aria-describedby={said}>
      <legend class="label">{props.legend}</legend>
      <div class="check-list">
        {props.options.map(({ value, label, swatch }) => (
          <label key={value} class="check">
            <input
              type="checkbox"
              checked={props.chosen.includes(value)}
              onChange={(event) =>
                props.onChange(
                  event.currentTarget.checked ? [...props.chosen, value] : props.chosen.filter((one) => one !== value),
                )
              }
            />
            {swatch !== undefined && <i class={`swatch ${swatch}`} />}
            <span>{label}</span>
          </label>
        ))}
      </div>
      <span id={said} class={props.fault === undefined ? 'hint' : 'fault'}>
        {props.fault ?? props.hint ?? ''}
      </span>
    </fieldset>
  );
}
