/** All campaigns, by what they ask for next: first those that wait for the mall's word. */

import type { Campaign } from '../../../../server/contract/campaigns.ts';
import type { Site } from '../../../../server/contract/model.ts';
import { Icon } from '../../components/Icon.tsx';
import { PageHead } from '../../components/PageHead.tsx';
import { Empty } from '../../components/states.tsx';
import { t } from '../../i18n/t.ts';
import { pictureUrl } from '../../state/endpoints.ts';
import type { Plan } from '../../state/plan.ts';
import { hrefWithin } from '../../state/router.ts';
import { ownTenant } from '../../state/session.ts';
import { awaitsApproval } from './Lifeline.tsx';
import { STATUS_TONE, triggerText, zoneNamesOf } from './words.ts';

type Group = 'waiting' | 'running' | 'drafts' | 'ended';
const GROUPS: Group[] = ['waiting', 'running', 'drafts', 'ended'];
function groupOf(campaign: Campaign, approvalRequired: boolean): Group {
  if (awaitsApproval(campaign, approvalRequired)) return 'waiting';
  if (campaign.status === 'live' || campaign.status === 'paused') return 'running';
  return campaign.status === 'ended' ? 'ended' : 'drafts';
}

function Row(props: { site: Site; campaign: Campaign; plan: Plan; forMall: boolean; waiting: boolean }) {
  const { site, campaign, plan } = props;
  const shop = plan.zones.find((zone) => zone.tenantId === campaign.tenantId && zone.kind === 'shop')?.name;
  const { imageId } = campaign.offer;
  return (
    <li>
      <a class="campaign-row" href={hrefWithin(site.id, 'campaigns', [campaign.id])}>
        <span class="thumb" aria-hidden="true">
          {imageId === null ? <Icon name="campaigns" size={20} /> : <img src={pictureUrl(imageId)} alt="" />}
        </span>
        <span class="row-words">
          <span class="campaign-title">
            <b>{campaign.name}</b>
            {campaign.rejection !== null && campaign.status === 'draft' && (
              <span class="badge bad">{t('campaign.sentBack')}</span>
            )}
          </span>
          <span class="muted small cut">
            {campaign.offer.title} · {zoneNamesOf(plan.zones)(campaign.zoneIds)}, {triggerText(campaign).toLowerCase()}
          </span>
        </span>
        {props.forMall && <span class="muted small row-shop">{shop ?? campaign.tenantId ?? t('campaign.ofMall')}</span>}
        <span class={`badge ${props.waiting ? 'warn' : STATUS_TONE[campaign.status]}`}>
          {props.waiting ? t('status.waiting') : t(`status.${campaign.status}`)}
        </span>
        <Icon name="next" size={15} />
      </a>
    </li>
  );
}

export function CampaignList(props: { site: Site; plan: Plan; campaigns: Campaign[]; approvalRequired: boolean }) {
  const { site, plan, campaigns, approvalRequired } = props;
  const tenant = ownTenant.value;
  const newButton = (
    <a class="button primary" href={hrefWithin(site.id, 'campaigns', ['new', 'what'])}>
      <Icon name="plus" size={16} />
      {t('campaign.new')}
    </a>
  );
  if (campaigns.length === 0)
    return (
      <>
        <PageHead title={t('nav.campaigns')} />
        <div class="card">
          <Empty icon="campaigns" title={t('campaign.none')} action={newButton}>
            {t('campaign.noneHow')}
          </Empty>
        </div>
      </>
    );
  return (
    <>
      <PageHead title={t('nav.campaigns')}>{newButton}</PageHead>
      <div class="stack">
        {GROUPS.map((group) => {
          const members = campaigns
            .filter((one) => groupOf(one, approvalRequired) === group)
            .sort((a, b) => a.name.localeCompare(b.name));
          if (members.length === 0) return null;
          return (
            <section
              key={group}
              class={`card campaign-group ${group === 'waiting' ? 'asks' : ''}`}
              aria-labelledby={`group-${group}`}
            >
              <h2 id={`group-${group}`}>
                {t(group === 'waiting' && tenant !== null ? 'campaigns.waitingOwn' : `campaigns.${group}`)}{' '}
                <span class="muted num">{members.length}</span>
              </h2>
              <ul>
                {members.map((campaign) => (
                  <Row
                    key={campaign.id}
                    site={site}
                    campaign={campaign}
                    plan={plan}
                    forMall={tenant === null}
                    waiting={group === 'waiting'}
                  />
                ))}
              </ul>
            </section>
          );
        })}
      </div>
    </>
  );
}
