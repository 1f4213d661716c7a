/** The ledger: what was sent and held back and why, and where one was seen. */
import { useEffect, useState } from 'preact/hooks';
import type { Ledger } from '../../../server/contract/offers.ts';
import { shopper } from '../endpoints.ts';
import { timeText, words } from '../i18n/index.ts';
import { arrivedId, errorText, nowMs, siteTimezone } from '../state.ts';

const BADGE = { sent: 'good', held: '', control: 'warn' } as const;

export function Activity() {
  const t = words.value;
  const [ledger, setLedger] = useState<Ledger>();
  const [fault, setFault] = useState<string>();
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let gone = false;
    setFault(undefined);
    shopper.ledger().then(
      (read) => {
        if (!gone) setLedger(read);
      },
      (error: unknown) => {
        if (!gone) setFault(errorText(error));
      },
    );
    return () => {
      gone = true;
    };
  }, [tries, arrivedId.value, t]);

  const time = (iso: string) => timeText(iso, siteTimezone.value, nowMs.value);
  return (
    <>
      <header class="intro">
        <h1>{t.activityTitle}</h1>
        <p class="muted">{t.activityText}</p>
      </header>
      {fault !== undefined && (
        <div class="card panel" role="alert">
          <p class="fault">{fault}</p>
          <button type="button" class="button wide" onClick={() => setTries(tries + 1)}>
            {t.retry}
          </button>
        </div>
      )}
      {ledger === undefined && fault === undefined && (
        <div class="stack" role="status">
          <span class="visually-hidden">{t.loading}</span>
          <div class="skeleton line" />
          <div class="skeleton line" />
          <div class="skeleton line" />
        </div>
      )}
      {ledger !== undefined && (
        <>
          <section class="group" aria-labelledby="decisions-title">
            <h2 id="decisions-title" class="group-title">
              {t.decisions}
            </h2>
            {ledger.decisions.length === 0 ? (
              <p class="empty muted">{t.noDecisions}</p>
            ) : (
              <ul class="card list">
                {ledger.decisions.map((decision) => (
                  <li class="decision" key={`${decision.at}${decision.campaign}`}>
                    <div class="decision-head">
                      <strong>{decision.campaign}</strong>
                      <span class={`badge ${BADGE[decision.outcome]}`}>{t[decision.outcome]}</span>
                    </div>
                    <p>{decision.reason}</p>
                    <p class="muted num">
                      {time(decision.at)} · {decision.zoneName}
                    </p>
                  </li>
                ))}
              </ul>
            )}
          </section>
          <section class="group" aria-labelledby="seen-title">
            <h2 id="seen-title" class="group-title">
              {t.seenTitle}
            </h2>
            {ledger.seen.length === 0 ? (
              <p class="empty muted">{t.noSeen}</p>
            ) : (
              <ul class="card list">
                {ledger.seen.map((stay) => (
                  <li class="seen" key={`${stay.from}${stay.zoneName}`}>
                    <span>{stay.zoneName}</span>
                    <span class="muted num">
                      {time(stay.from)}–{timeText(stay.to, siteTimezone.value, Date.parse(stay.from))}
                    </span>
                  </li>
                ))}
              </ul>
            )}
          </section>
        </>
      )}
    </>
  );
}
