/** For whom: everybody who agreed to offers, or those for whom all that is named holds. */
import { useState } from 'preact/hooks';
import type { Audience } from '../../../../../server/contract/campaigns.ts';
import { Segmented, Switch } from '../../../components/controls.tsx';
import { Chips, NumberField } from '../../../components/fields.tsx';
import { Icon } from '../../../components/Icon.tsx';
import { t } from '../../../i18n/t.ts';
import { audienceText, INTERESTS, TIERS } from '../words.ts';
import { EVERYBODY, namesNobody } from './draft.ts';
import type { StepProps } from './steps.ts';

const DEFAULT_DAYS = 30;

function Brands(props: { brands: string[]; fault: string | undefined; onChange: (brands: string[]) => void }) {
  const [typed, setTyped] = useState('');
  const { brands } = props;
  const add = () => {
    const brand = typed.trim();
    setTyped('');
    if (brand !== '' && !brands.some((one) => one.toLowerCase() === brand.toLowerCase()))
      props.onChange([...brands, brand]);
  };
  return (
    <div class="field">
      <label for="brand-typed">{t('audience.brands')}</label>
      <div class="tags">
        {brands.map((brand) => (
          <span key={brand} class="badge accent">
            {brand}
            <button
              type="button"
              aria-label={t('audience.brandRemove', { brand })}
              onClick={() => props.onChange(brands.filter((one) => one !== brand))}
            >
              <Icon name="close" size={12} />
            </button>
          </span>
        ))}
        <input
          id="brand-typed"
          class="input"
          maxLength={60}
          value={typed}
          aria-describedby="brand-said"
          onInput={(event) => setTyped(event.currentTarget.value)}
          onBlur={add}
          onKeyDown={(event) => {
            if (event.key === 'Enter' || event.key === ',') {
              event.preventDefault();
              add();
            }
          }}
        />
      </div>
      <span id="brand-said" class={props.fault === undefined ? 'hint' : 'fault'}>
        {props.fault ?? t('audience.brandsHint')}
      </span>
    </div>
  );
}

