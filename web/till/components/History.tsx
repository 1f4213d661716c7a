import { Icon } from '../../shopper/components/icons.tsx';
import { history } from '../state.ts';
import { amountText, t, timeText } from '../words.ts';
import { MARK } from './Result.tsx';

export function History() {
  const rows = history.value;
  const count = rows.filter((row) => row.result === 'redeemed').length;
  return (
    <section class="history" aria-labelledby="history-title">
      <header>
        <h2 id="history-title">{t.history}</h2>
        {count > 0 && <span class="badge good num">{t.redeemedCount(count)}</span>}
      </header>
      {rows.length === 0 ? (
        <p class="muted">{t.historyEmpty}</p>
      ) : (
        <ol class="card">
          {rows.map((row) => (
            <li key={row.key}>
              <span class={`row-mark ${row.result}`}>
                <Icon name={MARK[row.result]} size={16} />
              </span>
              <span class="row-words">
                <strong>{row.title ?? row.code.slice(0, 10)}</strong>
                <span class="muted">{t.results[row.result].title}</span>
              </span>
              <span class="row-figures num">
                {row.amountMinor !== undefined && <span>{amountText(row.amountMinor, row.currency)}</span>}
                <span class="muted">{timeText(row.atMs, row.atMs)}</span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
