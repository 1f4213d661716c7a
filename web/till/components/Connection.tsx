/** How the till stands with the server: the line, what waits, what did not add up. */
import { Icon } from '../../shopper/components/icons.tsx';
import { KIT_LASTS_MS } from '../offline/check.ts';
import {
  canCheck,
  dismiss,
  kept,
  online,
  type Problem,
  problems,
  settling,
  synchronise,
  waitingCount,
} from '../state.ts';
import { amountText, t, timeText } from '../words.ts';

/** Below it nobody notices; codes end to the minute. */
const CLOCK_WRONG_MS = 2 * 60_000;

export function Line() {
  return (
    <span class={`line ${online.value ? 'on' : 'off'}`}>
      {online.value ? <span class="dot" aria-hidden="true" /> : <Icon name="cloudOff" size={18} />}
      {online.value ? t.online : t.offline}
    </span>
  );
}

export function Gap() {
  const waiting = waitingCount.value;
  const blind = !canCheck.value || kept.value === undefined || Date.now() - kept.value.fetchedMs > KIT_LASTS_MS;
  const behindMs = kept.value?.behindMs ?? 0;
  const notes = [
    ...(!canCheck.value ? [t.oldBrowser] : []),
    ...(Math.abs(behindMs) >= CLOCK_WRONG_MS ? [t.clockWrong(Math.round(Math.abs(behindMs) / 60_000))] : []),
  ];
  return (
    <div role="status" class="gap-status">
      {!online.value && (
        <div class="gap">
          <Icon name="cloudOff" size={24} />
          <div>
            <strong>{t.offlineTitle}</strong>
            <p>{blind ? t.offlineBlind : t.offlineText}</p>
          </div>
        </div>
      )}
      {waiting > 0 && (
        <div class="gap plain">
          <Icon name="clock" size={24} />
          <p class="num">{t.waiting(waiting)}</p>
          <button type="button" class="button small" disabled={settling.value} onClick={() => void synchronise()}>
            {settling.value ? t.settling : t.settleNow}
          </button>
        </div>
      )}
      {notes.map((note) => (
        <p class="gap plain" key={note}>
          {note}
        </p>
      ))}
    </div>
  );
}

function said({ result, other }: Problem): string {
  if (result !== 'double-use') return t.problems[result];
  const when = other === undefined ? '–' : timeText(other.atMs, Date.now());
  return t.problems['double-use'](other?.till == null ? when : `${other.till}, ${when}`);
}

export function Problems() {
  if (problems.value.length === 0) return null;
  return (
    <section class="problems" aria-labelledby="problems-title" role="alert">
      <h2 id="problems-title">{t.problemsTitle}</h2>
      <p>{t.problemsText}</p>
      <ul class="card">
        {problems.value.map((problem) => (
          <li key={problem.key}>
            <span class="row-words">
              <strong>{problem.title ?? t.results.unknown.title}</strong>
              <span>{said(problem)}</span>
              <span class="muted num">
                {timeText(problem.acceptedMs, Date.now())}
                {problem.amountMinor !== undefined && ` · ${amountText(problem.amountMinor, problem.currency)}`}
              </span>
            </span>
            <button type="button" class="button small" onClick={() => void dismiss(problem.key)}>
              {t.noted}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
