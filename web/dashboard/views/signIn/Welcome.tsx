/** A one-time link: it signs in once, then asks for what will be used from now on. */
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../../../lib/api.ts';
import { Field } from '../../components/controls.tsx';
import { Empty, Loading } from '../../components/states.tsx';
import { t } from '../../i18n/t.ts';
import { type Account, auth } from '../../state/endpoints.ts';
import { go, param } from '../../state/router.ts';
import { signedIn } from '../../state/session.ts';

/** As the server asks. */
export const PASSWORD_MIN = 10;

type Step = { is: 'checking' } | { is: 'refused'; message: string } | { is: 'known'; account: Account };

export function Welcome() {
  const [step, setStep] = useState<Step>({ is: 'checking' });
  const [fault, setFault] = useState<{ path: string; message: string }>();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    const token = param('token') ?? '';
    // Out of the address at once: it must not stay in the history.
    history.replaceState(null, '', '#/welcome');
    auth
      .welcome(token)
      .then(() => auth.me())
      .then(
        (account) => setStep({ is: 'known', account }),
        (error: unknown) =>
          setStep({ is: 'refused', message: error instanceof ApiError ? error.message : String(error) }),
      );
  }, []);
  const enter = async () => {
    await signedIn(await auth.me());
    go('#/', true);
  };
  if (step.is === 'checking') return <Loading lines={3} />;
  if (step.is === 'refused')
    return (
      <Empty
        icon="warn"
        title={t('welcome.refused')}
        action={
          <button
            type="button"
            class="button"
            onClick={() => {
              go('#/', true);
              location.reload();
            }}
          >
            {t('welcome.toSignIn')}
          </button>
        }
      >
        {t('fault.said', { message: step.message })} {t('welcome.refusedHow')}
      </Empty>
    );
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const [email, password, again] = ['email', 'password', 'again'].map((name) => String(form.get(name)));
    setFault(undefined);
    if (password!.length < PASSWORD_MIN)
      return setFault({ path: 'password', message: t('welcome.short', { n: PASSWORD_MIN }) });
    if (password !== again) return setFault({ path: 'again', message: t('welcome.differ') });
    setBusy(true);
    try {
      await auth.setPassword({ email: email!, password: password! });
      await enter();
    } catch (error) {
      const known = error instanceof ApiError ? error : undefined;
      setFault({
        path: known?.path?.includes('email') ? 'email' : 'password',
        message: known?.message ?? String(error),
      });
    } finally {
      setBusy(false);
    }
  };
  const faultOf = (path: string) => (fault?.path === path ? fault.message : undefined);
  return (
    <form class="form" onSubmit={submit} novalidate>
      <div>
        <h1>{t('welcome.title')}</h1>
        <p class="lead">{t('welcome.lead')}</p>
      </div>
      <Field label={t('welcome.email')} fault={faultOf('email')}>
        {(ids) => (
          <input
            {...ids}
            class="input"
            name="email"
            type="email"
            autocomplete="username"
            defaultValue={step.account.email.includes('@') ? step.account.email : ''}
          />
        )}
      </Field>
      <Field label={t('welcome.password')} hint={t('welcome.hint', { n: PASSWORD_MIN })} fault={faultOf('password')}>
        {(ids) => <input {...ids} class="input" name="password" type="password" autocomplete="new-password" />}
      </Field>
      <Field label={t('welcome.again')} fault={faultOf('again')}>
        {(ids) => <input {...ids} class="input" name="again" type="password" autocomplete="new-password" />}
      </Field>
      <button type="submit" class="button primary" disabled={busy}>
        {t(busy ? 'signIn.busy' : 'welcome.do')}
      </button>
      <button type="button" class="button quiet" onClick={() => void enter()}>
        {t('welcome.later')}
      </button>
    </form>
  );
}
