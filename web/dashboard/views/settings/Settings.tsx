/** What rules the numbers, who may see them, and what the site knows. */
import type { FunctionComponent } from 'preact';
import type { Site } from '../../../../server/contract/model.ts';
import { Segmented } from '../../components/controls.tsx';
import { PageHead } from '../../components/PageHead.tsx';
import { t } from '../../i18n/t.ts';
import { param, setParams } from '../../state/router.ts';
import { AttentionPage } from './Attention.tsx';
import { Carriers } from './Carriers.tsx';
import { DefinitionsForm } from './DefinitionsForm.tsx';
import { LoyaltyForm } from './LoyaltyForm.tsx';
import { People } from './People.tsx';
import { SiteForm } from './SiteForm.tsx';
import { Tokens } from './Tokens.tsx';
import '../../components/parts.css';
import './settings.css';

const TABS = ['definitions', 'people', 'carriers', 'attention', 'loyalty', 'tokens', 'site'] as const;
type Tab = (typeof TABS)[number];
const PAGES: Record<Tab, FunctionComponent<{ site: Site }>> = {
  definitions: DefinitionsForm,
  people: People,
  carriers: Carriers,
  attention: AttentionPage,
  loyalty: LoyaltyForm,
  tokens: Tokens,
  site: SiteForm,
};

export default function Settings({ site }: { site: Site }) {
  const tab = TABS.find((name) => name === param('tab')) ?? 'definitions';
  const Page = PAGES[tab];
  return (
    <>
      <PageHead title={t('nav.settings')} />
      <div class="settings">
        <div class="settings-tabs">
          <Segmented<Tab>
            label={t('settings.tabs')}
            value={tab}
            options={TABS.map((value) => ({ value, label: t(`settings.${value}`) }))}
            onChange={(value) => setParams({ tab: value === 'definitions' ? null : value })}
          />
        </div>
        <Page site={site} />
      </div>
    </>
  );
}
