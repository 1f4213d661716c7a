/** What sets the offer off, and at which times it may. */
import type { Trigger } from '../../../../../server/contract/campaigns.ts';
import { MoneyField, NumberField } from '../../../components/fields.tsx';
import { t } from '../../../i18n/t.ts';
import { currencyOf } from '../words.ts';
import { FRESH_TRIGGER } from './draft.ts';
import { ScheduleFields } from './ScheduleFields.tsx';
import type { StepProps } from './steps.ts';

const TRIGGERS: Trigger['type'][] = ['enter', 'dwell', 'exit', 'return', 'basket'];

export function StepWhen({ site, form, set, faultOf }: StepProps) {
  const { trigger } = form;
  return (
    <div class="form">
      <fieldset class="cards-choice">
        <legend class="label">{t('campaign.trigger')}</legend>
        {TRIGGERS.map((type) => {
          const chosen = trigger.type === type;
          return (
            <div key={type} class={`choice ${chosen ? 'on' : ''}`}>
              <label>
                <input
                  type="radio"
                  name="trigger"
                  value={type}
                  checked={chosen}
                  onChange={() => set({ trigger: FRESH_TRIGGER[type] })}
                />
                <span>
                  <b>{t(`trigger.${type}Title`)}</b>
                  <span class="muted small">{t(`trigger.${type}How`)}</span>
                </span>
              </label>
              {chosen && trigger.type === 'dwell' && (
                <div class="choice-more">
                  <NumberField
                    label={t('campaign.dwellSeconds')}
                    hint={t('trigger.dwellHint')}
                    fault={faultOf('trigger')}
                    min={5}
                    max={3600}
                    value={trigger.seconds}
                    onChange={(seconds) => set({ trigger: { ...trigger, seconds: seconds ?? 5 } })}
                  />
                </div>
              )}
              {chosen && trigger.type === 'return' && (
                <div class="choice-more">
                  <NumberField
                    label={t('trigger.returnDays')}
                    fault={faultOf('trigger')}
                    min={1}
                    max={365}
                    value={trigger.days}
                    onChange={(days) => set({ trigger: { ...trigger, days: days ?? 1 } })}
                  />
                </div>
              )}
              {chosen && trigger.type === 'basket' && (
                <p class="choice-more small">
                  {t('trigger.basketSetup')} <a href="/api/v1/openapi.json">{t('token.docs')}</a>
                </p>
              )}
              {chosen && trigger.type === 'basket' && (
                <div class="choice-more form-row">
                  <NumberField
                    label={t('trigger.basketHours')}
                    fault={faultOf('trigger.maxAgeHours')}
                    min={1}
                    max={720}
                    value={trigger.maxAgeHours}
                    onChange={(hours) => set({ trigger: { ...trigger, maxAgeHours: hours ?? 1 } })}
                  />
                  <MoneyField
                    label={t('trigger.basketValue')}
                    currency={currencyOf(site)}
                    fault={faultOf('trigger.minValueMinor')}
                    minor={trigger.minValueMinor}
                    onChange={(minor) => set({ trigger: { ...trigger, minValueMinor: minor ?? 0 } })}
                  />
                </div>
              )}
            </div>
          );
        })}
      </fieldset>
      <ScheduleFields schedule={form.schedule} faultOf={faultOf} onChange={(schedule) => set({ schedule })} />
    </div>
  );
}
