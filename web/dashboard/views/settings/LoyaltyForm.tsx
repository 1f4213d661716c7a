/** What a point costs, and from how many a shopper is silver or gold. */

import type { Site } from '../../../../server/contract/model.ts';
import type { LoyaltySettings } from '../../../../server/contract/shopper.ts';
import { formatMoney } from '../../../lib/format.ts';
import { MoneyField, NumberField } from '../../components/fields.tsx';
import { Notice } from '../../components/states.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import { SettingsPending, useSettings } from './useSettings.tsx';

export function LoyaltyForm({ site }: { site: Site }) {
  const { asked, values, setValues, fault, submit, isChanged } = useSettings<LoyaltySettings>(
    `loyalty/${site.id}`,
    (signal) => ofSite(site.id).loyalty(signal),
    (next) => ofSite(site.id).putLoyalty(next),
    ({ goldPoints, silverPoints }) =>
      goldPoints <= silverPoints ? { path: 'goldPoints', message: t('loyalty.goldMore') } : undefined,
  );
  if (values === undefined) return <SettingsPending asked={asked} />;
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
          <button type="submit" class="button primary" disabled={!isChanged}>
            {t('action.save')}
          </button>
        </div>
      </div>
    </form>
  );
}
