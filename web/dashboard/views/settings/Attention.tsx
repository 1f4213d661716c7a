/** The one attention budget that every shopper has, over all tenants. */
import type { Attention } from '../../../../server/contract/campaigns.ts';
import type { Site } from '../../../../server/contract/model.ts';
import { Field, Switch } from '../../components/controls.tsx';
import { Notice } from '../../components/states.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import { Delivery } from './Delivery.tsx';
import { SettingsPending, useSettings } from './useSettings.tsx';

type Limit = 'pushesPerVisit' | 'pushesPerDay' | 'pushesPerTenantPerDay' | 'minSpacingMinutes';
const MOST: Record<Limit, number> = {
  pushesPerVisit: 20,
  pushesPerDay: 50,
  pushesPerTenantPerDay: 20,
  minSpacingMinutes: 24 * 60,
};
const isLimit = (path: string): path is Limit => path in MOST;

/** How the server chooses between campaigns that fire together: told, so that nobody has to guess. */
function Ranking() {
  return (
    <section class="card" aria-label={t('ranking.title')}>
      <div class="card-head">
        <h2>{t('ranking.title')}</h2>
      </div>
      <div class="card-body stack-s">
        <p class="lead">{t('ranking.lead')}</p>
        <ol class="ranking">
          {(['relevance', 'value', 'fair', 'tie'] as const).map((name) => (
            <li key={name}>
              <b>{t(`ranking.${name}`)}</b> {t(`ranking.${name}How`)}
            </li>
          ))}
        </ol>
        <p class="muted small">{t('ranking.log')}</p>
      </div>
    </section>
  );
}

export function AttentionPage({ site }: { site: Site }) {
  return (
    <>
      <AttentionForm site={site} />
      <Ranking />
      <Delivery site={site} />
    </>
  );
}

function AttentionForm({ site }: { site: Site }) {
  const { asked, values, setValues, fault, submit, isChanged } = useSettings<Attention>(
    `attention/${site.id}`,
    (signal) => ofSite(site.id).attention(signal),
    (next) => ofSite(site.id).putAttention(next),
  );
  if (values === undefined) return <SettingsPending asked={asked} />;
  const number = (name: Limit) => (
    <Field
      label={t(`attention.${name}`)}
      hint={t(`attention.${name}Hint`)}
      fault={fault?.path === name ? fault.message : undefined}
    >
      {(ids) => (
        <input
          {...ids}
          class="input num"
          type="number"
          min={0}
          max={MOST[name]}
          required
          value={values[name]}
          onInput={(event) => {
            const typed = event.currentTarget.valueAsNumber;
            if (!Number.isNaN(typed)) setValues({ ...values, [name]: typed });
          }}
        />
      )}
    </Field>
  );
  const { quietHours } = values;
  return (
    <form class="card" onSubmit={submit}>
      <div class="card-head">
        <h2>{t('settings.attention')}</h2>
      </div>
      <div class="card-body form">
        <p class="lead">{t('attention.lead')}</p>
        {fault !== undefined && !isLimit(fault.path) && (
          <Notice tone="bad">{t('fault.said', { message: fault.message })}</Notice>
        )}
        <div class="form-row wide-fields">
          {number('pushesPerVisit')}
          {number('pushesPerDay')}
          {number('pushesPerTenantPerDay')}
          {number('minSpacingMinutes')}
        </div>
        <Switch
          label={t('attention.quiet')}
          checked={quietHours !== null}
          onChange={(on) => setValues({ ...values, quietHours: on ? { from: '22:00', to: '08:00' } : null })}
        />
        {quietHours !== null && (
          <div class="form-row">
            {(['from', 'to'] as const).map((end) => (
              <Field key={end} label={t(`attention.${end}`)}>
                {(ids) => (
                  <input
                    {...ids}
                    class="input num"
                    type="time"
                    required
                    value={quietHours[end]}
                    onInput={(event) =>
                      setValues({ ...values, quietHours: { ...quietHours, [end]: event.currentTarget.value } })
                    }
                  />
                )}
              </Field>
            ))}
          </div>
        )}
        <div class="with-hint">
          <Switch
            label={t('attention.approvalRequired')}
            checked={values.approvalRequired}
            onChange={(approvalRequired) => setValues({ ...values, approvalRequired })}
          />
          <p class="muted small">{t('attention.approvalHint')}</p>
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
