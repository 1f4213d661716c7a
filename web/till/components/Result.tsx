import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../../shopper/components/icons.tsx';
import { busy, canTakeBack, type Result as Kind, type Outcome, takeBack } from '../state.ts';
import { amountText, t, timeText } from '../words.ts';

export const MARK = {
  redeemed: 'check',
  accepted: 'check',
  'not-counted': 'close',
  'already-redeemed': 'close',
  expired: 'clock',
  unknown: 'close',
  'needs-network': 'cloudOff',
  voided: 'close',
  failed: 'cloudOff',
} as const satisfies Record<Kind, string>;

/** Twice, so that nobody undoes what the customer has already left with by one slip. */
function TakeBack({ shown }: { shown: Outcome }) {
  const [asked, setAsked] = useState(false);
  const [nowMs, setNowMs] = useState(Date.now());
  useEffect(() => {
    const tick = setInterval(() => setNowMs(Date.now()), 10_000);
    return () => clearInterval(tick);
  }, []);
  if (!canTakeBack(shown, nowMs)) return null;
  return (
    <button
      type="button"
      class={`button ${asked ? 'danger' : 'quiet'}`}
      disabled={busy.value}
      onBlur={() => setAsked(false)}
      onClick={() => (asked ? void takeBack(shown) : setAsked(true))}
    >
      {asked ? t.takeBackSure : t.takeBack}
    </button>
  );
}

export function Result({ shown }: { shown: Outcome | undefined }) {
  if (shown === undefined)
    return (
      <div class="result waiting">
        <h2>{t.ready}</h2>
        <p>{t.readyText}</p>
      </div>
    );
  const { result, title, text, terms, sinceMs, errorCode, amountMinor, currency, atMs } = shown;
  const words = t.results[result];
  const given = result === 'redeemed' || result === 'accepted';
  const since =
    sinceMs === undefined
      ? undefined
      : result === 'already-redeemed'
        ? t.usedAt(timeText(sinceMs, atMs))
        : t.endedAt(timeText(sinceMs, atMs));
  const fault = errorCode === undefined ? undefined : given ? t.takeBackFailed : (t.errors[errorCode] ?? words.text);
  return (
    <div class={`result ${result}`} key={`${shown.key} ${result}`}>
      <span class="mark">
        <Icon name={MARK[result]} size={56} />
      </span>
      <h2>{words.title}</h2>
      {title !== undefined && <p class="offer-title">{title}</p>}
      {given && text !== undefined && <p>{text}</p>}
      {result === 'accepted' && title === undefined && <p>{t.unknownWords}</p>}
      <p>
        {since !== undefined && `${since} `}
        {given || fault === undefined ? words.text : fault}
      </p>
      {result === 'accepted' && (
        <p class="later">
          <Icon name="cloudOff" size={18} /> {t.acceptedAt}
        </p>
      )}
      {given && terms !== undefined && (
        <p class="result-terms">
          {t.terms}: {terms}
        </p>
      )}
      {given && amountMinor !== undefined && <p class="num">{amountText(amountMinor, currency)}</p>}
      {given && fault !== undefined && <p class="fault">{fault}</p>}
      {given && <TakeBack shown={shown} />}
    </div>
  );
}
