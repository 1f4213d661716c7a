/** One campaign: where it stands in its life, what may be done next, and its results. */
import { useState } from 'preact/hooks';
import type { Campaign } from '../../../../server/contract/campaigns.ts';
import type { Site } from '../../../../server/contract/model.ts';
import { ApiError } from '../../../lib/api.ts';
import { formatDuration, siteFormat } from '../../../lib/format.ts';
import { Icon } from '../../components/Icon.tsx';
import { lazy } from '../../components/lazy.tsx';
import { Notice } from '../../components/states.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import type { Plan } from '../../state/plan.ts';
import { go, hrefWithin } from '../../state/router.ts';
import { hasRole } from '../../state/session.ts';
import { Approval } from './Approval.tsx';
import { CouponFace } from './editor/CouponFace.tsx';
import { awaitsApproval, Lifeline, needsApproval } from './Lifeline.tsx';
import { RehearsalPanel } from './RehearsalPanel.tsx';
import {
  audienceText,
  currencyOf,
  limitsText,
  STATUS_TONE,
  scheduleText,
  triggerText,
  valueText,
  zoneNamesOf,
} from './words.ts';

const Results = lazy(() => import('./Results.tsx'));
const Decisions = lazy(() => import('./Decisions.tsx'));

const TABS = ['results', 'rehearsal', 'offer', 'decisions'] as const;
type Tab = (typeof TABS)[number];
type Action = 'start' | 'pause' | 'end';

function actionsOf(campaign: Campaign, approvalRequired: boolean): Action[] {
  switch (campaign.status) {
    case 'draft':
      return needsApproval(campaign, approvalRequired) ? [] : ['start'];
    case 'rehearsed':
      return awaitsApproval(campaign, approvalRequired) ? [] : ['start'];
    case 'approved':
      return ['start'];
    case 'live':
      return ['pause', 'end'];
    case 'paused':
      return ['start', 'end'];
    default:
      return [];
  }
}

