/** What a point costs, and from how many a shopper is silver or gold. */
import { useEffect, useState } from 'preact/hooks';
import type { Site } from '../../../../server/contract/model.ts';
import type { LoyaltySettings } from '../../../../server/contract/shopper.ts';
import { ApiError } from '../../../lib/api.ts';
import { formatMoney } from '../../../lib/format.ts';
import { MoneyField, NumberField } from '../../components/fields.tsx';
import { Fault, Loading, Notice } from '../../components/states.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { offersOf } from '../../state/offerEndpoints.ts';
import { useAsync } from '../../state/useAsync.ts';

export function LoyaltyForm({ site }: { site: Site }) {
  const asked = useAsync<LoyaltySettings>(`loyalty/${site.id}`, (signal) => offersOf(site.id).loyalty(signal));
  const [values, setValues] = useState<LoyaltySettings>();
  const [fault, setFault] = useState<{ path: string; message: string }>();
  useEffect(() => setValues(asked.data), [asked.data]);
  if (asked.error !== undefined && asked.data === undefined)
    return (
      <div class="card">
        <Fault error={asked.error} retry={asked.reload} />
      </div>
    );
  if (values === undefined)
    return (
      <div class="card">
        <Loading />
      </div>
    );
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setFault(undefined);
    if (values.goldPoints <= values.silverPoints)
      return setFault({ path: 'goldPoints', message: t('loyalty.goldMore') });
    try {
      asked.set(await offersOf(site.id).putLoyalty(values));
      toast(t('settings.saved'));
    } catch (error) {
      const known = error instanceof ApiError ? error : undefined;
      setFault({ path: known?.path?.replace(/^body\./, '') ?? '', message: known?.message ?? String(error) });
    }
  };
  const faultOf = (path: string) => (fault?.path === path ? fault.message : undefined);
  const points = (name: 'silverPoints' | 'goldPoints') => (
    <NumberField
      label={t(`loyalty.${name}`)}
      hint={t('loyalty.pointsHint', { amount: formatMoney(values[name] * values.minorPerPoint, site.currency) })}
      fault={faultOf(name)}
      min={1}
      value={values[name]}
      onChange={(value) => value !== null && setValues({ ...values, [name]: value })}
    />
  );
  return (
    <form class="card" onSubmit={submit} novalidate>
      <div class="card-head">
        <h2>{t('settings.loyalty')}</h2>
      </div>
      <div class="card-body form">
        <p class="lead">{t('loyalty.lead')}</p>
        {fault !== undefined && !(fault.path in values) && (
          <Notice tone="bad">{t('fault.said', { message: fault.message })}</Notice>
        )}
        <div class="form-row wide-fields">
          <MoneyField
            label={t('loyalty.minorPerPoint')}
            hint={t('loyalty.minorPerPointHint')}
            currency={site.currency}
            fault={faultOf('minorPerPoint')}
            minor={values.minorPerPoint}
            onChange={(minor) => setValues({ ...values, minorPerPoint: Math.max(1, minor ?? 1) })}
          />
          {points('silverPoints')}
          {points('goldPoints')}
        </div>
        <div class="actions">
          <button type="submit" class="button primary" disabled={JSON.stringify(values) === JSON.stringify(asked.data)}>
            {t('action.save')}
          </button>
        </div>
      </div>
    </form>
  );
}
