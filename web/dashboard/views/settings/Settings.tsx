/** What rules the numbers, who may see them, and what the site knows. */
import type { FunctionComponent } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Site } from '../../../../server/contract/model.ts';
import { Segmented } from '../../components/controls.tsx';
import { lazy } from '../../components/lazy.tsx';
import { PageHead } from '../../components/PageHead.tsx';
import { t } from '../../i18n/t.ts';
import { param, setParams } from '../../state/router.ts';
import { hasRole } from '../../state/session.ts';
import { AttentionPage } from './Attention.tsx';
import { Carriers } from './Carriers.tsx';
import { DefinitionsForm } from './DefinitionsForm.tsx';
import { LoyaltyForm } from './LoyaltyForm.tsx';
import { People } from './People.tsx';
import { SiteForm } from './SiteForm.tsx';
import { Tokens } from './Tokens.tsx';
import '../../components/parts.css';
import './settings.css';
import './connecting.css';

const TABS = [
  'definitions',
  'people',
  'carriers',
  'attention',
  'loyalty',
  'fleets',
  'webhooks',
  'exports',
  'tokens',
  'site',
] as const;
type Tab = (typeof TABS)[number];
/** Those who may see less than all. */
const TAB_OF_ROLE: Partial<Record<'installer' | 'retailer', Tab>> = { installer: 'fleets', retailer: 'webhooks' };
const PAGES: Record<Tab, FunctionComponent<{ site: Site }>> = {
  definitions: DefinitionsForm,
  people: People,
  carriers: Carriers,
  attention: AttentionPage,
  loyalty: LoyaltyForm,
  fleets: lazy(async () => ({ default: (await import('./Fleets.tsx')).Fleets })),
  webhooks: lazy(async () => ({ default: (await import('./Webhooks.tsx')).Webhooks })),
  exports: lazy(async () => ({ default: (await import('./Exports.tsx')).Exports })),
  tokens: Tokens,
  site: SiteForm,
};

export default function Settings({ site }: { site: Site }) {
  const tabs = hasRole('owner', 'manager')
    ? [...TABS]
    : TABS.filter((tab) =>
        (['installer', 'retailer'] as const).some((role) => hasRole(role) && TAB_OF_ROLE[role] === tab),
      );
  const tab = tabs.find((name) => name === param('tab')) ?? tabs[0] ?? 'definitions';
  const Page = PAGES[tab];
  // On a phone the row of them is longer than the screen.
  useEffect(() => {
    document.querySelector('.settings-tabs .on')?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [tab]);
  return (
    <>
      <PageHead title={t('nav.settings')} />
      <div class="settings">
        {tabs.length > 1 && (
          <div class="settings-tabs">
            <Segmented<Tab>
              label={t('settings.tabs')}
              value={tab}
              options={tabs.map((value) => ({ value, label: t(`settings.${value}`) }))}
              onChange={(value) => setParams({ tab: value === tabs[0] ? null : value })}
            />
          </div>
        )}
        <Page site={site} />
      </div>
    </>
  );
}