export function CampaignPage(props: {
  site: Site;
  plan: Plan;
  campaign: Campaign;
  tab: string | undefined;
  approvalRequired: boolean;
  onChanged: (campaign: Campaign) => void;
  onRemoved: () => void;
}) {
  const { site, plan, campaign, approvalRequired } = props;
  const [moving, setMoving] = useState(false);
  const began = campaign.status === 'live' || campaign.status === 'paused' || campaign.status === 'ended';
  const tab: Tab = TABS.find((one) => one === props.tab) ?? (began ? 'results' : 'rehearsal');
  const zoneNames = zoneNamesOf(plan.zones);
  const currency = currencyOf(site);
  const tabHref = (to: Tab) => hrefWithin(site.id, 'campaigns', [campaign.id, to]);
  const editHref = hrefWithin(site.id, 'campaigns', [campaign.id, 'edit', 'what']);
  const attempt = async (work: () => Promise<void>) => {
    setMoving(true);
    try {
      await work();
    } catch (error) {
      toast(error instanceof ApiError ? t('fault.said', { message: error.message }) : String(error), true);
    } finally {
      setMoving(false);
    }
  };
  const move = (action: Action) => {
    if (action === 'end' && !confirm(t('campaign.endSure', { name: campaign.name }))) return;
    if (action === 'start' && campaign.status === 'draft' && !confirm(t('campaign.startUnrehearsed'))) return;
    void attempt(async () => props.onChanged(await ofSite(site.id).moveCampaign(campaign.id, action)));
  };
  const remove = () => {
    if (!confirm(t('campaign.removeSure', { name: campaign.name }))) return;
    void attempt(async () => {
      await ofSite(site.id).removeCampaign(campaign.id);
      go(hrefWithin(site.id, 'campaigns', []));
      props.onRemoved();
    });
  };
  const waits = awaitsApproval(campaign, approvalRequired);
  const mall = hasRole('owner', 'manager');
  const { rejection } = campaign;
  return (
    <>
      <header class="page-head campaign-head">
        <a class="back-link" href={hrefWithin(site.id, 'campaigns', [])}>
          <Icon name="next" size={15} />
          {t('nav.campaigns')}
        </a>
        <h1>{campaign.name}</h1>
        <span class={`badge ${waits ? 'warn' : STATUS_TONE[campaign.status]}`}>
          {waits ? t('status.waiting') : t(`status.${campaign.status}`)}
        </span>
        <span class="row head-actions">
          {(campaign.status === 'draft' || campaign.status === 'ended') && (
            <button type="button" class="button danger" disabled={moving} onClick={remove}>
              {t('action.remove')}
            </button>
          )}
          {campaign.status !== 'ended' && (
            <a class="button" href={editHref}>
              <Icon name="editor" size={15} />
              {t('action.edit')}
            </a>
          )}
          {actionsOf(campaign, approvalRequired).map((action) => (
            <button
              key={action}
              type="button"
              class={`button ${action === 'start' ? (campaign.status === 'draft' ? '' : 'primary') : action === 'end' ? 'danger' : ''}`}
              disabled={moving}
              onClick={() => move(action)}
            >
              {t(campaign.status === 'paused' && action === 'start' ? 'campaign.resume' : `campaign.${action}`)}
            </button>
          ))}
        </span>
      </header>
      <div class="stack">
        <Lifeline campaign={campaign} approvalRequired={approvalRequired} />
        {rejection !== null && campaign.status === 'draft' && (
          <Notice tone="warn">
            <b>{t('approval.rejected', { time: siteFormat(site.timezone).dateTime(Date.parse(rejection.at)) })}</b>{' '}
            <q>{rejection.reason}</q>
          </Notice>
        )}
        {waits && mall && <Approval site={site} campaign={campaign} onDone={props.onChanged} />}
        <nav class="page-tabs" aria-label={t('campaign.parts')}>
          {TABS.map((one) => (
            <a key={one} href={tabHref(one)} aria-current={one === tab ? 'page' : undefined}>
              {t(`tab.${one}`)}
            </a>
          ))}
        </nav>
        {tab === 'results' && <Results site={site} campaign={campaign} />}
        {tab === 'decisions' && <Decisions site={site} campaign={campaign} zoneNames={zoneNames} />}
        {tab === 'rehearsal' && (
          <div class="card panel-card">
            <RehearsalPanel
              site={site}
              campaign={campaign}
              floors={plan.floors}
              zones={plan.zones}
              onRehearsed={props.onChanged}
            />
          </div>
        )}
        {tab === 'offer' && (
          <section class="card" aria-label={t('tab.offer')}>
            <div class="card-body campaign-facts">
              <div class="variants">
                {[{ id: 'a', offer: campaign.offer }, ...campaign.variants].map(({ id, offer }) => (
                  <div key={id} class="variant">
                    {campaign.variants.length > 0 && (
                      <p class="variant-head">
                        <b>{id.toUpperCase()}</b>
                      </p>
                    )}
                    <CouponFace site={site} face={offer} />
                  </div>
                ))}
              </div>
              <dl class="facts">
                <dt>{t('value.label')}</dt>
                <dd>{valueText(campaign.offer.value, currency)}</dd>
                <dt>{t('step.where')}</dt>
                <dd>{zoneNames(campaign.zoneIds)}</dd>
                <dt>{t('step.when')}</dt>
                <dd>
                  {triggerText(campaign)}. {scheduleText(campaign.schedule, site)}
                </dd>
                <dt>{t('step.who')}</dt>
                <dd>{audienceText(campaign.audience, zoneNames)}</dd>
                <dt>{t('campaign.valid')}</dt>
                <dd>{formatDuration(campaign.offer.validMinutes * 60)}</dd>
                <dt>{t('step.limits')}</dt>
                <dd>{limitsText(campaign, currency)}</dd>
              </dl>
            </div>
          </section>
        )}
      </div>
    </>
  );
}