export function StepWho({ form, set, faultOf, zones, floors, zoneNames, tenantId }: StepProps) {
  const audience = form.audience ?? EVERYBODY;
  // The choice is made before anything is named.
  const [some, setSome] = useState(form.audience !== null && !namesNobody(form.audience));
  const asksProfiling = some || form.trigger.type === 'return' || form.trigger.type === 'basket';
  const change = (part: Partial<Audience>) => set({ audience: { ...audience, ...part } });
  const places = zones
    // Who was at a competitor's is the competitor's to know.
    .filter((zone) => tenantId === null || zone.tenantId === null || zone.tenantId === tenantId)
    .map(({ id, name, kind, floorId }) => ({
      value: id,
      label: floors.length > 1 ? `${name} · ${floors.find((floor) => floor.id === floorId)?.name ?? ''}` : name,
      swatch: kind,
    }));
  const visit = (which: 'visited' | 'notVisited') => {
    const value = audience[which];
    return (
      <div class="stack-s">
        <Switch
          label={t(`audience.${which}`)}
          checked={value !== null}
          onChange={(on) =>
            change({ [which]: on ? { zoneIds: [], withinDays: DEFAULT_DAYS } : null } as Partial<Audience>)
          }
        />
        {value !== null && (
          <div class="indent stack-s">
            <Chips
              legend={t('audience.anyZone')}
              options={places}
              chosen={value.zoneIds}
              fault={faultOf(`audience.${which}.zoneIds`)}
              onChange={(zoneIds) => change({ [which]: { ...value, zoneIds } } as Partial<Audience>)}
            />
            <div class="form-row">
              <NumberField
                label={t('audience.withinDays')}
                min={1}
                max={365}
                value={value.withinDays}
                fault={faultOf(`audience.${which}.withinDays`)}
                onChange={(days) => change({ [which]: { ...value, withinDays: days ?? 1 } } as Partial<Audience>)}
              />
            </div>
          </div>
        )}
      </div>
    );
  };
  const { frequency, recency } = audience;
  return (
    <div class="form">
      <div class="scroll-x">
        <Segmented<'all' | 'some'>
          label={t('audience.label')}
          value={some ? 'some' : 'all'}
          options={[
            { value: 'all', label: t('audience.all') },
            { value: 'some', label: t('audience.some') },
          ]}
          onChange={(choice) => {
            setSome(choice === 'some');
            set({ audience: choice === 'some' ? audience : null });
          }}
        />
      </div>
      <div class="sum-up" role="status">
        <p>{audienceText(some ? audience : null, zoneNames)}</p>
        <p class="small muted">{t(asksProfiling ? 'audience.consentProfiling' : 'audience.consentPush')}</p>
      </div>
      {some && (
        <>
          <div class="field">
            <span class="label">{t('audience.who')}</span>
            <div class="scroll-x">
              <Segmented<Audience['who']>
                label={t('audience.who')}
                value={audience.who}
                options={(['all', 'new', 'returning'] as const).map((value) => ({
                  value,
                  label: t(`audience.who.${value}`),
                }))}
                onChange={(who) => change({ who })}
              />
            </div>
          </div>
          <Chips
            legend={t('audience.interests')}
            hint={t('audience.interestsHint')}
            fault={faultOf('audience.interests')}
            options={INTERESTS.map((value) => ({ value, label: t(`interest.${value}`) }))}
            chosen={audience.interests}
            onChange={(interests) => change({ interests })}
          />
          <Brands
            brands={audience.brands}
            fault={faultOf('audience.brands')}
            onChange={(brands) => change({ brands })}
          />
          <Chips
            legend={t('audience.tiers')}
            fault={faultOf('audience.tiers')}
            options={TIERS.map((value) => ({ value, label: t(`tier.${value}`) }))}
            chosen={audience.tiers}
            onChange={(tiers) => change({ tiers })}
          />
          <div class="stack-s">
            <Switch
              label={t('audience.frequency')}
              checked={frequency !== null}
              onChange={(on) =>
                change({ frequency: on ? { minVisits: 2, maxVisits: null, withinDays: DEFAULT_DAYS } : null })
              }
            />
            {frequency !== null && (
              <div class="indent form-row">
                <NumberField
                  label={t('audience.minVisits')}
                  min={0}
                  max={1000}
                  value={frequency.minVisits}
                  fault={faultOf('audience.frequency.minVisits')}
                  onChange={(min) => change({ frequency: { ...frequency, minVisits: min ?? 0 } })}
                />
                <NumberField
                  label={t('audience.maxVisits')}
                  hint={t('audience.noUpper')}
                  min={0}
                  max={1000}
                  value={frequency.maxVisits}
                  fault={faultOf('audience.frequency.maxVisits')}
                  onChange={(max) => change({ frequency: { ...frequency, maxVisits: max } })}
                />
                <NumberField
                  label={t('audience.withinDays')}
                  min={1}
                  max={365}
                  value={frequency.withinDays}
                  fault={faultOf('audience.frequency.withinDays')}
                  onChange={(days) => change({ frequency: { ...frequency, withinDays: days ?? 1 } })}
                />
              </div>
            )}
          </div>
          <div class="stack-s">
            <Switch
              label={t('audience.recency')}
              checked={recency !== null}
              onChange={(on) => change({ recency: on ? { minDays: 7, maxDays: null } : null })}
            />
            {recency !== null && (
              <div class="indent form-row">
                <NumberField
                  label={t('audience.minDays')}
                  min={0}
                  max={365}
                  value={recency.minDays}
                  fault={faultOf('audience.recency.minDays')}
                  onChange={(min) => change({ recency: { ...recency, minDays: min ?? 0 } })}
                />
                <NumberField
                  label={t('audience.maxDays')}
                  hint={t('audience.noUpper')}
                  min={0}
                  max={365}
                  value={recency.maxDays}
                  fault={faultOf('audience.recency.maxDays')}
                  onChange={(max) => change({ recency: { ...recency, maxDays: max } })}
                />
              </div>
            )}
          </div>
          {visit('visited')}
          {visit('notVisited')}
        </>
      )}
    </div>
  );
}
