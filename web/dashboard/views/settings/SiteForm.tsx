/** The site itself: name, time zone, currency, and which beacons its gateways let through. */
import { useState } from 'preact/hooks';
import type { Site } from '../../../../server/contract/model.ts';
import { ApiError } from '../../../lib/api.ts';
import { Field, Switch } from '../../components/controls.tsx';
import { Notice } from '../../components/states.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { sites } from '../../state/endpoints.ts';
import { loadSites } from '../../state/session.ts';

export function SiteForm({ site }: { site: Site }) {
  const [values, setValues] = useState(site);
  const [uuids, setUuids] = useState(site.uuids.join('\n'));
  const [fault, setFault] = useState<ApiError>();
  const next: Site = { ...values, uuids: uuids.split(/[\s,]+/).filter((uuid) => uuid !== '') };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setFault(undefined);
    try {
      await sites.put(next);
      await loadSites();
      toast(t('settings.saved'));
    } catch (error) {
      setFault(error instanceof ApiError ? error : new ApiError(0, 'page', String(error)));
    }
  };
  const faultOf = (path: string) => (fault?.path?.includes(path) ? fault.message : undefined);
  return (
    <form class="card" onSubmit={submit}>
      <div class="card-head">
        <h2>{t('settings.site')}</h2>
        <span class="badge">{site.id}</span>
      </div>
      <div class="card-body form">
        {fault !== undefined && !/name|timezone|currency|uuids/.test(fault.path ?? '') && (
          <Notice tone="bad">{t('fault.said', { message: fault.message })}</Notice>
        )}
        <div class="form-row">
          <Field label={t('site.name')} fault={faultOf('name')}>
            {(ids) => (
              <input
                {...ids}
                class="input"
                required
                maxLength={120}
                value={values.name}
                onInput={(event) => setValues({ ...values, name: event.currentTarget.value })}
              />
            )}
          </Field>
          <Field label={t('site.timezone')} hint={t('site.timezoneHint')} fault={faultOf('timezone')}>
            {(ids) => (
              <input
                {...ids}
                class="input"
                required
                list="timezones"
                value={values.timezone}
                onInput={(event) => setValues({ ...values, timezone: event.currentTarget.value })}
              />
            )}
          </Field>
          <datalist id="timezones">
            {Intl.supportedValuesOf('timeZone').map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
          <Field label={t('site.currency')} hint={t('site.currencyHint')} fault={faultOf('currency')}>
            {(ids) => (
              <input
                {...ids}
                class="input"
                required
                maxLength={3}
                list="currencies"
                value={values.currency}
                onInput={(event) => setValues({ ...values, currency: event.currentTarget.value.toUpperCase() })}
              />
            )}
          </Field>
          <datalist id="currencies">
            {Intl.supportedValuesOf('currency').map((code) => (
              <option key={code} value={code} />
            ))}
          </datalist>
        </div>
        <Field label={t('site.uuids')} hint={t('site.uuidsHint')} fault={faultOf('uuids')}>
          {(ids) => (
            <textarea
              {...ids}
              class="textarea num"
              spellcheck={false}
              value={uuids}
              onInput={(event) => setUuids(event.currentTarget.value)}
            />
          )}
        </Field>
        <Switch
          label={t('site.countUnknowns')}
          checked={values.countUnknowns}
          onChange={(countUnknowns) => setValues({ ...values, countUnknowns })}
        />
        <p class="muted small">{t('site.countUnknownsHint')}</p>
        {site.clock === 'data' && <Notice>{t('site.dataClock')}</Notice>}
        <div class="actions">
          <button type="submit" class="button primary" disabled={JSON.stringify(next) === JSON.stringify(site)}>
            {t('action.save')}
          </button>
        </div>
      </div>
    </form>
  );
}
