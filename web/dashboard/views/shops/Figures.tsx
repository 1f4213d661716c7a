/** The shop's figures, each with its interval and, where one asks, its definition. */

import { useState } from 'preact/hooks';
import type { Site, Zone } from '../../../../server/contract/model.ts';
import type { ShopFigure, ShopFigureName, ShopFigures } from '../../../../server/contract/proof.ts';
import { formatCount, formatDecimal, formatMoney, formatShareFine, NONE } from '../../../lib/format.ts';
import { Select } from '../../components/controls.tsx';
import { Explain } from '../../components/Explain.tsx';
import { PeriodPicker } from '../../components/PeriodPicker.tsx';
import { Empty, Fault, Notice, Skeleton } from '../../components/states.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import { chosenPeriod, presetPeriod } from '../../state/period.ts';
import { usePlan } from '../../state/plan.ts';
import { param, setParams } from '../../state/router.ts';
import { ownTenant } from '../../state/session.ts';
import { useAsync } from '../../state/useAsync.ts';

/** In the order in which a shop asks: who buys, for how much, who comes back, what they think. */
const NAMES: ShopFigureName[] = [
  'conversionRate',
  'averageOrderValueMinor',
  'purchaseFrequency',
  'repeatPurchaseRate',
  'lifetimeValueMinor',
  'guestShare',
  'nps',
];
const signed = (value: number): string => `${value > 0 ? '+' : value < 0 ? '−' : ''}${formatCount(Math.abs(value))}`;
function formatOf(name: ShopFigureName, currency: string): (value: number) => string {
  if (name === 'averageOrderValueMinor' || name === 'lifetimeValueMinor')
    return (value) => formatMoney(Math.round(value), currency);
  if (name === 'purchaseFrequency') return (value) => formatDecimal(value);
  if (name === 'nps') return (value) => signed(Math.round(value));
  return (value) => formatShareFine(value);
}

/** A week says little of who comes back: four are the rule. */
const chosen = (site: Site, nowMs: number) =>
  param('period') === null && site.clock === 'wall' ? presetPeriod('28d', nowMs, site) : chosenPeriod(nowMs, site);

function useShops(site: Site): { shops: Zone[]; shop: Zone | undefined; plan: ReturnType<typeof usePlan> } {
  const plan = usePlan(site.id);
  const tenant = ownTenant.value;
  const shops = (plan.data?.zones ?? [])
    .filter((zone) => zone.kind === 'shop' && (tenant === null || zone.tenantId === tenant))
    .sort((a, b) => a.name.localeCompare(b.name));
  return { plan, shops, shop: shops.find(({ id }) => id === param('zone')) ?? shops[0] };
}

export function FigureTools({ site }: { site: Site }) {
  const [nowMs] = useState(Date.now);
  const { shops, shop } = useShops(site);
  return (
    <>
      {shops.length > 1 && shop !== undefined && (
        <Select
          label={t('shop.choose')}
          value={shop.id}
          options={shops.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(zone) => setParams({ zone })}
        />
      )}
      <PeriodPicker period={chosen(site, nowMs)} site={site} nowMs={nowMs} />
    </>
  );
}

function FigureCard(props: { name: ShopFigureName; figure: ShopFigure; figures: ShopFigures }) {
  const { name, figure, figures } = props;
  const format = formatOf(name, figures.currency);
  const basis = name === 'conversionRate' ? figures.conversionRate.basis : null;
  return (
    <div class="card shop-figure">
      <dt>
        {t(`figure.${name}`)}
        <Explain about={t(`figure.${name}`)}>
          {t(`figure.${name}How`)}
          {basis !== null && ` ${t(`figure.basis.${basis}`)}`}
        </Explain>
      </dt>
      <dd class="shop-value num">
        {figure.value !== null ? format(figure.value) : figure.n === 0 ? NONE : t('kpi.few')}
      </dd>
      <dd class="muted small num">
        {figure.value === null
          ? t(figure.n !== 0 ? 'figure.tooFew' : name === 'conversionRate' ? 'figure.noBasis' : 'figure.nothing')
          : figure.low === null || figure.high === null
            ? NONE
            : t('kpi.band', { low: format(figure.low), high: format(figure.high) })}
      </dd>
      <dd class="shop-of">
        {figure.n !== null && figure.n > 0 && <span class="badge">{t(`figure.${name}Of`, { n: figure.n })}</span>}
      </dd>
    </div>
  );
}

export function Figures({ site }: { site: Site }) {
  const [nowMs] = useState(Date.now);
  const { plan, shops, shop } = useShops(site);
  const period = chosen(site, nowMs);
  const asked = useAsync<ShopFigures>(
    shop === undefined ? null : `figures/${shop.id}/${period.fromMs}/${period.toMs}`,
    (signal) => ofSite(site.id).figures(shop!.id, period, signal),
  );
  if (plan.error !== undefined && plan.data === undefined) return <Fault error={plan.error} retry={plan.reload} />;
  if (plan.data !== undefined && shops.length === 0)
    return (
      <div class="card">
        <Empty icon="shops" title={t('shop.none')}>
          {t(ownTenant.value === null ? 'shop.noneHow' : 'traffic.noOwnZoneHow')}
        </Empty>
      </div>
    );
  if (asked.error !== undefined && asked.data === undefined)
    return (
      <div class="card">
        <Fault error={asked.error} retry={asked.reload} />
      </div>
    );
  const { data } = asked;
  return (
    <>
      {asked.error !== undefined && <Notice tone="warn">{t('fault.old', { message: asked.error.message })}</Notice>}
      <dl class={`shop-figures ${asked.outdated ? 'outdated' : ''}`}>
        {NAMES.map((name) =>
          data === undefined ? (
            <div key={name} class="card shop-figure">
              <dt>{t(`figure.${name}`)}</dt>
              <dd class="stack-s">
                <Skeleton height={34} width="60%" />
                <Skeleton height={16} width="80%" />
              </dd>
            </div>
          ) : (
            <FigureCard key={name} name={name} figure={data[name]} figures={data} />
          ),
        )}
      </dl>
      {data !== undefined && data.averageOrderValueMinor.n === 0 ? (
        <Notice
          action={
            <button type="button" class="button small" onClick={() => setParams({ tab: 'orders' })}>
              {t('orders.title')}
            </button>
          }
        >
          {t('figure.noOrders')}
        </Notice>
      ) : (
        <p class="muted small">{t('figure.foot')}</p>
      )}
    </>
  );
}
