/** Short confirmations and faults that need no place of their own. */
import { signal } from '@preact/signals';
import { Icon } from './Icon.tsx';

const SHOWN_MS = 6_000;
const toasts = signal<{ id: number; text: string; bad: boolean }[]>([]);
let next = 1;

export function toast(text: string, bad = false): void {
  const id = next++;
  toasts.value = [...toasts.value.slice(-2), { id, text, bad }];
  setTimeout(() => {
    toasts.value = toasts.value.filter((entry) => entry.id !== id);
  }, SHOWN_MS);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((entry) => (
        <div key={entry.id} class={`toast ${entry.bad ? 'bad' : ''}`}>
          <Icon name={entry.bad ? 'warn' : 'check'} size={16} />
          {entry.text}
        </div>
      ))}
    </div>
  );
}
