/** Campaigns: the list, one of them, or its editor; each has an address of its own. */
import { useEffect, useRef } from 'preact/hooks';
import type { Campaign } from '../../../../server/contract/campaigns.ts';
import type { Site } from '../../../../server/contract/model.ts';
import { lazy } from '../../components/lazy.tsx';
import { PageHead } from '../../components/PageHead.tsx';
import { Empty, Fault, Loading } from '../../components/states.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import { usePlan } from '../../state/plan.ts';
import { hrefWithin, place } from '../../state/router.ts';
import { useAsync } from '../../state/useAsync.ts';
import { CampaignList } from './CampaignList.tsx';
import { CampaignPage } from './CampaignPage.tsx';
import { NEW } from './editor/draft.ts';
import '../../components/parts.css';
import './campaigns.css';

const CampaignEditor = lazy(() => import('./editor/CampaignEditor.tsx'));

export default function Campaigns({ site }: { site: Site }) {
  const plan = usePlan(site.id);
  const campaigns = useAsync<Campaign[]>(`campaigns/${site.id}`, (signal) => ofSite(site.id).campaigns(signal));
  const attention = useAsync(`attention/${site.id}`, (signal) => ofSite(site.id).attention(signal));
  const [id, sub, step] = place.value.rest;
  const list = campaigns.data;
  // The mall approves, sends back and asks for approval while this page stands open; what is being edited is left alone.
  const isEdited = id === NEW || sub === 'edit';
  const isFirst = useRef(true);
  useEffect(() => {
    if (isEdited) return;
    const again = () => {
      campaigns.reload();
      attention.reload();
    };
    if (!isFirst.current) again();
    isFirst.current = false;
    const seen = () => {
      if (document.visibilityState === 'visible') again();
    };
    document.addEventListener('visibilitychange', seen);
    return () => document.removeEventListener('visibilitychange', seen);
  }, [id, isEdited]);
  // A rehearsal may end when the list has long changed.
  const latest = useRef(list);
  latest.current = list;
  const fault = list === undefined ? campaigns.error : plan.data === undefined ? plan.error : undefined;
  if (fault !== undefined)
    return (
      <>
        <PageHead title={t('nav.campaigns')} />
        <div class="card">
          <Fault
            error={fault}
            retry={() => {
              campaigns.reload();
              plan.reload();
            }}
          />
        </div>
      </>
    );
  if (list === undefined || plan.data === undefined)
    return (
      <>
        <PageHead title={t('nav.campaigns')} />
        <div class="card">
          <Loading lines={7} />
        </div>
      </>
    );
  const approvalRequired = attention.data?.approvalRequired ?? false;
  const keep = (kept: Campaign) => campaigns.set([...(latest.current ?? []).filter((one) => one.id !== kept.id), kept]);
  const found = list.find((one) => one.id === id);
  if (id === NEW || (found !== undefined && sub === 'edit' && found.status !== 'ended'))
    return (
      <CampaignEditor
        key={id}
        site={site}
        plan={plan.data}
        campaign={found}
        step={id === NEW ? sub : step}
        onKept={keep}
        onZones={plan.reload}
      />
    );
  if (found !== undefined)
    return (
      <CampaignPage
        key={found.id}
        site={site}
        plan={plan.data}
        campaign={found}
        tab={sub}
        approvalRequired={approvalRequired}
        onChanged={keep}
        onRemoved={() => campaigns.set(list.filter((one) => one.id !== found.id))}
      />
    );
  if (id !== undefined)
    return (
      <>
        <PageHead title={t('nav.campaigns')} />
        <div class="card">
          <Empty
            icon="campaigns"
            title={t('campaign.missing')}
            action={
              <a class="button" href={hrefWithin(site.id, 'campaigns', [])}>
                {t('campaign.toList')}
              </a>
            }
          >
            {t('campaign.missingHow')}
          </Empty>
        </div>
      </>
    );
  return <CampaignList site={site} plan={plan.data} campaigns={list} approvalRequired={approvalRequired} />;
}
