/** The thresholds behind the numbers. A save is a new version; the old ones are kept. */
import { useEffect, useState } from 'preact/hooks';
import type { Definitions } from '../../../../server/contract/definitions.ts';
import type { Site } from '../../../../server/contract/model.ts';
import { ApiError } from '../../../lib/api.ts';
import { siteFormat } from '../../../lib/format.ts';
import { Fault, Loading } from '../../components/states.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { type DefinitionsVersion, ofSite } from '../../state/endpoints.ts';
import { useAsync } from '../../state/useAsync.ts';

interface Row {
  name: keyof Definitions;
  min: number;
  max: number;
  /** Shown value = kept value × this. */
  times?: number;
}
/** Limits as the contract has them. */
const ROWS: Row[] = [
  { name: 'visitGapMinutes', min: 1, max: 240 },
  { name: 'minVisitSeconds', min: 0, max: 3600 },
  { name: 'enterConfirmSeconds', min: 0, max: 120 },
  { name: 'exitAfterSeconds', min: 1, max: 600 },
  { name: 'minStaySeconds', min: 0, max: 3600 },
  { name: 'bounceSeconds', min: 0, max: 3600 },
  { name: 'returnWindowDays', min: 1, max: 90 },
  { name: 'minCoverage', min: 0, max: 100, times: 100 },
  { name: 'kAnonymity', min: 1, max: 100 },
];

export function DefinitionsForm({ site }: { site: Site }) {
  const asked = useAsync<DefinitionsVersion>(`definitions/${site.id}`, (signal) => ofSite(site.id).definitions(signal));
  const [values, setValues] = useState<Definitions>();
  const [fault, setFault] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (asked.data !== undefined) setValues(asked.data.definitions);
  }, [asked.data]);
  if (asked.error !== undefined && asked.data === undefined)
    return (
      <div class="card">
        <Fault error={asked.error} retry={asked.reload} />
      </div>
    );
  if (asked.data === undefined || values === undefined)
    return (
      <div class="card">
        <Loading lines={9} height={34} />
      </div>
    );
  const changed = JSON.stringify(values) !== JSON.stringify(asked.data.definitions);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    setFault(undefined);
    try {
      const kept = await ofSite(site.id).putDefinitions(values);
      asked.set(kept);
      toast(t('definitions.saved', { version: kept.version }));
    } catch (error) {
      setFault(error instanceof ApiError ? error : new ApiError(0, 'page', String(error)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="card" onSubmit={submit}>
      <div class="card-head">
        <h2>{t('settings.definitions')}</h2>
        <span class="badge num">{t('definitions.version', { version: asked.data.version })}</span>
      </div>
      <div class="card-body">
        <p class="lead">{t('definitions.lead', { date: siteFormat(site.timezone).date(asked.data.createdMs) })}</p>
        {ROWS.map(({ name, min, max, times = 1 }) => (
          <div class="definition-row" key={name}>
            <label for={`definition-${name}`}>{t(`definition.${name}`)}</label>
            <p id={`definition-${name}-hint`}>{t(`definition.${name}Hint`)}</p>
            <div class="with-unit">
              <input
                id={`definition-${name}`}
                class="input num"
                type="number"
                required
                min={min}
                max={max}
                aria-describedby={`definition-${name}-hint`}
                value={Math.round(values[name] * times * 100) / 100}
                onInput={(event) => {
                  const typed = event.currentTarget.valueAsNumber;
                  if (!Number.isNaN(typed)) setValues({ ...values, [name]: typed / times });
                }}
              />
              <span>{t(`definition.${name}Unit`)}</span>
            </div>
            {fault?.path?.endsWith(name) && <p class="fault">{fault.message}</p>}
          </div>
        ))}
        {fault !== undefined && !ROWS.some(({ name }) => fault.path?.endsWith(name)) && (
          <p class="notice bad" role="alert">
            {t('fault.said', { message: fault.message })}
          </p>
        )}
        <div class="actions">
          <button type="button" class="button" disabled={!changed} onClick={() => setValues(asked.data?.definitions)}>
            {t('action.discard')}
          </button>
          <button type="submit" class="button primary" disabled={!changed || busy}>
            {t(busy ? 'editor.saving' : 'definitions.save', { version: asked.data.version + 1 })}
          </button>
        </div>
      </div>
    </form>
  );
}
