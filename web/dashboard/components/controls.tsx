/** Small controls that several views share. */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { Icon, type IconName } from './Icon.tsx';

export interface Option<T extends string> {
  value: T;
  label: string;
  icon?: IconName;
}

/** One of a few, all visible. Real radio buttons, so arrow keys work. */
export function Segmented<T extends string>(props: {
  label: string;
  options: Option<T>[];
  value: T;
  onChange: (value: T) => void;
  compact?: boolean;
}) {
  const name = useId();
  return (
    <fieldset class={`segmented ${props.compact ? 'compact' : ''}`}>
      <legend class="visually-hidden">{props.label}</legend>
      {props.options.map((option) => (
        <label key={option.value} class={option.value === props.value ? 'on' : ''} title={option.label}>
          <input
            type="radio"
            class="visually-hidden"
            name={name}
            value={option.value}
            checked={option.value === props.value}
            onChange={() => props.onChange(option.value)}
          />
          {option.icon !== undefined && <Icon name={option.icon} size={16} />}
          <span class={option.icon !== undefined && props.compact ? 'visually-hidden' : ''}>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}

export function Select<T extends string>(props: {
  label: string;
  options: { value: T; label: string; group?: string }[];
  value: T;
  onChange: (value: T) => void;
  /** Label above the control instead of for screen readers only. */
  visibleLabel?: boolean;
  fault?: string | undefined;
}) {
  const id = useId();
  const groups = [...new Set(props.options.map((option) => option.group))];
  const option = (entry: { value: T; label: string }) => (
    <option key={entry.value} value={entry.value} selected={entry.value === props.value}>
      {entry.label}
    </option>
  );
  return (
    <div class="field">
      <label for={id} class={props.visibleLabel ? '' : 'visually-hidden'}>
        {props.label}
      </label>
      <select
        id={id}
        class="select"
        value={props.value}
        onChange={(event) => props.onChange(event.currentTarget.value as T)}
      >
        {groups.map((group) =>
          group === undefined ? (
            props.options.filter((entry) => entry.group === undefined).map(option)
          ) : (
            <optgroup key={group} label={group}>
              {props.options.filter((entry) => entry.group === group).map(option)}
            </optgroup>
          ),
        )}
      </select>
      {props.fault !== undefined && <span class="fault">{props.fault}</span>}
    </div>
  );
}

export function Field(props: {
  label: string;
  hint?: string | undefined;
  fault?: string | undefined;
  children: (ids: { id: string; 'aria-describedby': string; 'aria-invalid': boolean }) => ComponentChildren;
}) {
  const id = useId();
  const describedBy = `${id}-said`;
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {props.children({ id, 'aria-describedby': describedBy, 'aria-invalid': props.fault !== undefined })}
      <span id={describedBy} class={props.fault === undefined ? 'hint' : 'fault'}>
        {props.fault ?? props.hint ?? ''}
      </span>
    </div>
  );
}

export function Switch(props: { label: string; checked: boolean; onChange: (on: boolean) => void }) {
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        aria-checked={props.checked}
        checked={props.checked}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <span>{props.label}</span>
    </label>
  );
}

export function IconButton(props: {
  icon: IconName;
  label: string;
  onClick: () => void;
  pressed?: boolean;
  disabled?: boolean;
  danger?: boolean;
}) {
  return (
    <button
      type="button"
      class={`button icon small quiet ${props.danger ? 'danger' : ''}`}
      aria-label={props.label}
      title={props.label}
      aria-pressed={props.pressed}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <Icon name={props.icon} size={16} />
    </button>
  );
}
