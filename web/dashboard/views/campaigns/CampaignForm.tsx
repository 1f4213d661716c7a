/** A campaign's form. The server checks again; its words go to the field that it names. */
import { useState } from 'preact/hooks';
import type { Campaign, CampaignInput, Trigger } from '../../../../server/contract/campaigns.ts';
import type { Zone } from '../../../../server/contract/model.ts';
import { ApiError } from '../../../lib/api.ts';
import { Field, Segmented } from '../../components/controls.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Notice } from '../../components/states.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import { ScheduleFields } from './ScheduleFields.tsx';
import { ZoneChoice } from './ZoneChoice.tsx';

const slug = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 22);

const FRESH: Record<Trigger['type'], Trigger> = {
  enter: { type: 'enter' },
  dwell: { type: 'dwell', seconds: 20 },
  exit: { type: 'exit' },
  return: { type: 'return', days: 30 },
  basket: { type: 'basket', maxAgeHours: 72, minValueMinor: 0 },
};

/** A name may come twice, an id not. */
const newId = (name: string): string => `${slug(name) || 'campaign'}-${Math.random().toString(36).slice(2, 8)}`;

const blank = (zoneIds: string[], tenantId: string | null): CampaignInput => ({
  id: '',
  name: '',
  tenantId,
  zoneIds,
  trigger: { type: 'dwell', seconds: 20 },
  offer: {
    title: '',
    text: '',
    terms: null,
    translations: {},
    imageId: null,
    value: null,
    validMinutes: 120,
    validUntil: null,
  },
  variants: [],
  audience: null,
  budgetMinor: null,
  cooldownMinutes: 24 * 60,
  schedule: null,
  stock: null,
  controlShare: 0.1,
});

