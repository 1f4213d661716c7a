/** What is offered: words, picture, value, how long it is good. */
import type { CampaignInput, OfferFace } from '../../../../../server/contract/campaigns.ts';
import { Field, Select } from '../../../components/controls.tsx';
import { SpanField } from '../../../components/fields.tsx';
import { t } from '../../../i18n/t.ts';
import { PictureField, ValueField } from './OfferExtras.tsx';
import { OfferTexts, type Tongue } from './OfferTexts.tsx';
import type { StepProps } from './steps.ts';

/** The mall's own campaign is of no tenant. */
const MALL = '';

export function StepWhat(props: StepProps & { tongue: Tongue; onTongue: (tongue: Tongue) => void }) {
  const { site, form, set, faultOf, tenantId, zones } = props;
  const setOffer = (change: Partial<OfferFace>) => set({ offer: { ...form.offer, ...change } });
  const tenants = [...new Set(zones.map((zone) => zone.tenantId).filter((id) => id !== null))].sort();
  const shopOf = (id: string) => zones.find((zone) => zone.tenantId === id && zone.kind === 'shop')?.name ?? id;
  const part = { site, tenantId: form.tenantId, face: form.offer, at: 'offer', faultOf, onChange: setOffer };
  return (
    <div class="form">
      <Field label={t('campaign.name')} hint={t('campaign.nameHint')} fault={faultOf('name')}>
        {(ids) => (
          <input
            {...ids}
            class="input"
            value={form.name}
            maxLength={120}
            onInput={(event) => set({ name: event.currentTarget.value })}
          />
        )}
      </Field>
      {tenantId === null && (
        <Select
          visibleLabel
          label={t('campaign.ofTenant')}
          fault={faultOf('tenantId')}
          value={form.tenantId ?? MALL}
          options={[
            { value: MALL, label: t('campaign.ofMall') },
            ...[...new Set([...tenants, ...(form.tenantId === null ? [] : [form.tenantId])])].map((id) => ({
              value: id,
              label: shopOf(id),
            })),
          ]}
          onChange={(id) => set({ tenantId: id === MALL ? null : id } satisfies Partial<CampaignInput>)}
        />
      )}
      <OfferTexts
        face={form.offer}
        at="offer"
        tongue={props.tongue}
        onTongue={props.onTongue}
        faultOf={faultOf}
        onChange={setOffer}
      />
      <PictureField {...part} />
      <ValueField {...part} />
      <div class="form-row">
        <SpanField
          label={t('campaign.valid')}
          hint={t('campaign.validHint')}
          fault={faultOf('offer.validMinutes')}
          min={1}
          minutes={form.offer.validMinutes}
          onChange={(validMinutes) => setOffer({ validMinutes })}
        />
        <Field label={t('campaign.validUntil')} hint={t('campaign.optional')} fault={faultOf('offer.validUntil')}>
          {(ids) => (
            <input
              {...ids}
              class="input"
              type="date"
              value={form.offer.validUntil ?? ''}
              onInput={(event) => setOffer({ validUntil: event.currentTarget.value || null })}
            />
          )}
        </Field>
      </div>
    </div>
  );
}
