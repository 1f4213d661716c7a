/** Systems that are told of what happens here. A retailer has those of the own shop. */
import { useEffect, useState } from 'preact/hooks';
import type { Site } from '../../../../server/contract/model.ts';
import type { WebhookView } from '../../../../server/contract/outgoing.ts';
import { formatCount, siteFormat } from '../../../lib/format.ts';
import { Dialog } from '../../components/Dialog.tsx';
import { Icon } from '../../components/Icon.tsx';
import { Empty, Fault, Loading } from '../../components/states.tsx';
import { toast } from '../../components/toast.tsx';
import type { Key } from '../../i18n/dictionary.ts';
import { t } from '../../i18n/t.ts';
import { messageOf } from '../../state/asApiError.ts';
import { ofSite } from '../../state/endpoints.ts';
import { hasRole, ownTenant } from '../../state/session.ts';
import { useAsync } from '../../state/useAsync.ts';
import { Deliveries } from './Deliveries.tsx';
import { Mqtt } from './Mqtt.tsx';
import { Secret } from './Secret.tsx';
import { WebhookForm } from './WebhookForm.tsx';

const EVERY_MS = 10_000;

export function Webhooks({ site }: { site: Site }) {
  const asked = useAsync<WebhookView[]>(`webhooks/${site.id}`, (signal) => ofSite(site.id).webhooks(signal));
  const [form, setForm] = useState<{ webhook?: WebhookView }>();
  const [secret, setSecret] = useState<string>();
  const [opened, setOpened] = useState<string>();
  useEffect(() => {
    const timer = setInterval(asked.reload, EVERY_MS);
    return () => clearInterval(timer);
  }, [asked.reload]);
  const run = async (work: () => Promise<unknown>, done?: string) => {
    try {
      await work();
      if (done !== undefined) toast(done);
    } catch (error) {
      toast(messageOf(error), true);
    }
    asked.reload();
  };
  const api = ofSite(site.id);
  const nameOf = (one: WebhookView) => one.name ?? new URL(one.url).host;
  return (
    <>
      {form !== undefined && (
        <WebhookForm
          site={site}
          {...form}
          onClose={(changed) => {
            setForm(undefined);
            if (changed) asked.reload();
          }}
        />
      )}
      {secret !== undefined && (
        <Dialog title={t('webhook.secretTitle')} onClose={() => setSecret(undefined)}>
          <Secret value={secret} words={t('webhook.secret')} />
          <div class="actions">
            <button type="button" class="button primary" onClick={() => setSecret(undefined)}>
              {t('action.done')}
            </button>
          </div>
        </Dialog>
      )}
      <section class="card" aria-label={t('settings.webhooks')}>
        <div class="card-head">
          <h2>{t('settings.webhooks')}</h2>
          <a class="small" href="/developers#webhooks">
            {t('webhook.docs')}
          </a>
          <button type="button" class="button small primary" onClick={() => setForm({})}>
            <Icon name="plus" size={15} />
            {t('webhook.new')}
          </button>
        </div>
        <p class="muted small card-body">{t('webhook.lead')}</p>
        {asked.error !== undefined && asked.data === undefined ? (
          <Fault error={asked.error} retry={asked.reload} />
        ) : asked.data === undefined ? (
          <Loading />
        ) : (
          asked.data.length === 0 && (
            <Empty icon="settings" title={t('webhook.none')}>
              {t('webhook.noneHow')}
            </Empty>
          )
        )}
      </section>
      {(asked.data ?? []).map((one) => (
        <WebhookCard
          key={one.id}
          site={site}
          webhook={one}
          name={nameOf(one)}
          open={opened === one.id}
          onOpen={(open) => setOpened(open ? one.id : undefined)}
          onEdit={() => setForm({ webhook: one })}
          onTest={() => {
            setOpened(one.id);
            void run(() => api.testWebhook(one.id), t('webhook.testSent'));
          }}
          onRotate={() => {
            if (confirm(t('webhook.rotateSure', { name: nameOf(one) })))
              void run(async () => setSecret((await api.rotateSecret(one.id)).secret));
          }}
          onRemove={() => {
            if (confirm(t('webhook.removeSure', { name: nameOf(one) }))) void run(() => api.removeWebhook(one.id));
          }}
          onChange={asked.reload}
        />
      ))}
      {hasRole('owner', 'manager') && <Mqtt site={site} />}
    </>
  );
}

function WebhookCard(props: {
  site: Site;
  webhook: WebhookView;
  name: string;
  open: boolean;
  onOpen: (open: boolean) => void;
  onEdit: () => void;
  onTest: () => void;
  onRotate: () => void;
  onRemove: () => void;
  onChange: () => void;
}) {
  const { site, webhook, name } = props;
  const { figures } = webhook;
  const format = siteFormat(site.timezone);
  const when = (text: string) => format.dateTime(Date.parse(text));
  const figure = (key: Key, value: number, bad = false, hint?: Key) => (
    <div key={key} class={bad && value > 0 ? 'bad' : ''} title={hint && t(hint)}>
      <dt>{t(key)}</dt>
      <dd class="num">{formatCount(value)}</dd>
    </div>
  );
  return (
    <section class="card webhook" aria-label={name}>
      <div class="card-head">
        <h2>{name}</h2>
        {ownTenant.value === null && (
          <span class="badge">
            {webhook.tenantId === null ? t('webhook.ofMall') : t('webhook.ofTenant', { tenant: webhook.tenantId })}
          </span>
        )}
        <span class={`badge ${webhook.enabled ? 'good' : webhook.disabledReason === null ? '' : 'bad'}`}>
          {t(webhook.enabled ? 'webhook.on' : webhook.disabledReason === null ? 'webhook.off' : 'webhook.gone')}
        </span>
      </div>
      <div class="card-body stack-s">
        <p class="webhook-url num small">{webhook.url}</p>
        <p class="row">
          {webhook.events.map((event) => (
            <span key={event} class="badge">
              {t(`webhook.event.${event}`)}
            </span>
          ))}
        </p>
        {figures.failing > 0 && (
          <p class="failing small">
            {t('webhook.failing', { n: figures.failing })}
            {figures.retryAt !== null && `, ${t('webhook.retryAt', { when: when(figures.retryAt) })}`}
          </p>
        )}
        {webhook.previousSecretUntil !== null && (
          <p class="muted small">{t('webhook.rotating', { when: when(webhook.previousSecretUntil) })}</p>
        )}
        <dl class="mini-figures fleet-figures">
          {figure('webhook.delivered', figures.delivered)}
          {figure('webhook.pending', figures.pending)}
          {figure('webhook.dead', figures.dead, true)}
          {figures.dropped > 0 && figure('webhook.dropped', figures.dropped, true, 'webhook.droppedHint')}
        </dl>
        <div class="row">
          <button
            type="button"
            class="button small"
            aria-expanded={props.open}
            onClick={() => props.onOpen(!props.open)}
          >
            <Icon name={props.open ? 'up' : 'down'} size={15} />
            {t('webhook.deliveries')}
          </button>
          <button type="button" class="button small" disabled={!webhook.enabled} onClick={props.onTest}>
            {t('webhook.test')}
          </button>
          <button type="button" class="button small" onClick={props.onEdit}>
            {t('webhook.edit')}
          </button>
          <button type="button" class="button small" onClick={props.onRotate}>
            {t('webhook.rotate')}
          </button>
          <button type="button" class="button small danger" onClick={props.onRemove}>
            {t('webhook.remove')}
          </button>
        </div>
      </div>
      {props.open && <Deliveries site={site} webhook={webhook} onChange={props.onChange} />}
    </section>
  );
}
