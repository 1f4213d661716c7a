/** What one gateway does otherwise than the others. What is left empty is as usual. */
import { useState } from 'preact/hooks';
import type { Gateway, GatewaySettings, Site } from '../../../../server/contract/model.ts';
import type { ApiError } from '../../../lib/api.ts';
import { Field, Select, Switch } from '../../components/controls.tsx';
import { NumberField } from '../../components/fields.tsx';
import { Notice } from '../../components/states.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { asApiError } from '../../state/asApiError.ts';
import { ofSite } from '../../state/endpoints.ts';

type Span = 'windowMs' | 'heartbeatMs' | 'statusEveryMs';
/** As the contract has them, in seconds. */
const SPANS: Record<Span, { min: number; max: number; step: number }> = {
  windowMs: { min: 0.5, max: 5, step: 0.5 },
  heartbeatMs: { min: 5, max: 30, step: 1 },
  statusEveryMs: { min: 5, max: 30, step: 1 },
};
const HINTS = {
  windowMs: 'own.windowHint',
  heartbeatMs: 'own.heartbeatHint',
  statusEveryMs: 'own.statusHint',
} as const;

export function OwnSettings(props: { site: Site; gateway: Gateway; fleet: string | null; onSaved: () => void }) {
  const { site, gateway } = props;
  const [name, setName] = useState(gateway.name ?? '');
  const [enabled, setEnabled] = useState(gateway.enabled);
  const [settings, setSettings] = useState<GatewaySettings>(gateway.settings ?? {});
  const [fault, setFault] = useState<ApiError>();
  const unchanged =
    name === (gateway.name ?? '') &&
    enabled === gateway.enabled &&
    [...(Object.keys(SPANS) as Span[]), 'unknowns' as const].every((key) => settings[key] === gateway.settings?.[key]);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setFault(undefined);
    const { windowMs = null, heartbeatMs = null, statusEveryMs = null, unknowns = null } = settings;
    try {
      await ofSite(site.id).changeGateway(gateway.id, {
        ...(name.trim() === '' ? {} : { name: name.trim() }),
        enabled,
        ...(props.fleet !== null ? {} : { settings: { windowMs, heartbeatMs, statusEveryMs, unknowns } }),
      });
      toast(t('settings.saved'));
      props.onSaved();
    } catch (error) {
      setFault(asApiError(error));
    }
  };
  const faultOf = (path: string) => (fault?.path === `body.${path}` ? fault.message : undefined);
  const named = ['name', ...Object.keys(SPANS).map((span) => `settings.${span}`)].some(
    (path) => faultOf(path) !== undefined,
  );
  const span = (key: Span) => (
    <NumberField
      key={key}
      label={t(`own.${key}`)}
      hint={t(HINTS[key])}
      fault={faultOf(`settings.${key}`)}
      {...SPANS[key]}
      value={settings[key] === undefined ? null : settings[key] / 1_000}
      onChange={(seconds) => {
        const { [key]: _, ...rest } = settings;
        setSettings(seconds === null ? rest : { ...rest, [key]: Math.round(seconds * 1_000) });
      }}
    />
  );
  return (
    <form class="card" onSubmit={submit} aria-label={t('own.title')}>
      <div class="card-head">
        <h2>{t('own.title')}</h2>
      </div>
      <div class="card-body form">
        {fault !== undefined && !named && <Notice tone="bad">{t('fault.said', { message: fault.message })}</Notice>}
        <Field label={t('own.name')} fault={faultOf('name')}>
          {(ids) => (
            <input
              {...ids}
              class="input"
              maxLength={120}
              value={name}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          )}
        </Field>
        <div>
          <Switch label={t('own.enabled')} checked={enabled} onChange={setEnabled} />
          <p class="muted small">{t('own.enabledHint')}</p>
        </div>
        {props.fleet !== null ? (
          <p class="muted small">{t('own.foreign', { name: props.fleet })}</p>
        ) : (
          <>
            <p class="muted small">{t('own.hint')}</p>
            <div class="form-row wide-fields">
              {(Object.keys(SPANS) as Span[]).map(span)}
              <Select
                visibleLabel
                label={t('own.unknowns')}
                value={settings.unknowns === false ? 'no' : 'usual'}
                options={[
                  { value: 'usual', label: t('own.unknownsUsual') },
                  { value: 'no', label: t('own.unknownsNo') },
                ]}
                onChange={(value) => {
                  const { unknowns: _, ...rest } = settings;
                  setSettings(value === 'no' ? { ...rest, unknowns: false } : rest);
                }}
              />
            </div>
          </>
        )}
        <div class="actions">
          <button type="submit" class="button primary" disabled={unchanged}>
            {t('action.save')}
          </button>
        </div>
      </div>
    </form>
  );
}
