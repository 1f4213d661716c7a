/** How much: what it may cost, how often, in which faces, and who is held back so that its effect can be known. */
import type { OfferFace, Variant } from '../../../../../server/contract/campaigns.ts';
import { formatShareFine } from '../../../../lib/format.ts';
import { IconButton } from '../../../components/controls.tsx';
import { MoneyField, NumberField, SpanField } from '../../../components/fields.tsx';
import { Icon } from '../../../components/Icon.tsx';
import { t } from '../../../i18n/t.ts';
import { currencyOf } from '../words.ts';
import { CouponFace } from './CouponFace.tsx';
import { BLANK_FACE } from './draft.ts';
import { PictureField, ValueField } from './OfferExtras.tsx';
import { OfferTexts, type Tongue } from './OfferTexts.tsx';
import type { StepProps } from './steps.ts';

const VARIANT_IDS = ['b', 'c', 'd', 'e'];
/** Below this share an effect takes very long to show. */
const SMALL_CONTROL = 0.05;

export function StepLimits(props: StepProps & { tongue: Tongue; onTongue: (tongue: Tongue) => void }) {
  const { site, form, set, faultOf } = props;
  const currency = currencyOf(site);
  const { variants } = form;
  const free = VARIANT_IDS.find((id) => variants.every((one) => one.id !== id));
  const setVariant = (index: number, change: Partial<OfferFace>) =>
    set({
      variants: variants.map((one, at) => (at === index ? { ...one, offer: { ...one.offer, ...change } } : one)),
    });
  const add = (id: string) => {
    // Another wording of the same offer: a test tells most where one thing differs.
    const made: Variant = { id, offer: { ...(form.offer ?? BLANK_FACE), title: '', translations: {} } };
    set({ variants: [...variants, made] });
  };
  const controlPercent = Math.round(form.controlShare * 1_000) / 10;
  return (
    <div class="form">
      <div class="form-row">
        <NumberField
          label={t('campaign.stock')}
          hint={t('campaign.stockHint')}
          min={0}
          value={form.stock}
          fault={faultOf('stock')}
          onChange={(stock) => set({ stock })}
        />
        <MoneyField
          label={t('campaign.budget')}
          hint={t('campaign.budgetHint')}
          currency={currency}
          minor={form.budgetMinor}
          fault={faultOf('budgetMinor')}
          onChange={(budgetMinor) => set({ budgetMinor })}
        />
        <SpanField
          label={t('campaign.cooldown')}
          hint={t('campaign.cooldownHint')}
          min={0}
          minutes={form.cooldownMinutes}
          fault={faultOf('cooldownMinutes')}
          onChange={(cooldownMinutes) => set({ cooldownMinutes })}
        />
      </div>
      <section class="panel" aria-label={t('campaign.control')}>
        <h3>{t('campaign.control')}</h3>
        <div class="control-bar" aria-hidden="true">
          <i style={{ width: `${100 - controlPercent}%` }}>{t('control.get')}</i>
          <i style={{ width: `${controlPercent}%` }} />
        </div>
        <div class="control-choice">
          <NumberField
            label={t('campaign.controlShare')}
            min={0}
            max={50}
            step="any"
            value={controlPercent}
            fault={faultOf('controlShare')}
            onChange={(percent) => set({ controlShare: (percent ?? 0) / 100 })}
          />
          <p class="muted small">
            {t(
              form.controlShare === 0
                ? 'control.none'
                : form.controlShare < SMALL_CONTROL
                  ? 'control.small'
                  : 'control.why',
              { share: formatShareFine(form.controlShare) },
            )}
          </p>
        </div>
      </section>
      <section class="panel" aria-label={t('variant.title')}>
        <div class="row spread">
          <h3>{t('variant.title')}</h3>
          {free !== undefined && (
            <button type="button" class="button small" onClick={() => add(free)}>
              <Icon name="plus" size={15} />
              {t('variant.add', { id: free.toUpperCase() })}
            </button>
          )}
        </div>
        <p class="muted small">{t('variant.why')}</p>
        {variants.length > 0 && (
          <div class="variants">
            <div class="variant">
              <p class="variant-head">
                <b>A</b> <span class="muted small">{t('variant.own')}</span>
              </p>
              <CouponFace site={site} face={form.offer} tongue={props.tongue} />
            </div>
            {variants.map((variant, index) => {
              const at = `variants.${index}.offer`;
              const part = {
                site,
                tenantId: form.tenantId,
                face: variant.offer,
                at,
                faultOf,
                onChange: (change: Partial<OfferFace>) => setVariant(index, change),
              };
              return (
                <div key={variant.id} class="variant">
                  <p class="variant-head">
                    <b>{variant.id.toUpperCase()}</b>
                    <IconButton
                      icon="trash"
                      label={t('variant.remove', { id: variant.id.toUpperCase() })}
                      onClick={() => set({ variants: variants.filter((one) => one !== variant) })}
                    />
                  </p>
                  <CouponFace site={site} face={variant.offer} tongue={props.tongue} />
                  <OfferTexts {...part} tongue={props.tongue} onTongue={props.onTongue} />
                  <details open={faultOf(`${at}.value`) !== undefined}>
                    <summary>{t('variant.more')}</summary>
                    <PictureField {...part} />
                    <ValueField {...part} />
                  </details>
                </div>
              );
            })}
          </div>
        )}
      </section>
    </div>
  );
}
