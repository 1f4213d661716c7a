/** Settings that are read, changed and saved as a whole; a refusal stands at the field that it names. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../../../lib/api.ts';
import { Fault, Loading } from '../../components/states.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { type Asked, useAsync } from '../../state/useAsync.ts';

export interface SettingsFault {
  /** Of the field in the settings; of none of them where it is about the whole. */
  path: string;
  message: string;
}

/** What is shown until the settings are there. */
export function SettingsPending({
  asked,
}: {
  asked: Pick<Asked<unknown>, 'data' | 'error' | 'reload'>;
}): ComponentChildren {
  const failed = asked.error !== undefined && asked.data === undefined;
  return <div class="card">{failed ? <Fault error={asked.error!} retry={asked.reload} /> : <Loading />}</div>;
}

/** `check` finds before they are sent what the server would refuse. */
export function useSettings<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  save: (values: T) => Promise<T>,
  check: (values: T) => SettingsFault | undefined = () => undefined,
) {
  const asked = useAsync<T>(key, load);
  const [values, setValues] = useState<T>();
  const [fault, setFault] = useState<SettingsFault>();
  useEffect(() => setValues(() => asked.data), [asked.data]);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (values === undefined) return;
    const found = check(values);
    setFault(found);
    if (found !== undefined) return;
    try {
      asked.set(await save(values));
      toast(t('settings.saved'));
    } catch (error) {
      const known = error instanceof ApiError ? error : undefined;
      setFault({ path: known?.path?.replace(/^body\./, '') ?? '', message: known?.message ?? String(error) });
    }
  };
  const isChanged = JSON.stringify(values) !== JSON.stringify(asked.data);
  return { asked, values, setValues: (next: T) => setValues(() => next), fault, submit, isChanged };
}
