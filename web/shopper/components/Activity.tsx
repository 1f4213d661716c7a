/** The ledger, day by day: what was sent and held back and why, and where one was seen. */
import { useEffect, useState } from 'preact/hooks';
import type { Ledger } from '../../../server/contract/offers.ts';
import { shopper } from '../endpoints.ts';
import { clockText, dayText, localDay, words } from '../i18n/index.ts';
import { arrivedId, errorText, nowMs, siteTimezone } from '../state.ts';
import { Icon } from './icons.tsx';

const BADGE = { sent: 'good', held: '', control: 'warn' } as const;
const FILTERS = ['all', 'sent', 'held', 'seen'] as const;
type Filter = (typeof FILTERS)[number];

type Entry =
  | ({ kind: 'sent' | 'held' } & Ledger['decisions'][number])
  | ({ kind: 'seen'; at: string } & Ledger['seen'][number]);

/** Left out at random is held back too: for a reason of its own. */
const entriesOf = (ledger: Ledger): Entry[] =>
  [
    ...ledger.decisions.map((one): Entry => ({ kind: one.outcome === 'sent' ? 'sent' : 'held', ...one })),
    ...ledger.seen.map((one): Entry => ({ kind: 'seen', at: one.from, ...one })),
  ].sort((a, b) => (a.at < b.at ? 1 : -1));

function byDay(entries: readonly Entry[], timezone: string | undefined): [string, Entry[]][] {
  const days = new Map<string, Entry[]>();
  for (const entry of entries) {
    const day = localDay(entry.at, timezone);
    const known = days.get(day);
    if (known) known.push(entry);
    else days.set(day, [entry]);
  }
  return [...days];
}

function Row({ entry }: { entry: Entry }) {
  const t = words.value;
  const time = (iso: string) => clockText(iso, siteTimezone.value);
  if (entry.kind === 'seen')
    return (
      <li class="moment">
        <span class="moment-mark seen-mark">
          <Icon name="pin" size={16} />
        </span>
        <div class="moment-words">
          <strong>{entry.zoneName}</strong>
          <p class="muted num">
            {time(entry.from)}–{time(entry.to)} <span class="visually-hidden">{t.seenAt}</span>
          </p>
        </div>
      </li>
    );
  return (
    <li class="moment">
      <span class={`moment-mark ${entry.kind}-mark`}>
        <Icon name={entry.kind === 'sent' ? 'tag' : 'pause'} size={16} />
      </span>
      <div class="moment-words">
        <div class="moment-head">
          <strong>{entry.campaign}</strong>
          <span class={`badge ${BADGE[entry.outcome]}`}>{t[entry.outcome]}</span>
        </div>
        <p>{entry.reason}</p>
        <p class="muted num">
          {time(entry.at)} · {entry.zoneName}
        </p>
      </div>
    </li>
  );
}

function Days({ ledger }: { ledger: Ledger }) {
  const t = words.value;
  const [filter, setFilter] = useState<Filter>('all');
  const all = entriesOf(ledger);
  const shown = filter === 'all' ? all : all.filter((entry) => entry.kind === filter);
  const held = all.filter((entry) => entry.kind === 'held').length;
  const names: Record<Filter, string> = { all: t.all, sent: t.filterSent, held: t.filterHeld, seen: t.filterSeen };
  if (all.length === 0) return <p class="empty muted">{t.noDecisions}</p>;
  return (
    <>
      <fieldset class="filters">
        <legend class="visually-hidden">{t.show}</legend>
        {FILTERS.map((one) => (
          <button key={one} type="button" class="chip" aria-pressed={filter === one} onClick={() => setFilter(one)}>
            {names[one]}
          </button>
        ))}
      </fieldset>
      {filter === 'held' && held > 0 && <p class="muted">{t.heldSummary(held)}</p>}
      {shown.length === 0 && <p class="empty muted">{filter === 'seen' ? t.noSeen : t.nothingOfThat}</p>}
      {byDay(shown, siteTimezone.value).map(([day, entries]) => (
        <section class="group" key={day} aria-label={dayText(day, siteTimezone.value, nowMs.value)}>
          <h2 class="group-title">{dayText(day, siteTimezone.value, nowMs.value)}</h2>
          <ul class="card list">
            {entries.map((entry) => (
              <Row key={`${entry.kind}${entry.at}${entry.zoneName}`} entry={entry} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

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
      {ledger !== undefined && <Days ledger={ledger} />}
    </>
  );
}
