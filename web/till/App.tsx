import { useState } from 'preact/hooks';
import { Line } from './components/Connection.tsx';
import { Redeem } from './components/Redeem.tsx';
import { SignIn } from './components/SignIn.tsx';
import { account, mayRedeem, signOut, waitingCount } from './state.ts';
import { t } from './words.ts';

export function App() {
  const who = account.value;
  const [held, setHeld] = useState(false);
  return (
    <>
      <header class="bar">
        <span class="brand">
          Promenade <span class="muted">{t.title}</span>
        </span>
        {who && (
          <span class="who">
            <Line />
            <span class="muted name">{who.name ?? who.email}</span>
            <button type="button" class="button quiet" onClick={() => void signOut().then((gone) => setHeld(!gone))}>
              {t.signOut}
            </button>
          </span>
        )}
      </header>
      {who && held && waitingCount.value > 0 && (
        <p class="held" role="alert">
          {t.signOutWaiting}
        </p>
      )}
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
