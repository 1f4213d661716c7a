/** Whom to tell, and of what. A refusal stands at its field. */
import { useState } from 'preact/hooks';
import type { Site, Zone } from '../../../../server/contract/model.ts';
import {
  COUNT_INTERVALS,
  EVENT_TYPES,
  type OccupancyThreshold,
  sharesPersons,
  type WebhookInput,
  type WebhookView,
} from '../../../../server/contract/outgoing.ts';
import type { ApiError } from '../../../lib/api.ts';
import { Field, IconButton, Segmented, Select, Switch } from '../../components/controls.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Chips, NumberField } from '../../components/fields.tsx';
import { Icon } from '../../components/Icon.tsx';
import { Notice } from '../../components/states.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { asApiError } from '../../state/asApiError.ts';
import { ofSite } from '../../state/endpoints.ts';
import { ownTenant } from '../../state/session.ts';
import { useAsync } from '../../state/useAsync.ts';
import { Secret } from './Secret.tsx';

const MAX_THRESHOLDS = 50;
/** Above the least that the server tells of anywhere. */
const USUAL_LIMIT = 50;
const USUAL_DWELL_SECONDS = 60;
const CAMPAIGN_EVENTS: ReadonlySet<string> = new Set<WebhookInput['events'][number]>([
  'offer.sent',
  'redemption.made',
  'redemption.voided',
]);
const EMPTY: WebhookInput = {
  url: '',
  name: null,
  events: ['zone.counts'],
  zones: [],
  campaigns: [],
  thresholds: [],
  dwellSeconds: [],
  countsInterval: '15m',
  enabled: true,
};
const inputOf = ({
  url,
  name,
  events,
  zones,
  campaigns,
  thresholds,
  dwellSeconds,
  countsInterval,
  enabled,
}: WebhookView) => ({
  url,
  name,
  events,
  zones,
  campaigns,
  thresholds,
  dwellSeconds,
  countsInterval,
  enabled,
});

