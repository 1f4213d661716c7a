/** How a shop fares: its figures, the orders that stand behind them, and codes that were used twice. */
import type { FunctionComponent } from 'preact';
import type { Site } from '../../../../server/contract/model.ts';
import { Segmented } from '../../components/controls.tsx';
import { lazy } from '../../components/lazy.tsx';
import { PageHead } from '../../components/PageHead.tsx';
import { t } from '../../i18n/t.ts';
import { param, setParams } from '../../state/router.ts';
import { Figures, FigureTools } from './Figures.tsx';
import '../../components/parts.css';
import './shops.css';

const TABS = ['figures', 'orders', 'conflicts'] as const;
type Tab = (typeof TABS)[number];
const PAGES: Record<Tab, FunctionComponent<{ site: Site }>> = {
  figures: Figures,
  orders: lazy(() => import('./Orders.tsx')),
  conflicts: lazy(() => import('./Conflicts.tsx')),
};

export default function Shops({ site }: { site: Site }) {
  const tab = TABS.find((name) => name === param('tab')) ?? 'figures';
  const Page = PAGES[tab];
  return (
    <>
      <PageHead title={t('nav.shops')}>{tab === 'figures' && <FigureTools site={site} />}</PageHead>
      <div class="stack">
        <div class="scroll-x">
          <Segmented<Tab>
            label={t('shop.tabs')}
            value={tab}
            options={TABS.map((value) => ({ value, label: t(`shop.tab.${value}`) }))}
            onChange={(value) => setParams({ tab: value === 'figures' ? null : value })}
          />
        </div>
        <Page site={site} />
      </div>
    </>
  );
}
