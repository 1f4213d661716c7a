/** A small i that says what something means: on hover, on tap, and for keyboards. Escape closes. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { t } from '../i18n/t.ts';
import { Icon } from './Icon.tsx';

export function Explain({ about, children }: { about: string; children: ComponentChildren }) {
  const [open, setOpen] = useState(false);
  const [toLeft, setToLeft] = useState(false);
  const id = useId();
  const element = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (!open) return;
    const box = element.current?.getBoundingClientRect();
    setToLeft(box !== undefined && box.left > innerWidth / 2);
    const close = (event: Event) => {
      if (event instanceof KeyboardEvent && event.key !== 'Escape') return;
      if (event.type === 'pointerdown' && element.current?.contains(event.target as Node)) return;
      setOpen(false);
    };
    document.addEventListener('keydown', close);
    document.addEventListener('pointerdown', close);
    return () => {
      document.removeEventListener('keydown', close);
      document.removeEventListener('pointerdown', close);
    };
  }, [open]);
  return (
    <span ref={element} class="explain">
      <button
        type="button"
        aria-label={t('explain', { about })}
        aria-expanded={open}
        aria-controls={id}
        onMouseEnter={() => setOpen(true)}
        onMouseLeave={() => setOpen(false)}
        onClick={() => setOpen(true)}
        onBlur={() => setOpen(false)}
      >
        <Icon name="info" size={14} />
      </button>
      <span id={id} role="note" class={`explain-words ${toLeft ? 'left' : ''}`} hidden={!open}>
        {children}
      </span>
    </span>
  );
}
