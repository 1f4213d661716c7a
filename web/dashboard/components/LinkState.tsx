/** Live, connecting, lost or stale, with the age of what is shown. */
import { formatAge } from '../../lib/format.ts';
import { t } from '../i18n/t.ts';
import { ageMs, connection, isStale } from '../state/live.ts';

export function LinkState() {
  const state = connection.value === 'live' && isStale.value ? 'stale' : connection.value;
  const age = ageMs.value;
  const tone = state === 'stale' ? 'warn' : state;
  return (
    <span class="link-state" role="status" data-state={state}>
      <span class={`dot ${tone}`} aria-hidden="true" />
      {state === 'live' || age === undefined ? t(`link.${state}`) : t(`link.${state}Age`, { age: formatAge(age) })}
    </span>
  );
}
