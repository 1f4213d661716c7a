/** Switch, dialog and a button that knows it is busy. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { words } from '../i18n/index.ts';
import { errorText } from '../state.ts';
import { Icon } from './icons.tsx';

export function Switch({
  label,
  text,
  note,
  on,
  onChange,
  disabled = false,
}: {
  label: string;
  text?: string | undefined;
  note?: ComponentChildren;
  on: boolean;
  onChange: (on: boolean) => unknown;
  disabled?: boolean;
}) {
  const id = useId();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const toggle = async () => {
    setBusy(true);
    setFault(undefined);
    try {
      await onChange(!on);
    } catch (error) {
      setFault(errorText(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="switch-row">
      <span class="switch-label" id={`${id}-label`}>
        {label}
      </span>
      <div class="switch-words">
        <div id={`${id}-text`}>
          {text !== undefined && <p class="muted">{text}</p>}
          {note}
        </div>
        {fault !== undefined && (
          <p class="fault" role="alert">
            {fault}
          </p>
        )}
      </div>
      <button
        type="button"
        role="switch"
        class="switch"
        aria-checked={on}
        aria-labelledby={`${id}-label`}
        aria-describedby={`${id}-text`}
        aria-busy={busy}
        disabled={busy || disabled}
        onClick={toggle}
      >
        <span class="knob" />
      </button>
    </div>
  );
}

/** Says what went wrong beside itself. */
export function ActionButton({
  kind = '',
  action,
  children,
  disabled = false,
}: {
  kind?: string;
  action: () => Promise<unknown>;
  children: ComponentChildren;
  disabled?: boolean;
}) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const act = async () => {
    setBusy(true);
    setFault(undefined);
    try {
      await action();
    } catch (error) {
      setFault(errorText(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button type="button" class={`button ${kind}`} disabled={busy || disabled} aria-busy={busy} onClick={act}>
        {children}
      </button>
      {fault !== undefined && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
    </>
  );
}

/** The browser's own modal dialog: keeps the focus in, closes by Escape. */
export function Dialog({
  title,
  onClose,
  children,
  kind = '',
}: {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  kind?: string;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current!;
    dialog.showModal();
    return () => dialog.close();
  }, []);
  return (
    <dialog
      ref={ref}
      class={`dialog ${kind}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header class="dialog-head">
        <h2 id={id}>{title}</h2>
        <button type="button" class="button quiet icon" aria-label={words.value.close} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {children}
    </dialog>
  );
}