export function WebhookForm(props: { site: Site; webhook?: WebhookView; onClose: (changed: boolean) => void }) {
  const { site, webhook } = props;
  const tenant = webhook === undefined ? ownTenant.value : webhook.tenantId;
  const asked = useAsync<Zone[]>(`webhook-zones/${site.id}`, (signal) => ofSite(site.id).zones(signal));
  const zones = (asked.data ?? []).filter((zone) => tenant === null || zone.tenantId === tenant);
  const listed = useAsync(`webhook-campaigns/${site.id}`, (signal) => ofSite(site.id).campaigns(signal));
  const campaigns = (listed.data ?? []).filter((one) => tenant === null || one.tenantId === tenant);
  const [values, setValues] = useState<WebhookInput>(webhook === undefined ? EMPTY : inputOf(webhook));
  const [dwell, setDwell] = useState(values.dwellSeconds.join(', '));
  const [fault, setFault] = useState<ApiError>();
  const [secret, setSecret] = useState<string>();
  const [busy, setBusy] = useState(false);
  const set = (change: Partial<WebhookInput>) => setValues((old) => ({ ...old, ...change }));
  const wants = (event: (typeof EVENT_TYPES)[number]) => values.events.includes(event);
  const ofCampaigns = values.events.some((event) => CAMPAIGN_EVENTS.has(event));

  const newThreshold = (): OccupancyThreshold => ({
    zone: tenant === null ? null : (zones[0]?.id ?? null),
    limit: USUAL_LIMIT,
    hysteresis: 5,
    forSeconds: 10,
  });
  const setThreshold = (at: number, change: Partial<OccupancyThreshold>) =>
    set({ thresholds: values.thresholds.map((one, index) => (index === at ? { ...one, ...change } : one)) });

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setFault(undefined);
    const body: WebhookInput = {
      ...values,
      name: values.name?.trim() || null,
      // What was entered for an event that is not chosen would only puzzle.
      thresholds: wants('occupancy.threshold') ? values.thresholds : [],
      campaigns: ofCampaigns ? values.campaigns : [],
      dwellSeconds: wants('carrier.dwelled')
        ? dwell
            .split(/[\s,;]+/)
            .filter((text) => text !== '')
            .map(Number)
        : [],
    };
    setBusy(true);
    try {
      if (webhook === undefined) setSecret((await ofSite(site.id).createWebhook(body)).secret);
      else {
        await ofSite(site.id).putWebhook(webhook.id, body);
        toast(t('settings.saved'));
        props.onClose(true);
      }
    } catch (error) {
      setFault(asApiError(error));
    } finally {
      setBusy(false);
    }
  };
  const path = fault?.path?.replace(/^body\./, '') ?? '';
  const faultOf = (field: string) => (path === field || path.startsWith(`${field}.`) ? fault?.message : undefined);
  const placed = ['url', 'name', 'events', 'zones', 'campaigns', 'thresholds', 'dwellSeconds'].some(
    (field) => faultOf(field) !== undefined,
  );
  return (
    <Dialog
      wide
      title={
        secret !== undefined
          ? t('webhook.secretTitle')
          : webhook === undefined
            ? t('webhook.new')
            : t('webhook.editOf', { name: webhook.name ?? webhook.url })
      }
      onClose={() => props.onClose(secret !== undefined)}
    >
      {secret !== undefined ? (
        <>
          <Secret value={secret} words={t('webhook.secret')} />
          <div class="actions">
            <button type="button" class="button primary" onClick={() => props.onClose(true)}>
              {t('action.done')}
            </button>
          </div>
        </>
      ) : (
        <form class="form" onSubmit={submit}>
          <Field label={t('webhook.url')} hint={t('webhook.urlHint')} fault={faultOf('url')}>
            {(ids) => (
              <input
                {...ids}
                class="input"
                required
                inputMode="url"
                autocomplete="off"
                spellcheck={false}
                placeholder="https://example.com/promenade"
                value={values.url}
                onInput={(event) => set({ url: event.currentTarget.value })}
              />
            )}
          </Field>
          <Field label={t('webhook.name')} hint={t('webhook.nameHint')} fault={faultOf('name')}>
            {(ids) => (
              <input
                {...ids}
                class="input"
                maxLength={120}
                value={values.name ?? ''}
                onInput={(event) => set({ name: event.currentTarget.value })}
              />
            )}
          </Field>
          <Chips
            legend={t('webhook.events')}
            fault={faultOf('events')}
            options={EVENT_TYPES.map((value) => ({ value, label: t(`webhook.event.${value}`) }))}
            chosen={values.events}
            onChange={(events) => {
              set({ events });
              // Both would be refused without one.
              if (events.includes('occupancy.threshold') && values.thresholds.length === 0)
                set({ thresholds: [newThreshold()] });
              if (events.includes('carrier.dwelled') && dwell === '') setDwell(String(USUAL_DWELL_SECONDS));
            }}
          />
          {sharesPersons(values.events) && <Notice>{t('webhook.consent')}</Notice>}
          {wants('occupancy.threshold') && (
            <fieldset class="field thresholds">
              <legend class="label">{t('webhook.thresholds')}</legend>
              {values.thresholds.map((one, at) => (
                <fieldset key={at} class="threshold" aria-label={t('webhook.threshold', { n: at + 1 })}>
                  <Select
                    visibleLabel
                    label={t('webhook.thresholdZone')}
                    value={one.zone ?? ''}
                    options={[
                      ...(tenant === null ? [{ value: '', label: t('webhook.wholeSite') }] : []),
                      ...zones.map(({ id, name }) => ({ value: id, label: name })),
                    ]}
                    onChange={(zone) => setThreshold(at, { zone: zone === '' ? null : zone })}
                    fault={faultOf(`thresholds.${at}.zone`)}
                  />
                  <NumberField
                    label={t('webhook.limit')}
                    min={1}
                    value={one.limit}
                    onChange={(limit) => limit !== null && setThreshold(at, { limit })}
                    fault={faultOf(`thresholds.${at}.limit`)}
                  />
                  <NumberField
                    label={t('webhook.hysteresis')}
                    min={0}
                    value={one.hysteresis}
                    onChange={(hysteresis) => hysteresis !== null && setThreshold(at, { hysteresis })}
                    fault={faultOf(`thresholds.${at}.hysteresis`)}
                  />
                  <NumberField
                    label={t('webhook.forSeconds')}
                    min={0}
                    max={3_600}
                    value={one.forSeconds}
                    onChange={(forSeconds) => forSeconds !== null && setThreshold(at, { forSeconds })}
                    fault={faultOf(`thresholds.${at}.forSeconds`)}
                  />
                  <IconButton
                    danger
                    icon="trash"
                    label={t('webhook.removeThreshold', { n: at + 1 })}
                    onClick={() => set({ thresholds: values.thresholds.filter((_, index) => index !== at) })}
                  />
                </fieldset>
              ))}
              <span class={path === 'thresholds' ? 'fault' : 'hint'}>
                {path === 'thresholds' ? fault?.message : t('webhook.hysteresisHint')}
              </span>
              {values.thresholds.length < MAX_THRESHOLDS && (
                <button
                  type="button"
                  class="button small start"
                  onClick={() => set({ thresholds: [...values.thresholds, newThreshold()] })}
                >
                  <Icon name="plus" size={15} />
                  {t('webhook.addThreshold')}
                </button>
              )}
            </fieldset>
          )}
          {wants('carrier.dwelled') && (
            <Field label={t('webhook.dwell')} hint={t('webhook.dwellHint')} fault={faultOf('dwellSeconds')}>
              {(ids) => (
                <input
                  {...ids}
                  class="input num"
                  inputMode="numeric"
                  value={dwell}
                  onInput={(event) => setDwell(event.currentTarget.value)}
                />
              )}
            </Field>
          )}
          {wants('zone.counts') && (
            <div class="field">
              <span class="label">{t('webhook.interval')}</span>
              <div>
                <Segmented
                  label={t('webhook.interval')}
                  value={values.countsInterval}
                  options={COUNT_INTERVALS.map((value) => ({ value, label: t(`webhook.interval.${value}`) }))}
                  onChange={(countsInterval) => set({ countsInterval })}
                />
              </div>
            </div>
          )}
          {zones.length > 0 && (
            <Chips
              legend={t('webhook.zones')}
              hint={t('webhook.zonesHint')}
              fault={faultOf('zones')}
              options={zones.map(({ id, name }) => ({ value: id, label: name }))}
              chosen={values.zones}
              onChange={(chosen) => set({ zones: chosen })}
            />
          )}
          {ofCampaigns && campaigns.length > 0 && (
            <Chips
              legend={t('webhook.campaigns')}
              hint={t('webhook.campaignsHint')}
              fault={faultOf('campaigns')}
              options={campaigns.map(({ id, name }) => ({ value: id, label: name }))}
              chosen={values.campaigns}
              onChange={(chosen) => set({ campaigns: chosen })}
            />
          )}
          <Switch label={t('webhook.enabled')} checked={values.enabled} onChange={(enabled) => set({ enabled })} />
          {fault !== undefined && !placed && <Notice tone="bad">{t('fault.said', { message: fault.message })}</Notice>}
          <div class="actions">
            <button type="button" class="button" onClick={() => props.onClose(false)}>
              {t('action.cancel')}
            </button>
            <button type="submit" class="button primary" disabled={busy || values.events.length === 0}>
              {t(webhook === undefined ? 'webhook.create' : 'action.save')}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
