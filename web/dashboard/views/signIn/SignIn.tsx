import { useState } from 'preact/hooks';
import { ApiError } from '../../../lib/api.ts';
import { Field } from '../../components/controls.tsx';
import { remedyOf } from '../../components/states.tsx';
import { t } from '../../i18n/t.ts';
import { auth } from '../../state/endpoints.ts';
import { signedIn } from '../../state/session.ts';

export function SignIn() {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setFault(undefined);
    try {
      await auth.signIn(String(form.get('email')), String(form.get('password')));
      await signedIn(await auth.me());
    } catch (error) {
      const known = error instanceof ApiError ? error : undefined;
      setFault(
        known?.status === 401 || known?.status === 400
          ? t('signIn.wrong')
          : known === undefined
            ? String(error)
            : `${t('fault.said', { message: known.message })} ${remedyOf(known)}`,
      );
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="form" onSubmit={submit}>
      <div>
        <h1>{t('signIn.title')}</h1>
        <p class="lead">{t('signIn.lead')}</p>
      </div>
      <Field label={t('signIn.email')}>
        {(ids) => <input {...ids} class="input" name="email" type="text" autocomplete="username" required />}
      </Field>
      <Field label={t('signIn.password')} fault={fault}>
        {(ids) => (
          <input {...ids} class="input" name="password" type="password" autocomplete="current-password" required />
        )}
      </Field>
      <button type="submit" class="button primary" disabled={busy}>
        {t(busy ? 'signIn.busy' : 'signIn.do')}
      </button>
      <p class="muted small">{t('signIn.help')}</p>
    </form>
  );
}
