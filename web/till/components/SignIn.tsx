import { useState } from 'preact/hooks';
import { ApiError } from '../../lib/api.ts';
import { signIn } from '../state.ts';
import { t } from '../words.ts';

export function SignIn() {
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
