import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../lib/api.ts';
import { Icon } from '../shopper/components/icons.tsx';
import { CameraError, scan } from '../shopper/scan.ts';
import { account, busy, history, mayRedeem, type Outcome, outcome, redeem, signIn, signOut } from './state.ts';
import { amountOf, amountText, t, timeText } from './words.ts';

/** A code that is still held before the camera is not read again. */
const SAME_CODE_MS = 4_000;

function SignIn() {
  const [fault, setFault] = useState<string>();
  const [sending, setSending] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setSending(true);
    setFault(undefined);
    try {
      await signIn(String(form.get('email')), String(form.get('password')));
    } catch (error) {
      const code = error instanceof ApiError ? (error.status === 401 ? 'unauthenticated' : error.code) : '';
      setFault(t.errors[code] ?? (error instanceof Error ? error.message : ''));
    } finally {
      setSending(false);
    }
  };
  return (
    <main class="sign-in">
      <form class="card" onSubmit={submit}>
        <h1>{t.title}</h1>
        <p class="muted">{t.signInText}</p>
        <div class="field">
          <label for="email">{t.email}</label>
          <input id="email" name="email" class="input" autocomplete="username" autocapitalize="none" required />
        </div>
        <div class="field">
          <label for="password">{t.password}</label>
          <input
            id="password"
            name="password"
            type="password"
            class="input"
            autocomplete="current-password"
            required
            aria-invalid={fault !== undefined}
            aria-describedby="sign-in-fault"
          />
          <p class="fault" role="alert" id="sign-in-fault">
            {fault}
          </p>
        </div>
        <button type="submit" class="button primary large" disabled={sending} aria-busy={sending}>
          {t.signIn}
        </button>
      </form>
    </main>
  );
}

function Camera({ onCode }: { onCode: (text: string) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const handler = useRef(onCode);
  handler.current = onCode;
  const [fault, setFault] = useState<string>();
  useEffect(() => {
    let stop: (() => void) | undefined;
    let gone = false;
    let last = { text: '', atMs: 0 };
    scan(video.current!, (text) => {
      const nowMs = Date.now();
      const again = text === last.text && nowMs - last.atMs < SAME_CODE_MS;
      last = { text, atMs: nowMs };
      if (!gone && !again) handler.current(text);
    }).then(
      (stopScan) => {
        if (gone) stopScan();
        else stop = stopScan;
      },
      (error: unknown) =>
        setFault(error instanceof CameraError && error.fault === 'refused' ? t.cameraRefused : t.cameraMissing),
    );
    return () => {
      gone = true;
      stop?.();
    };
  }, []);
  return fault === undefined ? (
    <div class="viewfinder">
      <video ref={video} muted playsInline />
      <span class="frame" aria-hidden="true" />
    </div>
  ) : (
    <p class="fault" role="alert">
      {fault}
    </p>
  );
}

const MARK = {
  redeemed: 'check',
  'already-redeemed': 'close',
  expired: 'clock',
  unknown: 'close',
  failed: 'cloudOff',
} as const;

function Result({ shown }: { shown: Outcome | undefined }) {
  if (shown === undefined)
    return (
      <div class="result waiting">
        <h2>{t.ready}</h2>
        <p>{t.readyText}</p>
      </div>
    );
  const { result, redemption, errorCode, amount, atMs } = shown;
  const words = t.results[result];
  const when =
    result === 'already-redeemed' && redemption?.redeemedAt
      ? t.usedAt(timeText(Date.parse(redemption.redeemedAt), atMs))
      : result === 'expired' && redemption?.expiresAt
        ? t.endedAt(timeText(Date.parse(redemption.expiresAt), atMs))
        : undefined;
  return (
    <div class={`result ${result}`} key={atMs}>
      <span class="mark">
        <Icon name={MARK[result]} size={56} />
      </span>
      <h2>{words.title}</h2>
      {redemption?.title != null && <p class="offer-title">{redemption.title}</p>}
      {result === 'redeemed' && redemption?.text != null && <p>{redemption.text}</p>}
      <p>
        {when !== undefined && `${when} `}
        {errorCode === undefined ? words.text : (t.errors[errorCode] ?? words.text)}
      </p>
      {result === 'redeemed' && redemption?.terms != null && (
        <p class="result-terms">
          {t.terms}: {redemption.terms}
        </p>
      )}
      {result === 'redeemed' && amount !== undefined && <p class="num">{amountText(amount)}</p>}
    </div>
  );
}

function History() {
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
            <li key={row.atMs}>
              <span class={`row-mark ${row.result}`}>
                <Icon name={MARK[row.result]} size={16} />
              </span>
              <span class="row-words">
                <strong>{row.redemption?.title ?? row.code.slice(0, 10)}</strong>
                <span class="muted">{t.results[row.result].title}</span>
              </span>
              <span class="row-figures num">
                {row.amount !== undefined && <span>{amountText(row.amount)}</span>}
                <span class="muted">{timeText(row.atMs, row.atMs)}</span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Redeem() {
  const codeInput = useRef<HTMLInputElement>(null);
  const [code, setCode] = useState('');
  const [amount, setAmount] = useState('');
  const [camera, setCamera] = useState(false);
  const basket = amountOf(amount);
  const wrongAmount = Number.isNaN(basket);

  const send = async (text: string) => {
    if (text.trim() === '' || wrongAmount) return;
    await redeem(text.trim(), basket);
    // Ready for the next: a hand scanner types into whatever has the focus.
    if (outcome.value?.result !== 'failed') {
      setCode('');
      if (outcome.value?.result === 'redeemed') setAmount('');
    }
    codeInput.current?.focus();
  };
  return (
    <main class="till">
      <div class="entry">
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
              maxLength={64}
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
            <label for="amount">{t.amount}</label>
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
        <div role="status" aria-live="assertive">
          <Result shown={outcome.value} />
        </div>
        <History />
      </div>
    </main>
  );
}

export function App() {
  const who = account.value;
  return (
    <>
      <header class="bar">
        <span class="brand">
          Promenade <span class="muted">{t.title}</span>
        </span>
        {who && (
          <span class="who">
            <span class="muted">{who.name ?? who.email}</span>
            <button type="button" class="button quiet" onClick={() => void signOut()}>
              {t.signOut}
            </button>
          </span>
        )}
      </header>
      {who === undefined && (
        <main class="sign-in">
          <span class="visually-hidden" role="status">
            {t.loading}
          </span>
          <div class="card skeleton" style={{ height: '340px', width: '400px' }} />
        </main>
      )}
      {who === null && <SignIn />}
      {who &&
        (mayRedeem(who) ? (
          <Redeem />
        ) : (
          <main class="sign-in">
            <p class="card notice" role="alert">
              {t.noTill}
            </p>
          </main>
        ))}
    </>
  );
}
