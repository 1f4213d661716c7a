/** Picture and value of an offer. */

import { useRef, useState } from 'preact/hooks';
import type { OfferFace, OfferValue } from '../../../../../server/contract/campaigns.ts';
import type { Site } from '../../../../../server/contract/model.ts';
import { ApiError } from '../../../../lib/api.ts';
import { Segmented } from '../../../components/controls.tsx';
import { MoneyField, NumberField } from '../../../components/fields.tsx';
import { Icon } from '../../../components/Icon.tsx';
import { t } from '../../../i18n/t.ts';
import { ofSite, pictureUrl } from '../../../state/endpoints.ts';
import { ownTenant } from '../../../state/session.ts';
import { currencyOf } from '../words.ts';
import { fitting } from './fitting.ts';

interface Part {
  site: Site;
  /** Whose picture it will be. */
  tenantId: string | null;
  face: OfferFace;
  at: string;
  faultOf: (path: string) => string | undefined;
  onChange: (change: Partial<OfferFace>) => void;
}

export function PictureField({ site, tenantId, face, at, faultOf, onChange }: Part) {
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const take = async (file: File | undefined) => {
    if (file === undefined) return;
    setFault(undefined);
    setBusy(true);
    try {
      onChange({
        imageId: (await ofSite(site.id).uploadPicture(await fitting(file), ownTenant.value === null ? tenantId : null))
          .id,
      });
    } catch (error) {
      setFault(error instanceof ApiError ? t('fault.said', { message: error.message }) : String(error));
    } finally {
      setBusy(false);
    }
  };
  const said = fault ?? faultOf(`${at}.imageId`);
  return (
    <div class="field">
      <span class="label">{t('offer.picture')}</span>
      <div class="picture-field">
        {face.imageId === null ? (
          <label
            class="drop small-drop"
            onDragOver={(event) => event.preventDefault()}
            onDrop={(event) => {
              event.preventDefault();
              void take(event.dataTransfer?.files[0]);
            }}
          >
            <Icon name="image" size={20} />
            <span>{t(busy ? 'offer.pictureBusy' : 'offer.pictureDrop')}</span>
            <input
              ref={input}
              class="visually-hidden"
              type="file"
              accept="image/png,image/jpeg,image/webp"
              aria-label={t('offer.picture')}
              onChange={(event) => void take(event.currentTarget.files?.[0])}
            />
          </label>
        ) : (
          <>
            <img src={pictureUrl(face.imageId)} alt={t('offer.pictureAlt')} />
            <button type="button" class="button small" onClick={() => onChange({ imageId: null })}>
              {t('offer.pictureRemove')}
            </button>
          </>
        )}
      </div>
      <span class={said === undefined ? 'hint' : 'fault'} role={said === undefined ? undefined : 'alert'}>
        {said ?? t('offer.pictureHint')}
      </span>
    </div>
  );
}

type ValueType = OfferValue['type'] | 'none';
const FRESH_VALUE: Record<OfferValue['type'], OfferValue> = {
  amount: { type: 'amount', amountMinor: 500 },
  percent: { type: 'percent', percent: 10, maxAmountMinor: 1_000 },
  gift: { type: 'gift', costMinor: 0 },
};

export function ValueField({ site, face, at, faultOf, onChange }: Part) {
  const { value } = face;
  const currency = currencyOf(site);
  const fault = value === null ? faultOf(`${at}.value`) : undefined;
  const set = (next: OfferValue) => onChange({ value: next });
  return (
    <div class="field">
      <span class="label">{t('value.label')}</span>
      <div class="scroll-x">
        <Segmented<ValueType>
          label={t('value.label')}
          value={value?.type ?? 'none'}
          options={(['none', 'percent', 'amount', 'gift'] as const).map((type) => ({
            value: type,
            label: t(`value.type.${type}`),
          }))}
          onChange={(type) => onChange({ value: type === 'none' ? null : FRESH_VALUE[type] })}
        />
      </div>
      {value !== null && (
        <div class="form-row">
          {value.type === 'amount' && (
            <MoneyField
              label={t('value.amount')}
              currency={currency}
              minor={value.amountMinor}
              fault={faultOf(`${at}.value`)}
              onChange={(minor) => set({ ...value, amountMinor: Math.max(1, minor ?? 1) })}
            />
          )}
          {value.type === 'percent' && (
            <>
              <NumberField
                label={t('value.percent')}
                value={value.percent}
                min={0.1}
                max={100}
                step="any"
                fault={faultOf(`${at}.value.percent`)}
                onChange={(percent) => set({ ...value, percent: percent ?? 10 })}
              />
              <MoneyField
                label={t('value.atMost')}
                hint={t('value.atMostHint')}
                currency={currency}
                minor={value.maxAmountMinor}
                fault={faultOf(`${at}.value.maxAmountMinor`)}
                onChange={(minor) => set({ ...value, maxAmountMinor: Math.max(1, minor ?? 1) })}
              />
            </>
          )}
          {value.type === 'gift' && (
            <MoneyField
              label={t('value.cost')}
              hint={t('value.costHint')}
              currency={currency}
              minor={value.costMinor}
              fault={faultOf(`${at}.value`)}
              onChange={(minor) => set({ ...value, costMinor: minor ?? 0 })}
            />
          )}
        </div>
      )}
      <span class={fault === undefined ? 'hint' : 'fault'}>{fault ?? t('value.hint')}</span>
    </div>
  );
}