export function CampaignForm(props: {
  siteId: string;
  campaign: Campaign | undefined;
  zones: Zone[];
  tenantId: string | null;
  onClose: (kept?: Campaign) => void;
}) {
  const [form, setForm] = useState<CampaignInput>(() => {
    const coupons = props.zones.filter(({ kind }) => kind === 'coupon');
    // The only coupon zone needs no choice; of several none is the likelier.
    if (props.campaign === undefined)
      return blank(coupons.length === 1 ? coupons.map(({ id }) => id) : [], props.tenantId);
    const { status: _, ...input } = props.campaign;
    return input;
  });
  const [fault, setFault] = useState<{ path: string; message: string }>();
  const [busy, setBusy] = useState(false);
  const set = (change: Partial<CampaignInput>) => setForm((old) => ({ ...old, ...change }));
  const setOffer = (change: Partial<CampaignInput['offer']>) => set({ offer: { ...form.offer, ...change } });
  const faultOf = (path: string) => (fault?.path.startsWith(path) ? fault.message : undefined);
  const known = [
    'name',
    'zoneIds',
    'offer.title',
    'offer.text',
    'offer.terms',
    'offer.validMinutes',
    'cooldownMinutes',
    'stock',
    'trigger',
    'schedule',
    'controlShare',
  ];

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setFault(undefined);
    if (form.name.trim() === '') return setFault({ path: 'name', message: t('campaign.nameMissing') });
    if (form.zoneIds.length === 0) return setFault({ path: 'zoneIds', message: t('campaign.zoneMissing') });
    if (form.schedule?.weekdays.length === 0)
      return setFault({ path: 'schedule', message: t('campaign.weekdayMissing') });
    if (form.offer.title.trim() === '') return setFault({ path: 'offer.title', message: t('campaign.titleMissing') });
    if (form.offer.text.trim() === '') return setFault({ path: 'offer.text', message: t('campaign.textMissing') });
    setBusy(true);
    try {
      const site = ofSite(props.siteId);
      props.onClose(
        props.campaign === undefined
          ? await site.createCampaign({ ...form, id: newId(form.name) })
          : await site.putCampaign(form),
      );
    } catch (error) {
      const said = error instanceof ApiError ? error : undefined;
      setFault({ path: said?.path?.replace(/^body\./, '') ?? '', message: said?.message ?? String(error) });
      setBusy(false);
    }
  };
  const number = (
    label: string,
    path: string,
    value: number | null,
    onChange: (value: number | null) => void,
    min: number,
    hint?: string,
  ) => (
    <Field label={label} hint={hint} fault={faultOf(path)}>
      {(ids) => (
        <input
          {...ids}
          class="input num"
          type="number"
          min={min}
          value={value ?? ''}
          onInput={(event) => {
            const typed = event.currentTarget.valueAsNumber;
            onChange(Number.isNaN(typed) ? null : typed);
          }}
        />
      )}
    </Field>
  );
  return (
    <Dialog
      wide
      title={props.campaign === undefined ? t('campaign.new') : t('campaign.editTitle', { name: props.campaign.name })}
      onClose={() => props.onClose()}
    >
      <form class="form" onSubmit={submit} novalidate>
        {fault !== undefined && !known.some((path) => fault.path.startsWith(path)) && (
          <Notice tone="bad">{t('fault.said', { message: fault.message })}</Notice>
        )}
        <Field label={t('campaign.name')} fault={faultOf('name')}>
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
        <ZoneChoice
          zones={props.zones}
          chosen={form.zoneIds}
          fault={faultOf('zoneIds')}
          onChange={(zoneIds) => set({ zoneIds })}
        />
        <div class="form-row trigger-row">
          <div class="field">
            <span class="label">{t('campaign.trigger')}</span>
            <div>
              <Segmented<Trigger['type']>
                label={t('campaign.trigger')}
                value={form.trigger.type}
                options={[
                  { value: 'enter', label: t('trigger.enter') },
                  { value: 'dwell', label: t('trigger.dwellShort') },
                  { value: 'exit', label: t('trigger.exit') },
                ]}
                onChange={(type) => set({ trigger: FRESH[type] })}
              />
            </div>
          </div>
          {form.trigger.type === 'dwell' &&
            number(
              t('campaign.dwellSeconds'),
              'trigger',
              form.trigger.seconds,
              (seconds) => set({ trigger: { type: 'dwell', seconds: seconds ?? 5 } }),
              5,
            )}
        </div>
        <Field label={t('campaign.title')} fault={faultOf('offer.title')}>
          {(ids) => (
            <input
              {...ids}
              class="input"
              value={form.offer.title}
              maxLength={80}
              onInput={(event) => setOffer({ title: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field
          label={t('campaign.text')}
          fault={faultOf('offer.text')}
          hint={t('campaign.left', { n: 400 - form.offer.text.length })}
        >
          {(ids) => (
            <textarea
              {...ids}
              class="textarea"
              maxLength={400}
              value={form.offer.text}
              onInput={(event) => setOffer({ text: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label={t('campaign.terms')} fault={faultOf('offer.terms')} hint={t('campaign.termsHint')}>
          {(ids) => (
            <textarea
              {...ids}
              class="textarea terms"
              rows={2}
              value={form.offer.terms ?? ''}
              maxLength={1000}
              onInput={(event) => setOffer({ terms: event.currentTarget.value || null })}
            />
          )}
        </Field>
        <div class="form-row">
          {number(
            t('campaign.validMinutes'),
            'offer.validMinutes',
            form.offer.validMinutes,
            (value) => setOffer({ validMinutes: value ?? 1 }),
            1,
          )}
          {number(
            t('campaign.cooldownMinutes'),
            'cooldownMinutes',
            form.cooldownMinutes,
            (value) => set({ cooldownMinutes: value ?? 0 }),
            0,
          )}
          {number(t('campaign.stock'), 'stock', form.stock, (stock) => set({ stock }), 0, t('campaign.stockHint'))}
          {number(
            t('campaign.controlShare'),
            'controlShare',
            Math.round(form.controlShare * 1_000) / 10,
            (percent) => set({ controlShare: (percent ?? 0) / 100 }),
            0,
            t('campaign.controlHint'),
          )}
        </div>
        <ScheduleFields
          schedule={form.schedule}
          fault={faultOf('schedule')}
          onChange={(schedule) => set({ schedule })}
        />
        <div class="actions">
          <button type="button" class="button" onClick={() => props.onClose()}>
            {t('action.cancel')}
          </button>
          <button type="submit" class="button primary" disabled={busy}>
            {t(busy ? 'editor.saving' : props.campaign === undefined ? 'campaign.create' : 'action.save')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
