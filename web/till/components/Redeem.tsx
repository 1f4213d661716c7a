import { useRef, useState } from 'preact/hooks';
import { Icon } from '../../shopper/components/icons.tsx';
import { busy, currency, outcome, redeem, rename, tillName } from '../state.ts';
import { amountOf, t } from '../words.ts';
import { Camera } from './Camera.tsx';
import { Gap, Problems } from './Connection.tsx';
import { History } from './History.tsx';
import { Result } from './Result.tsx';

/** The longest code, in the groups that somebody may type it in. */
const MAX_CODE_CHARS = 400;
const DONE = new Set(['redeemed', 'accepted']);

function TillName() {
  const [name, setName] = useState(tillName.value);
  return (
    <form
      class="till-name"
      onSubmit={(event) => {
        event.preventDefault();
        void rename(name);
      }}
    >
      <div class="field">
        <label for="till-name">{t.tillName}</label>
        <input
          id="till-name"
          class="input"
          value={name}
          maxLength={40}
          autocomplete="off"
          aria-describedby="till-name-hint"
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <span class="hint" id="till-name-hint">
          {t.tillNameHint}
        </span>
      </div>
      <button type="submit" class="button" disabled={name.trim() === tillName.value}>
        {t.save}
      </button>
    </form>
  );
}

export function Redeem() {
  const codeInput = useRef<HTMLInputElement>(null);
  const [code, setCode] = useState('');
  const [amount, setAmount] = useState('');
  const [camera, setCamera] = useState(false);
  const basket = amountOf(amount, currency.value);
  const wrongAmount = Number.isNaN(basket);

  const send = async (text: string) => {
    if (text.trim() === '' || wrongAmount) return;
    await redeem(text.trim(), basket);
    // Ready for the next: a hand scanner types into whatever has the focus.
    const result = outcome.value?.result;
    if (result !== 'failed' && result !== 'needs-network') {
      setCode('');
      if (result !== undefined && DONE.has(result)) setAmount('');
    }
    codeInput.current?.focus();
  };
  return (
    <main class="till">
      <div class="entry">
        <Gap />
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void send(code);
          }}
        >
          <div class="field">
            <label for="code">{t.code}</label>
            <input
              id="code"
              ref={codeInput}
              class="input code-input"
              value={code}
              autocomplete="off"
              autocapitalize="characters"
              spellcheck={false}
              maxLength={MAX_CODE_CHARS}
              autofocus
              required
              aria-describedby="code-hint"
              onInput={(event) => setCode(event.currentTarget.value)}
            />
            <span class="hint" id="code-hint">
              {t.codeHint}
            </span>
          </div>
          <div class="field amount">
            <label for="amount">{t.amount(currency.value)}</label>
            <input
              id="amount"
              class="input num"
              value={amount}
              inputMode="decimal"
              autocomplete="off"
              aria-invalid={wrongAmount}
              aria-describedby="amount-hint"
              onInput={(event) => setAmount(event.currentTarget.value)}
            />
            <span class="hint" id="amount-hint">
              {t.amountHint}
            </span>
          </div>
          <button
            type="submit"
            class="button primary large"
            disabled={busy.value || wrongAmount}
            aria-busy={busy.value}
          >
            {t.redeem}
          </button>
          <button type="button" class="button large" aria-pressed={camera} onClick={() => setCamera(!camera)}>
            <Icon name="scan" /> {camera ? t.stopScan : t.scan}
          </button>
        </form>
        {camera && <Camera onCode={(text) => void send(text)} />}
      </div>
      <div class="answer">
        <div role="status" aria-live="assertive" class="answer-result">
          <Result shown={outcome.value} />
        </div>
        <Problems />
        <History />
        <TillName />
      </div>
    </main>
  );
}
